"""On the simulated shop the alarm is raised within 14 days of a price shock, and on no day of the 90 before it."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from eshop_dagster.adapters.dbt import raise_on_failure, run_dbt
from eshop_dagster.adapters.sources.simulated import ShopConfig, SimulatedSource
from eshop_dagster.adapters.sources.simulated.config import Scenario
from eshop_dagster.ml.drift_alarm import WATCHED, DriftParams, Measurement, in_words, is_drifted, judge_drift
from eshop_dagster.ml.drift_distance import Reference, distances, reference_of
from eshop_dagster.settings import Settings
from eshop_dagster.stages.drift import recent_buyers
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform

FIRST, START = date(2023, 10, 1), date(2025, 8, 15)
LEARNED_AT = [START - timedelta(days=180 + 30 * number) for number in range(4)]
PARAMS = DriftParams()
NAMES = [name for name in WATCHED if name != "order_last_365_days_count"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """A shop in its second year: in the first its customers only learn to come back, which is drift, too."""
    platform = Platform(Settings(home=tmp_path_factory.mktemp("shop"), pseudonym_seed="test"), Params())
    last = START + timedelta(days=14)
    config = ShopConfig(
        customers=15_000, orders_per_day=180, first_day=FIRST, scenarios=(Scenario("price_shock", START),)
    )
    platform.raw.write("simulated", "1", SimulatedSource(config, last).changes(FIRST, last))
    raise_on_failure(
        "run", run_dbt(["run", "--select", "+int_orders__versions", "--full-refresh"], home=platform.home, variables={})
    )
    return platform


def measured(shop: Platform, days: Iterator[date]) -> list[Measurement]:
    references: list[Reference] = [reference_of(recent_buyers(shop, day, PARAMS), NAMES) for day in LEARNED_AT]
    return [Measurement(day, *distances(references, recent_buyers(shop, day, PARAMS))) for day in days]


def test_a_price_shock_raises_the_alarm_within_14_days_and_nothing_does_in_the_90_days_before(shop: Platform) -> None:
    before = measured(shop, (START - timedelta(days=ago) for ago in range(0, 91, 15)))
    assert [(one.day, in_words(one, PARAMS)) for one in before if is_drifted(one, PARAMS)] == []

    after = measured(shop, (START + timedelta(days=since) for since in range(10, 15)))
    alarms = [judge_drift(after[: number + 1], [], PARAMS) for number in range(len(after))]
    assert any(alarm.has_fired for alarm in alarms)
    assert next(one for one in alarms if one.has_fired).reason.startswith(
        "drift: 3 of the last 5 days drifted: last_ticket_brl"
    )
