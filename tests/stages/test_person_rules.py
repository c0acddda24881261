"""What people type is read as one form of each value, or refused without being repeated."""

from collections.abc import Callable

import pytest

from eshop_dagster.adapters.sources.simulated.places import Places
from eshop_dagster.stages.person_rules import (
    Unfit,
    cpf_check_digits,
    read_cpf,
    read_email,
    read_name,
    read_phone,
    read_state,
    read_zip_prefix,
    state_of_zip,
)


@pytest.mark.parametrize(
    ("read", "typed", "meant"),
    [
        (read_cpf, " 52998224725 ", "529.982.247-25"),
        (read_cpf, "111.444.777-35", "111.444.777-35"),
        (read_email, "  Ana.B+loja@Example.COM.br ", "ana.b+loja@example.com.br"),
        (read_phone, "(11) 98765-4321", "+55 11 98765-4321"),
        (read_phone, "+55 11 98765 4321", "+55 11 98765-4321"),
        (read_phone, "0055 85 3232-1010", "+55 85 3232-1010"),
        (read_phone, "085 3232-1010", "+55 85 3232-1010"),
        (read_phone, "55 99123-4567", "+55 55 99123-4567"),
        (read_phone, "5555991234567", "+55 55 99123-4567"),
        (read_zip_prefix, "01310-100", "01310"),
        (read_zip_prefix, "01.310-100", "01310"),
        (read_zip_prefix, "69300", "69300"),
        (read_state, " sp ", "SP"),
        (read_name, "  Zé  d’Ávila-Sá Jr. ", "Zé d’Ávila-Sá Jr."),
    ],
)
def test_each_way_of_writing_is_read_as_one(read: Callable[[str], str], typed: str, meant: str) -> None:
    assert read(typed) == meant


@pytest.mark.parametrize(
    ("read", "typed", "words"),
    [
        (read_cpf, "529.982.247-52", "wrong check digits"),
        (read_cpf, "5299822472", "has 10 digits: expected 11 digits"),
        (read_cpf, "529.982.247-2x", "has 1 characters but digits"),
        (read_cpf, "777.777.777-77", "one digit eleven times"),
        (read_cpf, "٥٢٩٩٨٢٢٤٧٢٥", "expected 11 digits"),
        (read_cpf, "", "has nothing in it"),
        *(
            (read_email, typed, "is no e-mail address")
            for typed in ("a@b", "a b@c.de", "josé@x.br", "a..b@c.de", "@x.y")
        ),
        (read_email, f"{'a' * 65}@x.br", "is no e-mail address"),
        (read_phone, "20 98765-4321", "a dialling code that no region of Brazil has"),
        (read_phone, "11 88765-4321", "does not begin as a number does"),
        (read_phone, "11 9876-4321", "does not begin as a number does"),
        (read_phone, "+1 202 555 0100 00", "has 5 characters|expected a Brazilian number"),
        (read_zip_prefix, "1310-100", "has 7 digits: expected a CEP"),
        (read_zip_prefix, "00500-000", "is a CEP that no state has"),
        (read_state, "São Paulo", "none of Brazil's states"),
        (read_name, "A", "has 1 characters: expected 2 to 120"),
        (read_name, "=cmd()", "other characters than letters"),
        (read_name, "a\x00b", "other characters than letters"),
    ],
)
def test_what_cannot_be_right_is_refused_without_being_repeated(
    read: Callable[[str], str], typed: str, words: str
) -> None:
    with pytest.raises(Unfit, match=words) as refused:
        read(typed)
    assert len(typed) < 3 or typed not in str(refused.value)


def test_a_check_digit_of_ten_is_a_zero() -> None:
    assert cpf_check_digits("123456789") == "09"


def test_every_city_of_the_simulated_shop_lies_in_the_state_of_its_postal_codes() -> None:
    places = Places()
    starts = [*places._city_start, len(places.city_names)]
    for at, state in enumerate(places.state_codes):
        for city in range(starts[at], starts[at + 1]):
            low = int(places.city_zip_low[city])
            for prefix in (low, low + int(places.city_zip_span[city]) - 1):
                assert state_of_zip(f"{prefix:05d}") == state, places.city_names[city]
