"""Keys, roles and rates."""

import asyncio
from typing import Any

import pytest
from starlette.requests import Request

from eshop_dagster.adapters.api_keys import ApiKey, digest
from eshop_dagster.api.access import OPEN, Access
from eshop_dagster.api.problems import Problem

KEY = "eshop_aaaaaaaa_secret"


def request(**headers: str) -> Request:
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": sent})


def kept(**values: Any) -> ApiKey:
    return ApiKey(
        **{"id": "aaaaaaaa", "name": "shop", "roles": ("read",), "sha256": digest(KEY), "created_at": ""} | values
    )


def access(*keys: ApiKey, rate: str | None = None) -> Access:
    made = Access(rate=rate)
    made.replace_keys(keys or [kept()])
    return made


def admitted(made: Access, asked: Request, role: str | None = "read") -> str:
    return asyncio.run(made.admit(asked, role))


def refused(made: Access, asked: Request, role: str | None = "read") -> Problem:
    with pytest.raises(Problem) as found:
        admitted(made, asked, role)
    return found.value


def test_a_key_opens_what_its_roles_say_by_either_header() -> None:
    assert admitted(access(), request(x_api_key=KEY)) == "aaaaaaaa"
    assert admitted(access(), request(authorization=f"Bearer {KEY}")) == "aaaaaaaa"
    assert admitted(access(), request(x_api_key=KEY), None) == "aaaaaaaa"


@pytest.mark.parametrize(
    "headers",
    [{}, {"x_api_key": ""}, {"x_api_key": KEY + "x"}, {"authorization": f"Basic {KEY}"}, {"authorization": "Bearer "}],
)
def test_no_key_or_a_wrong_one_is_401_and_says_how(headers: dict[str, str]) -> None:
    found = refused(access(), request(**headers))
    assert found.status == 401 and found.headers["WWW-Authenticate"].startswith("Bearer")
    assert KEY not in str(found.content)


def test_a_revoked_key_opens_nothing() -> None:
    assert refused(access(kept(revoked_at="now")), request(x_api_key=KEY)).status == 401


def test_a_key_without_the_role_is_403() -> None:
    assert refused(access(), request(x_api_key=KEY), "predict").status == 403


def test_a_key_that_asks_too_often_is_429_with_the_seconds_to_wait_and_other_keys_go_on() -> None:
    other = kept(id="bbbbbbbb", sha256=digest("other"))
    made = access(kept(), other, rate="2/minute")
    for _ in range(2):
        admitted(made, request(x_api_key=KEY))

    found = refused(made, request(x_api_key=KEY))
    assert found.status == 429 and 1 <= int(found.headers["Retry-After"]) <= 60
    assert admitted(made, request(x_api_key="other")) == "bbbbbbbb"


def test_without_keys_everybody_is_one_caller() -> None:
    assert admitted(Access(rate=None, needs_keys=False), request()) == OPEN


def test_a_key_that_was_made_a_moment_ago_is_looked_for_before_it_is_refused() -> None:
    made = access(kept(sha256=digest("eshop_bbbbbbbb_other")))
    assert refused(made, request(x_api_key=KEY)).status == 401
    made.look_again = lambda: made.replace_keys([kept()])
    assert admitted(made, request(x_api_key=KEY)) == "aaaaaaaa"
