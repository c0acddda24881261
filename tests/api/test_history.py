"""What a posted order may be is what the raw contract says."""

from typing import get_args

from pydantic import TypeAdapter

from eshop_dagster.api.history import Channel, Order
from eshop_dagster.contract import CHANNELS, STATES


def test_channels_and_states_are_those_of_the_raw_contract() -> None:
    assert get_args(Channel) == CHANNELS
    state = TypeAdapter(Order).json_schema()["properties"]["state"]["anyOf"][0]
    assert state == {"enum": STATES, "type": "string"}
