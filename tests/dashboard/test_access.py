"""Who comes in, and who sees names: drawn without a browser, over a release of a few rows and a real vault."""

import json
from pathlib import Path
from threading import Event

import pytest
from streamlit.testing.v1 import AppTest

from eshop_dagster.dashboard.access import address_of, demand_login
from eshop_dagster.dashboard.personal_data import access_register, roles_file
from eshop_dagster.dashboard.serving.server import SCRIPT
from eshop_dagster.settings import master_key

from ..adapters.dashboard_queries.small_release import customer, publish, sale, score

PERSON = {"customer_id": "c1", "name": "Ana de Souza", "email": "ana.souza@example.com", "cpf": None, "phone": None}


@pytest.fixture
def home(environment: Path) -> Path:
    environment.mkdir()
    return environment


def draw_list() -> None:
    """Draw the list of all customers; AppTest runs this function's own text."""
    from eshop_dagster.adapters.dashboard_queries import ReleaseDatabase
    from eshop_dagster.adapters.release import open_release
    from eshop_dagster.dashboard.filters import Filters
    from eshop_dagster.dashboard.formats import Formats
    from eshop_dagster.dashboard.opening import choices_of
    from eshop_dagster.dashboard.pages.member_list import member_list
    from eshop_dagster.dashboard.texts import Texts
    from eshop_dagster.dashboard.view import View
    from eshop_dagster.settings import load_settings

    home = load_settings().home
    database = ReleaseDatabase(open_release(home))
    choices = choices_of(database)
    assert choices is not None
    member_list(View(home, database, Texts("pt"), Formats("pt"), choices, Filters(period="all")), {0: "Premium"}, [0])


def shop(home: Path) -> str:
    """Publish twelve customers, the first of whom is a person of the vault; return that pseudonym."""
    from eshop_dagster.adapters.vault import Vault

    vault = Vault(home / "vault" / "vault.db", master_key())
    key = vault.store([PERSON])["c1"]
    keys = [key, *(f"k{number}" for number in range(11))]
    publish(
        home,
        agg_daily_sales=[sale()],
        dim_customers=[customer(one) for one in keys],
        customer_scores=[score(one) for one in keys],
    )
    return key


def shown(test: AppTest) -> str:
    return " ".join(str(one.proto) for one in test.main) + " ".join(one.value for one in test.caption)


def test_visitors_must_log_in_where_a_provider_is_configured(home: Path) -> None:
    shop(home)
    test = AppTest.from_file(str(SCRIPT), default_timeout=60)
    test.secrets["auth"] = {"client_id": "x", "client_secret": "y", "cookie_secret": "z", "redirect_uri": "http://x/"}
    test.run()
    assert [one.value for one in test.title] == ["Entre para continuar"]
    assert [one.label for one in test.button] == ["Entrar"]
    assert not test.metric


@pytest.mark.parametrize("content", ["[auth", '[other]\nx = "y"', ""])
def test_nobody_comes_in_by_a_file_of_secrets_that_names_no_provider(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    shop(home)
    monkeypatch.setenv("ESHOP_DASHBOARD_SECRETS", str(tmp_path / "secrets.toml"))
    (tmp_path / "secrets.toml").write_text(content)
    test = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    assert [one.value for one in test.title] == ["Entre para continuar"]
    assert not test.metric


def test_a_login_that_was_demanded_at_the_start_outlives_its_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop(home)
    monkeypatch.setattr("eshop_dagster.dashboard.access._demanded", Event())
    demand_login()
    test = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    assert [one.value for one in test.title] == ["Entre para continuar"]


def test_an_address_that_the_provider_has_not_verified_is_nobodys() -> None:
    assert address_of({"email": "Ana@Example.com", "email_verified": True}) == "ana@example.com"
    assert address_of({"email": "ana@example.com"}) == "ana@example.com"
    assert address_of({"email": "ana@example.com", "email_verified": False}) is None
    assert address_of({"email_verified": True}) is None


def test_a_visitor_without_a_login_is_offered_no_names(home: Path) -> None:
    shop(home)
    roles_file(home).parent.mkdir()
    roles_file(home).write_text("personal_data: [ana@example.com]")
    test = AppTest.from_function(draw_list, default_timeout=60).run()
    assert not test.exception
    assert not test.button
    assert "só para pessoas autorizadas" in " ".join(one.value for one in test.caption)
    assert not access_register(home).exists()


def test_a_named_visitor_sees_names_after_the_look_was_noted(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = shop(home)
    roles_file(home).parent.mkdir()
    roles_file(home).write_text("personal_data: [eva@example.com]")
    # An identity provider cannot be asked here: this is what it would say.
    monkeypatch.setattr("eshop_dagster.dashboard.pages.member_list.visitor", lambda: "eva@example.com")
    test = AppTest.from_function(draw_list, default_timeout=60).run()
    assert PERSON["name"] not in shown(test)
    test.button[0].click().run()
    assert not test.exception
    assert str(PERSON["name"]) in shown(test)
    # The pseudonyms may be taken away; names and addresses stay on the screen.
    assert [one.proto.id.rpartition("csv-")[2] for one in test.get("download_button")] == ["customers-list"]
    (line,) = access_register(home).read_text().splitlines()
    noted = json.loads(line)
    assert (noted["who"], noted["customers"]) == ("eva@example.com", 12)
    assert key not in line and "Ana" not in line
