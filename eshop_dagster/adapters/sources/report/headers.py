"""Where a report file has the columns that the mapping names."""

from collections.abc import Iterable

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.files import ReportFile
from eshop_dagster.adapters.sources.report.format import BLANKS_BETWEEN
from eshop_dagster.adapters.sources.report.loading import nearest
from eshop_dagster.adapters.sources.report.mapping import ReportMapping

DELIMITERS = (",", ";", "\t", "|")


def mapped_headers(mapping: ReportMapping) -> list[str]:
    """Each header that the mapping names, once; column `c<i>` of a batch holds the i-th."""
    return list(dict.fromkeys(header for headers in mapping.columns.headers().values() for header in headers))


def positions_of(header: list[str], mapping: ReportMapping, file: ReportFile) -> list[int]:
    """The position in the file's header of each of `mapped_headers`.

    Raises:
        SourceError: a mapped header is missing or there twice, or the delimiter is another one.
    """
    header = numbered(header, mapped_headers(mapping))
    wanted = mapping.columns.headers()
    field_of = {name: key for key, names in wanted.items() for name in names}
    if len(header) == 1 and len(field_of) > 1 and file.encoding is not None:
        others = [mark for mark in DELIMITERS if mark in header[0] and mark != mapping.format.delimiter]
        guess = f"; {others[0]!r} occurs in it" if others else ""
        if not others and " " in header[0].strip() and mapping.format.delimiter != BLANKS_BETWEEN:
            guess = "; blanks occur in it, which the word blanks stands for"
        raise SourceError(
            f"{file.path} has one column only when split at {mapping.format.delimiter!r}{guess}: set "
            "format.delimiter, or export the file again if it is cut short. A file that is no report leaves the folder."
        )
    missing = [name for name in field_of if name not in header]
    if missing:
        raise SourceError(
            f"{file.path} has no column {_named(missing, field_of)}.{_there_is(header, missing[0])} "
            "Correct the mapping, or export the file again with all of its columns."
        )
    twice = [name for name in field_of if header.count(name) > 1]
    if twice:
        raise SourceError(
            f"{file.path} has the column {_named(twice, field_of)} more than once: write which is meant, "
            f"such as {twice[0] + ' (1)'!r} for the first, or rename all but one in the file."
        )
    return [header.index(name) for name in mapped_headers(mapping)]


def numbered(header: list[str], wanted: Iterable[str] | None = None) -> list[str]:
    """The names of a header, equal ones as `Total (1)` and `Total (2)`: those that are wanted so, or else all."""
    names = list(header)
    for place, name in enumerate(header):
        if name and header.count(name) > 1:
            told = f"{name} ({header[: place + 1].count(name)})"
            names[place] = told if wanted is None or told in wanted else name
    return names


def _named(names: list[str], field_of: dict[str, str]) -> str:
    return ", ".join(f"{name!r} (mapped to {field_of[name]})" for name in names)


def _there_is(header: list[str], missing: str) -> str:
    # A file without a header has a person's data in its first line, and an error text is no place for that.
    if any("@" in name or name.replace(".", "").replace("-", "").isdigit() for name in header):
        return " Its first line looks like data: if it has no header, set format.header: no and map positions 1, 2, …."
    return f" It has: {', '.join(header)}.{nearest(missing, header)}"
