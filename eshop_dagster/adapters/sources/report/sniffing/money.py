"""What a sample's amounts are: discounts, totals of an order, currencies and negative prices."""

from eshop_dagster.adapters.sources.report.lines import CURRENCY_WORDS
from eshop_dagster.adapters.sources.report.sniffing.decided import Decisions
from eshop_dagster.adapters.sources.report.sniffing.discounts import ask_of_discounts, settle_discount, settle_freight
from eshop_dagster.adapters.sources.report.sniffing.grouping import (
    Orders,
    is_on_first_line,
    is_same_on_all_lines,
    lines_of_orders,
)
from eshop_dagster.adapters.sources.report.sniffing.places import decide_currency
from eshop_dagster.adapters.sources.report.sniffing.roles import role_of
from eshop_dagster.adapters.sources.report.sniffing.sample import Sample
from eshop_dagster.adapters.sources.report.sniffing.styles import to_float


def decide_money(made: Decisions, sample: Sample) -> None:
    """Decide on discounts, on totals told per order, on the currency column and on negative prices."""
    orders = lines_of_orders(made, sample)
    settle_discount(made, sample, orders)
    settle_freight(made, sample, orders)
    if "discount" in made.columns:
        _decide_discount(made, sample, orders)
    if "line_total" in made.columns and is_same_on_all_lines(_column(made, sample, "line_total"), orders):
        if len(set(made.texts(sample, "line_total"))) > 1:
            made.keys["line_total_per"] = ("order", "GUESS: all lines of an order have the same total: the order's.")
        else:
            made.keys["line_total_per"] = ("line", "GUESS: all lines of the file have the same total: each its own.")
    day = str(made.columns.get("ordered_at") or made.columns["ordered_date"])
    if is_on_first_line(sample.columns[day], orders):
        made.keys["ordered_at_per"] = ("order", "Only the first line of an order has its date.")
    if "freight" in made.columns and is_on_first_line(_column(made, sample, "freight"), orders):
        made.keys["freight_per"] = ("order", "GUESS: only the first line of an order has its freight.")
    elif "freight" in made.columns and "freight_per" not in made.keys and _is_repeated(made, sample, orders):
        made.keys["freight_per"] = ("order", "GUESS: all lines of an order have the same freight: the order's.")
    _find_currencies(made, sample)
    decide_currency(made)
    _decide_negative_prices(made, sample, orders)
    _decide_control_total(made, sample, orders)
    _ask_of_freight(made, sample)
    ask_of_discounts(made, sample)


def _is_repeated(made: Decisions, sample: Sample, orders: Orders) -> bool:
    texts = _column(made, sample, "freight")
    has_some = any(to_float(texts[place], made.numbers) for places in orders if len(places) > 1 for place in places)
    return is_same_on_all_lines(texts, orders) and has_some


def _column(made: Decisions, sample: Sample, key: str) -> list[str]:
    return sample.columns[str(made.columns[key])]


def _decide_discount(made: Decisions, sample: Sample, orders: Orders) -> None:
    header, texts = str(made.columns["discount"]), _column(made, sample, "discount")
    if not any(to_float(text, made.numbers) for text in texts if text):
        made.left_out[header] = "no line has a discount"
        del made.columns["discount"]
    elif "line_total" in made.columns:
        made.comments["discount"] = (
            f"TODO {header!r} is not loaded: the line totals are taken for what was paid, after it."
        )
        made.left_out[header] = "see line_total"
        del made.columns["discount"]
    else:
        made.comments["discount"] = "GUESS: taken off the prices; leave it out if they are after it."
        several = [[texts[place] for place in places] for places in orders if len(places) > 1]
        repeated = [found for found in several if any(to_float(text, made.numbers) for text in found if text)]
        if is_on_first_line(texts, orders) or (repeated and all(len(set(found)) == 1 for found in repeated)):
            made.keys["discount_per"] = ("order", "GUESS: all lines of an order have the same discount: the order's.")


def _find_currencies(made: Decisions, sample: Sample) -> None:
    if "currency" not in made.columns:
        return
    header = str(made.columns["currency"])
    words = [CURRENCY_WORDS.get(word.lower(), word.upper()) for word in sample.filled(header)]
    made.currencies = sorted(set(words), key=lambda code: (-words.count(code), code))
    if len(made.currencies) == 1:
        made.left_out[header] = f"{made.currencies[0]} on every line"
        del made.columns["currency"]


def _decide_negative_prices(made: Decisions, sample: Sample, orders: Orders) -> None:
    price = "line_total" if "line_total" in made.columns else "unit_price"
    amounts = [to_float(text, made.numbers) for text in _column(made, sample, price)]
    pieces = [1.0] * sample.lines
    if "quantity" in made.columns:
        pieces = [to_float(text, made.quantities) for text in _column(made, sample, "quantity")]
    is_negative = [amount < 0 < count for amount, count in zip(amounts, pieces, strict=True)]
    found = [places for places in orders if any(is_negative[place] for place in places)]
    if not found:
        return
    whole = sum(all(is_negative[place] for place in places) for places in found)
    if whole > len(found) / 2:
        made.keys["negative_price"] = ("return", "GUESS: orders of negative prices only are pieces that came back.")
        made.has_negative_quantity = "quantity" in made.columns
    else:
        made.keys["negative_price"] = ("discount", "GUESS: a line of a negative price is a discount of its order.")


def _decide_control_total(made: Decisions, sample: Sample, orders: Orders) -> None:
    if "control_total" not in made.columns or "control_total" in made.comments:
        return
    texts = _column(made, sample, "control_total")
    if role_of(str(made.columns["control_total"])) == "payment_amount":
        made.comments["control_total"] = "Compared, and not loaded: what was paid, but no column says how."
    differs = any(len({texts[place] for place in places if texts[place]}) > 1 for places in orders)
    if not differs:
        made.keys["control_total_per"] = ("order", "The total is the order's.")


def _ask_of_freight(made: Decisions, sample: Sample) -> None:
    """Say that a line's total may hold the freight beside it, where no unit price tells."""
    if not {"line_total", "freight"} <= made.columns.keys() or "line_total" in made.comments:
        return
    if any(to_float(text, made.numbers) for text in made.texts(sample, "freight")):
        made.comments["line_total"] = (
            f"GUESS: taken for goods without {str(made.columns['freight'])!r}, which is added; no unit price tells."
        )
