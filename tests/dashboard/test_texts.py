"""Every word comes from the catalogue, in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from eshop_dagster.dashboard.texts import CATALOGUE, Texts, abroad
from eshop_dagster.ml.features import FEATURES
from eshop_dagster.settings import PROJECT_DIR
from eshop_dagster.shop import Shop
from eshop_dagster.stages.kinds import KINDS

FOLDER = PROJECT_DIR / "eshop_dagster" / "dashboard"
SOURCES = sorted(path for path in FOLDER.rglob("*.py") if "texts" not in path.parts)
QUERIES = sorted((FOLDER.parent / "adapters" / "dashboard_queries").glob("*.py"))
TABLES = [FOLDER.parent / "ml" / part for part in ("spend/deciles.py", "segmentation/migration.py")]
GIVEN = {"alias", "channel", "feature", "job", "language", "method", "metric", "outcome", "page", "period", "problem"}
GIVEN |= {"rule", "status", "value"}
"""Groups of names that the data, or other code than the page's, gives."""
SHOWN_BY = {"markdown", "caption", "write", "title", "header", "subheader", "metric", "info", "warning", "error"}
SHOWN_BY |= {"success", "button", "selectbox", "multiselect", "text_input", "checkbox", "radio", "toast", "tabs"}
PLACE = re.compile(r"\{(\w+)\}")


@pytest.mark.parametrize("key", sorted(CATALOGUE))
def test_a_text_is_there_in_both_languages_with_the_same_places(key: str) -> None:
    portuguese, english = CATALOGUE[key]
    assert portuguese.strip() and english.strip()
    if key != "models.original":
        assert sorted(set(PLACE.findall(portuguese))) == sorted(set(PLACE.findall(english)))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_key_that_the_code_names_is_in_the_catalogue(path: Path) -> None:
    groups = {key.partition(".")[0] for key in CATALOGUE}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            group, dot, rest = node.value.partition(".")
            if dot and group in groups and re.fullmatch(r"[a-z_0-9]+", rest) and group not in ("data", "column"):
                # A key whose end the data gives stands there as its beginning.
                is_begun = rest.endswith("_") and any(key.startswith(node.value) for key in CATALOGUE)
                assert node.value in CATALOGUE or is_begun, f"{path.name}:{node.lineno}"


