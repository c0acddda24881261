"""Who may see names and e-mail addresses, and the register of who did."""

import json
from datetime import UTC, datetime
from pathlib import Path

import yaml


class RolesError(ValueError):
    """The file of roles cannot be read as it is."""


def roles_file(home: Path) -> Path:
    """Return where the roles stand: `personal_data:` and a list of e-mail addresses."""
    return home / "dashboard" / "roles.yml"


def access_register(home: Path) -> Path:
    """Return where each look at personal data is noted, one JSON document a line."""
    return home / "dashboard" / "access.jsonl"


def may_reveal(home: Path, email: str) -> bool:
    """Return whether this visitor may see personal data: nobody may unless the file of roles names them.

    Raises:
        RolesError: the file is not a mapping with a list of addresses.
    """
    path = roles_file(home)
    if not path.exists():
        return False
    content = yaml.safe_load(path.read_text()) or {}
    named = content.get("personal_data", []) if isinstance(content, dict) else None
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        raise RolesError(f"{path} is not understood: expected `personal_data:` and a list of e-mail addresses below it")
    return email.lower() in {one.strip().lower() for one in named}


def note_access(home: Path, email: str, *, what: str, customers: int) -> None:
    """Note that a visitor is about to see personal data: who, when, of what, of how many; nothing of the persons."""
    path = access_register(home)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "who": email, "what": what, "customers": customers}
    with path.open("a") as register:
        register.write(json.dumps(line, ensure_ascii=False) + "\n")
