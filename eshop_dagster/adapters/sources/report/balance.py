"""What came of a report's lines and of their money: read = loaded + quarantined + repeats."""

from dataclasses import asdict, dataclass
from decimal import Context, Decimal
from typing import Any

import duckdb

from eshop_dagster.adapters.sources.report.faults import REPEAT
from eshop_dagster.adapters.sources.report.lines import NUMBER
from eshop_dagster.adapters.sources.report.mapping import ReportMapping

CONTROL = "DECIMAL(20, 8)"
ZERO = Decimal("0.00")
WIDE = Context(prec=60)


@dataclass(frozen=True)
class Balance:
    """Lines and money of a report, goods without freight, in the shop's currency at the mapping's rates.

    Attributes:
        lines_read: lines with at least one value.
        lines_loaded: lines that are in an order, discount lines included.
        lines_quarantined: lines in quarantine, those that could not be taken apart included.
        lines_repeated: lines that repeat another one; they lie in quarantine too.
        read_brl: sum over all lines whose amount can be read.
        loaded_brl: sum over the items that were made of the loaded lines.
        quarantined_brl: sum over the lines in quarantine whose amount can be read.
        repeated_brl: sum over the repeats.
        rounded_brl: what rounding to four decimals, or to the cent after conversion, added to the loaded lines.
        freight_brl: freight of the loaded lines.
        discount_brl: what discounts took off the loaded lines: without them `loaded_brl` would be so much more.
        file_total_brl: sum of the file's own totals (`control_total`) over the loaded lines, None without them.
        orders_off_total: loaded orders whose goods, with or without freight, are not the file's own total.
        lines_without_amount: lines whose amount cannot be read, most of them in quarantine or repeated.
    """

    lines_read: int
    lines_loaded: int
    lines_quarantined: int
    lines_repeated: int
    read_brl: Decimal
    loaded_brl: Decimal
    quarantined_brl: Decimal
    repeated_brl: Decimal
    rounded_brl: Decimal
    freight_brl: Decimal
    discount_brl: Decimal
    file_total_brl: Decimal | None
    orders_off_total: int
    lines_without_amount: int

    def as_dict(self) -> dict[str, Any]:
        """The same for JSON, money as text."""
        return {key: str(value) if isinstance(value, Decimal) else value for key, value in asdict(self).items()}


def balance_of(connection: duckdb.DuckDBPyConnection, mapping: ReportMapping, *, broken: int) -> Balance:
    """The balance of `lines`, `rejects` and `items`; `broken` lines could not be taken apart, and are in no table."""
    found = {
        verdict: (count, amount or Decimal(0), unread, less or Decimal(0))
        for verdict, count, amount, unread, less in connection.execute(f"""
            SELECT verdict, count(*), sum(amount), count(*) FILTER (amount IS NULL), sum(less)
            FROM ({_amounts(mapping)}) GROUP BY verdict
        """).fetchall()
    }
    loaded, bad, repeats = (
        found.get(name, (0, Decimal(0), 0, Decimal(0))) for name in ("loaded", "quarantined", "repeated")
    )
    (goods, freight), *_ = connection.execute(
        "SELECT sum(revenue_brl), sum(TRY_CAST(freight_brl AS DECIMAL(18, 2))) FROM items"
    ).fetchall()
    total, off = _file_totals(connection, mapping)
    goods = Decimal(goods or 0)
    return Balance(
        lines_read=loaded[0] + bad[0] + repeats[0] + broken,
        lines_loaded=loaded[0],
        lines_quarantined=bad[0] + broken,
        lines_repeated=repeats[0],
        read_brl=_cents(loaded[1] + bad[1] + repeats[1]),
        loaded_brl=_cents(goods),
        quarantined_brl=_cents(bad[1]),
        repeated_brl=_cents(repeats[1]),
        rounded_brl=_cents(goods) - (_cents(loaded[1] + bad[1] + repeats[1]) - _cents(bad[1]) - _cents(repeats[1])),
        freight_brl=_cents(Decimal(freight or 0)),
        discount_brl=_cents(loaded[3]),
        file_total_brl=total,
        orders_off_total=off,
        lines_without_amount=loaded[2] + bad[2] + repeats[2] + broken,
    )


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(ZERO, context=WIDE)


