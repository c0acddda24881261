"""The pages of a British shop, drawn without a browser: nothing on them is about Brazil."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eshop_dagster.adapters.sources import save_source_config
from eshop_dagster.adapters.sources.kinds.report import ReportConfig
from eshop_dagster.adapters.sources.kinds.simulated import SimulatedConfig
from eshop_dagster.dashboard.navigation import PAGES, pages_of

from ..adapters.dashboard_queries.small_release import customer, delivery, order, publish, sale, score
from .drawing import cohort, drawn, home, month, segment

__all__ = ["home"]

SHOP = {"country": "GB", "state": "ENG", "currency": "GBP", "time_zone": "Europe/London", "nation": "GB"}
BRAZIL = re.compile(r"R\$|BRL|Bra[sz]il|Paulo|(?<!pt-)\bBR\b|LGPD|CPF|[Ee]stados?\b")


@pytest.fixture
def british(home: Path) -> Path:
    """A home with a release of forty orders in Scotland in each of two months."""
    day, keys = date(2025, 3, 5), [f"k{number:02}" for number in range(40)]
    where = {"state": "Scotland", "category": "garden"}
    ahead: dict[str, Any] = {"date": date(2025, 4, 1), "last_known_date": date(2025, 3, 31), "horizon_days": 1}
    ahead |= dict.fromkeys(("expected_revenue_brl", "expected_order_count", "expected_ticket_brl"), 9.0)
    ahead |= {f"revenue_{end}_{level}_brl": 9.0 for end in ("lower", "upper") for level in (80, 95)}
    publish(
        home,
        agg_daily_sales=[sale(order_count=40, **where), sale(ordered_date=date(2025, 5, 5), order_count=40, **where)],
        fct_orders=[order(state="Scotland") for _ in keys],
        fct_deliveries=[delivery(state="Scotland", seller_state="unknown", is_remote_region=None) for _ in keys],
        agg_churn=[month(date(2025, 2, 1)), month(day.replace(day=1))],
        agg_cohort_retention=[cohort()],
        dim_customers=[customer(key, customer_state="Scotland", customer_city="Leith") for key in keys],
        customer_scores=[score(key) for key in keys],
        customer_segments=[{**segment(0), "net_revenue_brl_mean": 9.0, "order_count_mean": 2.0}],
        revenue_forecast=[{**ahead, "state": place, "revenue_model_version": 1} for place in ("GB", "Scotland")],
    )
    manifest = home / "published" / "current" / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "shop": SHOP}))
    return home


def sent(block: Any) -> Iterator[str]:
    """Yield what the browser is sent of each element: its texts, and its figure with all that is written in it."""
    for child in block.children.values():
        yield from sent(child) if hasattr(child, "children") else ()
        yield child.proto.SerializeToString().decode("utf-8", "replace") if child.proto else ""


def test_the_menu_has_the_registration_only_where_people_may_add_customers(tmp_path: Path) -> None:
    names = [one.name for one in PAGES]
    save_source_config(tmp_path, SimulatedConfig())
    assert [one.name for one in pages_of(tmp_path)] == names
    save_source_config(tmp_path, ReportConfig(path=Path("sales.csv"), mapping=Path("sales.yml")))
    assert [one.name for one in pages_of(tmp_path)] == [name for name in names if name != "registration"]


@pytest.mark.parametrize("page", [one.name for one in PAGES])
def test_no_page_says_anything_of_brazil(british: Path, page: str) -> None:
    test = drawn(page, period="all")
    said = " ".join(sent(test.main))
    assert not test.exception and len(said) > 100
    assert BRAZIL.findall(said) == []
    if page in ("overview", "customers"):
        assert "Scotland" in said and "Regi" in said
    assert page not in ("overview", "customers", "forecasts") or "£" in said
