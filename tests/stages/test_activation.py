"""Addresses and numbers are normalised as Google Ads and Meta document it, then hashed."""

import pytest

from eshop_dagster.stages.activation import AUDIENCES, google_email, google_phone, hashed, meta_email, meta_phone


@pytest.mark.parametrize(
    ("typed", "google", "meta"),
    [
        (" Ana.Lima@Example.COM ", "ana.lima@example.com", "ana.lima@example.com"),
        ("Ana.M.Lima@gmail.com", "anamlima@gmail.com", "ana.m.lima@gmail.com"),
        ("a.b+loja@GoogleMail.com", "ab+loja@googlemail.com", "a.b+loja@googlemail.com"),
        ("ana.lima@gmail.com.br", "ana.lima@gmail.com.br", "ana.lima@gmail.com.br"),
        ("not an address", "", ""),
        (None, "", ""),
    ],
)
def test_addresses_lose_case_and_for_google_the_dots_before_gmail(typed: str | None, google: str, meta: str) -> None:
    assert (google_email(typed), meta_email(typed)) == (google, meta)


@pytest.mark.parametrize("typed", ["+55 11 98765-4321", "(11) 98765-4321", "011 98765-4321", "5511987654321"])
def test_numbers_carry_brazils_country_code_and_for_google_a_plus(typed: str) -> None:
    assert (google_phone(typed), meta_phone(typed)) == ("+5511987654321", "5511987654321")


@pytest.mark.parametrize(
    ("typed", "country", "digits"),
    [
        ("07700 900123", "GB", "447700900123"),
        ("7700900123", "GB", "447700900123"),
        ("+44 (0)7700 900-123", "GB", "447700900123"),
        ("0044 7700 900123", "GB", "447700900123"),
        ("447700900123", "GB", "447700900123"),
        ("+55 11 98765-4321", "GB", "5511987654321"),
        ("(212) 555-0100", "US", "12125550100"),
        ("1 212 555 0100", "US", "12125550100"),
        ("06 12345678", "IT", "390612345678"),
        ("912 345 678", "PT", "351912345678"),
        ("+7 495 123-45-67", "RU", "74951234567"),
        # Of a country that is not known here, and what is no number.
        ("495 123-45-67", "RU", ""),
        ("07700 900123 ext. 4", "GB", ""),
        ("12345", "GB", ""),
        ("+", "GB", ""),
    ],
)
def test_numbers_without_a_country_code_are_of_the_shops_country(typed: str, country: str, digits: str) -> None:
    assert meta_phone(typed, country) == digits
    assert google_phone(typed, country) == (f"+{digits}" if digits else "")


def test_a_number_of_another_country_is_left_out() -> None:
    assert (google_phone("+1 202 555 0100"), meta_phone(None)) == ("", "")


def test_a_hash_is_sha_256_in_lower_case_hexadecimal_and_nothing_stays_nothing() -> None:
    assert hashed("test@example.com") == "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b"
    assert hashed("") == ""


def test_each_file_has_the_headers_that_its_reader_knows() -> None:
    person = {"email": "test@example.com", "phone": "+55 11 98765-4321", "name": "Ana", "cpf": "529.982.247-25"}
    google, meta = AUDIENCES["google-ads"], AUDIENCES["meta"]
    assert google.header == ("Email", "Phone")
    assert google.row(person) == (hashed("test@example.com"), hashed("+5511987654321"))
    assert meta.header == ("email", "phone", "country")
    assert meta.row(person) == (hashed("test@example.com"), hashed("5511987654321"), "BR")
    british = {"email": "test@example.com", "phone": "07700 900123", "country": "GB"}
    assert meta.row(british) == (hashed("test@example.com"), hashed("447700900123"), "GB")
