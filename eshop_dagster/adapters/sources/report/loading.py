"""A report's mapping from its YAML file, with errors that name the key, what is allowed and the nearest name."""

from collections.abc import Hashable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.currency import Currency
from eshop_dagster.adapters.sources.report.format import Format
from eshop_dagster.adapters.sources.report.mapping import Columns, Constants, LineKey, OrderKey, ReportMapping
from eshop_dagster.adapters.sources.report.signs import ReturnSigns, Signs

PARTS: dict[str, type[BaseModel]] = {
    "": ReportMapping,
    "columns": Columns,
    "order_id": OrderKey,
    "line": LineKey,
    "format": Format,
    "currency": Currency,
    "cancellation": Signs,
    "return": ReturnSigns,
    "constants": Constants,
}


class _UniqueKeyLoader(yaml.SafeLoader):
    """PyYAML lets the last of two equal keys win without a word; here they are an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise SourceError(
                f"The mapping has the key {twice[0]!r} twice{str(node.start_mark).replace('  in', ' in', 1)}: keep one."
            )
        return super().construct_mapping(node, deep=deep)


def load_mapping(path: Path | str) -> ReportMapping:
    """The mapping in a YAML file.

    Raises:
        SourceError: the file is missing, is no YAML, or has an unknown key or value.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise SourceError(
            f"The mapping file {path} does not exist: write one, or draft it with sniff from the report."
        ) from error
    except (IsADirectoryError, UnicodeDecodeError) as error:
        raise SourceError(f"The mapping {path} is not a UTF-8 text file ({error}): save it as one.") from error
    return parse_mapping(text, where=str(path))


def parse_mapping(text: str, *, where: str = "the mapping") -> ReportMapping:
    """The mapping in a YAML text; `where` names it in errors."""
    try:
        # The loader is PyYAML's safe one with one more check.
        content = yaml.load(text, Loader=_UniqueKeyLoader)
    except yaml.YAMLError as error:
        raise SourceError(f"{where} is no readable YAML ({error}): check its indents, colons and quotes.") from error
    if not isinstance(content, dict):
        raise SourceError(f"{where} holds {type(content).__name__}, expected the keys name, columns, format, ….")
    try:
        return ReportMapping.model_validate(content)
    except ValidationError as error:
        reasons = [_explain(detail) for detail in error.errors()]
        raise SourceError(f"{where} cannot be used: {'; '.join(dict.fromkeys(reasons)).rstrip('.')}.") from error


def nearest(word: str, known: list[str]) -> str:
    """' Did you mean …?' for the known name most like a word, or nothing."""
    by_lower = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), by_lower, n=1, cutoff=0.5)
    return f" Did you mean {by_lower[close[0]]!r}?" if close else ""


def _explain(detail: ErrorDetails) -> str:
    location = [str(part) for part in detail["loc"]]
    # The shapes of an order id are pydantic's words, and no keys of the mapping.
    location = [part for before, part in zip(["", *location], location, strict=False) if before != "order_id"]
    key = ".".join(location)
    if detail["type"] == "extra_forbidden":
        part = next((name for name in reversed(location[:-1]) if name in PARTS), "")
        known = [field.alias or name for name, field in PARTS[part].model_fields.items()]
        return f"unknown key {key!r}, known here: {', '.join(known)}.{nearest(location[-1], known)}"
    if detail["type"] == "missing":
        return f"key {key!r} is missing"
    if detail["type"] == "literal_error":
        expected = detail["ctx"]["expected"]
        known = [word.strip(" '") for word in expected.replace(" or ", ", ").split(", ")]
        return f"{key} is {detail['input']!r}, expected {expected}.{nearest(str(detail['input']), known)}"
    message = detail["msg"].removeprefix("Value error, ")
    given = "" if detail["type"] == "value_error" else f" (given: {detail['input']!r})"
    return f"{key}: {message}{given}" if key else f"{message}{given}"
