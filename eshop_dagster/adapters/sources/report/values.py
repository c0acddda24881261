"""What a report's texts mean, as DuckDB expressions: texts, identifiers, numbers, instants and states.

A text that the declared format refuses becomes `unreadable: <text>`: DuckDB's own casts are laxer (they take `1e3`,
`1_000`, `0x10` and year 10), and the raw layer must not let such a value in under another meaning.
"""

import re
from dataclasses import dataclass

import pyarrow as pa

from eshop_dagster.adapters.sources.report.format import EXCEL_DAYS, Format

UNREADABLE = "unreadable: "
BLANKS = "' \t\r\n\u00a0\u202f\u2007\u2009\ufeff'"
STATE_NAMES = {
    "ACRE": "AC", "ALAGOAS": "AL", "AMAZONAS": "AM", "AMAPA": "AP", "BAHIA": "BA", "CEARA": "CE",
    "DISTRITO FEDERAL": "DF", "ESPIRITO SANTO": "ES", "GOIAS": "GO", "MARANHAO": "MA", "MINAS GERAIS": "MG",
    "MATO GROSSO DO SUL": "MS", "MATO GROSSO": "MT", "PARA": "PA", "PARAIBA": "PB", "PERNAMBUCO": "PE", "PIAUI": "PI",
    "PARANA": "PR", "RIO DE JANEIRO": "RJ", "RIO GRANDE DO NORTE": "RN", "RONDONIA": "RO", "RORAIMA": "RR",
    "RIO GRANDE DO SUL": "RS", "SANTA CATARINA": "SC", "SERGIPE": "SE", "SAO PAULO": "SP", "TOCANTINS": "TO",
}  # fmt: skip
"""Brazilian states by name, upper case and without accents."""
MONTHS = {
    "janeiro": "January", "fevereiro": "February", "março": "March", "abril": "April", "maio": "May", "junho": "June",
    "julho": "July", "agosto": "August", "setembro": "September", "outubro": "October", "novembro": "November",
    "dezembro": "December",
}  # fmt: skip
"""Portuguese months, and their names for `strptime`."""
SPANISH_MONTHS = {
    "enero": "January", "febrero": "February", "marzo": "March", "mayo": "May", "junio": "June", "julio": "July",
    "septiembre": "September", "setiembre": "September", "octubre": "October", "noviembre": "November",
    "diciembre": "December",
}  # fmt: skip
"""Those that are written otherwise."""
LARGEST_WHOLE = 2**53
MARKS, PLAIN_MARKS = "\u2212\u2013\u2019", "--'"
"""Typographic minus signs and apostrophe, and what a number has for them."""


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def plain(expression: str) -> str:
    """A text without accents and case, to compare words by."""
    return f"lower(strip_accents(trim({expression}, {BLANKS})))"


