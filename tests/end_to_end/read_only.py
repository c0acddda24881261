"""Homes that cannot be written, and processes that this holds for, though they may belong to root."""

import ctypes
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_DROP, _DAC_OVERRIDE = 24, 1


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Take the right to write from a folder and all that is in it, for the time of the block."""
    modes = {path: path.stat().st_mode for path in (folder, *folder.rglob("*")) if not path.is_symlink()}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def bound_by_modes(command: Sequence[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command that the modes of files bind: root gives up the right to pass over them."""
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
        preexec_fn=_give_up if os.getuid() == 0 else None,
    )


_libc = ctypes.CDLL(None, use_errno=True)


def _give_up() -> None:
    """Drop the capability that lets root write files that nobody may; it counts from the next program on."""
    if _libc.prctl(_DROP, _DAC_OVERRIDE, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "the right to write every file cannot be given up")
