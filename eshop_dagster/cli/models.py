"""`eshop models`, `rollback`, `promote`, `reproduce`: what a person may ask of the registered models."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from eshop_dagster.adapters.locks import home_lock
from eshop_dagster.cli.output import CommandError, HomeOption, JsonOption, print_json
from eshop_dagster.settings import activate, load_settings
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform

ModelArgument = Annotated[str, typer.Argument(help="segmentation, spend or revenue.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it stays on the version.", prompt="Why")]

_NEXT = "Scores follow with the next `retrain`; at once by `eshop run` or the asset customer_scores in Dagster."


def models(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List every version of every model: its alias, when and of which data it was made, and what the gate said."""
    from eshop_dagster.stages.champions import versions
    from eshop_dagster.stages.kinds import KINDS

    platform = _platform(home)
    rows = [_row(KINDS[model].metric, one) for model, found in versions(platform).items() for one in found]
    if as_json:
        print_json(rows)
        return
    if not rows:
        raise CommandError(f"the home {platform.home} has no model yet: train with `eshop run`")
    table = Table("model", "version", "alias", "made", "estimator", "metric", "why")
    for column in table.columns[:4]:
        column.no_wrap = True
    for row in rows:
        value = "–" if row["value"] is None else f"{row['metric']} {row['value']:.4g}"
        cells = (row["model"], str(row["version"]), ", ".join(row["aliases"]), row["made_at"], row["candidate"])
        table.add_row(*cells, value, row["reason"])
    Console().print(table)


def rollback(model: ModelArgument, reason: ReasonOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Make the previous champion the champion again, in seconds; the present one becomes the previous.

    - `eshop rollback spend --reason "expects too much in the South"`
    """
    from eshop_dagster.stages.champions import rollback as go_back

    with _writing(home, f"eshop rollback {model}", model) as platform:
        moved = go_back(platform, model, reason)
    _tell(moved.model, moved.before, moved.after, as_json=as_json)


def promote(
    model: ModelArgument,
    version: Annotated[int, typer.Argument(help="Its number; `eshop models` lists them.")],
    reason: ReasonOption,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a version the champion, whatever the gate said: for outcomes that need a person.

    - `eshop promote segmentation 4 --reason "more customers move because of the new loyalty scheme"`
    """
    from eshop_dagster.stages.champions import promote as make_champion

    with _writing(home, f"eshop promote {model}", model) as platform:
        moved = make_champion(platform, model, version, reason)
    _tell(moved.model, moved.before, moved.after, as_json=as_json)


def reproduce(
    which: Annotated[str, typer.Argument(help="MODEL@ALIAS or MODEL@VERSION, such as spend@champion or spend@3.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a version again from its record and compare: its data by DVC hash, its parameters, its seeds.

    The exit status is 0 only when predictions, metrics and the model file are equal to the byte; anything else is told
    precisely, with what of code or environment is not as it was.
    """
    from eshop_dagster.stages.reproduce import reproduce as make_again

    model, _, name = which.partition("@")
    name = name or "champion"
    with _writing(home, f"eshop reproduce {which}", model) as platform:
        done = make_again(platform, model, int(name) if name.isdigit() else name)
    if as_json:
        print_json(
            {
                "model": model,
                "version": done.version.version,
                "is_equal": done.is_equal,
                "has_equal_predictions": done.has_equal_predictions,
                "has_equal_metrics": done.has_equal_metrics,
                "has_equal_file": done.has_equal_file,
                "differences": list(done.differences),
            }
        )
    else:
        typer.echo(done.in_words())
    if not done.is_equal:
        raise typer.Exit(1)


def _row(metric: str, one: Any) -> dict[str, Any]:
    tags = one.version.tags
    made = datetime.fromtimestamp(one.created_at_ms / 1000, UTC)
    return {
        "model": one.version.name,
        "version": one.version.version,
        "aliases": list(one.aliases),
        "made_at": f"{made:%Y-%m-%d %H:%M}Z",
        "candidate": tags.get("candidate", ""),
        "metric": metric,
        "value": one.metrics.get(metric),
        "baseline": one.metrics.get(f"baseline_{metric}"),
        "dvc_hash": tags.get("dvc_hash", ""),
        "gate": tags.get("gate", ""),
        "outcome": tags.get("outcome", ""),
        "reason": tags.get("reason", ""),
    }


def _tell(model: str, before: int | None, after: int, *, as_json: bool) -> None:
    if as_json:
        print_json({"model": model, "before": before, "after": after})
        return
    was = f"version {before}" if before else "nobody"
    typer.echo(f"{model}: version {after} is champion, after {was}. {_NEXT}")


def _platform(home: Path | None) -> Platform:
    settings = load_settings(home)
    activate(settings)
    return Platform(settings, load_params())


@contextmanager
def _writing(home: Path | None, what: str, model: str) -> Iterator[Platform]:
    from eshop_dagster.stages.kinds import KINDS

    if model not in KINDS:
        raise CommandError(f"there is no model {model!r}: expected one of {', '.join(KINDS)}")
    platform = _platform(home)
    with home_lock(platform.home, what, wait_seconds=0):
        yield platform
