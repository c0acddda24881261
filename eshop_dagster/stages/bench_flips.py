"""What one flipped bit of a file at rest does: its readers notice it, or give the values of before."""

import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from eshop_dagster.settings import Settings
from eshop_dagster.stages.bench_flip_parts import PARTS, Part
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.progress import Counter

Explain = Callable[[Exception], str | None]
"""Returns the sentence of an error that is known, and None for any other."""

_SHOWN = 5


@dataclass
class Outcome:
    """What became of the flips in one part of a home.

    Attributes:
        part: its name.
        file_count: files of the part.
        detected: a reader refused the file in a sentence.
        harmless: every value was read as before.
        silent: other values were read, and nobody said a word.
        crashed: a reader ended in an error that nobody explains.
        examples: of the last two, where the bit lies and what happened.
    """

    part: str
    file_count: int
    detected: int = 0
    harmless: int = 0
    silent: int = 0
    crashed: int = 0
    examples: list[str] = field(default_factory=list)

    def note(self, kind: str, example: str) -> None:
        """Count one flip; keep the first examples of what may not be."""
        setattr(self, kind, getattr(self, kind) + 1)
        if kind in ("silent", "crashed") and len(self.examples) < _SHOWN:
            self.examples.append(f"{kind}: {example}")


def measure_flips(settings: Settings, names: Sequence[str], flips: int, seed: int, explain: Explain) -> list[Outcome]:
    """Flip bits of a home's files, each at a random place, one at a time, and read the part after each.

    The bit is turned back each time, under the same inode and with the same times, as a failing disk would leave them.

    Args:
        settings: of a home that nobody else uses, best a copy.
        names: parts of the home, of `PARTS`; a part without a file is left out.
        flips: how many of each.
        seed: of the places.
        explain: tells a refusal from a crash.
    """
    outcomes = []
    for name in names:
        part = PARTS[name]
        files = [path for path in part.files(settings.home) if path.stat().st_size]
        if files:
            outcomes.append(_measure(settings, part, files, flips, random.Random(f"{seed} {name}"), explain))
    return outcomes


def as_json(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return the outcomes as plain values."""
    return [asdict(outcome) for outcome in outcomes]


def _measure(
    settings: Settings, part: Part, files: Sequence[Path], flips: int, chance: random.Random, explain: Explain
) -> Outcome:
    outcome, progress, expected = Outcome(part.name, len(files)), Counter(part.name, flips), dict[Path | None, Any]()
    sizes = [path.stat().st_size for path in files]
    # A home that was copied is settled in its place by the first look.
    part.read(Platform(settings, Params()), files[0])
    kept = {path: path.read_bytes() for pattern in part.written for path in settings.home.glob(pattern)}
    for _ in range(flips):
        path = chance.choices(files, sizes)[0]
        key = path if part.is_read_by_file else None
        if key not in expected:
            expected[key] = part.read(Platform(settings, Params()), path)
        whole, stat = path.read_bytes(), path.stat()
        at, bit = chance.randrange(len(whole)), chance.randrange(8)
        where = f"{path.relative_to(settings.home)}, byte {at:,}, bit {bit}"
        _write(path, whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :], stat)
        try:
            is_same = part.read(Platform(settings, Params()), path) == expected[key]
            outcome.note("harmless" if is_same else "silent", where)
        except Exception as error:  # noqa: BLE001 - an error that nobody explains is what is looked for
            outcome.note("crashed" if explain(error) is None else "detected", f"{where}: {error!r}"[:300])
        _write(path, whole, stat)
        _put_back(settings.home, part, kept)
        progress.advance()
    return outcome


def _put_back(home: Path, part: Part, kept: Mapping[Path, bytes]) -> None:
    for path in {path for pattern in part.written for path in home.glob(pattern)} - kept.keys():
        path.unlink()
    for path, content in kept.items():
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)


def _write(path: Path, content: bytes, stat: os.stat_result) -> None:
    """Write in place: other names of the file, such as a hard link of another release, see it too."""
    path.chmod(0o600)  # DVC keeps its objects read-only
    path.write_bytes(content)
    path.chmod(stat.st_mode)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
