"""A report that comes twice, under another name or in another dress, is counted once."""

from pathlib import Path

import pytest

from eshop_dagster.adapters.raw_store import Limits
from eshop_dagster.adapters.sources.report import ReportMapping

from ..raw_home import content as raw_content
from .shop_export import HEADERS, lines, mapping, report, text
from .whole_pull import Pulled, Refused, pull, pulled

ANYTHING_GOES = Limits(quarantined_share=1.0)
REPEATS = {("order_items", "exact_duplicate"): 30}
COPIES = {
    "with other line ends": text(lines(), line_end="\r\n"),
    "with a byte-order mark": text(lines()).encode("utf-8-sig"),
    "in another encoding": text(lines()).encode("utf-16"),
    "with more quotes": text(lines(), quoting=1),
    "reordered": text(lines(), HEADERS[::-1]),
    "with one more column": text([line | {"Nota": "x"} for line in lines()], [*HEADERS, "Nota"]),
    "sorted otherwise": text(lines()[::-1]),
}


def load(folder: Path, files: dict[str, str | bytes], use: ReportMapping | None = None) -> Pulled:
    return pulled(lambda: report(folder / "in", files, use), folder / "home", ANYTHING_GOES)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Pulled:
    return load(tmp_path_factory.mktemp("clean"), {"vendas.csv": text(lines())})


def test_the_same_file_twice_in_a_folder_is_the_file_once(tmp_path: Path, clean: Pulled) -> None:
    files: dict[str, str | bytes] = {name: text(lines()) for name in ("a.csv", "b.txt", "vendas (1).csv")}
    assert clean.is_content_of(load(tmp_path, files))


@pytest.mark.parametrize("duplicates", ["quarantine", "keep"])
@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_in_another_dress_adds_nothing_and_is_in_quarantine(
    tmp_path: Path, clean: Pulled, copy: str, duplicates: str
) -> None:
    found = load(tmp_path, {"a.csv": text(lines()), "b.csv": COPIES[copy]}, mapping(duplicates=duplicates))
    assert found.quarantined == REPEATS
    assert (found.accepted, found.persons) == (clean.accepted, clean.persons)


def test_so_many_repeats_are_refused_by_default(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"a.csv": text(lines()), "b.csv": COPIES["reordered"]}
    found = pull(lambda: report(tmp_path / "in", files), tmp_path / "home")
    assert isinstance(found, Refused)
    assert "30 of 60 rows of order_items break the raw contract (exact_duplicate 30x" in found.message


def test_pieces_that_stand_there_as_equal_lines_are_kept_once_a_piece(tmp_path: Path) -> None:
    pieces = [lines(1)[0]] * 3
    use = mapping(duplicates="keep")
    once = load(tmp_path / "once", {"a.csv": text(pieces)}, use)
    twice = load(tmp_path / "twice", {"a.csv": text(pieces), "b.csv": text(pieces[:2], HEADERS[::-1])}, use)
    assert once.rows_in("order_items") == 3
    assert twice.accepted == once.accepted
    assert twice.quarantined == {("order_items", "exact_duplicate"): 2}


def test_two_exports_that_overlap_give_every_line_once(tmp_path: Path, clean: Pulled) -> None:
    found = load(tmp_path, {"a.csv": text(lines()[:20]), "b.csv": text(lines()[10:], HEADERS[::-1])})
    assert found.accepted == clean.accepted
    assert found.quarantined == {("order_items", "exact_duplicate"): 10}


def test_an_export_in_pieces_is_one_export_even_where_an_order_is_in_two_of_them(tmp_path: Path, clean: Pulled) -> None:
    files: dict[str, str | bytes] = {f"{start:02}.csv": text(lines()[start : start + 7]) for start in range(0, 30, 7)}
    assert clean.is_content_of(load(tmp_path, files))


@pytest.mark.parametrize("value", [{"Preço": "R$ 9,99"}, {"Cidade": "Santos"}, {"Descrição": "Caneca grande"}])
def test_an_order_that_two_exports_tell_otherwise_is_quarantined_whole(
    tmp_path: Path, clean: Pulled, value: dict[str, str]
) -> None:
    later = [lines()[0] | value, *lines()[1:2]]
    found = load(tmp_path, {"a.csv": text(lines()), "b.csv": text(later)})
    assert found.quarantined == {
        ("order_items", "exact_duplicate"): 1,
        ("order_items", "order_conflict:files"): 3,
    }
    others = {row for row in clean.accepted["order_items"] if dict(row)["order_id"] != "0000001"}
    assert set(found.accepted["order_items"]) == others


def test_the_same_file_under_another_name_changes_nothing_in_a_home(tmp_path: Path) -> None:
    load(tmp_path, {"vendas.csv": text(lines())})
    before = raw_content(tmp_path / "home")
    load(tmp_path, {"vendas (cópia).csv": text(lines())})
    assert raw_content(tmp_path / "home") == before
