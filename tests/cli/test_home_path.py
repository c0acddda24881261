"""A home on a path that the warehouse's driver would cut is refused before anything is pulled."""

from pathlib import Path

import pytest

from eshop_dagster.cli.output import CommandError
from eshop_dagster.cli.run import refuse_unusable_path


@pytest.mark.parametrize("name", ["a #1", "what?"])
def test_a_mark_that_cuts_a_path_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError, match="in its path, which the warehouse's driver cuts off"):
        refuse_unusable_path(tmp_path / name / "home")


def test_blanks_and_accents_are_fine(tmp_path: Path) -> None:
    refuse_unusable_path(tmp_path / "São Paulo 100% é" / "h ome")
