"""A draft of a mapping, drawn from what a report file looks like."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.loading import parse_mapping
from eshop_dagster.adapters.sources.report.mapping import ReportMapping
from eshop_dagster.adapters.sources.report.remedies import remedy
from eshop_dagster.adapters.sources.report.sniffing.decisions import decide
from eshop_dagster.adapters.sources.report.sniffing.draft import draft
from eshop_dagster.adapters.sources.report.sniffing.sample import SAMPLE_LINES, read_sample
from eshop_dagster.adapters.sources.report.source import ReportSource

__all__ = ["sniff"]

TRIED_LINES = 50_000
SMALL_SHARE = 0.1
MOST_REASONS = 4


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
    return "".join(f"# {line}\n" for line in _warnings(source, parse_mapping(text))) + text


def _warnings(source: ReportSource, mapping: ReportMapping) -> Iterator[str]:
    """What the trial shows: most lines in quarantine, each reason with its remedy, and totals that do not agree."""
    balance = source.balance
    if balance.lines_quarantined > SMALL_SHARE * balance.lines_read:
        chunks = source.changes(source.first_day(), source.last_day())
        counts = Counter(reason for chunk in chunks for reason in chunk.rejected["reason"].to_pylist())
        bad = f"{balance.lines_quarantined} of {balance.lines_read}"
        yield f"TODO {bad} lines would go to quarantine as it is, and a load may be refused:"
        for reason, count in counts.most_common(MOST_REASONS):
            yield f"{reason} {count}x: {remedy(reason, mapping)};"
        yield "docs/report-source.md says more of each."
    if balance.orders_off_total:
        yield (
            f"TODO {balance.orders_off_total} orders do not cost what {mapping.columns.control_total!r} says, with or "
            "without freight: check prices, discounts and what the total holds."
        )
