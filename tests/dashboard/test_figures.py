"""What figures compare, what they say they ignore, and what is told where something is away."""

from calendar import monthrange
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from eshop_dagster.adapters.registry import RegistryError
from eshop_dagster.dashboard import registry
from eshop_dagster.dashboard.charts.series import DAY, lines
from eshop_dagster.dashboard.formats import Formats
from eshop_dagster.stages.register import last_decisions

from ..adapters.dashboard_queries.small_release import customer, delivery, order, publish, sale, score
from .drawing import Taken, captions, cohort, drawn, home, month, segment, taken

__all__ = ["home", "taken"]


def cards(test: Any) -> dict[str, Any]:
    return {one.label: one for one in test.metric}


def delivered(home: Path, *, last: date, late: int) -> None:
    """Publish thirty deliveries of February and twelve of March, so many of March late; sales reach up to `last`."""
    march = [delivery(ordered_date=date(2025, 3, 1), is_late=number < late) for number in range(12)]
    february = [delivery(ordered_date=date(2025, 2, 20)) for _ in range(30)]
    days = [sale(ordered_date=date(2025, 1, 1)), sale(ordered_date=last)]
    publish(home, agg_daily_sales=days, fct_orders=[order()], fct_deliveries=[*february, *march])


def test_an_unfinished_month_of_deliveries_is_not_compared_with_a_whole_one(home: Path) -> None:
    delivered(home, last=date(2025, 3, 10), late=3)
    march = {"period": "custom", "from": "2025-03", "to": "2025-03"}
    found = cards(drawn("deliveries", **march))
    assert found["Pedidos entregues"].delta == "" and "não se compara" in found["Pedidos entregues"].help
    # Shares are compared with the whole month that they are counted over, and one that was 0 has a change, too.
    assert found["Entregas atrasadas"].delta == "+25,0 p.p."
    assert "01/02/2025 a 28/02/2025" in found["Entregas atrasadas"].help


def test_whole_months_of_deliveries_are_compared_by_their_counts(home: Path) -> None:
    delivered(home, last=date(2025, 3, monthrange(2025, 3)[1]), late=0)
    found = cards(drawn("deliveries", **{"period": "custom", "from": "2025-03", "to": "2025-03"}))
    assert found["Pedidos entregues"].delta == "-60,0%"
    assert "01/02/2025 a 28/02/2025" in found["Pedidos entregues"].help


def ahead(state: str) -> dict[str, Any]:
    row: dict[str, Any] = {"date": date(2025, 4, 1), "last_known_date": date(2025, 3, 31), "horizon_days": 1}
    row |= dict.fromkeys(("expected_revenue_brl", "expected_order_count", "expected_ticket_brl"), 1.0)
    row |= {f"revenue_{end}_{level}_brl": 1.0 for end in ("lower", "upper") for level in (80, 95)}
    return {**row, "state": state, "revenue_model_version": 1}


def test_a_small_states_month_holds_its_small_days(home: Path, taken: Taken) -> None:
    days = [date(2025, 3, day) for day in (1, 2, 3, 31)]
    orders = [order(state="AC", ordered_date=day) for day in days for _ in range(9)]
    sales = [sale(state="AC", ordered_date=day, revenue_brl=Decimal("90.00")) for day in days]
    publish(home, agg_daily_sales=sales, fct_orders=orders, revenue_forecast=[ahead("BR"), ahead("AC")])
    test = drawn("forecasts", state="AC")
    assert not test.exception
    assert taken["forecasts-months"]["actual_brl"].dropna().tolist() == [360.0]
    assert "4 grupo(s)" in captions(test)
    assert "A última coluna não é um mês inteiro: a previsão vai até 01/04/2025." in captions(test)


def test_a_small_states_days_give_way_to_months_and_cards_of_the_whole_shop_say_so(home: Path, taken: Taken) -> None:
    days = [date(2025, 3, day) for day in (1, 2, 3, 31)]
    orders = [order(state="AC", ordered_date=day) for day in days for _ in range(9)]
    sales = [sale(state="AC", ordered_date=day, revenue_brl=Decimal("90.00")) for day in days]
    publish(home, agg_daily_sales=sales, fct_orders=orders, agg_churn=[month(date(2025, 3, 1))])
    test = drawn("overview", period="all", state="AC")
    assert not test.exception
    shown = taken["overview-daily"]
    assert (shown["date"].tolist(), shown["revenue_brl"].tolist()) == ([pd.Timestamp("2025-03-01")], [360.0])
    assert "Por mês: com estes filtros" in captions(test)
    assert {"Pedidos", "Clientes ativos · toda a loja", "Taxa de recompra · toda a loja"} <= set(cards(test))
    assert "Clientes ativos" in cards(drawn("overview", period="all"))


