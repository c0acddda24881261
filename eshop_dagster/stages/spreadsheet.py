"""CSV files: plain ones for programs, and ones that Excel in Portuguese opens by a double click."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from eshop_dagster.shop import BRAZIL, Shop, in_currency_of

PORTUGUESE = {
    "customer_key": "cliente",
    "as_of_date": "data de referência",
    "segment_id": "segmento",
    "segment_name_pt": "nome do segmento",
    "segment_name_en": "nome do segmento em inglês",
    "segment_typicality": "tipicidade no segmento (0 a 1)",
    "is_outlier": "atípico",
    "segmentation_model_version": "versão do modelo de segmentos",
    "expected_spend_brl": "gasto esperado em {window_days} dias (R$)",
    "purchase_probability": "probabilidade de comprar em {window_days} dias (0 a 1)",
    "spend_if_buying_brl": "gasto esperado de quem compra (R$)",
    "spend_if_buying_lower_80_brl": "gasto mínimo de quem compra, 80 % (R$)",
    "spend_if_buying_upper_80_brl": "gasto máximo de quem compra, 80 % (R$)",
    "spend_if_buying_lower_95_brl": "gasto mínimo de quem compra, 95 % (R$)",
    "spend_if_buying_upper_95_brl": "gasto máximo de quem compra, 95 % (R$)",
    "spend_model_version": "versão do modelo de gasto",
}
"""Headings for people."""

# Text that a spreadsheet would run, or take for a number and round: pseudonyms are hexadecimal, and some are 12e45.
_NOT_TEXT = re.compile(r"[=+\-@\t\r].*|\d+(?:e\d+)?", re.DOTALL)


def write_rows(
    path: Path,
    names: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    is_excel: bool = False,
    window_days: int | None = None,
    shop: Shop = BRAZIL,
) -> None:
    """Write rows as UTF-8 CSV, one at a time.

    Args:
        path: the file.
        names: the columns.
        rows: their values; None is an empty cell.
        shop: whose currency the headings for Excel name.
        is_excel: byte order mark, semicolons, decimal commas with at most four places, dd/mm/yyyy, `sim` and `não`,
            headings of `PORTUGUESE`; text that begins like a formula, or looks like a number, gets an apostrophe.
        window_days: length of the window that expected spend is of, for its heading.
    """
    with path.open("w", encoding="utf-8-sig" if is_excel else "utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";" if is_excel else ",", lineterminator="\r\n" if is_excel else "\n")
        headings = [in_currency_of(shop, PORTUGUESE.get(name, name).format(window_days=window_days)) for name in names]
        writer.writerow(headings if is_excel else names)
        writer.writerows(([_cell(value) for value in row] for row in rows) if is_excel else rows)


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "sim" if value else "não"
    if isinstance(value, float | Decimal):
        return str(round(value, 4) if isinstance(value, float) else value).replace(".", ",")
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, str) and _NOT_TEXT.fullmatch(value):
        return f"'{value}"
    return value
