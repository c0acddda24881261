"""Dates are read as they are written, and a day that no order of the shop can have goes to quarantine."""

from datetime import date
from pathlib import Path

import pytest

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report import ReportMapping, ReportSource

from .test_report_orders import rejects, rows
from .test_report_values import value


@pytest.mark.parametrize(
    "text, form, expected",
    [
        ("2024-03-01T02:30:00Z", "%Y-%m-%dT%H:%M:%SZ", "2024-03-01T02:30:00+00:00"),
        ("45356", "excel", "2024-03-05T03:00:00+00:00"),
        ("45357,5", "excel", "2024-03-06T15:00:00+00:00"),
        ("20240305", "%Y%m%d", "2024-03-05T03:00:00+00:00"),
        ("25/01/2024 às 10h30", "%d/%m/%Y às %Hh%M", "2024-01-25T13:30:00+00:00"),
        ("5 de março de 2024", "%d de %B de %Y", "2024-03-05T03:00:00+00:00"),
        ("05/DEZ/2024", "%d/%b/%Y", "2024-12-05T03:00:00+00:00"),
        ("05-Mar-2024", "%d-%b-%Y", "2024-03-05T03:00:00+00:00"),
    ],
)
def test_a_date_is_read_in_the_form_that_the_mapping_names(tmp_path: Path, text: str, form: str, expected: str) -> None:
    found = value(tmp_path, "orders", "ordered_at", "ordered_at", text, date_formats=[form])
    assert found.isoformat() == expected  # type: ignore[attr-defined]


def dated(folder: Path, days: list[str], newest: date | None = None) -> ReportSource:
    """One order a day of the list."""
    text = "o,d,p,u\n" + "".join(f"{n},{day},a,1.00\n" for n, day in enumerate(days))
    (folder / "r.csv").write_text(text)
    columns = {"order_id": "o", "ordered_at": "d", "product_id": "p", "unit_price": "u"}
    return ReportSource(folder, ReportMapping.model_validate({"name": "r", "columns": columns}), newest=newest)


MARCH = [f"2024-03-{day:02d}" for day in range(1, 21)]


def test_a_day_a_century_away_or_still_to_come_goes_to_quarantine(tmp_path: Path) -> None:
    source = dated(tmp_path, [*MARCH, "1924-03-05", "2042-03-05"], date(2026, 1, 1))
    assert sorted(reason for _, reason, _ in rejects(source)) == ["future:ordered_at", "implausible:ordered_at"]
    assert (source.first_day(), source.last_day()) == (date(2024, 3, 1), date(2024, 3, 20))
    assert len(rows(source, "orders", "order_id")) == 20
    assert source.has_days_to_come


def test_a_report_of_nothing_but_days_to_come_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        SourceError, match="Every date in column 'd' is still to come: expected orders up to 2026-01-01"
    ):
        dated(tmp_path, ["2062-03-05", "2062-03-06"], date(2026, 1, 1))


def test_a_long_pause_with_many_lines_on_both_sides_is_noted_and_loaded(tmp_path: Path) -> None:
    source = dated(tmp_path, [*(day.replace("2024", "2015") for day in MARCH), *MARCH])
    assert rejects(source) == []
    assert source.notes == [
        "There are no lines for years before 2024-03-01 and 20 of 40 lines before that: check that the years are right."
    ]
