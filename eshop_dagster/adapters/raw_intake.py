"""What becomes of a source's rows before they are written: checked against the contract, identifiers in the vault."""

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from eshop_dagster.adapters.sources.base import Changes
from eshop_dagster.adapters.validation import QUARANTINE_SCHEMA, Checked, UnknownColumn, check_rows
from eshop_dagster.adapters.vault import Vault
from eshop_dagster.contract import DIRECT_IDENTIFIERS, TABLES
from eshop_dagster.shop import BRAZIL, Shop

SMALLEST_GUARDED_ROWS = 20
"""A share of fewer rows than these says nothing: so few may shrink, or be bad for the smaller part, freely."""


class RawStoreError(RuntimeError):
    """A pull was refused, or raw cannot be used; what was there before is untouched.

    Args:
        message: what a person reads.
        reasons: why rows break the contract, where that is what stopped the pull.
    """

    def __init__(self, message: str, reasons: Collection[str] = ()) -> None:
        super().__init__(message)
        self.reasons = tuple(reasons)


@dataclass(frozen=True)
class Limits:
    """How much may be wrong before a pull stops.

    Attributes:
        quarantined_share: largest share (0-1) of a table's rows in one chunk of days that may go to quarantine.
        smallest_share_kept: a day's table may not shrink below this share (0-1) of what it was, unless forced.
    """

    quarantined_share: float = 0.10
    smallest_share_kept: float = 0.5


class Intake:
    """Takes chunks in for one home.

    Args:
        vault: takes the direct identifiers out of every row.
        limits: how many rows of a chunk may be bad.

    Attributes:
        vault: as given.
    """

    def __init__(self, vault: Vault, limits: Limits) -> None:
        self.vault = vault
        self._limits = limits

    def take_in(self, chunk: Changes, shop: Shop = BRAZIL) -> dict[str, Checked]:
        """Return a chunk's rows by raw table, those to keep and those for quarantine, without direct identifiers.

        Args:
            chunk: what a source yielded.
            shop: whose country's rules hold.

        Raises:
            RawStoreError: a table or a day that no file could hold, or too many rows that break the contract.
            UnknownColumn: a column outside the contract.
        """
        _refuse_outside_contract(chunk)
        nothing = pa.table({"changed_date": pa.array([], pa.date32())})
        rows = {name: self._pseudonymise(name, chunk.tables.get(name, nothing)) for name in TABLES}
        checked = self._with_rejected(check_chunk(rows, shop), chunk.rejected)
        refuse_too_many_bad_rows(checked, self._limits)
        return checked

    def _pseudonymise(self, table: str, rows: pa.Table) -> pa.Table:
        """Move the direct identifiers to the vault and put `customer_key` in their place."""
        if "customer_id" not in rows.column_names:
            return rows
        if table == "customers":
            identifiers = [name for name in ("customer_id", *DIRECT_IDENTIFIERS) if name in rows.column_names]
            persons = rows.sort_by("changed_date").select(identifiers).to_pylist()
            keys = self.vault.store([person for person in persons if not _is_blank(person["customer_id"])])
            nameless = [json.dumps(person, sort_keys=True) for person in persons if _is_blank(person["customer_id"])]
            self.vault.seal_rows(nameless)
            rows = rows.drop_columns([name for name in identifiers if name != "customer_id"])
        else:
            ids = rows["customer_id"].unique().to_pylist()
            keys = self.vault.pseudonyms([customer_id for customer_id in ids if not _is_blank(customer_id)])
        position = rows.column_names.index("customer_id")
        ids = rows["customer_id"].cast(pa.string()).to_pylist()
        column = pa.array([keys.get(customer_id) for customer_id in ids], pa.string())
        return rows.set_column(position, "customer_key", column)

    def _with_rejected(self, checked: dict[str, Checked], rejected: pa.Table) -> dict[str, Checked]:
        """Return the tables with the rows that the source could not take apart, and every quarantined text sealed.

        A row that broke the contract may hold a person's data in any column: a shifted line has the name where the
        state should be.
        """
        sealed: dict[str, Checked] = {}
        for name, result in checked.items():
            also = rejected.filter(pc.equal(rejected["table"], name)).select(QUARANTINE_SCHEMA.names)
            rows = pa.concat_tables([result.quarantined, also.cast(QUARANTINE_SCHEMA)])
            references = self.vault.seal_rows(rows["row"].to_pylist()) if rows.num_rows else []
            texts = pa.array([json.dumps({"sealed": reference}) for reference in references], pa.string())
            quarantined = pa.table([rows["changed_date"], rows["reason"], texts], schema=QUARANTINE_SCHEMA)
            sealed[name] = Checked(result.accepted, quarantined.sort_by("changed_date"))
        return sealed

    def opened(self, row: str) -> str:
        """Return the text of a quarantined row; an older platform wrote it in clear."""
        content = json.loads(row)
        is_sealed = isinstance(content, dict) and list(content) == ["sealed"]
        return self.vault.open_row(content["sealed"]) if is_sealed else row


