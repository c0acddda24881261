"""A process that knows nothing but a model's file and a snapshot: prints a digest of what the one says of the other."""

import json
import sys
from pathlib import Path

from eshop_dagster.adapters.model_file import open_model
from eshop_dagster.stages.kind import digest
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.snapshot import open_snapshot


def main(model: str, path: str, snapshot: str) -> None:
    """Open the file of a model of that kind, predict the snapshot's later rows, print their digest as JSON."""
    fitted = open_model(Path(path).read_bytes())
    print(json.dumps({"digest": digest(KINDS[model].predict(fitted, open_snapshot(Path(snapshot))))}))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
