"""The files of one raw day, replaced together: a killed pull leaves the day unchanged or fully replaced.

Every new file is written aside first, then a journal of what moves where. From then on the day counts as replaced: the
files take their places, and the next process that holds the home ends a replacement that was killed on the way.
"""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from eshop_dagster.faults import fault_point


class DayFiles:
    """The raw, quarantine and record files of one home."""

    def __init__(self, home: Path) -> None:
        self._home = home
        # On the same file system as the files' places, so that a rename moves them.
        self._aside = home / "raw" / "_aside"
        self._journal = self._aside / "journal.json"

    def replace(self, files: Mapping[str, bytes | None]) -> bool:
        """Make each file (by its path in the home) hold exactly this, or not exist; return whether any was otherwise.

        A file that holds it already is left alone, so that its time of change tells when the data changed. The last
        file takes its place last.
        """
        moves: list[tuple[str, str | None]] = []
        try:
            for file, content in files.items():
                path = self._home / file
                if content is None:
                    if path.exists():
                        moves.append((file, None))
                elif not path.exists() or path.read_bytes() != content:
                    self._aside.mkdir(parents=True, exist_ok=True)
                    fault_point("quarantine" if file.startswith("quarantine/") else "raw.aside")
                    (self._aside / f"{len(moves)}").write_bytes(content)
                    moves.append((file, f"{len(moves)}"))
            if moves:
                self._commit(moves)
        except BaseException:
            # On a full disk, what was written in vain would keep the next run from going further.
            shutil.rmtree(self._aside, ignore_errors=True)
            raise
        self.finish()
        return bool(moves)

    def finish(self) -> None:
        """End a replacement that was killed after its journal; remove what one that was killed before it left aside."""
        if self._journal.exists():
            moves = json.loads(self._journal.read_text())
            for file, aside in moves:
                path = self._home / file
                fault_point("raw.record" if file == moves[-1][0] else "raw.rename")
                if aside is None:
                    path.unlink(missing_ok=True)
                elif (self._aside / aside).exists():  # or it was moved before the kill
                    path.parent.mkdir(parents=True, exist_ok=True)
                    os.replace(self._aside / aside, path)
            self._journal.unlink()
        shutil.rmtree(self._aside, ignore_errors=True)

    def _commit(self, moves: list[tuple[str, str | None]]) -> None:
        aside = self._aside / "journal.part"
        self._aside.mkdir(parents=True, exist_ok=True)
        with aside.open("w") as file:
            file.write(json.dumps(moves))
            file.flush()
            # The one wait for the disk a day, 5 ms: for each of its files it would be 40 s in a backfill of two years.
            os.fsync(file.fileno())
        fault_point("raw.commit")
        os.replace(aside, self._journal)
