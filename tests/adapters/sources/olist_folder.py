"""Small Olist folders: the smallest valid row of each file, with keyword overrides."""

from collections.abc import Sequence
from pathlib import Path

from eshop_dagster.adapters.sources.olist import FILES

Line = dict[str, str]

SMALLEST: dict[str, Line] = {
    "customers": {
        "customer_id": "c1",
        "customer_unique_id": "u1",
        "customer_zip_code_prefix": "01310",
        "customer_city": "sao paulo",
        "customer_state": "SP",
    },
    "items": {
        "order_id": "o1",
        "order_item_id": "1",
        "product_id": "p1",
        "seller_id": "s1",
        "shipping_limit_date": "2017-11-30 00:00:00",
        "price": "58.90",
        "freight_value": "13.29",
    },
    "payments": {
        "order_id": "o1",
        "payment_sequential": "1",
        "payment_type": "credit_card",
        "payment_installments": "2",
        "payment_value": "72.19",
    },
    "reviews": {
        "review_id": "r1",
        "order_id": "o1",
        "review_score": "4",
        "review_comment_title": "",
        "review_comment_message": '"Recebi bem antes,\n\nobrigada ""lojas"""',
        "review_creation_date": "2017-12-02 00:00:00",
        "review_answer_timestamp": "2017-12-03 08:30:00",
    },
    "orders": {
        "order_id": "o1",
        "customer_id": "c1",
        "order_status": "delivered",
        "order_purchase_timestamp": "2017-11-24 21:15:19",
        "order_approved_at": "2017-11-25 08:00:00",
        "order_delivered_carrier_date": "2017-11-27 12:00:00",
        "order_delivered_customer_date": "2017-12-01 18:30:00",
        "order_estimated_delivery_date": "2017-12-20 00:00:00",
    },
    "products": {
        "product_id": "p1",
        "product_category_name": "beleza_saude",
        "product_weight_g": "225",
    },
    "sellers": {
        "seller_id": "s1",
        "seller_zip_code_prefix": "04195",
        "seller_city": "sao paulo",
        "seller_state": "SP",
    },
    "translation": {
        "product_category_name": "beleza_saude",
        "product_category_name_english": "health_beauty",
    },
}


def olist_folder(folder: Path, **lines: Sequence[Line]) -> Path:
    """Write the eight files, each with the given lines over its smallest one, or with that alone.

    Every order has a line, a payment and a review unless they are given.
    """
    folder.mkdir(parents=True, exist_ok=True)
    orders = [{"order_id": line.get("order_id", SMALLEST["orders"]["order_id"])} for line in lines.get("orders", [{}])]
    lines = {"items": orders, "payments": orders, "reviews": orders} | lines
    for name in FILES:
        write_lines(folder, name, lines.get(name, [{}]))
    return folder


def write_lines(folder: Path, name: str, lines: Sequence[Line]) -> Path:
    """Write one of the files again."""
    file, columns = FILES[name]
    header = columns.split()
    rows = [header, *([(SMALLEST[name] | line).get(column, "") for column in header] for line in lines)]
    path = folder / file
    # The data set's own translation begins with a byte-order mark.
    encoding = "utf-8-sig" if name == "translation" else "utf-8"
    path.write_text("".join(",".join(row) + "\n" for row in rows), encoding=encoding, newline="")
    return path
