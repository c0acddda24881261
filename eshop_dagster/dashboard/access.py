"""Who is looking: Streamlit's own login by OpenID Connect, where it is configured."""

from collections.abc import Mapping
from threading import Event
from typing import Any

import streamlit as st

from eshop_dagster.dashboard.texts import Texts
from eshop_dagster.settings import dashboard_secrets_file

_demanded = Event()


def demand_login() -> None:
    """Have every visitor of this process log in, whatever becomes of the file that says how."""
    _demanded.set()


def is_login_configured() -> bool:
    """Return whether visitors must log in: nobody comes in by a file that cannot be read or names no provider."""
    try:
        is_named = "auth" in st.secrets
    except FileNotFoundError:
        is_named = False
    return is_named or _demanded.is_set() or dashboard_secrets_file().exists()


def require_login(text: Texts) -> None:
    """Show the login and end the page, unless nobody need log in or the visitor has."""
    if not is_login_configured() or _has_logged_in():
        return
    st.title(text("login.title"), anchor=False)
    st.write(text("login.why"))
    st.button(text("login.enter"), on_click=st.login, type="primary")
    st.stop()


def visitor() -> str | None:
    """Return the visitor's e-mail address as the identity provider gives it; None for a visitor without a login."""
    if not is_login_configured() or not _has_logged_in():
        return None
    return address_of(st.user)


def address_of(claims: Mapping[str, Any]) -> str | None:
    """Return the e-mail address among an identity provider's claims; None where it says that it is not verified."""
    email = claims.get("email")
    return None if not email or claims.get("email_verified") in (False, "false") else str(email).lower()


def show_visitor(text: Texts) -> None:
    """Show who is logged in, and the way out."""
    email = visitor()
    if email is not None:
        st.caption(text("login.who", email=email))
        st.button(text("login.leave"), on_click=st.logout, width="stretch")


def _has_logged_in() -> bool:
    return bool(st.user.get("is_logged_in", False))
