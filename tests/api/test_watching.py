"""Keys are taken up while everything else waits, and trouble is said each time that it comes."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from eshop_dagster.adapters.api_keys import KeyStore
from eshop_dagster.api import watching
from eshop_dagster.api.access import Access
from eshop_dagster.api.metrics import Metrics
from eshop_dagster.api.problems import Problem
from eshop_dagster.api.watching import Watcher
from eshop_dagster.settings import Settings
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform

from .test_access import admitted, request


@pytest.fixture
def watcher(tmp_path: Path) -> Watcher:
    return Watcher(Platform(Settings(tmp_path), Params()), Access(rate=None), Metrics(), seconds=0.01)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A release that is being taken up for as long as the test lasts; set once somebody began."""
    begun, over = threading.Event(), threading.Event()

    def read_signs(platform: Platform) -> None:
        begun.set()
        over.wait(20)

    monkeypatch.setattr(watching, "read_signs", read_signs)
    yield begun
    over.set()
    # What it still says must not be heard in the next test.
    for thread in threading.enumerate():
        if thread.name.startswith("watch"):
            thread.join(20)


def is_admitted(watcher: Watcher, key: str) -> bool:
    try:
        admitted(watcher._access, request(x_api_key=key))
    except Problem as problem:
        assert problem.status == 401
        return False
    return True


def test_a_key_is_revoked_also_while_a_release_is_being_taken_up(watcher: Watcher, held: threading.Event) -> None:
    store = KeyStore(watcher._platform.home)
    key, kept = store.create("shop", ["read"])

    async def watched() -> tuple[bool, bool]:
        watch = asyncio.create_task(watcher.run())
        await asyncio.to_thread(held.wait, 20)
        before = await asyncio.to_thread(is_admitted, watcher, key)
        store.revoke(kept.id)
        for _ in range(500):
            await asyncio.sleep(0.01)
            if not (after := await asyncio.to_thread(is_admitted, watcher, key)):
                break
        watch.cancel()
        return before, after

    assert asyncio.run(watched()) == (True, False)


def test_a_file_of_keys_that_cannot_be_read_is_said_once_and_a_wrong_key_is_401_all_the_same(
    watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    store = KeyStore(watcher._platform.home)
    key, _ = store.create("shop", ["read"])
    assert is_admitted(watcher, key)
    content = store.path.read_text()
    store.path.unlink()
    # Nobody can read a folder, root neither.
    store.path.mkdir()
    with caplog.at_level(logging.ERROR):
        assert not is_admitted(watcher, key + "x") and not is_admitted(watcher, key + "y")
        assert is_admitted(watcher, key)
    assert caplog.text.count("the keys known before stay valid") == 1
    store.path.rmdir()
    store.path.write_text(content.replace('"shop"', '"other"'))
    assert is_admitted(watcher, key)


def test_the_same_trouble_is_said_again_when_it_comes_back(watcher: Watcher, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            watcher._note(RuntimeError("away"))
            watcher._note(RuntimeError("away"))
            watcher._recover()
    assert caplog.text.count("an unexpected error: away") == 2
