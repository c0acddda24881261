"""What is counted while a report file is read, and what a batch of its lines looks like."""

from dataclasses import dataclass, field

BATCH_LINES = 20_000
RAW = "raw_line"
"""The column of a batch that holds each line as it was found."""


@dataclass
class FileLines:
    """What was counted while a file was read.

    Attributes:
        lines: data lines, broken ones included, empty ones not.
        empty: lines without any value.
        is_cut: the last line has fewer fields than the header.
        broken: reason and raw text of the lines that could not be taken apart.
    """

    lines: int = 0
    empty: int = 0
    is_cut: bool = False
    broken: list[tuple[str, str]] = field(default_factory=list)

    def notes(self, name: str) -> list[str]:
        """What should be known about the lines of the file of that name."""
        notes = [f"{name}: {self.empty} empty lines were passed over."] if self.empty else []
        return [*notes, f"{name}: {len(self.broken)} lines could not be taken apart."] if self.broken else notes
