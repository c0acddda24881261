"""Print what API, dashboard and Dagster show of the models of a home, as a process that has the checkout's code."""

import json
import time

import dagster as dg
from fastapi.testclient import TestClient

from eshop_dagster.api.app import ApiLimits, create_app
from eshop_dagster.definitions import defs
from eshop_dagster.settings import load_settings
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform
from tests.dashboard.drawing import drawn


def answered() -> list[tuple[str, bool]]:
    """Return each model of `GET /models`, and whether its newest version answers."""
    limits = ApiLimits(needs_keys=False)
    with TestClient(create_app(Platform(load_settings(), load_params()), limits)) as client:
        deadline = time.monotonic() + 60
        while client.get("/health/ready").status_code != 200 and time.monotonic() < deadline:
            time.sleep(0.2)
        found = client.get("/models").json()["models"]
    return [(one["model"], one["is_answering"]) for one in found]


graph = defs.resolve_asset_graph()
print(  # noqa: T201
    json.dumps(
        {
            "api": answered(),
            "cards": [one.label for one in drawn("models").metric],
            "assets": sorted(name for key in graph.get_all_asset_keys() if "thrift" in (name := key.to_user_string())),
            "checks": sorted(
                key.name for key in graph.asset_check_keys if key.asset_key == dg.AssetKey("thrift_model")
            ),
        }
    )
)
