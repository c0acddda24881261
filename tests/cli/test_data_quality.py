"""`eshop doctor` and `eshop status` say how fresh the data is and which day was unusual last.

The command runs in a process of its own, as a user starts it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ..stages.sales_home import build, days, note_pulls, platform_of

ESHOP = Path(sys.executable).parent / "eshop"
UNUSUAL = "2025-04-11, too few: 31 orders on a Friday, expected 100 (69 to 151)"


def eshop(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ESHOP, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )


def diagnose(home: Path, **environment: str) -> dict[str, dict[str, Any]]:
    """What the doctor found, by the name of what it looked at."""
    done = eshop("doctor", "--home", home, "--json", **environment)
    findings = json.loads(done.stdout)
    assert done.returncode == int(not all(one["is_ok"] for one in findings))
    return {one["name"]: one for one in findings}


@pytest.fixture(scope="module")
def late_home(session_environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose simulated shop ends long ago, a few days after one at a third of its orders."""
    home = tmp_path_factory.mktemp("late")
    platform = platform_of(home)
    note_pulls(platform, "simulated", days(100))
    note_pulls(platform, "lojas-do-sul", days(3))
    build(platform, {**dict.fromkeys(days(100), 100), days(100)[-9]: 20, days(100)[-5]: 31})
    return home


def test_the_doctor_sends_a_person_to_missing_and_unusual_days(late_home: Path) -> None:
    found = diagnose(late_home)

    assert not found["freshness of simulated"]["is_ok"]
    assert found["freshness of simulated"]["found"].startswith("simulated is stale: it ends at 2025-04-15, ")
    assert found["freshness of simulated"]["remedy"].startswith("`eshop run --to 2")
    assert found["freshness of lojas-do-sul"]["is_ok"]
    assert (found["unusual days"]["is_ok"], found["unusual days"]["found"]) == (False, UNUSUAL)
    assert "pull it again" in found["unusual days"]["remedy"]


def test_the_doctor_finds_a_closed_set_of_usual_days_well(tmp_path: Path) -> None:
    platform = platform_of(tmp_path, "olist")
    note_pulls(platform, "olist", days(100))
    build(platform, dict.fromkeys(days(100), 100))
    found = diagnose(tmp_path)

    assert (found["freshness of olist"]["is_ok"], found["unusual days"]["is_ok"]) == (True, True)
    assert found["unusual days"]["found"] == "none of the last 14 days"


def test_the_doctor_ends_its_round_where_the_key_cannot_be_used(late_home: Path) -> None:
    found = diagnose(late_home, ESHOP_MASTER_KEY="too short")

    assert not found["master key"]["is_ok"]
    assert "orphaned runs" in found
    assert not any(name.startswith("freshness") for name in found)


def test_the_doctor_looks_at_no_data_in_an_empty_home(tmp_path: Path) -> None:
    assert "unusual days" not in diagnose(tmp_path / "none")


def test_status_ends_with_one_line_on_freshness_and_one_on_unusual_days(late_home: Path) -> None:
    fresh, unusual = eshop("status", "--home", late_home).stdout.splitlines()[-2:]

    assert fresh.startswith("freshness: lojas-do-sul ends at 2025-01-08, as far as it was loaded: a newer report")
    assert "it is never stale; simul" in fresh
    assert unusual == f"unusual: {UNUSUAL}"
