"""A small British shop's sales report from before 2015, as the shop would export it."""

import random
from datetime import date, timedelta
from pathlib import Path

FIRST = date(2013, 12, 1)
DAYS = 304
MAPPING = """name: uk-shop
country: GB
holidays: ENG
format: {date_formats: ['%d/%m/%Y'], currency_prefix: '£'}
columns:
  order_id: Invoice
  ordered_at: InvoiceDate
  customer_id: Customer
  product_id: StockCode
  quantity: Quantity
  unit_price: Price
  state: Country
  zip_prefix: Postcode
"""
_REGIONS = (("England", "SW1A 1AA"), ("England", "M1 2AB"), ("Scotland", "EH1 1YZ"), ("Wales", "CF10 3AT"))


def write_uk_report(folder: Path) -> tuple[Path, Path]:
    """Write the report and its mapping; return their paths. Three orders a day, of 120 customers, on working days."""
    dice = random.Random(7)
    lines, number = ["Invoice,InvoiceDate,Customer,StockCode,Quantity,Price,Country,Postcode"], 0
    for day in (FIRST + timedelta(days=count) for count in range(DAYS)):
        for _ in range(0 if day.weekday() == 6 else 3 + day.weekday() % 2):
            number += 1
            customer = int(120 * dice.random() ** 2)
            region, postcode = _REGIONS[customer % len(_REGIONS)]
            pence = 199 + dice.randrange(4_000)
            lines.append(
                f"{number},{day:%d/%m/%Y},C{customer},P{dice.randrange(12)},{1 + dice.randrange(3)},"
                f"£{pence // 100}.{pence % 100:02},{region},{postcode}"
            )
    report, mapping = folder / "sales.csv", folder / "sales.yml"
    report.write_text("\n".join(lines) + "\n", encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    return report, mapping