def test_known_customers_customers_to_come_and_returns_add_up_to_the_forecast(home: Path, taken: Taken) -> None:
    sales = [sale(ordered_date=date(2025, 3, 5), revenue_brl=Decimal("100.00"), returned_brl=Decimal("20.00"))]
    coming = [{**ahead("BR"), "horizon_days": days, "expected_revenue_brl": 2.0} for days in range(1, 93)]
    people = {"dim_customers": [customer("a"), customer("b")], "customer_scores": [score("a"), score("b")]}
    publish(home, agg_daily_sales=sales, fct_orders=[order()], **people, revenue_forecast=coming)
    assert not drawn("forecasts", period="all").exception
    # Two customers of BRL 5 each; a fifth of BRL 180 comes back; the rest are customers to come.
    assert taken["forecasts-reconciled"]["amount_brl"].tolist() == [10.0, 134.0, 36.0, 180.0]
    del taken["forecasts-reconciled"]
    drawn("forecasts", period="all", state="SP")
    assert "forecasts-reconciled" not in taken


def test_a_state_without_a_forecast_is_not_called_a_short_history(home: Path) -> None:
    tables = {
        "agg_daily_sales": [sale(state="unknown")],
        "fct_orders": [order()],
        "agg_churn": [month(date(2025, 3, 1))],
    }
    publish(home, **tables, revenue_forecast=[ahead("BR")])
    told = [one.value for one in drawn("forecasts", state="unknown").info]
    assert told[0] == "Não há previsão para este estado."
    assert "Não há previsão para este estado." in captions(drawn("overview", period="all", state="unknown"))


def test_a_fragment_that_fails_tells_the_visitor_no_details(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(home, agg_daily_sales=[sale()], fct_orders=[order()], agg_churn=[month(date(2025, 3, 1))])

    def broken(*_: object) -> None:
        raise OSError("/secret/path is gone")

    monkeypatch.setattr("eshop_dagster.dashboard.pages.overview.by_region", broken)
    test = drawn("overview", period="all")
    assert not test.exception
    assert "não pôde ser montada" in test.error[0].value and "secret" not in test.error[0].value


def test_a_registry_that_is_away_for_a_moment_is_asked_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    answers: list[Any] = [RegistryError("MLflow does not answer"), SimpleNamespace(pipeline="the model")]

    def load(name: str, version: int) -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    platform = SimpleNamespace(registry=SimpleNamespace(load=load))
    monkeypatch.setattr(registry, "platform_of", lambda home: platform)
    version: Any = SimpleNamespace(version=SimpleNamespace(run_id="a run of this test", name="segmentation", version=1))
    view: Any = SimpleNamespace(home=tmp_path)
    assert [registry.fitted(view, version) for _ in range(3)] == [None, "the model", "the model"]


@pytest.mark.parametrize("page", ["forecasts", "customers"])
def test_a_page_is_drawn_without_what_the_registry_cannot_give(
    home: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    keys = [f"k{number}" for number in range(12)]
    publish(
        home,
        agg_daily_sales=[sale()],
        fct_orders=[order()],
        dim_customers=[customer(key) for key in keys],
        customer_scores=[score(key) for key in keys],
        customer_segments=[segment(0)],
        agg_cohort_retention=[cohort()],
    )

    def away(*_: object) -> None:
        raise RegistryError("MLflow does not answer")

    monkeypatch.setattr("eshop_dagster.dashboard.registry.champion", lambda view, model: SimpleNamespace())
    monkeypatch.setattr("eshop_dagster.dashboard.registry.table", away)
    test = drawn(page)
    assert not test.exception and not test.error
    # Without a spend model in the release, the forecasts' page says so instead of a chart.
    assert test.info if page == "forecasts" else len(test.subheader) > (3 if page == "customers" else 0)


def test_the_reason_for_having_no_champion_is_told_in_portuguese(home: Path) -> None:
    publish(home, agg_daily_sales=[sale()])
    (home / "scores").mkdir()
    (home / "scores" / "decisions.json").write_text(
        '{"spend": "only 40 training rows; a model needs 200; the champion, if any, stays"}'
    )
    assert last_decisions(home)
    found = cards(drawn("models"))
    assert "só 40 linhas de treino; um modelo precisa de 200" in found["Gasto em 90 dias"].help


def test_tables_are_taken_away_as_raw_values(home: Path, taken: Taken) -> None:
    publish(home, agg_daily_sales=[sale()] * 1234)
    test = drawn("data")
    assert not test.exception
    assert taken["data-rows"]["rows"].tolist() == [1234]
    assert "1.234" in " ".join(str(one.proto) for one in test.main)


def test_a_file_is_made_when_it_is_asked_for_and_not_at_each_drawing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(home, agg_daily_sales=[sale()] * 12)
    made: list[object] = []
    monkeypatch.setattr("eshop_dagster.dashboard.elements.csv_bytes", lambda frame, language: made.append(frame) or b"")
    test = drawn("data")
    assert not test.exception and len(test.get("download_button")) > 0
    assert made == []


def test_a_chart_by_day_names_the_day_under_the_mouse() -> None:
    frame = pd.DataFrame({"date": [date(2025, 3, 5)], "actual_brl": [1.0]})
    by_day, by_month = (
        lines(frame, "date", {"actual_brl": "Real"}, Formats("pt"), axis="", **when).data[0].hovertemplate
        for when in ({"when": DAY}, {})
    )
    assert by_day.startswith("%{x|%d/%m/%Y}") and by_month.startswith("%{x|%b %Y}")