@dataclass(frozen=True)
class Reader:
    """Expressions over one column, by its Arrow type and the report's format.

    All but `text` take a column that `text` has cleaned.
    """

    form: Format

    def text(self, column: str, kind: pa.DataType) -> str:
        """The text without blanks around it; NULL if nothing is left, or one of the format's empty words."""
        if pa.types.is_temporal(kind):
            return column
        if pa.types.is_floating(kind):
            return f"CASE WHEN NOT isnan({column}) THEN {_float_text(column)} END"
        trimmed = f"trim({column}::VARCHAR, {BLANKS})"
        # Excel's formula of a text, which keeps its leading zeros.
        inside = rf"""regexp_replace({trimmed}, '^="(.*)"$', '\1')"""
        own = f"""CASE WHEN starts_with({trimmed}, '="') THEN {inside} ELSE {trimmed} END"""
        trimmed = f"nullif({own}, '')"
        if not self.form.empty_words:
            return trimmed
        words = ", ".join(plain(literal(word)) for word in self.form.empty_words)
        return f"CASE WHEN {plain(f'{column}::VARCHAR')} NOT IN ({words}) THEN {trimmed} END"

    def identifier(self, text: str) -> str:
        """The text; `17850.0` is the number 17850 that a table program kept as a fraction."""
        return rf"regexp_replace({text}::VARCHAR, '^(\d+)[.,]0$', '\1')"

    def number(self, text: str, kind: pa.DataType, *, decimals: int | None = None) -> str:
        """The number as text with a decimal point; `unreadable: …` if it is none, or has more decimals than allowed."""
        if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            number = f"CASE WHEN regexp_full_match({text}, '-?[0-9]+([.][0-9]+)?') THEN {text} END"
        else:
            number = self._written_number(text)
        if decimals is not None:
            allowed = literal(f"[-+]?[0-9]*([.][0-9]{{0,{decimals}}}0*)?")
            number = f"CASE WHEN regexp_full_match({number}, {allowed}) THEN {number} END"
        return f"coalesce({number}, {literal(UNREADABLE)} || {text})"

    def quantity(self, text: str, kind: pa.DataType) -> str:
        """The number of pieces as text, with at most three decimals; `unreadable: …` if it is none."""
        return Reader(self.form.of_quantities).number(text, kind, decimals=3)

    def integer(self, text: str, kind: pa.DataType) -> str:
        """The whole number as text; `unreadable: …` if it is none."""
        return rf"regexp_replace({self.number(text, kind, decimals=0)}, '^([-+]?\d+)[.]0*$', '\1')"

    def instant(self, text: str, kind: pa.DataType) -> str:
        """The instant (TIMESTAMPTZ), NULL if no format fits."""
        zone = literal(self.form.time_zone)
        if pa.types.is_timestamp(kind) and kind.tz:
            return _plausible(text)
        if pa.types.is_temporal(kind):
            return _plausible(f"timezone({zone}, {text}::TIMESTAMP)")
        return _plausible(f"coalesce({', '.join(self._try(text, form, zone) for form in self.form.date_formats)})")

    def local_date(self, text: str, kind: pa.DataType) -> str:
        """The calendar date as written (DATE), NULL if no format fits."""
        if pa.types.is_temporal(kind):
            return f"{text}::DATE"
        tries = [f"{_parsed(text, form)}::DATE" for form in self.form.date_formats]
        return _plausible(f"coalesce({', '.join(tries)})")

    def _try(self, text: str, form: str, zone: str) -> str:
        if "%z" in form:
            return _parsed(text, form)
        # A literal Z says that the time is UTC, whatever the zone of the other times.
        return f"timezone({literal('UTC') if form.endswith(('Z', 'UTC')) else zone}, {_parsed(text, form)})"

    def _written_number(self, text: str) -> str:
        prefix, suffix = re.escape(self.form.currency_prefix or ""), re.escape(self.form.currency_suffix or "")
        blanks = r"[\s\x{00A0}\x{202F}\x{2009}]*"
        start = rf"(?:([-+]?){blanks}(?:{prefix}{blanks})?|{prefix}{blanks}([-+]))" if prefix else "([-+]?)()"
        end = f"(?:{blanks}{suffix})?" if suffix else ""
        # Word processors write a minus of their own, and old ledgers write it behind the number.
        text = f"translate({text}, {literal(MARKS)}, {literal(PLAIN_MARKS)})"
        behind = f"()(){f'(?:{prefix}{blanks})?' if prefix else ''}({self._digits()}){end}{blanks}-{end}"
        cases = []
        for pattern, sign in ((f"{start}({self._digits()}){end}", ""), (behind, "'-' || ")):
            number = rf"regexp_replace({text}, {literal(f'^{pattern}$')}, '\1\2\3')"
            cases.append(f"WHEN regexp_full_match({text}, {literal(pattern)}) THEN {sign}{self._with_point(number)}")
        if self.form.negative_parentheses:
            inside = literal(f"^[(](?:{prefix}{blanks})?({self._digits()}){end}[)]$")
            number = f"regexp_extract({text}, {inside}, 1)"
            cases.append(f"WHEN regexp_matches({text}, {inside}) THEN '-' || {self._with_point(number)}")
        return f"CASE {' '.join(cases)} END"

    def _digits(self) -> str:
        point = re.escape(self.form.decimal)
        whole = r"\d+"
        if self.form.thousands:
            mark = r"[ \x{00A0}\x{202F}\x{2009}]" if self.form.thousands == " " else re.escape(self.form.thousands)
            # No group of thousands begins with 0: `0.250` is a fraction, and so unreadable here.
            groups = rf"[1-9]\d{{0,2}}(?:{mark}\d{{3}})+"
            # India writes 1,23,456: hundreds of thousands by two digits.
            whole = rf"(?:{groups}|[1-9]\d?(?:{mark}\d{{2}})+{mark}\d{{3}}|\d+)"
        return rf"{whole}(?:{point}\d+)?|{point}\d+"

    def _with_point(self, number: str) -> str:
        kept = f"regexp_replace({number}, '[^-+0-9{self.form.decimal}]', '', 'g')"
        return f"replace({kept}, '{self.form.decimal}', '.')"


def _parsed(text: str, form: str) -> str:
    """The timestamp that a text is in one format, NULL if it is none."""
    if form == EXCEL_DAYS:
        number = f"TRY_CAST(replace({text}::VARCHAR, ',', '.') AS DECIMAL(12, 6))"
        fits = rf"regexp_full_match({text}::VARCHAR, '\d{{4,5}}([.,]\d+)?')"
        return f"CASE WHEN {fits} THEN TIMESTAMP '1899-12-30' + to_seconds(round({number} * 86400)::BIGINT) END"
    if "%B" in form or "%b" in form:
        for own, english in [*MONTHS.items(), *SPANISH_MONTHS.items()]:
            whole, name = (own, english) if "%B" in form else (own[:3], english[:3])
            text = rf"regexp_replace({text}, '(?i)\b{whole.replace('ç', '[çc]')}\b', '{name}')"
    return f"try_strptime({text}, {literal(form)})"


def _float_text(column: str) -> str:
    short = f"{column}::VARCHAR"
    # From 2^53 on the last digits are lost: such an id is one of several, and stays in its form with an exponent.
    rounded = f"WHEN abs({column}) >= {LARGEST_WHOLE} THEN format('{{:.6e}}', {column}::DOUBLE)"
    exact = f"WHEN contains({short}, 'e') THEN TRY_CAST({column} AS DECIMAL(38, 10))::VARCHAR"
    return f"CASE {rounded} {exact} ELSE {short} END"


def _plausible(instant: str) -> str:
    # `%Y` reads `12/1/10` as the year 10, and the year 9999 stands for never: no day of it would ever be pulled.
    return f"CASE WHEN year({instant}) BETWEEN 1900 AND 2100 THEN {instant} END"
