"""What a person can do about quarantined lines: the file's column that each reason is about, and the key to write."""

from eshop_dagster.adapters.sources.report.mapping import LineKey, OrderKey, ReportMapping

SEE = "see docs/report-source.md"


def remedy(reason: str, mapping: ReportMapping) -> str:
    """What to do about a reason for quarantine, in the words of this file and its mapping."""
    kind, _, field = reason.partition(":")
    column = _column(field, mapping)
    number = _order_number(mapping)
    day = mapping.columns.ordered_at or mapping.columns.ordered_date
    of_kind = {
        "wrong_field_count": f"the line does not split at {mapping.format.delimiter!r} into as many fields as the "
        "header has: check format.delimiter and format.quote, or mend the line in the file",
        "broken_quotes": "a quote stands in the middle of a field: write format.quote: none if quotes are plain text",
        "stray_line_break": "a line break tears the line apart: take it out of the file",
        "exact_duplicate": "the line repeats an earlier one: write duplicates: keep if each is a piece of its own",
        "future": f"{column} is a day to come: correct it in the file, or load again on that day",
        "duplicate_key": f"two lines of an order have one number in {column}: leave line_number out of the mapping",
        "currency_without_rate": f"give the currency in {_column('currency', mapping)} a rate, such as currency: "
        f"{{code: {mapping.currency.code}, rates: {{USD: 5.40}}}}",
        "discount_above_order": f"{_column('discount', mapping)} is more than the order costs: write discount_per: "
        "order if each line repeats it, or leave the column out",
        "discount_above_line": f"{_column('discount', mapping)} is more than the line costs: write discount_per: order "
        "if it is the order's, or leave the column out",
        "discount_with_freight": "a line of a negative price has freight: move the freight to another line of the file",
        "too_many_decimals": f"{column} has more decimals than can be kept: round it in the file",
    }
    by_field = {
        "unreadable:ordered_at": f"{column} is in none of format.date_formats: add the format that it has",
        "implausible:ordered_at": f"{column} lies years away from all other days: correct it in the file, or "
        "format.date_formats if the year stands in another place",
        "missing:ordered_at": f"{column} is empty: fill it in the file; where only an order's first line has it, write "
        "ordered_at_per: order",
        "missing:order_id": f"{column} is empty: fill it down in the file. A closing line of totals may stay there",
        "missing:method": f"{_column('payment_amount', mapping)} is taken for a payment, and no column says its "
        "method: name one as payment_method, or one for all as constants.payment_method, or leave payment_amount out",
        "missing:product_id": f"{column} is empty: fill it in the file, or name one product for all lines as "
        "constants.product_id",
        "rule:status": f"a word of {column} is not known: map it under status, or list it under "
        "cancellation.statuses or return.statuses",
        "rule:quantity": f"{column} is 0 or too large: correct it in the file",
        "rule:unit_price_brl": f"{column} is negative or too large: write negative_price: discount or return if "
        "negative ones are meant, else correct the cell",
        "rule:line_total": "one total cannot be shared out among lines of both signs: give each line its own",
        "implausible:quantity": f"{column} holds a number as long as a bar code: correct the cell",
        "order_conflict:ordered_at": f"lines of one number in {number} lie days apart. If the numbers start again, "
        f"make the id of more: order_id: {_id_of_more(mapping, day)}, with a till or shop if there is one, or "
        f"year_of: {day} if they start again each year. If the later lines belong to the order (a refund), write "
        "such as days_within_order: 30",
        "order_conflict:files": "two files tell one order otherwise: keep only the newest export in the folder",
    }
    if reason in by_field:
        return by_field[reason]
    if kind == "order_conflict" and field in ("freight", "line_total", "discount"):
        return f"{column} is not the same on all lines of an order: write {field}_per: line"
    if kind == "order_conflict":
        return (
            f"lines of one order differ in {column}. If it belongs to the line, or tells two orders apart, make the id "
            f"of both: order_id: {_id_of_more(mapping, column.strip(chr(39)))}; else leave {field} out"
        )
    if kind == "unreadable" and field in ("order_id", "customer_id", "product_id", "seller_id"):
        return f"a table program rounded the numbers of {column}: export the column as text"
    if kind == "unreadable":
        return (
            f"{column} is no number as format.decimal, format.thousands and the currency's sign say; words that mean "
            "nothing go into format.empty_words, and amounts of several currencies need a column of currencies"
        )
    if kind == "missing":
        return f"{column} is empty: fill it in the file"
    return of_kind.get(kind, SEE)


def _column(field: str, mapping: ReportMapping) -> str:
    """The header that a field of the raw contract is read from, quoted."""
    columns = mapping.columns
    field = {"freight_brl": "freight", "amount_brl": "payment_amount", "installments": "payment_installments"}.get(
        field, field
    )
    if field == "unit_price_brl":
        field = "line_total" if columns.line_total else "unit_price"
    if field == "ordered_at":
        return repr(columns.ordered_at or columns.ordered_date)
    if field == "order_id":
        return _order_number(mapping)
    header = getattr(columns, field, None)
    return repr(header) if header else field


def _order_number(mapping: ReportMapping) -> str:
    return ", ".join(map(repr, _id_headers(mapping))) or "the order's number"


def _id_headers(mapping: ReportMapping) -> list[str]:
    key = mapping.columns.order_id
    if isinstance(key, LineKey):
        return []
    return list(key.from_) if isinstance(key, OrderKey) else [key]


def _id_of_more(mapping: ReportMapping, header: str | None) -> str:
    """The order's id of its own columns and one more, as the mapping writes it."""
    return f"{{from: [{', '.join([str(header), *_id_headers(mapping)])}]}}"
