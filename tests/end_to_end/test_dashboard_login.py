"""The login by OpenID Connect, in a real browser and with a provider that really signs."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from .browser import chromium, opened, served
from .conftest import Run
from .identity_provider import Provider, identity_provider

ANA: dict[str, Any] = {"sub": "1", "name": "Ana", "email": "Ana@Example.com", "email_verified": True}
CUSTOMERS = "clientes"


@pytest.fixture(scope="module")
def home(small_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Path(shutil.copytree(small_run.home, tmp_path_factory.mktemp("login") / "home", symlinks=True))
    (home / "dashboard").mkdir(exist_ok=True)
    (home / "dashboard" / "roles.yml").write_text("personal_data:\n  - ana@example.com\n")
    return home


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with identity_provider() as found:
        yield found


@pytest.fixture(scope="module")
def address(home: Path, provider: Provider) -> Iterator[str]:
    with served(home, login=provider.settings) as found:
        yield found


@pytest.fixture
def visit() -> Iterator[BrowserContext]:
    with chromium() as browser:
        yield browser.new_context()


def logged_in(visit: BrowserContext, address: str) -> Page:
    page = visit.new_page()
    opened(page, f"{address}/{CUSTOMERS}")
    page.get_by_role("button", name="Entrar").click()
    page.get_by_role("button", name="Sair").wait_for(timeout=60_000)
    opened(page, f"{address}/{CUSTOMERS}")
    return page


def test_nobody_sees_a_figure_before_they_logged_in(visit: BrowserContext, address: str) -> None:
    page = opened(visit.new_page(), f"{address}/{CUSTOMERS}")
    assert page.locator("h1").inner_text() == "Entre para continuar"
    assert page.locator("[data-testid=stMetric]").count() == 0
    assert page.get_by_role("link", name="Visão geral").count() == 0


def test_who_has_the_role_sees_names_and_each_look_is_noted(
    visit: BrowserContext, address: str, provider: Provider, home: Path
) -> None:
    provider.person = ANA
    page = logged_in(visit, address)
    assert "Conectado: ana@example.com" in page.locator("body").inner_text()
    page.get_by_role("button", name="Mostrar nomes e e-mails").click()
    page.locator(".st-key-box-members").filter(has_text="@").wait_for(timeout=60_000)
    [look] = [json.loads(line) for line in (home / "dashboard" / "access.jsonl").read_text().splitlines()]
    assert look["who"] == "ana@example.com" and 0 < look["customers"] <= 100

    page.get_by_role("button", name="Sair").click()
    page.get_by_role("button", name="Entrar").wait_for(timeout=60_000)


@pytest.mark.parametrize("claims", [{"email": "bia@example.com"}, {"email_verified": False}])
def test_another_person_or_an_address_that_nobody_verified_sees_no_names(
    visit: BrowserContext, address: str, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.person = {**ANA, **claims}
    page = visit.new_page()
    opened(page, f"{address}/{CUSTOMERS}")
    page.get_by_role("button", name="Entrar").click()
    page.get_by_role("link", name="Visão geral").wait_for(timeout=60_000)
    opened(page, f"{address}/{CUSTOMERS}")
    assert page.locator(".st-key-box-members").count() == 1
    assert page.get_by_role("button", name="Mostrar nomes e e-mails").count() == 0
