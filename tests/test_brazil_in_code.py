"""Brazil's currency, city and code are the default of `shop.py`, and nowhere else a constant of what people read."""

import ast
import re
from pathlib import Path

from eshop_dagster.settings import PROJECT_DIR

CODE = PROJECT_DIR / "eshop_dagster"
BRAZIL = re.compile(r"\bBRL\b|R\$|S[ãa]o[ _]Paulo|\bBrasil\b|\+55|^BR$")
KNOWS_BRAZIL = {
    # The declaration; the currency that models write, which `in_currency_of` replaces; what is Brazilian by its nature.
    *("shop.py", "ml/persona_text.py", "ml/personas.py", "ml/anomalies.py", "ml/public_holidays.py"),
    *("stages/preparation.py", "stages/spreadsheet.py", "stages/person_rules.py", "dashboard/training_words.py"),
    *(
        "dashboard/pages/backtest.py",
        "dashboard/charts/states.py",
        "dashboard/texts/shared.py",
        "adapters/countries.py",
    ),
    "api/app.py",
}
WRITES_OF_ITSELF = ("ml/plots/", "ml/spend/", "ml/revenue/", "ml/replay/", "ml/gate_bench/")
"""What models and their plots write, in the columns' own currency: `stages.preparation` names the shop's instead."""
BRAZILIAN_SOURCES = ("adapters/sources/",)


def words_of(path: Path) -> list[str]:
    """Return the constants of a file's code, docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    said |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in said]
    return [node.value for node in texts if isinstance(node.value, str)]


def test_only_the_files_that_must_know_brazil_name_its_currency_or_city() -> None:
    found = {str(path.relative_to(CODE)) for path in CODE.rglob("*.py") if any(map(BRAZIL.search, words_of(path)))}
    assert {name for name in found if not name.startswith((*WRITES_OF_ITSELF, *BRAZILIAN_SOURCES))} == KNOWS_BRAZIL


def test_no_sql_outside_of_the_sources_names_brazils_time_zone_or_currency() -> None:
    folders = (CODE / "adapters" / "floor", PROJECT_DIR / "dbt_project" / "models")
    named = [path.name for folder in folders for path in folder.rglob("*.sql") if BRAZIL.search(path.read_text())]
    assert named == []