def _rate(mapping: ReportMapping) -> str:
    rates = mapping.known_rates()
    cases = " ".join(f"WHEN '{code}' THEN {rate}" for code, rate in rates.items())
    return f"(CASE coalesce(currency, '{mapping.currency.code}') {cases} END)::DECIMAL(16, 8)"


def _in_shop(amount: str, mapping: ReportMapping) -> str:
    """An amount of the report in the shop's currency, to the hundredth of a cent."""
    exact = f"TRY_CAST({amount} AS DECIMAL(22, 6))"
    if mapping.columns.currency or mapping.known_rates()[mapping.currency.code] != 1:
        exact += f" * {_rate(mapping)}"
    return f"TRY_CAST(round({exact}, 4) AS DECIMAL(26, 4))"


def _amounts(mapping: ReportMapping) -> str:
    """Each line with its verdict and what it says that it cost, discounts taken off."""
    first = "row_number() OVER (PARTITION BY order_key ORDER BY {field} IS NULL, line_sequence) = 1"
    amount = "given" if mapping.columns.line_total else f"TRY_CAST(given * pieces AS {NUMBER})"
    # A discount lessens what its line, or its whole order, is worth: it is added to what only goes back.
    is_back = f"{amount} < 0"
    if mapping.discount_per == "order":
        of_order = "OVER (PARTITION BY order_key)"
        is_back = f"max({amount}) {of_order} <= 0 AND min({amount}) {of_order} < 0"
    if mapping.line_total_per == "order":
        amount = f"if({first.format(field='line_total')}, {amount}, 0)"
    elif mapping.negative_price == "return":
        amount = f"if({amount} > 0 AND starts_with(quantity, '-') AND line_total IS NOT NULL, NULL, {amount})"
    off = "0"
    if mapping.columns.discount:
        off = f"coalesce(abs(TRY_CAST(discount AS {NUMBER})), 0) * if({is_back}, -1, 1)"
    if mapping.discount_per == "order":
        off = f"if({first.format(field='discount')}, {off}, 0)"
    less = off
    if mapping.negative_price == "discount":
        less += f" + if({amount} < 0 AND coalesce(NOT starts_with(quantity, '-'), true), -({amount}), 0)"
    return f"""
        SELECT if(reason IS NULL, 'loaded', if(reason = '{REPEAT}', 'repeated', 'quarantined')) AS verdict,
            {_in_shop(f"({amount}) - ({off})", mapping)} AS amount, {_in_shop(less, mapping)} AS less
        FROM lines LEFT JOIN (SELECT line_sequence, reason FROM rejects) USING (line_sequence)
    """


def _file_totals(connection: duckdb.DuckDBPyConnection, mapping: ReportMapping) -> tuple[Decimal | None, int]:
    if not mapping.columns.control_total:
        return None, 0
    each = "max" if mapping.control_total_per == "order" else "sum"
    (total, off), *_ = connection.execute(f"""
        WITH told AS (
            SELECT order_number, {each}(TRY_CAST(control_total AS {CONTROL}) * rate) AS total
            FROM accepted JOIN orders USING (order_key) GROUP BY order_number
        ), made AS (
            SELECT order_number, sum(revenue_brl) AS goods,
                coalesce(sum(TRY_CAST(freight_brl AS DECIMAL(18, 2))), 0) AS freight
            FROM items GROUP BY order_number
        )
        SELECT sum(total), count(*) FILTER (abs(total - goods) > 0.005 AND abs(total - goods - freight) > 0.005)
        FROM told JOIN made USING (order_number)
    """).fetchall()
    return (None if total is None else _cents(Decimal(total))), off
