"""Where a report's shop is, and the currency of its amounts: by a country's column, places, signs and codes."""

from collections import Counter

from eshop_dagster.adapters.countries import (
    SOLE_USERS,
    country_named,
    country_of_parts,
    is_currency,
    main_zone_of,
    sole_currency_of,
)
from eshop_dagster.adapters.sources.report.lines import CURRENCY_WORDS
from eshop_dagster.adapters.sources.report.sniffing.decided import Decisions
from eshop_dagster.adapters.sources.report.sniffing.roles import bare, currency_in, is_portuguese, role_of
from eshop_dagster.adapters.sources.report.sniffing.sample import Sample
from eshop_dagster.adapters.sources.report.sniffing.styles import number_style
from eshop_dagster.adapters.sources.report.values import STATE_NAMES
from eshop_dagster.contract import STATES
from eshop_dagster.shop import BRAZIL

MOSTLY = 0.9
STATE_WORDS = {bare(word) for word in (*STATE_NAMES, *STATES)}
PRICES = ("unit_price", "line_total", "control_total")
LOOKED_AT = 2000


def decide_country(made: Decisions, sample: Sample) -> None:
    """Decide on the shop's country before any column is placed: states and postal codes are judged by it.

    Nothing is decided where nothing in the file tells it.
    """
    roles = {header: role_of(header, sample.columns) for header in sample.columns}
    by_column = next((header for header, role in roles.items() if role == "country"), None)
    if by_column is not None:
        _by_column(made, sample, by_column)
    if not made.country and not is_portuguese(list(sample.columns)):
        _by_parts(made, sample, [header for header, role in roles.items() if role == "state"])
    prices = [header for header, role in roles.items() if role in PRICES]
    made.header_currency = next((code for header in prices if (code := currency_in(header))), None)
    if not made.country and not is_portuguese(list(sample.columns)):
        _by_money(made, sample, prices, [header for header, role in roles.items() if role == "currency"])
    if made.country and main_zone_of(made.country) is None:
        made.country, made.country_comment = "", ""


def decide_currency(made: Decisions) -> None:
    """Decide on the currency of the amounts; `made.currencies` holds those of a currency column."""
    own = sole_currency_of(made.country) if made.country else None
    sign = made.numbers.prefix or made.numbers.suffix or made.header_currency
    signed = _code_of(sign, own) if sign else None
    several = made.currencies[1:]
    if several and not made.country:
        made.currency = BRAZIL.currency if BRAZIL.currency in made.currencies else made.currencies[0]
    else:
        made.currency = next((code for code in (*made.currencies[:1], signed, own) if code), BRAZIL.currency)
    if several:
        rates = ", ".join(f"{code}: …" for code in made.currencies if code != made.currency)
        made.currency_comments += [
            f"TODO orders in {', '.join(code for code in made.currencies if code != made.currency)} go to quarantine "
            "until their rates are known: write instead",
            f"  currency: {{code: {made.currency}, rates: {{{rates}}}}}",
        ]
    elif made.currency != own and made.currency != BRAZIL.currency:
        seen = repr(sign) if sign else made.currency
        made.currency_comments += [
            f"GUESS: the amounts are in {seen}, are kept to the cent, and the shop's currency is {made.currency}. To",
            f"convert them write currency: {{code: {made.currency}, rate_to_brl: …}} instead.",
        ]


def _by_column(made: Decisions, sample: Sample, header: str) -> None:
    words = Counter(sample.filled(header))
    countries = Counter[str]()
    for word, lines in words.items():
        if code := country_named(word):
            countries[code] += lines
    if not countries:
        made.left_out[header] = "named like a country, but its words are none that is known"
        return
    made.country, lines = countries.most_common(1)[0]
    made.country_header = header
    if lines < sum(words.values()):
        share = lines / sum(words.values())
        made.country_comment = (
            f"GUESS: {header!r} names several countries; {made.country} is on {share:.0%} of the lines."
        )
    made.left_out[header] = "see country"


def _by_parts(made: Decisions, sample: Sample, headers: list[str]) -> None:
    for header in headers:
        names = list(dict.fromkeys(sample.filled(header)))
        is_brazilian = sum(bare(name) in STATE_WORDS for name in names) >= MOSTLY * len(names)
        found = None if is_brazilian else country_of_parts(names)
        if found:
            made.country, made.country_comment = found, f"GUESS: the values of {header!r} are places there."
            return


def _by_money(made: Decisions, sample: Sample, prices: list[str], currencies: list[str]) -> None:
    codes = Counter(word for header in currencies for word in sample.filled(header)).most_common(1)
    style = number_style([value for header in prices for value in sample.filled(header)[:LOOKED_AT]])
    sign = codes[0][0] if codes else style.prefix or style.suffix or made.header_currency
    code = _code_of(sign, None) if sign else None
    country = SOLE_USERS.get(code or "", BRAZIL.country)
    if country != BRAZIL.country:
        made.country, made.country_comment = country, f"GUESS: the amounts are in {code}."


def _code_of(sign: str, own: str | None) -> str | None:
    """The currency's code that a sign stands for; a bare $ is the country's own where it has one so written."""
    if sign == "$" and own and own != BRAZIL.currency:
        return own
    code = CURRENCY_WORDS.get(sign.lower(), sign.upper())
    return code if is_currency(code) else None
