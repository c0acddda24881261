"""A real browser before a real server: what the dashboard's tests look through."""

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from .conftest import ESHOP

_IS_IDLE = "document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state') === 'notRunning'"
_SOFTWARE_DRAWING = ("--no-sandbox", "--use-gl=swiftshader", "--enable-unsafe-swiftshader")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield Debian's Chromium; the tests fail where it is missing."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("This test needs Chromium on the PATH: `make browser` installs Debian's, as root.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_SOFTWARE_DRAWING))
        yield browser
        browser.close()


@contextmanager
def served(home: Path, login: Callable[[str], str] | None = None) -> Iterator[str]:
    """Yield the address of a dashboard over a home.

    Args:
        home: with a release.
        login: returns the file of settings of a dashboard that listens at an address; without it nobody logs in.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address, settings = f"http://127.0.0.1:{port}", home / "login.toml"
    if login is not None:
        settings.write_text(login(address))
    command = [str(ESHOP), "dashboard", "--home", str(home), "--port", str(port)]
    with (home / "dashboard.log").open("wb") as log:
        environment = {**os.environ, "ESHOP_DASHBOARD_SECRETS": str(settings)}
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            _await(f"{address}/_stcore/health", server, home / "dashboard.log")
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def opened(page: Page, address: str) -> Page:
    """Return the page once the dashboard has drawn it."""
    page.goto(address)
    page.wait_for_selector("h1", timeout=60_000)
    # Streamlit fetches what runs the page's own script when it comes to it, which may be after the first drawing.
    page.wait_for_function("window.eshopIsReady", timeout=60_000)
    return settled(page)


def settled(page: Page) -> Page:
    """Return the page once the server has nothing more to draw."""
    # A click reaches the server a moment after the browser has it.
    page.wait_for_timeout(400)
    page.wait_for_function(_IS_IDLE, timeout=60_000)
    return page


def metric(page: Page, label: str) -> str:
    """Return the value on the card with a label."""
    card = page.locator("[data-testid=stMetric]").filter(has_text=label).first
    return card.locator("[data-testid=stMetricValue]").inner_text()


def _await(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the dashboard did not answer on {address}: {log.read_text()}")
