"""`eshop stage`: single stages, as `dvc.yaml` calls them. The same functions as Dagster's assets; nothing is
registered.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from eshop_dagster.adapters.locks import home_lock
from eshop_dagster.adapters.sources import load_source_config, open_source, save_source_config
from eshop_dagster.cli.output import CommandError, HomeOption, print_json, progress_bars
from eshop_dagster.settings import activate, load_settings
from eshop_dagster.stages.build import build_features, build_warehouse, plan_features
from eshop_dagster.stages.kinds import NAMES
from eshop_dagster.stages.model_params import check_models
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform, yesterday
from eshop_dagster.stages.progress import Counter
from eshop_dagster.stages.pull import clip_days
from eshop_dagster.stages.pull import pull as pull_days
from eshop_dagster.stages.snapshot import read_snapshot

app = typer.Typer(
    help="Single stages, as `dvc repro` runs them; they register nothing in MLflow.", no_args_is_help=True
)

_WAIT_SECONDS = 600.0


@app.command()
def pull(home: HomeOption = None) -> None:
    """Pull what the home's source has and raw has not; a fresh home is filled as params.yaml says."""
    with _platform(home, "pull") as platform:
        config = load_source_config(platform.home) or platform.params.source.config
        opened = open_source(config, yesterday(platform.shop))
        # What other runs have pulled stays; a source that makes up its days goes no further than params.yaml says.
        pulled = platform.raw.days_pulled(opened.source.name)
        last = platform.params.source.last_day if config.is_made_up else None
        days = clip_days(opened, None, max([last, *pulled]) if last else None, platform.shop)
        save_source_config(platform.home, replace(config, first_day=opened.source.first_day()))
        counter = Counter("pull", (days[1] - days[0]).days + 1)
        report = pull_days(platform, opened, *days, only_new=True, on_days=counter.advance)
        typer.echo(f"{report.days} days pulled, {report.days_written} changed")


@app.command()
def build(home: HomeOption = None) -> None:
    """Bring the warehouse up to date with raw, and compute the features at every cut-off."""
    with _platform(home, "build") as platform:
        check_models(platform.params)
        report = build_warehouse(platform)
        features = build_features(platform, plan_features(platform))
        failed = [result for result in report.tests + features.tests if not result.is_ok]
        if failed:
            raise CommandError("dbt tests found bad rows: " + ", ".join(result.unique_id for result in failed))
        typer.echo(f"{report.mode}, features at {', '.join(str(day) for day in features.days)}")


@app.command()
def snapshot(home: HomeOption = None) -> None:
    """Write the training snapshot: from the warehouse, and from the registry the champion whose segment ids go on."""
    from eshop_dagster.stages.preparation import prepare_snapshot

    with _platform(home, "snapshot") as platform:
        written = prepare_snapshot(platform, plan_features(platform))
        typer.echo(f"{written.description['rows']}")


@app.command()
def train(model: Annotated[str, typer.Argument(help=f"One of {', '.join(NAMES)}.")], home: HomeOption = None) -> None:
    """Train one model on the snapshot; write its file, metrics and plots."""
    from eshop_dagster.stages import preparation
    from eshop_dagster.stages.kinds import KINDS
    from eshop_dagster.stages.outputs import write_outputs

    if model not in KINDS:
        raise CommandError(f"there is no model {model!r}: expected one of {', '.join(KINDS)}")
    with _platform(home, f"train {model}") as platform:
        snapshot, kind = read_snapshot(platform), KINDS[model]
        if kind.needs_cutoffs and snapshot.obstacle:
            raise CommandError(f"{model} cannot be trained: {snapshot.obstacle}")
        trained = preparation.train(kind, snapshot, platform.params)
        write_outputs(trained, platform.home)
        typer.echo(f"{trained.candidate}: {trained.reason}")


@app.command()
def evaluate(home: HomeOption = None) -> None:
    """Put every model's metrics beside its baseline's, in one file."""
    from eshop_dagster.stages.outputs import compare_with_baselines

    with _platform(home, "evaluate") as platform:
        print_json(compare_with_baselines(platform.home, platform.params.models))


@contextmanager
def _platform(home: Path | None, what: str) -> Iterator[Platform]:
    settings = load_settings(home)
    activate(settings)
    with (
        home_lock(settings.home, f"eshop stage {what}", wait_seconds=_WAIT_SECONDS),
        progress_bars(is_quiet=False),
    ):
        yield Platform(settings, load_params())
