"""What the README says can be done, can be done: its commands exist and its paths are there."""

import re
import shlex
from pathlib import Path

import click
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from eshop_dagster.cli.main import app
from eshop_dagster.settings import PROJECT_DIR

README = (PROJECT_DIR / "README.md").read_text()
WIDE = {"COLUMNS": "200", "TERM": "dumb"}
PAGES = [PROJECT_DIR / "README.md", *sorted((PROJECT_DIR / "docs").rglob("*.md"))]


def commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line.split("#")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


def test_the_readme_names_the_three_targets_of_the_makefile() -> None:
    targets = re.findall(r"^(\w+):.*## ", (PROJECT_DIR / "Makefile").read_text(), re.MULTILINE)
    assert {"make demo", "make up", "make test"} <= set(commands())
    assert {"demo", "up", "test"} <= set(targets)


@pytest.mark.parametrize("command", [one for one in commands() if one.startswith(".venv/bin/eshop")])
def test_every_eshop_command_in_the_readme_takes_the_options_it_is_shown_with(command: str) -> None:
    words = shlex.split(command)
    names = [word for word in words[1:3] if re.fullmatch("[a-z]+", word)]
    done = CliRunner(env=WIDE).invoke(app, [*names, "--help"])
    assert done.exit_code == 0, done.output
    for option in (word for word in words if word.startswith("-")):
        assert option in done.stdout, f"{command}: no option {option}"


def commands_of(group: click.Group, names: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, one in group.commands.items():
        found += [(*names, name), *(commands_of(one, (*names, name)) if isinstance(one, click.Group) else [])]
    return found


@pytest.mark.parametrize("names", commands_of(get_command(app)), ids=" ".join)
def test_every_command_explains_itself(names: tuple[str, ...]) -> None:
    done = CliRunner(env=WIDE).invoke(app, [*names, "--help"])
    assert done.exit_code == 0 and "--help" in done.stdout
    assert len(done.stdout.splitlines()) > 5


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_in_the_docs_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_every_path_of_the_where_do_i_put_table_exists() -> None:
    table = README.split("## Where do I put")[1].split("\n`ml/` computes")[0]
    paths = [path for path in re.findall(r"`([\w/.]+)`", table) if "/" in path or "." in path]
    assert len(paths) >= 8
    for path in paths:
        assert (PROJECT_DIR / path).exists(), path


def test_the_readmes_schedule_is_that_of_the_code() -> None:
    from eshop_dagster.definitions import defs

    shown = {
        "0 2 * * *": "daily 02:00",
        "0 4 * * 0": "Sunday 04:00",
        "0 5 * * 1": "Monday 05:00",
        "0 3 * * *": "daily 03:00",
    }
    schedules = defs.get_repository_def().schedule_defs
    assert len(schedules) == 4
    for schedule in schedules:
        assert f"| `{schedule.job_name}` | {shown[str(schedule.cron_schedule)]} |" in README
