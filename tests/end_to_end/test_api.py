"""The API on a home that a run has filled: what it says is what was published, whatever happens meanwhile."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from eshop_dagster.adapters.release import open_release
from eshop_dagster.settings import PROJECT_DIR

from .api_server import FIGURES, SEGMENT, Api, histories, same, scores
from .conftest import eshop

NOBODY = "0" * 20


def test_by_key_by_posted_history_and_the_batch_scores_agree_for_a_thousand_customers(api: Api) -> None:
    expected = scores(api.home, 1000)
    keys = [row["customer_key"] for row in expected]
    posted = histories(api.home, keys)
    sent = {"histories": [{"orders": posted[key]} for key in keys]}
    with api.client() as client:
        for path, names in (("/predict/batch", FIGURES), ("/segment/batch", SEGMENT)):
            by_key = client.post(path, json={"customer_keys": keys}).json()["customers"]
            by_history = client.post(path, json=sent).json()["customers"]
            assert [row["customer_key"] for row in by_key] == keys
            for score, one, other in zip(expected, by_key, by_history, strict=True):
                assert same(one, score, names) and same(other, score, names), (score, one, other)


def test_one_customer_is_answered_as_in_a_batch_with_reasons_that_are_the_same_both_ways(api: Api) -> None:
    score = scores(api.home, 1)[0]
    key = score["customer_key"]
    orders = histories(api.home, [key])[key]
    with api.client() as client:
        by_key = client.post("/predict", json={"customer_key": key}).json()
        by_history = client.post("/predict", json={"orders": orders}).json()
        profile = client.get(f"/customers/{key}").json()
    assert same(by_key, score, FIGURES) and same(by_history, score, FIGURES)
    assert by_key["reasons"] == by_history["reasons"]
    assert by_key["provenance"]["model_version"] == score["spend_model_version"]
    assert by_key["provenance"]["release"] == open_release(api.home).name
    assert same(profile["spend"], score, FIGURES) and same(profile["segment"], score, SEGMENT)


def test_the_examples_of_the_document_run_as_they_stand(api: Api) -> None:
    with api.client() as client:
        document = client.get("/openapi.json").json()
        posted = 0
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                url = path
                for parameter in operation.get("parameters", []):
                    url = url.replace("{" + parameter["name"] + "}", str(parameter.get("example")))
                content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
                for body in [example["value"] for example in content.get("examples", {}).values()] or [None]:
                    answer = client.request(method, url, json=body)
                    assert answer.status_code == 200, (url, body, answer.text)
                    posted += body is not None
    assert posted == 8


def test_the_readmes_curl_lines_run_as_they_stand(api: Api) -> None:
    lines = [line for line in (PROJECT_DIR / "README.md").read_text().splitlines() if line.startswith("curl ")]
    assert len(lines) == 5
    for line in lines:
        here = line.replace("http://127.0.0.1:8000", api.url).replace("curl -s", "curl -sf")
        done = subprocess.run(["bash", "-c", here], capture_output=True, text=True, env={**os.environ, "KEY": api.key})
        assert done.returncode == 0 and json.loads(done.stdout), (line, done.stdout)


def test_an_unknown_customer_is_404_alone_and_marked_in_a_batch_and_one_without_a_sale_is_new(api: Api) -> None:
    known = scores(api.home, 1)[0]["customer_key"]
    cancelled = {"order_id": "1", "ordered_at": "2024-05-01T12:00:00Z", "is_cancelled": True, "items": []}
    with api.client() as client:
        alone = client.post("/predict", json={"customer_key": NOBODY})
        assert (alone.status_code, alone.json()["type"]) == (404, "urn:eshop:problem:unknown-customer")
        assert NOBODY not in alone.text
        rows = client.post("/segment/batch", json={"customer_keys": [NOBODY, known]}).json()["customers"]
        assert [row["status"] for row in rows] == ["unknown_customer", "scored"]
        for orders in ([], [cancelled]):
            new = client.post("/predict", json={"orders": orders}).json()
            assert (new["status"], new["basis"], new["reasons"]) == ("new_customer", "newcomers", None)
            assert new["expected_spend_brl"] > 0
            assert client.post("/segment", json={"orders": orders}).json()["segment_id"] is None


def test_the_forecast_of_months_adds_up_that_of_days(api: Api) -> None:
    with api.client() as client:
        days = client.get("/forecast", params={"state": "SP"}).json()["forecast"]
        months = client.get("/forecast", params={"state": "SP", "by": "month"}).json()["forecast"]
        first = days[3]["date"]
        some = client.get("/forecast", params={"state": "SP", "first": first, "last": first}).json()["forecast"]
    assert sum(month["expected_revenue_brl"] for month in months) == pytest.approx(
        sum(day["expected_revenue_brl"] for day in days)
    )
    assert sum(month["day_count"] for month in months) == len(days)
    assert some == [days[3]]


def test_keys_open_what_their_roles_say_and_a_revoked_one_nothing_within_seconds(api: Api) -> None:
    made = json.loads(eshop("keys", "create", "reader", "--roles", "read", "--home", api.home, "--json").stdout)
    headers = {"Authorization": f"Bearer {made['key']}"}
    deadline_statuses = [200, 401]
    with httpx.Client(base_url=api.url, headers=headers) as client:
        for wanted, command in zip(deadline_statuses, (None, ("keys", "revoke", made["id"])), strict=True):
            if command:
                eshop(*command, "--home", api.home)
            assert any(client.get("/models").status_code == wanted or _pause() for _ in range(50))
        assert client.post("/predict", json={"orders": []}).status_code == 401
    for path in ("/models", "/metrics", "/openapi.json", f"/customers/{NOBODY}"):
        assert httpx.get(api.url + path).status_code == 401
    for path in ("/health/live", "/health/ready", "/version"):
        assert httpx.get(api.url + path).status_code == 200


def _pause() -> bool:
    threading.Event().wait(0.2)
    return False


def test_no_case_made_from_the_document_brings_the_server_down(api: Api, tmp_path: Path) -> None:
    tool = Path(sys.executable).parent / "schemathesis"
    checks = "not_a_server_error,response_schema_conformance,content_type_conformance,status_code_conformance"
    command = [str(tool), "run", f"{api.url}/openapi.json", "-H", f"X-API-Key: {api.key}", "-c", checks, "-n", "15"]
    options = ["--phases", "examples,fuzzing", "--seed", "1", "--suppress-health-check", "all", "--no-color"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=300, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-4000:]
