"""A draft of a mapping, drawn from what a report file looks like."""

from pathlib import Path

from eshop_dagster.adapters.sources.report.sniffing.decisions import decide
from eshop_dagster.adapters.sources.report.sniffing.draft import draft
from eshop_dagster.adapters.sources.report.sniffing.sample import read_sample

__all__ = ["sniff"]


def sniff(path: Path | str) -> str:
    """A draft of the mapping for a report file or folder (its first file), as YAML with comments.

    Raises:
        SourceError: the file cannot be read, or is no report of order lines; the text says what is missing.
    """
    sample = read_sample(Path(path))
    return draft(sample, decide(sample))
