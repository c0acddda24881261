"""The pages, in their order: where each lies, which filters it knows, and who draws it."""

from collections.abc import Callable
from dataclasses import dataclass

from eshop_dagster.dashboard.pages import (
    customers,
    data,
    deliveries,
    exploration,
    forecasts,
    models,
    overview,
    registration,
)
from eshop_dagster.dashboard.view import View


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        name: the key of its texts.
        path: its address.
        icon: a Material symbol.
        group: `analysis` or `platform`.
        filters: those that apply to it; a page without any shows none.
        render: draws it.
    """

    name: str
    path: str
    icon: str
    group: str
    filters: tuple[str, ...]
    render: Callable[[View], None]


PAGES = (
    Page(
        "overview",
        "",
        ":material/monitoring:",
        "analysis",
        ("period", "states", "channels", "category"),
        overview.render,
    ),
    Page("customers", "clientes", ":material/groups:", "analysis", ("states", "segments"), customers.render),
    Page("forecasts", "previsoes", ":material/query_stats:", "analysis", ("states",), forecasts.render),
    Page(
        "deliveries",
        "entregas",
        ":material/local_shipping:",
        "analysis",
        ("period", "states", "channels"),
        deliveries.render,
    ),
    Page(
        "exploration",
        "exploracao",
        ":material/insights:",
        "analysis",
        ("period", "states", "channels", "category", "segments"),
        exploration.render,
    ),
    Page("models", "modelos", ":material/model_training:", "platform", (), models.render),
    Page("data", "dados", ":material/database:", "platform", (), data.render),
    Page("registration", "cadastro", ":material/person_add:", "platform", (), registration.render),
)
