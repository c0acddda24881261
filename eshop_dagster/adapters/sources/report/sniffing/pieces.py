"""What a line of a sample counts for: its pieces, its price, and what a line is that stands there twice."""

from eshop_dagster.adapters.sources.report.sniffing.decided import Decisions, Repeats
from eshop_dagster.adapters.sources.report.sniffing.extras import Explained, explain_total
from eshop_dagster.adapters.sources.report.sniffing.roles import role_of
from eshop_dagster.adapters.sources.report.sniffing.sample import Sample
from eshop_dagster.adapters.sources.report.sniffing.styles import to_float

LEAST_DIFFERENCE = 0.005


def hidden_quantity(made: Decisions, sample: Sample) -> str:
    """Why a line cannot be one piece, although no column is taken for the quantity; empty if it can.

    To count a line of several pieces as one is an error that no later check would find.
    """
    if "quantity" in made.columns:
        return ""
    unusable = next((header for header in made.left_out if role_of(header) == "quantity"), None)
    if unusable is not None:
        return f"{unusable!r} is {made.left_out[unusable]}"
    if not {"unit_price", "line_total"} <= made.columns.keys():
        return ""
    rows = _priced_rows(made, sample)
    differing = [(price, total) for _, price, total in rows if not _equal(price, total)]
    several = sum(_is_multiple(total, price) for price, total in differing)
    if not several or several < len(differing) / 2:
        return ""
    return (
        f"on {several} of {len(rows)} lines {made.columns['line_total']!r} is several times "
        f"{made.columns['unit_price']!r}, so they are not one piece each"
    )


def settle_doubled_price(made: Decisions, sample: Sample) -> str:
    """Tell two price columns of one name apart, for a total is quantity x the price; return why that cannot be done."""
    key = next((key for key in ("line_total", "unit_price") if str(made.columns.get(key, "")).endswith(" (1)")), None)
    if key is None:
        return ""
    first = str(made.columns[key])
    second = f"{first.removesuffix(' (1)')} (2)"
    keys = [str(made.columns["quantity"])] if "quantity" in made.columns else []
    rows = [row for row in zip(*(sample.columns[name] for name in (*keys, first, second)), strict=True) if all(row)]
    styles = [*[made.quantities] * len(keys), made.numbers, made.numbers]
    numbers = [[to_float(text, style) for text, style in zip(row, styles, strict=True)] for row in rows]
    if all(_equal(row[-2], row[-1]) for row in numbers):
        return ""
    for price, total, place in ((first, second, -2), (second, first, -1)):
        other = -3 - place
        if keys and all(_equal(row[0] * row[place], row[other]) for row in numbers):
            made.columns.pop(key)
            made.columns["unit_price"] = price
            made.comments["unit_price"] = f"GUESS: {total!r} is quantity x {price!r} on every line."
            made.left_out[total] = "quantity x unit price, on every line"
            made.left_out.pop(price, None)
            return ""
    name = first.removesuffix(" (1)")
    return f"{name!r} is there twice with other amounts; write which is meant by hand, such as unit_price: {first!r}"


