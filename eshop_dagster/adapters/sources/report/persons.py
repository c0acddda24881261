"""Who ordered: one person however a CPF, a CNPJ or an e-mail address is written, and nobody where a word says so."""

from eshop_dagster.adapters.sources.report.mapping import ReportMapping
from eshop_dagster.adapters.sources.report.values import literal

CPF_DIGITS, CNPJ_DIGITS = 11, 14
LEAST_CPF_DIGITS = 8
"""A spreadsheet takes away leading zeros; fewer digits than these are no CPF that lost some."""
CNPJ_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)


def customer(text: str, mapping: ReportMapping, name: str | None) -> str:
    """The customer's id; NULL for a guest. `text` and `name` (the person's, if mapped) are SQL expressions."""
    columns = mapping.columns
    if columns.customer_id == columns.cpf:
        person = cpf(text)
    elif columns.customer_id == columns.email:
        person = email(text)
    else:
        is_address = rf"regexp_full_match({text}, '[^\s@]+@[^\s@]+\.[^\s@]+')"
        spelled = f"WHEN {is_address} THEN {email(text)} WHEN {_is_written_cpf(text)} THEN {_digits(text)}"
        person = f"CASE {spelled} ELSE {text} END"
    if not mapping.guest_words:
        return person
    words = ", ".join(_bare(literal(word)) for word in mapping.guest_words)
    nobody = f"{_bare(text)} IN ({words}) OR {_is_no_id(text)}"
    if name:
        names = ", ".join(_bare(literal(word)) for word in mapping.guest_words if word.strip("0.-/ "))
        nobody += f" OR coalesce({_bare(name)} IN ({names}), false)" if names else ""
    return f"CASE WHEN {nobody} THEN NULL ELSE {person} END"


def email(text: str) -> str:
    """An e-mail address in small letters."""
    return f"lower({text}::VARCHAR)"


def cpf(text: str) -> str:
    """The digits of a CPF or CNPJ, with its leading zeros where its check digits agree; other texts as they are."""
    digits = _digits(text)
    short = f"lpad({digits}, {CPF_DIGITS}, '0')"
    long = f"lpad({digits}, {CNPJ_DIGITS}, '0')"
    return f"""CASE
        WHEN NOT regexp_full_match({text}::VARCHAR, '[0-9./ -]+') THEN {text}::VARCHAR
        WHEN length({digits}) BETWEEN {LEAST_CPF_DIGITS} AND {CPF_DIGITS} AND {_is_cpf(short)} THEN {short}
        WHEN length({digits}) BETWEEN {CPF_DIGITS} AND {CNPJ_DIGITS} AND {_is_cnpj(long)} THEN {long}
        WHEN {_is_written_cpf(text)} THEN {digits}
        ELSE {text}::VARCHAR END"""


def _digits(text: str) -> str:
    return f"regexp_replace({text}::VARCHAR, '[^0-9]', '', 'g')"


def _bare(text: str) -> str:
    """Letters and digits only; any number of zeros is one."""
    bare = f"regexp_replace(lower(strip_accents({text}::VARCHAR)), '[^a-z0-9]', '', 'g')"
    return f"regexp_replace({bare}, '^0+$', '0')"


def _is_no_id(text: str) -> str:
    """Whether a text is a mark for nothing (`-`, `N/A`), or a CPF or CNPJ of one digit throughout."""
    same = "|".join(f"{digit}{{{CPF_DIGITS}}}|{digit}{{{CNPJ_DIGITS}}}" for digit in range(10))
    marks = r"[\p{P}\p{S}\s]+|(?i:n[/.]a[.]?|#n/[ad])"
    is_mark = f"regexp_full_match({text}::VARCHAR, {literal(marks)})"
    is_same = f"regexp_full_match({_digits(text)}, {literal(same)})"
    return f"({is_mark} OR {is_same} AND regexp_full_match({text}::VARCHAR, '[0-9./ -]+'))"


def _is_written_cpf(text: str) -> str:
    return rf"regexp_full_match({text}::VARCHAR, '\d{{3}}\.\d{{3}}\.\d{{3}}-\d{{2}}')"


def _weighted(text: str, weights: tuple[int, ...]) -> str:
    return " + ".join(f"{weight} * substr({text}, {place}, 1)::INTEGER" for place, weight in enumerate(weights, 1))


def _is_cpf(text: str) -> str:
    return f"({' AND '.join(_check(text, tuple(range(digits + 1, 1, -1))) for digits in (9, 10))})"


def _is_cnpj(text: str) -> str:
    return f"({' AND '.join(_check(text, CNPJ_WEIGHTS[13 - digits :]) for digits in (12, 13))})"


def _check(text: str, weights: tuple[int, ...]) -> str:
    """Whether the digit after the weighted ones is their check digit."""
    return f"(({_weighted(text, weights)}) * 10 % 11 % 10) = substr({text}, {len(weights) + 1}, 1)::INTEGER"
