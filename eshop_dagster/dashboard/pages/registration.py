"""Cadastro: a form that adds a customer and an order to the simulated shop, for the next run to take up."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from eshop_dagster.adapters.dashboard_queries import customers
from eshop_dagster.adapters.sources import load_source_config
from eshop_dagster.adapters.vault import VaultError
from eshop_dagster.contract import CHANNELS, STATES
from eshop_dagster.dashboard.elements import page_header
from eshop_dagster.dashboard.registry import platform_of
from eshop_dagster.dashboard.value_names import category_name, channel_name
from eshop_dagster.dashboard.view import View
from eshop_dagster.settings import SettingsError
from eshop_dagster.stages.registration import METHODS, NewCustomer, NewOrder, RegistrationError, register

_TYPED = ("name", "email", "cpf", "phone", "zip_prefix", "city")
_LINES = 2
_MOST_PIECES = 10
_MOST_INSTALLMENTS = 12
_ROUND, _DONE = "registration_round", "registration_done"


def render(view: View) -> None:
    """Draw the page."""
    page_header(view, "registration")
    if not is_open(view.home):
        st.info(view.text("registration.closed"))
        return
    st.caption(view.text("registration.privacy"))
    done = st.session_state.pop(_DONE, None)
    if done:
        st.success(view.text("registration.done", **done))
    category = st.selectbox(
        view.text("registration.category"),
        view.choices.categories,
        format_func=lambda one: category_name(view.text, one),
        key="registration_category",
        filter_mode=None,
        placeholder="",
    )
    # Another round is another form: what was typed is forgotten once it is in the vault.
    number = st.session_state.setdefault(_ROUND, 0)
    with st.form(f"registration-{number}"):
        person, consent = _person(view, number)
        order = _order(view, str(category), number)
        if st.form_submit_button(view.text("registration.submit"), type="primary"):
            _submit(view, NewCustomer(**person, consent_marketing=consent), order)


def is_open(home: Path) -> bool:
    """Return whether people may add customers to the source that fills a home."""
    config = load_source_config(home)
    return config is not None and config.takes_registrations


def _person(view: View, number: int) -> tuple[dict[str, str], bool]:
    st.subheader(view.text("registration.person"), anchor=False)
    typed: dict[str, str] = {}
    for start in range(0, len(_TYPED), 2):
        for place, field in zip(st.columns(2), _TYPED[start : start + 2], strict=True):
            key = f"registration_{field}_{number}"
            typed[field] = place.text_input(view.text(f"registration.{field}"), key=key, autocomplete="off")
    typed["state"] = str(
        st.selectbox(
            view.text("registration.state"),
            STATES,
            key=f"registration_state_{number}",
            filter_mode=None,
            placeholder="",
        )
    )
    return typed, st.checkbox(view.text("registration.consent_marketing"), key=f"registration_consent_{number}")


def _order(view: View, category: str, number: int) -> NewOrder:
    st.subheader(view.text("registration.order"), anchor=False)
    lines = _lines(view, category, number)
    channel, method, installments = st.columns(3)
    with channel:
        chosen = _choice(view, "channel", CHANNELS, number, lambda one: channel_name(view.text, one))
    with method:
        paid = _choice(view, "method", METHODS, number, lambda one: view.text.known(f"method.{one}", one))
    with installments:
        times = _choice(view, "installments", range(1, _MOST_INSTALLMENTS + 1), number, str)
    return NewOrder(str(chosen), lines, str(paid), int(times))


def _choice(view: View, field: str, options: Sequence[Any], number: int, written: Callable[[Any], str]) -> Any:
    return st.selectbox(
        view.text(f"registration.{field}"),
        options,
        format_func=written,
        key=f"registration_{field}_{number}",
        filter_mode=None,
        placeholder="",
    )


def _lines(view: View, category: str, number: int) -> list[tuple[str, int]]:
    """Show a product and its pieces a line; return those that were chosen."""
    products = view.ask(customers.products, category)
    written = {"": view.text("registration.no_product")}
    written |= {str(row["product_id"]): _product(view, row) for row in products.to_dict("records")}
    found = []
    for line in range(1, _LINES + 1):
        what, many = st.columns([4, 1])
        chosen = what.selectbox(
            view.text("registration.product", number=line),
            list(written),
            format_func=lambda one: written[one],
            key=f"registration_product_{line}_{category}_{number}",
            filter_mode=None,
            placeholder="",
        )
        pieces = many.selectbox(
            view.text("registration.quantity", number=line),
            range(1, _MOST_PIECES + 1),
            key=f"registration_quantity_{line}_{number}",
            filter_mode=None,
            placeholder="",
        )
        if chosen:
            found.append((str(chosen), int(pieces or 1)))
    return found


def _product(view: View, row: Mapping[Any, Any]) -> str:
    name = row["product_name"] if isinstance(row["product_name"], str) else row["product_id"]
    return view.text("registration.product_option", name=name, price=view.formats.money(float(row["list_price_brl"])))


def _submit(view: View, customer: NewCustomer, order: NewOrder) -> None:
    try:
        kept = register(platform_of(str(view.home)), customer, order)
    except RegistrationError as error:
        st.error("\n".join([view.text("registration.refused"), "", *(f"- {one}" for one in problems(view, error))]))
        return
    except (VaultError, SettingsError, OSError):
        st.error(view.text("registration.no_vault"))
        return
    day = view.formats.day(pd.Timestamp(kept.business_date))
    st.session_state[_DONE] = {"customer": kept.customer_key, "order": kept.order_id, "day": day}
    st.session_state[_ROUND] += 1
    st.rerun()


def problems(view: View, error: RegistrationError) -> list[str]:
    """Return what is wrong, a sentence a field; none repeats what was typed."""
    special = {"is registered already": "problem.cpf_known", "lies in another state": "problem.zip_elsewhere"}
    found = []
    for field, told in error.problems.items():
        key = next((key for start, key in special.items() if told.startswith(start)), f"problem.{field}")
        found.append(view.text.known(key, view.text("problem.other")))
    return found
