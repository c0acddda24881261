"""A mapping is read strictly: every unknown key or value is named, with the nearest known one."""

from pathlib import Path

import pytest

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report import load_mapping
from eshop_dagster.adapters.sources.report.mapping import GUESTS
from eshop_dagster.shop import Shop

SMALLEST = """
name: shop
columns: {order_id: Order, product_id: SKU, quantity: Qty, unit_price: Price, ordered_at: Date}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "mapping.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_smallest_mapping_has_documented_defaults(tmp_path: Path) -> None:
    mapping = load_mapping(write(tmp_path, SMALLEST))
    assert mapping.model_dump(exclude={"columns"}) == {
        "name": "shop",
        "country": "BR",
        "holidays": None,
        "time_zone": None,
        "format": {
            "delimiter": ",",
            "encoding": "utf-8",
            "quote": '"',
            "sheet": None,
            "header": True,
            "last_line_break": True,
            "skip_lines": 0,
            "decimal": ".",
            "thousands": None,
            "quantity_decimal": None,
            "currency_prefix": None,
            "currency_suffix": None,
            "negative_parentheses": False,
            "date_formats": ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d"],
            "time_zone": "America/Sao_Paulo",
            "empty_words": [],
        },
        "currency": {"code": "BRL", "rate_to_brl": None, "rate": None, "rates": {}},
        "cancellation": {"order_id_prefix": None, "negative_quantity": False, "statuses": []},
        "return_": {"order_id_prefix": None, "negative_quantity": False, "statuses": [], "credit_notes": False},
        "status": {},
        "default_status": "delivered",
        "duplicates": "quarantine",
        "missing_orders": "refuse",
        "freight_per": "line",
        "ordered_at_per": "line",
        "line_total_per": "line",
        "discount_per": "line",
        "control_total_per": "line",
        "negative_price": "quarantine",
        "payment_amount_per": "order",
        "days_within_order": 1,
        "guest_words": GUESTS,
        "constants": {"product_id": None, "channel": None, "payment_method": None},
    }


@pytest.mark.parametrize(
    "addition, message",
    [
        (
            "colums: {}",
            "unknown key 'colums', known here: name, country, holidays, time_zone, columns, format, currency, "
            "cancellation, return",
        ),
        ("colums: {}", "Did you mean 'columns'?"),
        ("format: {delimeter: ';'}", "unknown key 'format.delimeter'"),
        ("format: {delimeter: ';'}", "Did you mean 'delimiter'?"),
        (
            "return: {prefix: C}",
            "unknown key 'return.prefix', known here: order_id_prefix, negative_quantity, statuses",
        ),
        ("duplicates: drop", "duplicates is 'drop', expected 'quarantine' or 'keep'"),
        ("default_status: deliverd", "Did you mean 'delivered'?"),
        ("status: {Sent: shiped}", "status.Sent is 'shiped'"),
        ("status: {Sent: shiped}", "Did you mean 'shipped'?"),
        ("status: {no: cancelled}", "YAML reads this unquoted word as False: write it in quotes"),
        ("currency: {code: GBP, rate: 1.2, rate_to_brl: 6.3}", "rate and rate_to_brl are both given"),
        ("currency: {code: BRL, rate: 1.2}", "currency gives BRL, the shop's own, the rate 1.2: leave it out"),
        ("country: GB\ncurrency: XXY", "currency is 'XXY': expected an ISO 4217 code"),
        ("country: UK", "country 'UK' has no known time zone"),
        ("country: brazil", "country: String should match pattern"),
        ("country: US", "country 'US' has the time zones"),
        ("country: GB\nholidays: LON", "expected one of ENG, NIR, SCT, WLS, or nothing"),
        ("time_zone: Sao_Paulo", "time_zone is 'Sao_Paulo': expected an IANA name"),
        ("currency: {code: GBP, rate_to_brl: 0}", "greater than 0 (given: 0)"),
        ("currency: {code: BRL, rate_to_brl: 2}", "BRL has the rate 2: leave rate_to_brl out"),
        ("currency: pounds", "currency.code: String should match pattern '^[A-Z]{3}$' (given: 'pounds')"),
        ("format: {date_formats: [dd/mm/yyyy]}", "'dd/mm/yyyy' is no strptime format with day, month and year"),
        ("format: {date_formats: ['%d/%m/%Y %Q']}", "is no strptime format"),
        ("format: {date_formats: []}", "format.date_formats: List should have at least 1 item"),
        ("format: {encoding: utf8mb4}", "'utf8mb4' is no known encoding: expected such as utf-8, cp1252 or utf-16"),
        ("format: {time_zone: Sao_Paulo}", "'Sao_Paulo' is no time zone: expected America/Sao_Paulo or UTC"),
        ("format: {delimiter: ';;'}", "';;' is no delimiter"),
        ("format: {decimal: ',', thousands: ','}", "thousands and decimal are both ','"),
        ('format: {delimiter: "\'", quote: "\'"}', "quote and delimiter are both"),
        (
            "return: {negative_quantity: true}\ncancellation: {negative_quantity: true}",
            "a sign of both cancellation and",
        ),
        ("return: {order_id_prefix: C}\ncancellation: {order_id_prefix: C}", "'C' means both cancellation and return"),
        ("status: {Lost: delivered}\nreturn: {statuses: [lost]}", "status words lost are given two meanings"),
        ("constants: {channel: shop}", "constants.channel is 'shop', expected 'web', 'app' or 'store'"),
        ("name: again", "The mapping has the key 'name' twice"),
        ("format: [", "is no readable YAML"),
    ],
)
def test_a_wrong_mapping_is_refused_with_a_remedy(tmp_path: Path, addition: str, message: str) -> None:
    with pytest.raises(SourceError) as refused:
        load_mapping(write(tmp_path, SMALLEST + addition))
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("unit_price: Price, ", "", "name exactly one of unit_price and line_total"),
        ("unit_price: Price", "unit_price: Price, line_total: Total", "name exactly one of unit_price and line_total"),
        (", ordered_at: Date", "", "name either ordered_at or ordered_date"),
        ("ordered_at: Date", "ordered_at: Date, ordered_time: Time", "ordered_time needs ordered_date beside it"),
        ("order_id: Order, ", "", "key 'columns.order_id' is missing"),
        ("order_id: Order", "order_id: {of: [Date, Till]}", "unknown key 'columns.order_id.of'"),
        ("quantity: Qty", "quantity: Qty, cpf: CPF", "cpf describe a customer: name the customer_id column too"),
        (
            "quantity: Qty, unit_price: Price, ordered_at: Date}",
            "unit_price: Price, ordered_at: Date}\nreturn: {negative_quantity: true}",
            "negative_quantity needs a quantity column",
        ),
        ("quantity: Qty", "qantity: Qty", "Did you mean 'quantity'?"),
        ("name: shop", "name: my shop", "name: String should match pattern"),
    ],
)
def test_columns_that_do_not_make_order_lines_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(SourceError) as refused:
        load_mapping(write(tmp_path, SMALLEST.replace(old, new)))
    assert message in str(refused.value)


def test_a_key_with_everything_behind_it_commented_out_is_left_out(tmp_path: Path) -> None:
    mapping = load_mapping(write(tmp_path, SMALLEST + "status:\n#  Sent: shipped\nformat:\n"))
    assert (mapping.status, mapping.format.delimiter) == ({}, ",")


def test_headers_and_prefixes_that_look_like_numbers_are_texts(tmp_path: Path) -> None:
    mapping = load_mapping(write(tmp_path, SMALLEST.replace("Order", "2024") + "return: {order_id_prefix: 9}"))
    assert (mapping.columns.order_id, mapping.return_.order_id_prefix) == ("2024", "9")


@pytest.mark.parametrize("text, message", [("", "holds NoneType, expected the keys"), ("- a", "holds list")])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        load_mapping(write(tmp_path, text))


def test_a_missing_mapping_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"mapping\.yml does not exist: write one, or draft it"):
        load_mapping(tmp_path / "mapping.yml")


def test_a_mapping_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yml"
    path.write_bytes("name: ação".encode("cp1252"))
    with pytest.raises(SourceError, match="is not a UTF-8 text file"):
        load_mapping(path)


@pytest.mark.parametrize(
    "addition, expected, written_in",
    [
        ("", Shop(), "America/Sao_Paulo"),
        ("country: GB", Shop("GB", None, "GBP", "Europe/London"), "Europe/London"),
        ("country: GB\nholidays: SCT", Shop("GB", "SCT", "GBP", "Europe/London"), "Europe/London"),
        # Without a rate the amounts stay as the file has them, so that its currency is the shop's.
        ("country: GB\ncurrency: EUR", Shop("GB", None, "EUR", "Europe/London"), "Europe/London"),
        ("country: GB\ncurrency: {code: USD, rate: 0.79}", Shop("GB", None, "GBP", "Europe/London"), "Europe/London"),
        ("currency: {code: USD, rate_to_brl: 5.4}", Shop(), "America/Sao_Paulo"),
        ("currency: GBP", Shop("BR", None, "GBP", "America/Sao_Paulo"), "America/Sao_Paulo"),
        ("country: GB\nformat: {time_zone: UTC}", Shop("GB", None, "GBP", "Europe/London"), "UTC"),
        (
            "country: PT\nformat: {time_zone: Europe/Lisbon}",
            Shop("PT", None, "EUR", "Europe/Lisbon"),
            "Europe/Lisbon",
        ),
        ("country: US\ntime_zone: America/Chicago", Shop("US", None, "USD", "America/Chicago"), "America/Chicago"),
    ],
)
def test_currency_and_time_zone_follow_from_the_country(
    tmp_path: Path, addition: str, expected: Shop, written_in: str
) -> None:
    mapping = load_mapping(write(tmp_path, SMALLEST + addition))

    assert mapping.shop == expected
    assert mapping.format.time_zone == written_in
    assert mapping.says_shop == bool(addition)
