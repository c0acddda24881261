"""What `eshop bench report` measures: a simulated report's load beside DuckDB reading the same file bare."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from eshop_dagster.settings import child_environment, load_settings


class LoadFailed(RuntimeError):
    """A process that should have loaded the report ended otherwise."""


def measure_report(path: Path, folder: Path) -> dict[str, Any]:
    """Load the report in a fresh process and read it bare in another: seconds, core seconds and peak memory by step.

    Raises:
        LoadFailed: a process ended with an error.
    """
    loaded, bare = (_run(step, path, folder) for step in ("load", "bare"))
    [reading] = [step for step in loaded["steps"] if step["step"] == "read and check"]
    return {
        "file_mib": round(path.stat().st_size / 2**20, 1),
        "load": loaded,
        "bare": bare,
        "ratio_of_reading": round(reading["seconds"] / bare["steps"][0]["seconds"], 1),
        "ratio_of_core_seconds": round(reading["core_seconds"] / bare["steps"][0]["core_seconds"], 1),
    }


def _run(step: str, path: Path, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "eshop_dagster.stages.bench_report_load", step, str(path), str(folder)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=child_environment(load_settings(folder))
    )
    if done.returncode != 0:
        raise LoadFailed(f"the process that should {step} {path} failed: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found | {"cores": os.cpu_count()}