def patterns(path: Path) -> Iterator[str]:
    """Yield the keys that a file may name: as they stand, and as patterns where the data gives a part of them."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield re.escape(node.value)
        if isinstance(node, ast.JoinedStr):
            parts = [re.escape(str(one.value)) if isinstance(one, ast.Constant) else ".+" for one in node.values]
            yield "".join(parts)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_key_of_which_the_data_gives_a_part_is_that_of_some_text(path: Path) -> None:
    groups = "|".join({re.escape(key.partition(".")[0]) for key in CATALOGUE})
    for pattern in patterns(path):
        if ".+" in pattern and re.fullmatch(rf"({groups})\\\.[^ .]*\.\+[^ .]*", pattern):
            assert any(re.fullmatch(pattern, key) for key in CATALOGUE), f"{path.name}: {pattern}"


def test_no_text_is_left_that_nothing_shows() -> None:
    shown = set()
    for path in SOURCES:
        named = set(patterns(path))
        constants = {one.replace("\\", "") for one in named if ".+" not in one}
        shown |= constants & CATALOGUE.keys()
        for pattern in (one for one in named if re.fullmatch(r"[a-z_]+\\\..*\.\+.*", one)):
            found = {key: re.fullmatch(pattern.replace(".+", "(.+)"), key) for key in CATALOGUE}
            for key, match in found.items():
                is_given = key.partition(".")[0] in GIVEN
                if match and (is_given or all(one in constants for one in match.groups())):
                    shown.add(key)
    columns = " ".join(path.read_text() for path in (*SOURCES, *QUERIES, *TABLES))
    shown |= {key for key in CATALOGUE if key.startswith("column.") and re.search(rf"\b{key[7:]}\b", columns)}
    # A page has a lead, and a chart or a number has its meaning.
    shown |= {key for key in CATALOGUE if key.removesuffix("_help") in shown or key.endswith(".lead")}
    assert CATALOGUE.keys() == shown


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_literal_text_is_shown(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        is_shown = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SHOWN_BY
        if is_shown and node.args and isinstance(node.args[0], ast.Constant):
            assert not re.search("[A-Za-z]", str(node.args[0].value)), f"{path.name}:{node.lineno}"


def test_every_feature_has_a_name() -> None:
    assert {f"feature.{name}" for name in FEATURES} <= CATALOGUE.keys()


def test_a_text_without_its_values_shows_its_places_and_an_unknown_key_raises() -> None:
    assert Texts("pt")("app.release", day="31/12/2025", name="x") == "Dados até 31/12/2025 · publicação x"
    with pytest.raises(KeyError):
        Texts("pt")("app.nothing")


@pytest.mark.parametrize("key", sorted(abroad.TEXTS))
def test_a_text_for_shops_abroad_stands_for_another_with_the_same_places(key: str) -> None:
    for own, other in zip(abroad.TEXTS[key], CATALOGUE[key], strict=True):
        assert sorted(set(PLACE.findall(own))) == sorted(set(PLACE.findall(other)))
        assert own != other


@pytest.mark.parametrize("language", ["pt", "en"])
def test_a_shop_abroad_reads_nothing_of_brazil(language: str) -> None:
    text = Texts(language, 90, Shop("GB", "ENG", "GBP", "Europe/London"))
    # The form is the simulated shop's, which is Brazilian; no other home shows it.
    keys = [key for key in CATALOGUE if key.partition(".")[0] not in ("registration", "problem", "method")]
    brazil = re.compile(r"R\$|BRL|Bra[sz]il|Paulo|CPF|CEP|LGPD|\b[Ee]stados?\b|\b[Ss]tates?\b")
    about = [key for key in keys if key != "column.freshness" and brazil.search(text(key))]
    assert not [key for key in about if not key.startswith("deliveries.remote")]


@pytest.mark.parametrize("name", KINDS)
def test_the_words_of_each_kind_of_model_are_there_in_both_languages_with_the_same_places(name: str) -> None:
    kind = KINDS[name]
    pairs = [kind.title, *(words for one in kind.measures for words in (one.title, one.meaning))]
    for portuguese, english in pairs:
        assert portuguese.strip() and english.strip()
        assert sorted(set(PLACE.findall(portuguese))) == sorted(set(PLACE.findall(english)))
    abroad_text = Texts("pt", 90, Shop("GB", "ENG", "GBP", "Europe/London"))
    assert not [words for words in pairs if re.search(r"R\$|BRL|Bra[sz]il|\{", abroad_text.of(words))]


def test_headings_and_what_models_say_name_the_shops_currency() -> None:
    shop = Shop("GB", None, "GBP", "Europe/London")

    assert Texts("pt")("column.revenue_brl") == "Receita (R$)"
    assert Texts("en")("column.revenue_brl") == "Revenue (BRL)"
    assert Texts("pt", shop=shop)("column.revenue_brl") == "Receita (£)"
    assert Texts("en", shop=shop)("column.revenue_brl") == "Revenue (GBP)"
    assert Texts("en", shop=shop).about_amounts("RMSE of 2.50 BRL") == "RMSE of 2.50 GBP"
    assert Texts("en").about_amounts("RMSE of 2.50 BRL") == "RMSE of 2.50 BRL"


@pytest.mark.parametrize("window_days", [60, 90, 120])
def test_texts_of_expected_spend_say_the_window_of_the_release_in_both_languages(window_days: int) -> None:
    of_window = [key for key, texts in CATALOGUE.items() if all("{window}" in text for text in texts)]

    assert "customers.expected" in of_window
    for language in ("pt", "en"):
        texts = Texts(language, window_days)
        assert all(re.search(rf"\b{window_days} (dias|days)\b", texts(key)) for key in of_window)


def test_a_number_of_days_in_a_text_is_of_the_forecast_of_a_feature_or_of_the_days_shown() -> None:
    said = re.compile(r"\b(60|90|120) (dias|days)\b")
    fixed = {key for key, texts in CATALOGUE.items() if any(said.search(text) for text in texts)}
    of_features = {key for key in fixed if key.startswith("feature.") and "last_90_days" in key}
    assert fixed - of_features == {"forecasts.next90", "forecasts.next90_help", "forecasts.ahead_help"}
