"""The list of a segment: by pseudonym for everybody, with names for those who may."""

from collections.abc import Collection
from dataclasses import replace

import pandas as pd
import streamlit as st

from eshop_dagster.adapters.dashboard_queries import customers
from eshop_dagster.adapters.dashboard_queries.summaries import LISTED_CUSTOMERS
from eshop_dagster.dashboard.access import visitor
from eshop_dagster.dashboard.elements import Column, table
from eshop_dagster.dashboard.personal_data import may_reveal, note_access
from eshop_dagster.dashboard.registry import platform_of
from eshop_dagster.dashboard.value_names import state_name
from eshop_dagster.dashboard.view import View

MOST_REVEALED = 100


def member_list(view: View, names: dict[int, str], segments: Collection[int]) -> None:
    """Show the customers of the chosen states who are expected to spend most.

    Args:
        view: the page's.
        names: of the segments.
        segments: those of the choice that have 10 customers or more in these states: others are not listed.
    """
    most = view.formats.whole(LISTED_CUSTOMERS)
    with st.container(border=True, key="box-members"):
        st.subheader(view.text("customers.list"), help=view.text("customers.list_help", most=most), anchor=False)
        if not segments:
            st.info(view.text("customers.small"))
            return
        frame = view.ask(customers.members, replace(view.scope("states"), segments=tuple(segments)))
        frame["segment"] = [names.get(one, "") for one in frame["segment_id"]]
        table(view, "customers.list", frame, _columns(view), most=10)
        if frame["purchase_probability"].isna().all() and frame["expected_spend_brl"].notna().any():
            st.caption(view.text("customers.without_probability"))
        email = visitor()
        if email is None or not may_reveal(view.home, email):
            st.caption(view.text("customers.reveal_denied"))
            return
        note = view.text("customers.reveal_help", most=MOST_REVEALED)
        if st.button(view.text("customers.reveal"), help=note):
            _reveal(view, email, [str(key) for key in frame["customer_key"].head(MOST_REVEALED)])


def _columns(view: View) -> list[Column]:
    formats = view.formats
    return [
        Column("customer_key", "column.customer_key"),
        Column("segment", "column.segment"),
        Column("state", "column.state", lambda one: state_name(view.text, str(one))),
        Column("city", "column.city"),
        Column("order_count", "column.order_count", lambda one: formats.whole(float(str(one))), True),
        Column("net_revenue_brl", "column.net_revenue_brl", lambda one: formats.money(float(str(one))), True),
        Column("last_ordered_date", "column.last_ordered_date", lambda one: formats.day(one), True),  # type: ignore[arg-type]
        Column("purchase_probability", "column.purchase_probability", lambda one: formats.share(float(str(one))), True),
        Column("spend_if_buying_brl", "column.spend_if_buying_brl", lambda one: formats.money(float(str(one))), True),
        Column("expected_spend_brl", "column.expected_spend_brl", lambda one: formats.money(float(str(one))), True),
        Column("is_outlier", "column.is_outlier", lambda one: view.text("yes" if one else "no")),
    ]


def _reveal(view: View, email: str, keys: list[str]) -> None:
    """Record the access, then show names and addresses; they are kept nowhere."""
    segments = ",".join(map(str, view.filters.segments)) or "all"
    note_access(view.home, email, what=f"segments {segments}", customers=len(keys))
    vault = platform_of(str(view.home)).vault
    rows = []
    for key in keys:
        try:
            person = vault.reveal(key)
        except KeyError:
            continue
        rows.append({"customer_key": key, "name": person.get("name") or "", "email": person.get("email") or ""})

    st.warning(view.text("customers.revealed"))
    columns = [Column(name, f"column.{name}") for name in ("customer_key", "name", "email")]
    table(view, "customers.persons", pd.DataFrame(rows), columns, most=MOST_REVEALED, can_be_taken=False)
