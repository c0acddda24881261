"""A folder of daily files is sniffed as a whole: a bounded sample of all of them, under the folder's name."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report import ReportSource, load_mapping, sniff
from eshop_dagster.adapters.sources.report.files import spread
from eshop_dagster.adapters.sources.report.sniffing import sample

from .report_drafts import revenue

HEAD = "Pedido;Data;Cliente;SKU;Qtd;Preço"


def write_days(folder: Path, days: int, *, price: str = "10,00") -> Path:
    """One file a day with one order of two pieces; the cents and the credit note stand in the last file only."""
    folder.mkdir()
    for day in (date(2024, 1, 1) + timedelta(n) for n in range(days)):
        line = f"{day:%m%d};{day:%d/%m/%Y};17;A1;2;{price}\n"
        (folder / f"{day}.csv").write_text(f"{HEAD}\n{line}", encoding="utf-8")
    return folder


def drafted(folder: Path) -> tuple[str, ReportSource]:
    draft = sniff(folder)
    (folder.parent / "mapping.yml").write_text(draft, encoding="utf-8")
    return draft, ReportSource(folder, load_mapping(folder.parent / "mapping.yml"))


def test_a_folder_gives_the_draft_its_name_and_what_only_a_later_file_shows_is_known(tmp_path: Path) -> None:
    folder = write_days(tmp_path / "Loja Centro 2024.csv", 20, price="1.000")
    (folder / "2024-02-01.csv").write_text(f"{HEAD}\nD201;01/02/2024;17;A1;-1;10,50\n", encoding="utf-8")
    draft, source = drafted(folder)
    mapping = yaml.safe_load(draft)
    assert mapping["name"] == "loja-centro-2024-csv"
    assert '# Draft of a mapping, drawn from "Loja Centro 2024.csv": 21 lines of 21 files.' in draft
    assert (mapping["format"]["thousands"], mapping["return"]["order_id_prefix"]) == (".", "D")
    assert revenue(source) == 20 * 2000 - 10.5


def test_a_column_that_some_files_lack_is_left_out_and_said(tmp_path: Path) -> None:
    folder = write_days(tmp_path / "vendas", 3)
    text = f"{HEAD};Cidade\n9;04/01/2024;17;A1;1;10,00;Recife\n"
    (folder / "2024-01-04.csv").write_text(text, encoding="utf-8")
    (folder / "2024-01-05.csv").write_text(f"{HEAD}\n", encoding="utf-8")
    draft, source = drafted(folder)
    assert "#   \"Cidade\" ('2024-01-01.csv' lacks it)" in draft
    assert revenue(source) == 70


def test_of_many_files_some_are_looked_at_from_the_first_to_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "MOST_FILES", 5)
    draft, source = drafted(write_days(tmp_path / "vendas", 30))
    assert "5 lines, the first ones of 5 files." in draft
    assert source.balance.lines_loaded == 30
    files = [Path(str(n)) for n in range(9)]
    assert [path.name for path in spread(files, 3)] == ["0", "4", "8"]
    assert spread(files, 9) == files


@pytest.mark.parametrize(
    "text, reason",
    [
        (f"{HEAD.replace(';', ',')}\n9,04/01/2024,17,A1,1,10.00\n", "is split at ',', and 2024-01-01.csv at ';'"),
        ("nome;idade\nAna;40\n", "has no column in common with 2024-01-01.csv"),
    ],
)
def test_files_of_two_kinds_in_one_folder_are_refused(tmp_path: Path, text: str, reason: str) -> None:
    folder = write_days(tmp_path / "vendas", 1)
    (folder / "2024-01-04.csv").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=reason):
        sniff(folder)
