"""What a posted order may be is what the raw contract says."""

from datetime import UTC, date, datetime
from typing import get_args

from eshop_dagster.api.history import STATES_OF_BRAZIL, Channel, Order, business_date, faults
from eshop_dagster.contract import CHANNELS, STATES
from eshop_dagster.shop import BRAZIL, Shop

from .bodies import order

GB = Shop("GB", None, "GBP", "Europe/London")


def test_channels_and_states_are_those_of_the_raw_contract() -> None:
    assert get_args(Channel) == CHANNELS
    assert STATES_OF_BRAZIL == {"enum": STATES, "type": "string"}


def test_regions_of_another_country_are_no_fault_there_and_one_in_brazil() -> None:
    posted = [Order.model_validate(order(state="England"))]

    assert faults(posted, date(2024, 7, 1), GB) == []
    assert [place for place, _, _ in faults(posted, date(2024, 7, 1), BRAZIL)] == [(0, "state")]


def test_an_instant_falls_on_the_day_of_the_shops_own_clocks() -> None:
    instant = datetime(2024, 7, 1, 0, 30, tzinfo=UTC)

    assert business_date(instant, BRAZIL) == date(2024, 6, 30)
    # Summer time: an hour before UTC.
    assert business_date(instant, GB) == date(2024, 7, 1)
