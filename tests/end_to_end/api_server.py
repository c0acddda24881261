"""`eshop api` as a process, and posted histories made from what is published."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from eshop_dagster.adapters.release import open_release
from eshop_dagster.ml.spend_figures import FIGURES as FIGURES

from .conftest import ESHOP, eshop

SEGMENT = ("segment_id", "segment_typicality", "is_outlier")

_HISTORIES = """
    SELECT
        orders.customer_key,
        orders.order_id,
        strftime(timezone('UTC', orders.ordered_at), '%Y-%m-%dT%H:%M:%S.%fZ') AS ordered_at,
        orders.channel,
        orders.state,
        orders.is_cancelled,
        strftime(orders.promised_date, '%Y-%m-%d') AS promised_date,
        strftime(timezone('UTC', orders.delivered_at), '%Y-%m-%dT%H:%M:%S.%fZ') AS delivered_at,
        list({
            'quantity': items.quantity::DOUBLE,
            'unit_price_brl': items.unit_price_brl::DOUBLE,
            'freight_brl': items.freight_brl::DOUBLE,
            'category': products.category
        }) FILTER (WHERE items.order_id IS NOT NULL) AS items
    FROM fct_orders AS orders
    LEFT JOIN fct_order_items AS items ON orders.order_id = items.order_id
    LEFT JOIN dim_products AS products ON items.product_id = products.product_id
    WHERE list_contains($keys, orders.customer_key)
    GROUP BY ALL
"""


@dataclass(frozen=True)
class Api:
    """A running API.

    Attributes:
        home: its own.
        url: where it listens.
        key: with every role.
    """

    home: Path
    url: str
    key: str

    def client(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"X-API-Key": self.key}, timeout=60, **options)

    def ready(self) -> dict[str, Any]:
        content: dict[str, Any] = httpx.get(f"{self.url}/health/ready").json()
        return content

    def await_ready(self, seconds: float = 90, **wanted: Any) -> dict[str, Any]:
        """Return what `/health/ready` says once it says what is wanted."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                found = self.ready()
            except httpx.TransportError:
                found = {}
            if found.get("status") == "ready" and wanted.items() <= found.items():
                return found
            time.sleep(0.2)
        raise AssertionError(f"/health/ready says {found}; wanted {wanted}")


@contextmanager
def serving(home: Path, *options: str) -> Iterator[Api]:
    """Run `eshop api` on a home until the block ends."""
    key = json.loads(
        eshop("keys", "create", "tests", "--roles", "predict,customers,read,metrics", "--home", home, "--json").stdout
    )["key"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(ESHOP), "api", "--home", str(home), "--port", str(port), *options]
    with (home / "api.log").open("wb") as log:
        child = subprocess.Popen(command, env=dict(os.environ), stdout=log, stderr=log)
    try:
        api = Api(home, f"http://127.0.0.1:{port}", key)
        api.await_ready()
        yield api
    finally:
        child.terminate()
        assert child.wait(30) == 0 or child.returncode == -15, (home / "api.log").read_text()


def histories(home: Path, keys: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the published orders of each customer as an application would post them."""
    rows = open_release(home).query(_HISTORIES, {"keys": keys}).to_pylist()
    found: dict[str, list[dict[str, Any]]] = {key: [] for key in keys}
    for row in rows:
        order = {name: value for name, value in row.items() if name != "customer_key"}
        found[row["customer_key"]].append(order | {"items": order["items"] or []})
    return found


def scores(home: Path, count: int | None = None) -> list[dict[str, Any]]:
    return open_release(home).query("FROM customer_scores ORDER BY customer_key").to_pylist()[:count]


def same(found: dict[str, Any], expected: dict[str, Any], names: tuple[str, ...]) -> bool:
    return all(found[name] == pytest.approx(expected[name], rel=0, abs=1e-9) for name in names)
