"""The screen of `eshop report check`."""

from rich.console import Console
from rich.table import Table

from eshop_dagster.stages.check_report import ReportCheck


def print_check(found: ReportCheck) -> None:
    """Print what a load would bring: sums, quarantine, open questions, and the verdict as the last line."""
    console = Console()
    _print_sums(console, found)
    for bad in found.bad:
        _say(console, f"quarantine: {bad.rows:,} rows of {bad.table}, {bad.reason}")
        _say(console, f"  such as: {bad.example}")
        _say(console, f"  remedy:  {bad.remedy}")
    for note in found.notes:
        _say(console, f"note: {note}")
    for question in found.questions:
        _say(console, f"line {question.line} of the mapping: {question.text}")
        if question.key:
            _say(console, f"  decides: {question.key}")
    if found.without_column:
        _say(console, f"no column was found for: {', '.join(found.without_column)}")
    if found.refusal:
        _say(console, f"a load would be refused: {found.refusal}")
    elif found.questions:
        _say(console, f"a load would be taken, and {len(found.questions)} lines of the mapping are still to decide")
    else:
        _say(console, "a load would be taken")


def _print_sums(console: Console, found: ReportCheck) -> None:
    balance, currency = found.balance, found.shop.currency
    sums = Table("what", "count", currency, title=f"{found.shop.country}, days of {found.shop.time_zone}")
    rows = (
        ("lines read", balance.lines_read, balance.read_brl),
        ("lines loaded", balance.lines_loaded, balance.loaded_brl),
        ("lines in quarantine", balance.lines_quarantined, balance.quarantined_brl),
        ("repeats", balance.lines_repeated, balance.repeated_brl),
        ("orders", found.orders, None),
        ("customers", found.customers, None),
        ("guests' orders", found.guests, None),
        ("goods before discounts", None, balance.loaded_brl + balance.discount_brl),
        ("discounts", None, -balance.discount_brl),
        ("goods (net)", None, balance.loaded_brl),
        ("freight", None, balance.freight_brl),
        ("the file's own totals", None, balance.file_total_brl),
        ("orders that differ from them", balance.orders_off_total, None),
    )
    for name, count, amount in rows:
        if count or amount is not None:
            sums.add_row(
                name, f"{count:,}" if count is not None else "", f"{amount:,.2f}" if amount is not None else ""
            )
    console.print(sums)
    _say(console, f"days: {found.first_day} to {found.last_day}" if found.first_day else "days: none")


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
