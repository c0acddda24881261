"""What is counted while a report file is read, and what a batch of its lines looks like."""

from dataclasses import dataclass, field

from eshop_dagster.adapters.sources.report.format import Format

BATCH_LINES = 20_000
KEY_SEPARATOR = "|"
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
        width: fields of the header.
        order_places: positions of the order's number in a line.
        left_aside: sheets of a workbook with the same columns, which were not read.
    """

    lines: int = 0
    empty: int = 0
    is_cut: bool = False
    broken: list[tuple[str, str]] = field(default_factory=list)
    width: int = 0
    order_places: list[int] = field(default_factory=list)
    left_aside: list[str] = field(default_factory=list)

    def torn_orders(self, form: Format) -> list[tuple[str, str]]:
        """Order key and reason of each broken line whose key may be read all the same, from its start or its end.

        What is no key of an order does no harm: nothing has it.
        """
        found = []
        for reason, raw in self.broken:
            fields = [text.strip(f"{form.quote} \r\n") for text in form.plain_line(raw).split(form.mark)]
            for shift in {0, len(fields) - self.width}:
                places = [place + shift for place in self.order_places]
                if places and all(0 <= place < len(fields) for place in places):
                    found.append((KEY_SEPARATOR.join(fields[place] for place in places), reason))
        return found

    def notes(self, name: str) -> list[str]:
        """What should be known about the lines of the file of that name."""
        notes = [f"{name}: {self.empty} empty lines were passed over."] if self.empty else []
        if self.left_aside:
            notes.append(
                f"{name}: the sheets {', '.join(self.left_aside)} have the same columns and were not read: save each "
                "as a file of its own, into one folder, to load them too."
            )
        return [*notes, f"{name}: {len(self.broken)} lines could not be taken apart."] if self.broken else notes