def check_chunk(rows: dict[str, pa.Table], shop: Shop) -> dict[str, Checked]:
    """Split pseudonymised rows of all raw tables; an order of which a line cannot be taken goes whole."""
    checked: dict[str, Checked] = {}
    for name, table in TABLES.items():
        parent = checked[table.parent].accepted if table.parent else None
        checked[name] = check_rows(name, rows[name], parent, shop=shop)
    faulty = checked["order_items"].faulty_orders
    known = checked["orders"].accepted["order_id"]
    if faulty is not None and pc.any(pc.is_in(known, value_set=faulty["order_id"])).as_py():
        # An order is loaded whole or not at all: without a line it would be too cheap.
        for name in ("orders", *(name for name, table in TABLES.items() if table.parent)):
            parent = checked["orders"].accepted if TABLES[name].parent else None
            checked[name] = check_rows(name, rows[name], parent, shop=shop, faulty=faulty)
    return checked


def refuse_too_many_bad_rows(checked: dict[str, Checked], limits: Limits) -> None:
    """Refuse a chunk of which too many rows break the contract.

    Raises:
        RawStoreError: as it says.
    """
    for table, result in checked.items():
        bad, rows = result.quarantined.num_rows, result.accepted.num_rows + result.quarantined.num_rows
        # A handful of bad rows in a tiny table says little: they are quarantined unless they are the majority.
        if bad > max(limits.quarantined_share * rows, min(SMALLEST_GUARDED_ROWS, rows / 2)):
            counts = Counter(result.quarantined["reason"].to_pylist()).most_common(3)
            reasons = ", ".join(f"{reason} {count}x" for reason, count in counts)
            first = result.quarantined["changed_date"][0].as_py()
            raise RawStoreError(
                f"{bad} of {rows} rows of {table} break the raw contract ({reasons}; first on {first}), more than "
                f"the {limits.quarantined_share:.0%} that may go to quarantine: nothing of these days was "
                "written. Mend the source or its mapping, or raise `raw.quarantined_share` in params.yaml.",
                [reason for reason, _ in counts],
            )


def _is_blank(customer_id: object) -> bool:
    return customer_id is None or not str(customer_id).strip()


def _refuse_outside_contract(chunk: Changes) -> None:
    """Refuse what no day's file could hold, before anything reaches the vault: it would be lost without a word."""
    unknown = sorted({*chunk.tables, *chunk.rejected["table"].unique().to_pylist()} - set(TABLES))
    if unknown:
        raise RawStoreError(f"the source yielded unknown tables {unknown}: the contract has {sorted(TABLES)}")
    for name, rows in {**chunk.tables, "rejected": chunk.rejected}.items():
        if name in TABLES:
            columns = {*TABLES[name].columns, "changed_date"}
            if "customer_id" in columns and "customer_id" not in rows.column_names:
                # Rows that were entered here: the vault had their persons before the source did.
                columns.add("customer_key")
            surplus = sorted(set(rows.column_names) - columns)
            if surplus:
                raise UnknownColumn(f"{name} came with unknown columns {surplus}: the contract has {sorted(columns)}")
        days = rows["changed_date"].unique().to_pylist()
        strays = [str(day) for day in days if day is None or not chunk.first_day <= day <= chunk.last_day]
        if strays:
            raise RawStoreError(
                f"{name} came with rows of {strays[0]} in a chunk of {chunk.first_day} to {chunk.last_day}: "
                "nothing of these days was written. Mend the source: each row belongs to the chunk that covers its day."
            )
