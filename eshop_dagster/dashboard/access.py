"""Who is looking: Streamlit's own login by OpenID Connect, where it is configured."""

import streamlit as st

from eshop_dagster.dashboard.texts import Texts


def is_login_configured() -> bool:
    """Return whether the secrets hold an identity provider."""
    try:
        return "auth" in st.secrets
    except FileNotFoundError:
        return False


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
    email = st.user.get("email")
    return str(email).lower() if email else None


def show_visitor(text: Texts) -> None:
    """Show who is logged in, and the way out."""
    email = visitor()
    if email is not None:
        st.caption(text("login.who", email=email))
        st.button(text("login.leave"), on_click=st.logout, width="stretch")


def _has_logged_in() -> bool:
    return bool(st.user.get("is_logged_in", False))