def choose_price(made: Decisions, sample: Sample) -> None:
    """Keep one of unit price and line total where there are both.

    Without a quantity a total above the price is the order's, or holds more than the price: then the price is kept.
    """
    is_counted = "quantity" in made.columns
    if not is_counted:
        made.comments["quantity"] = "GUESS: no column for the quantity was found, so each line counts as one piece."
    if not {"unit_price", "line_total"} <= made.columns.keys():
        return
    price_name, total_name = str(made.columns["unit_price"]), str(made.columns["line_total"])
    rows = _priced_rows(made, sample)
    differing = [(pieces * price, total) for pieces, price, total in rows if not _equal(pieces * price, total)]
    above = sum(total > product for product, total in differing)
    explained = explain_total(made, sample) if differing else None
    if explained:
        _keep_explained_price(made, explained, is_counted=is_counted)
    elif "discount" in made.columns and _is_before_discount(made, sample, rows, differing):
        made.left_out[total_name] = "the price less the discount, or before it"
        del made.columns["line_total"]
    elif not differing:
        made.left_out[total_name] = f"{'quantity x ' if is_counted else 'the '}unit price, on every line"
        del made.columns["line_total"]
    elif above and not is_counted:
        made.left_out[total_name] = (
            f"above {price_name!r} on {above} of {len(rows)} lines: the order's total, or with freight?"
        )
        del made.columns["line_total"]
    else:
        made.left_out[price_name] = "see line_total"
        made.comments["line_total"] = (
            f"{'GUESS: on' if above else 'On'} {len(differing)} of {len(rows)} lines it is not "
            f"{'quantity x ' if is_counted else ''}{price_name!r} "
            f"({'with freight or tax' if above else 'a discount'}?): it is taken for what was paid."
        )
        del made.columns["unit_price"]


def _keep_explained_price(made: Decisions, explained: Explained, *, is_counted: bool) -> None:
    """Take the unit price, for the total holds more than the goods; one that can be held against them is."""
    total, told = str(made.columns.pop("line_total")), explained.told(is_counted=is_counted)
    if "control_total" not in made.columns and set(explained.extras) <= {made.columns.get("freight")}:
        made.columns["control_total"] = total
        made.comments["control_total"] = f"Compared, and not loaded: {told}."
        if explained.is_of_order:
            made.keys["control_total_per"] = ("order", "The total is the order's.")
    else:
        made.left_out[total] = told


def _is_before_discount(
    made: Decisions, sample: Sample, rows: list[tuple[float, float, float]], differing: list[tuple[float, float]]
) -> bool:
    """Whether the unit price is before the discount: line totals are quantity x price, or that less the discount."""
    if not differing:
        return True
    texts = sample.columns[str(made.columns["discount"])]
    if len(texts) != len(rows):
        return False
    off = [abs(to_float(text, made.numbers)) if text else 0.0 for text in texts]
    return all(_equal(count * price - less, total) for (count, price, total), less in zip(rows, off, strict=True))


def meaning_of_repeats(made: Decisions, sample: Sample) -> Repeats:
    """What the lines are that repeat an earlier one in every column.

    One line per piece, without a number of its own, says "two of them" by standing there twice.
    """
    if not sample.repeated or "line_number" in made.columns:
        return "unknown"
    if "quantity" in made.columns:
        pieces = set(sample.columns[str(made.columns["quantity"])])
        if any(to_float(text, made.quantities) != 1 for text in pieces):
            return "unknown"
    return "file_twice" if _is_file_twice(made, sample) else "pieces"


def _is_file_twice(made: Decisions, sample: Sample) -> bool:
    """Whether the second half of the lines is the first half again, with more than one order in it."""
    half, odd = divmod(sample.lines, 2)
    if odd or not all(texts[:half] == texts[half:] for texts in sample.columns.values()):
        return False
    return not made.columns["order_id"] or len(set(made.texts(sample, "order_id"))) > 1


def _priced_rows(made: Decisions, sample: Sample) -> list[tuple[float, float, float]]:
    """Quantity (1 where there is no column for it), unit price and line total of the lines that have them all."""
    keys = [key for key in ("quantity", "unit_price", "line_total") if key in made.columns]
    rows = [row for row in zip(*(sample.columns[str(made.columns[key])] for key in keys), strict=True) if all(row)]
    styles = [made.quantities if key == "quantity" else made.numbers for key in keys]
    numbers = [[to_float(text, style) for text, style in zip(row, styles, strict=True)] for row in rows]
    return [(row[0] if len(row) == 3 else 1.0, row[-2], row[-1]) for row in numbers]


def _equal(left: float, right: float) -> bool:
    return abs(left - right) < LEAST_DIFFERENCE


def _is_multiple(total: float, price: float) -> bool:
    return price > 0 and total > price and _equal(total, price * round(total / price))
