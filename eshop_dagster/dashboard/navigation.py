"""The pages, in their order: where each lies, which filters it knows, and who draws it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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
        is_shown: whether a home has it.
    """

    name: str
    path: str
    icon: str
    group: str
    filters: tuple[str, ...]
    render: Callable[[View], None]
    is_shown: Callable[[Path], bool] = lambda home: True


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
    Page(
        "registration", "cadastro", ":material/person_add:", "platform", (), registration.render, registration.is_open
    ),
)


def pages_of(home: Path) -> list[Page]:
    """Return the pages that a home has, in the menu's order."""
    return [page for page in PAGES if page.is_shown(home)]
