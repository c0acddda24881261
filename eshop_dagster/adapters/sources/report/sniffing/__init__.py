"""A draft of a mapping, drawn from what a report file looks like."""

from collections import Counter
from pathlib import Path

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.loading import parse_mapping
from eshop_dagster.adapters.sources.report.sniffing.decisions import decide
from eshop_dagster.adapters.sources.report.sniffing.draft import draft
from eshop_dagster.adapters.sources.report.sniffing.sample import SAMPLE_LINES, read_sample
from eshop_dagster.adapters.sources.report.source import ReportSource

__all__ = ["sniff"]

TRIED_LINES = 50_000
SMALL_SHARE = 0.1


def sniff(path: Path | str) -> str:
    """A draft of the mapping for a report file or folder, as YAML with comments; the draft was loaded on its lines.

    Raises:
        SourceError: the file cannot be read, is no report of order lines, or its draft would not load; the text says
            what is missing.
    """
    path = Path(path)
    sample = read_sample(path)
    text = draft(sample, decide(sample))
    try:
        source = ReportSource(path, parse_mapping(text), most_lines=min(TRIED_LINES, SAMPLE_LINES))
    except SourceError as error:
        raise SourceError(
            f"{path}: the mapping that was drafted does not load, so none was written. {error}"
        ) from error
    balance = source.balance
    if balance.lines_quarantined <= SMALL_SHARE * balance.lines_read:
        return text
    counts = Counter(reason for chunk in source.changes(source.first_day(), source.last_day())
                     for reason in chunk.rejected["reason"].to_pylist())  # fmt: skip
    reasons = ", ".join(f"{reason} {count}x" for reason, count in counts.most_common(4))
    bad = f"{balance.lines_quarantined} of {balance.lines_read}"
    return (
        f"# TODO {bad} lines would go to quarantine as it is ({reasons}):\n"
        f"# see docs/report-source.md for what each means.\n{text}"
    )
