"""The simulated customers' identifiers: well formed, unique, and nobody's."""

from datetime import date

import pandas as pd
import pyarrow as pa
import pytest

from eshop_dagster.adapters.sources.simulated import ShopConfig, SimulatedSource


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    source = SimulatedSource(ShopConfig(customers=4_000, orders_per_day=5.0, dirty_share=0), date(2025, 12, 30))
    chunks = source.changes(date(2024, 1, 1), date(2025, 12, 30))
    return pa.concat_tables([chunk.tables["customers"] for chunk in chunks]).to_pandas()


def test_cpfs_have_right_check_digits_and_never_repeat(customers):
    by_customer = customers.drop_duplicates("customer_id")
    assert by_customer.cpf.is_unique
    assert by_customer.cpf.str.fullmatch(r"\d{3}\.\d{3}\.\d{3}-\d{2}").all()
    for cpf in by_customer.cpf:
        digits = [int(character) for character in cpf if character.isdigit()]
        for length in (9, 10):
            total = sum(digit * weight for digit, weight in zip(digits, range(length + 1, 1, -1), strict=False))
            assert digits[length] == (total * 10 % 11) % 10, cpf


def test_emails_are_unique_plain_and_at_an_example_domain(customers):
    by_customer = customers.drop_duplicates("customer_id")
    assert by_customer.email.is_unique
    assert by_customer.email.str.fullmatch(r"[a-z]+\.[a-z]+\d{8}@example\.com\.br").all()


def test_phones_are_brazilian_mobiles(customers):
    assert customers.phone.str.fullmatch(r"\+55 [1-9][0-9] 9\d{4}-\d{4}").all()


def test_names_have_a_first_and_two_family_names(customers):
    assert customers.name.str.split(" ").str.len().eq(3).all()


def test_postal_codes_belong_to_the_city_s_region(customers):
    assert customers.zip_prefix.str.fullmatch(r"\d{5}").all()
    first_digits = customers.groupby("state").zip_prefix.apply(lambda codes: set(codes.str[0]))
    assert first_digits["SP"] == {"0", "1"}
    assert first_digits["RJ"] == {"2"}
    assert first_digits["MG"] == {"3"}
    assert first_digits["RS"] == {"9"}


def test_as_many_customers_register_in_two_years_as_the_shop_is_set_to_have(customers):
    assert customers.customer_id.nunique() == 4_000
