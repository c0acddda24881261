"""The dashboard in a real browser, over a small home of its own."""

import csv
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from eshop_dagster.adapters.release import open_release
from eshop_dagster.dashboard.navigation import PAGES
from eshop_dagster.dashboard.texts import CATALOGUE

from .browser import chromium, metric, opened, served, settled
from .conftest import Run, eshop

STREAMLIT_WORDS = ("Choose an option", "Choose options", "No results", "Press Enter", "Select all", "Page not found")
CPF = "529.982.247-25"
ALL_HISTORY = "/?period=all"


@pytest.fixture(scope="module")
def home(small_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(small_run.home, tmp_path_factory.mktemp("dashboard") / "home", symlinks=True))


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with served(home) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1400, "height": 900}, accept_downloads=True)
    yield page
    page.close()


def download(page: Page, chart: str, button: str) -> bytes:
    with page.expect_download() as started:
        page.locator(f".st-key-{chart}").get_by_role("button", name=button).click()
    return Path(started.value.path()).read_bytes()


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize("language", ["pt", "en"])
@pytest.mark.parametrize("name", [one.name for one in PAGES])
def test_a_page_opens_whole_and_in_one_language(page: Page, address: str, name: str, language: str) -> None:
    place = next(one.path for one in PAGES if one.name == name)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    opened(page, f"{address}/{place}?lang={language}")
    titles = CATALOGUE[f"page.{name}"]
    assert page.locator("h1").inner_text() == titles[("pt", "en").index(language)]
    assert page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count() == 0
    shown = page.locator("body").inner_text()
    others = {texts[1 if language == "pt" else 0] for texts in CATALOGUE.values() if texts[0] != texts[1]}
    assert {one for one in others if len(one.split()) > 2 and "{" not in one and one in shown} == set()
    assert [words for words in STREAMLIT_WORDS if words in shown] == []
    outside = [url for url in requests if not url.startswith((address, "data:", "blob:"))]
    assert outside == []


def test_a_filter_changes_the_figures_and_stands_in_the_address(page: Page, address: str, browser: Browser) -> None:
    opened(page, address)
    everywhere = metric(page, "Pedidos")
    choose(page, "Estado", "BA")
    settled(page)
    chosen = metric(page, "Pedidos")
    assert chosen != everywhere
    assert page.url.endswith("?state=BA")
    shared = browser.new_page()
    assert metric(opened(shared, page.url), "Pedidos") == chosen
    shared.close()
    page.get_by_role("link", name="Entregas").click()
    page.get_by_role("heading", name="Entregas").wait_for()
    settled(page)
    assert page.url.endswith("/entregas?state=BA")


def test_the_language_switch_keeps_the_filters(page: Page, address: str) -> None:
    opened(page, f"{address}/?state=SP&period=all")
    orders = metric(page, "Pedidos")
    page.get_by_role("radio", name="English").click()
    page.get_by_role("heading", name="Overview").wait_for()
    settled(page)
    assert metric(page, "Orders") == orders.replace(".", ",")
    assert "state=SP" in page.url and "lang=en" in page.url


def test_a_csv_holds_the_figures_that_the_chart_shows(page: Page, address: str) -> None:
    opened(page, address + ALL_HISTORY)
    chart = "chart-overview-categories"
    page.locator(f".st-key-{chart} .bartext").nth(11).wait_for(state="attached")
    shown = [re.sub(r"\D", "", text) for text in page.locator(f".st-key-{chart} .bartext").all_text_contents()]
    content = download(page, chart, "Baixar CSV")
    assert content.startswith(b"\xef\xbb\xbf")
    found = [row["Receita líquida (R$)"] for row in rows(content)]
    assert len(shown) == 12
    assert [str(round(float(value.replace(",", ".")))) for value in found[:12]] == shown


def test_a_chart_is_saved_as_a_picture(page: Page, address: str) -> None:
    opened(page, address)
    # The picture is made of the drawn chart.
    page.locator(".st-key-chart-overview-map .modebar-btn").first.wait_for(state="attached")
    content = download(page, "chart-overview-map", "Baixar imagem")
    assert content.startswith(b"\x89PNG") and len(content) > 5_000


def test_the_forms_customer_appears_after_the_next_run(page: Page, browser: Browser, address: str, home: Path) -> None:
    opened(page, address + ALL_HISTORY)
    before = int(metric(page, "Pedidos").replace(".", ""))
    # All of the form in view: rolling the page closes an open list.
    form = opened(browser.new_page(viewport={"width": 1400, "height": 1400}), f"{address}/cadastro")
    typed = {"Nome completo": "Ana Maria de Souza", "E-mail": "ana@exemplo.com.br", "CPF": "529.982.247-26"}
    typed |= {"Telefone com DDD": "(71) 91234-5678", "CEP": "40020-000", "Cidade": "Salvador"}
    for label, value in typed.items():
        form.get_by_label(label, exact=True).fill(value)
    choose(form, "Estado", "BA")
    choose(form, "Produto 1", 1)
    form.get_by_role("button", name="Cadastrar").click()
    form.get_by_text("dois verificadores corretos").wait_for()
    form.get_by_label("CPF", exact=True).fill(CPF)
    form.get_by_role("button", name="Cadastrar").click()
    told = form.get_by_text("Cadastrado: cliente").inner_text()
    key = re.search(r"cliente (\w+),", told)
    assert key is not None
    assert form.get_by_label("CPF", exact=True).input_value() == ""
    eshop("run", "--home", home, "--only-refresh", "--to", "2024-12-31")
    release = open_release(home)
    frame = release.query("SELECT count(*) AS n FROM dim_customers WHERE customer_key = $key", {"key": key[1]})
    assert frame["n"][0].as_py() == 1
    form.close()
    # The first page was left open: it follows the new release by itself.
    page.get_by_text(release.name).wait_for(timeout=30_000)
    settled(page)
    assert int(metric(page, "Pedidos").replace(".", "")) == before + 1


def choose(page: Page, label: str, option: str | int) -> None:
    """Pick an option by its words or its place, near the top: others are drawn only when the list is rolled to them."""
    page.get_by_role("combobox", name=label).click()
    options = page.get_by_role("option")
    (options.nth(option) if isinstance(option, int) else options.filter(has_text=option)).click()
    page.keyboard.press("Escape")
    # An open list would swallow the next click.
    page.get_by_role("listbox").wait_for(state="detached")
