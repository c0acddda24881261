"""Whatever texts a report holds come in as they are; a damaged line costs itself only, and is in quarantine."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .shop_export import HEADERS, brazilian, lines, mapping, report, text
from .whole_pull import Pulled, Refused, Row, pull, pulled

COUNT = 300
"""Two bad lines are less than a hundredth of them, and so no reason to refuse the whole report."""
ROWS = [line | {"Descrição": "Caneca"} for line in lines(COUNT, date="01/03/2024")]
TEXT = text(ROWS)
LINES = TEXT.splitlines(keepends=True)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Pulled:
    folder = tmp_path_factory.mktemp("clean")
    return pulled(lambda: report(folder / "in", TEXT), folder / "home")


def by_order(rows: Counter[Row]) -> dict[str, list[Row]]:
    orders: dict[str, list[Row]] = {}
    for row in sorted(rows.elements(), key=str):
        orders.setdefault(dict(row)["order_id"], []).append(row)
    return orders


def inserted(line: str, mark: str, chance: Random) -> str:
    place = chance.randrange(len(line) - 1)
    return line[:place] + mark + line[place:]


def without(line: str, mark: str, chance: Random) -> str:
    place = chance.choice([place for place, letter in enumerate(line) if letter == mark])
    return line[:place] + line[place + 1 :]


def opened(line: str, chance: Random) -> str:
    """The line with a quote before one of its fields."""
    fields = line.split(";")
    place = chance.randrange(len(fields))
    return ";".join([*fields[:place], '"' + fields[place], *fields[place + 1 :]])


DAMAGES: dict[str, Callable[[str, Random], str]] = {
    "a quote more": lambda line, chance: inserted(line, '"', chance),
    "a quote before a field": opened,
    "a delimiter more": lambda line, chance: inserted(line, ";", chance),
    "a delimiter less": lambda line, chance: without(line, ";", chance),
    "a line feed more": lambda line, chance: inserted(line, "\n", chance),
    "a carriage return more": lambda line, chance: inserted(line, "\r", chance),
    "the rest lost": lambda line, chance: line[: chance.randrange(1, len(line) - 1)] + "\n",
    "the line break lost": lambda line, chance: line[:-1],
    "the line twice": lambda line, chance: line * 2,
    "another encoding": lambda line, chance: line.replace("São", "S\udce3o"),
    "garbage": lambda line, chance: "".join(chance.choices('x;"\t|', k=40)) + "\n",
}
JOINING = ("the line break lost",)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_line_takes_no_other_order_with_it(tmp_path: Path, clean: Pulled, damage: str) -> None:
    chance = Random(damage)
    for trial in range(4):
        hurt = sorted(chance.sample(range(1, COUNT), 1 + trial % 2))
        found = [DAMAGES[damage](line, chance) if number in hurt else line for number, line in enumerate(LINES)]
        content = "".join(found).encode("utf-8", "surrogateescape")
        outcome = pull(lambda content=content: report(tmp_path / "in", content), tmp_path / f"home-{trial}")
        if isinstance(outcome, Refused):
            assert any(remedy in outcome.message for remedy in ("export", "set format.")), outcome.message
            continue
        # Which of its neighbours a torn line belongs to cannot be known.
        near = (-1, 0, 1) if damage in ("a line feed more", "a carriage return more") else (0, damage in JOINING)
        touched = {ROWS[min(number - 1 + by, COUNT - 1)]["Pedido"] for number in hurt for by in near}
        before, after = by_order(clean.accepted["order_items"]), by_order(outcome.accepted["order_items"])
        assert {order for order in before | after if before.get(order) != after.get(order)} <= touched
        # Two lines without a line break between them are one.
        assert outcome.rows_in("order_items") >= COUNT - len(hurt) * (damage in JOINING)


@pytest.mark.parametrize("header", ["Cliente", "Nome", "Código", "Qtd", "Preço"])
@pytest.mark.parametrize("apart", [1, 7])
def test_two_stray_quotes_do_not_swallow_the_lines_between_them(
    tmp_path: Path, clean: Pulled, header: str, apart: int
) -> None:
    place, found = HEADERS.index(header), [line.rstrip("\n").split(";") for line in LINES]
    found[100][place] = '"' + found[100][place]
    found[100 + apart][place] += '"'
    outcome = pulled(
        lambda: report(tmp_path / "in", "".join(";".join(line) + "\n" for line in found)), tmp_path / "home"
    )
    touched = {ROWS[99]["Pedido"], ROWS[99 + apart]["Pedido"]}
    # Both lines of each order whose number can still be read.
    assert outcome.quarantined == {("order_items", "broken_quotes"): 2 * len(touched)}
    before, after = by_order(clean.accepted["order_items"]), by_order(outcome.accepted["order_items"])
    assert {order for order in before if before[order] != after.get(order)} == touched
    assert outcome.rows_in("order_items") == COUNT


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("field", ["first", "last"])
def test_no_line_is_loaded_with_the_half_of_a_field_that_a_stray_line_break_left(
    tmp_path: Path, field: str, line_break: str
) -> None:
    found = text(ROWS, [*HEADERS[:6], *HEADERS[7:], "Cidade"]).splitlines(keepends=True)
    place = 4 if field == "first" else -7
    found[100] = found[100][:place] + line_break + found[100][place:]
    outcome = pulled(lambda: report(tmp_path / "in", "".join(found)), tmp_path / "home")
    assert {reason for _, reason in outcome.quarantined} == {"stray_line_break", "wrong_field_count"}
    assert outcome.rows_in("order_items") == COUNT + 1
    lines_of = Counter(dict(row)["order_id"] for row in outcome.accepted["order_items"].elements())
    assert set(lines_of.values()) == {2}
    assert set(outcome.column("orders", "city")) == {"São Paulo"}
    assert set(outcome.column("orders", "order_id")) <= {row["Pedido"] for row in ROWS}


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
AMOUNTS = st.decimals(0, 99999, places=2)
SHEETS = st.lists(st.tuples(TEXTS, TEXTS, st.integers(1, 9999), AMOUNTS), min_size=1, max_size=12)
BLANKS = " \t\r\n\u00a0\u202f\u2007\ufeff"
"""Around a text they are no part of it."""


@settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(
    sheet=SHEETS,
    headers=st.permutations(HEADERS),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([0, 1]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_any_text_and_number_comes_in_as_it_was_written(
    tmp_path: Path, sheet: list[Any], headers: list[str], delimiter: str, quoting: int, encoding: str, line_end: str
) -> None:
    rows = [
        lines(1)[0]
        | {"Pedido": f"{number:03}", "Código": f"p{number:03}", "Cliente": f"c{number:03}"}
        | {"Nome": name, "Descrição": product, "Qtd": str(quantity), "Preço": brazilian(price)}
        for number, (name, product, quantity, price) in enumerate(sheet)
    ]
    written = text(rows, headers, line_end=line_end, delimiter=delimiter, quoting=quoting).encode(encoding)
    use = mapping({"delimiter": delimiter, "encoding": encoding.removesuffix("-sig")})
    with TemporaryDirectory(dir=tmp_path) as folder:
        found = pulled(lambda: report(Path(folder) / "in", written, use), Path(folder) / "home")
    assert not found.quarantined
    assert Counter(
        (row["order_id"], row["product_id"], row["quantity"], row["unit_price_brl"])
        for row in map(dict, found.accepted["order_items"])
    ) == Counter((f"{number:03}", f"p{number:03}", Decimal(row[2]), row[3]) for number, row in enumerate(sheet))
    names = {person["customer_id"]: person["name"] for person in found.persons.values()}
    assert names == {f"c{number:03}": row[0].strip(BLANKS) or None for number, row in enumerate(sheet)}
    products = {dict(row)["product_id"]: dict(row)["name"] for row in found.accepted["products"]}
    assert products == {f"p{number:03}": row[1].strip(BLANKS) or None for number, row in enumerate(sheet)}
