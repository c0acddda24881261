"""A full disk, told from other errors in the words of each tool that may come upon it."""

import errno
import shutil
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

_NUMBERS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_WORDS = ("no space left on device", "disk quota exceeded", "file too large", "disk is full")


class DiskFull(RuntimeError):
    """There is no room to write; the message says where, and what to do."""


class Housed(Protocol):
    """Whatever works on one home."""

    home: Path


P = ParamSpec("P")
R = TypeVar("R")
H = TypeVar("H", bound=Housed)


def explains_full_disk(stage: Callable[Concatenate[H, P], R]) -> Callable[Concatenate[H, P], R]:
    """Return a stage that raises DiskFull, whichever tool came upon the full disk."""

    @wraps(stage)
    def explained(housed: H, /, *arguments: P.args, **options: P.kwargs) -> R:
        try:
            return stage(housed, *arguments, **options)
        except Exception as error:
            cause = cause_of_full_disk(error)
            if cause is None or isinstance(error, DiskFull):
                raise
            raise DiskFull(full_disk_message(housed.home, cause)) from error

    return explained


def cause_of_full_disk(error: BaseException | None) -> str | None:
    """Return the words in which an error, or one that it came from, says that there is no room; None when none does."""
    while error is not None:
        lines = str(error).splitlines()
        if isinstance(error, OSError) and error.errno in _NUMBERS:
            return str(error)
        for line in lines:
            if any(words in line.lower() for words in _WORDS):
                return line.strip()
        error = error.__cause__ or error.__context__
    return None


def full_disk_message(home: Path, cause: str) -> str:
    """Return what to tell a person whose disk is full."""
    free_mb = shutil.disk_usage(home).free / 1e6
    return (
        f"there is no room on the disk of the home {home} ({free_mb:,.0f} MB free): {cause}. Readers keep the release "
        "that they have. Free some room, or move the home to a larger disk, and run again: it goes on from there."
    )
