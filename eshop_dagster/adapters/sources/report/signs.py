"""How a cancellation or a return shows in a report."""

from pydantic import Field

from eshop_dagster.adapters.sources.report.format import Part, Word


class Signs(Part):
    """How a cancellation or a return shows; any one sign is enough."""

    order_id_prefix: Word | None = None
    negative_quantity: bool = False
    statuses: list[Word] = Field(default_factory=list)


class ReturnSigns(Signs):
    """The signs of a return.

    Attributes:
        credit_notes: the orders of these statuses are credit notes that are written with positive amounts: their lines
            count as pieces that came back.
    """

    credit_notes: bool = False
