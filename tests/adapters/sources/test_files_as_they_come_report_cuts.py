"""A report cut anywhere is refused, but for a cut between two lines, which nothing in the one file tells."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from eshop_dagster.adapters.raw_store import Limits

from ..raw_home import content as raw_content
from .shop_export import Line, lines, mapping, report, text
from .whole_pull import Pulled, Refused, pull, pulled

CUTS = 40
"""Of each file; there are four."""


def item(line: Line) -> tuple[str, str, Decimal, Decimal]:
    price = line["Preço"].removeprefix("R$ ").replace(".", "").replace(",", ".")
    return line["Pedido"], line["Código"], Decimal(line["Qtd"]), Decimal(price)


def items(found: Pulled) -> Counter[Any]:
    rows = [dict(row) for row in found.accepted["order_items"].elements()]
    return Counter((row["order_id"], row["product_id"], row["quantity"], row["unit_price_brl"]) for row in rows)


def cuts(content: bytes, ends: list[int]) -> list[int]:
    """Places spread evenly over a file, and those beside its line ends, numbers, quotes and accents."""
    beside = {place + by for place in ends[::5] for by in (-3, -2, -1, 0, 1, 2)}
    beside |= {place + by for mark in (b'"', "ã".encode(), b"R$") for place in [content.rfind(mark)] for by in (1, 2)}
    spread = {len(content) * number // CUTS for number in range(1, CUTS)}
    return sorted(place for place in beside | spread if 0 < place < len(content))


@pytest.mark.parametrize(
    ("encoding", "line_end"), [("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("cp1252", "\r"), ("utf-16", "\r\n")]
)
def test_a_cut_is_refused_wherever_it_lies_and_between_two_lines_the_lines_before_it_are_loaded(
    tmp_path: Path, encoding: str, line_end: str
) -> None:
    rows = lines(24)
    use = mapping({"encoding": encoding.removesuffix("-sig")})
    content = text(rows, line_end=line_end).encode(encoding)
    ends = [len(text(rows[:count], line_end=line_end).encode(encoding)) for count in range(1, 24)]
    loaded = {}
    for place in cuts(content, ends):
        found = pull(lambda cut=place: report(tmp_path / "in", content[:cut], use), tmp_path / f"home-{place}")
        if isinstance(found, Refused):
            assert any(remedy in found.message for remedy in ("export", "copy it again", "encoding")), found.message
            continue
        assert items(found) == Counter(map(item, rows[: found.rows_in("order_items")]))
        assert not found.quarantined
        loaded[place] = found.rows_in("order_items")
    # Of a line break of two characters, the first one ends the line.
    half = 2 if encoding == "utf-16" else 1
    known = {place: count for count, place in enumerate(ends, 1)}
    if line_end == "\r\n":
        known |= {place - half: count for place, count in known.items()}
    assert loaded == {place: count for place, count in known.items() if place in cuts(content, ends)}
    assert len(loaded) >= 5


def test_an_export_that_never_ends_its_last_line_is_loaded_when_that_is_declared(tmp_path: Path) -> None:
    rows = lines(24)
    use = mapping({"last_line_break": False})
    content = text(rows).encode().removesuffix(b"\n")
    whole = pulled(lambda: report(tmp_path / "in", content, use), tmp_path / "home")
    assert items(whole) == Counter(map(item, rows))
    undeclared = pull(lambda: report(tmp_path / "in", content), tmp_path / "other")
    assert isinstance(undeclared, Refused)
    last = text(rows).count("\n")
    assert f"ends in the middle of a line: its last line ({last}) has no line break" in undeclared.message
    assert "set format.last_line_break: false if this export never ends its last line" in undeclared.message


def test_of_an_export_that_never_ends_its_last_line_a_cut_between_two_lines_is_refused(tmp_path: Path) -> None:
    use = mapping({"last_line_break": False})
    for count in range(1, 24):
        cut = text(lines(count))
        found = pull(lambda content=cut: report(tmp_path / "in", content, use), tmp_path / "home")
        assert isinstance(found, Refused)
        assert "this export leaves its last line open, so lines are missing after line" in found.message


def test_a_day_that_comes_back_with_less_than_half_of_its_lines_stays_as_it_was(tmp_path: Path) -> None:
    rows = [line | {"Data": "01/03/2024"} for line in lines(60)]
    home = tmp_path / "home"
    pulled(lambda: report(tmp_path / "in", text(rows)), home)
    before = raw_content(home)
    found = pull(lambda: report(tmp_path / "in", text(rows[:20])), home)
    assert isinstance(found, Refused)
    assert "of 2024-03-01 would shrink from" in found.message
    assert raw_content(home) == before


def test_days_behind_the_end_of_a_shorter_report_stay_as_they_were(tmp_path: Path) -> None:
    home = tmp_path / "home"
    whole = pulled(lambda: report(tmp_path / "in", text(lines(30))), home)
    shorter = pulled(lambda: report(tmp_path / "in", text(lines(20))), home, Limits())
    assert shorter.accepted["order_items"] == whole.accepted["order_items"]
