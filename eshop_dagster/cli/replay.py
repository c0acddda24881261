"""`eshop replay`: how often should we train again? The past, walked again under each policy."""

import os
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from eshop_dagster.adapters.locks import home_lock
from eshop_dagster.cli.output import CommandError, HomeOption, JsonOption, print_json, progress_bars, say_who
from eshop_dagster.ml.replay.policies import POLICIES, DriftRule
from eshop_dagster.settings import activate, load_settings
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.replay import Replay, Request, as_document, replay, write_replay
from eshop_dagster.stages.replay_shop import ReplayError

_RULE = DriftRule()
DayOption = datetime | None


def replay_policies(
    policy: Annotated[
        list[str] | None,
        typer.Option(help=f"{', '.join(POLICIES)}; may be repeated. Default: all, which costs as much as weekly."),
    ] = None,
    first: Annotated[
        DayOption, typer.Option("--from", formats=["%Y-%m-%d"], help="First day. Default: a year before --to.")
    ] = None,
    last: Annotated[
        DayOption,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Last day. Default: the last whose label window is over."),
    ] = None,
    sample: Annotated[
        int, typer.Option(min=500, help="Customers of each cut-off, drawn by a hash: bounds time and memory.")
    ] = 10_000,
    drift_psi: Annotated[
        float, typer.Option(help="drift: stability index beyond which a feature has drifted.")
    ] = _RULE.largest_psi,
    drift_features: Annotated[
        int, typer.Option(min=1, help="drift: so many drifted features make a drifted week.")
    ] = _RULE.features,
    drift_weeks: Annotated[
        int, typer.Option(min=1, help=f"drift: so many drifted weeks of the last {_RULE.of_weeks} are a reason.")
    ] = _RULE.weeks,
    drift_rest: Annotated[int, typer.Option(min=0, help="drift: least days between two trainings.")] = _RULE.rest_days,
    wait: Annotated[float, typer.Option(help="Seconds to wait for another run on this home.")] = 600,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Walk the home's past week by week under retraining policies, and tell what each would have cost and gained.

    On every seventh day from --from on, each policy decides whether to train the spend model, from what was known
    before that day and no later: features as of their cut-off, and only labels whose window was over. What was trained
    goes through the gate of the retraining: it takes the place unless it surely loses to the sitting champion or to the
    best baseline, on up to three judged windows; that baseline steps in where the champion loses to it, too. Every
    week's model then predicts that week's customers, and is held against what they spent in the window after.

    The table shows trainings and their time, the error (RMSE), predicted over true spend in sum, and the share of true
    spend held by the tenth of customers predicted highest: the ones a campaign would reach. The sentences under it
    advise the fewest trainings that are not surely worse than the best policy.

    - `eshop replay` replays all four policies over the last year that can be judged
    - `eshop replay --policy never --policy monthly --from 2025-01-05 --to 2025-09-28 --sample 3000`
    - `eshop run --scenario price_shock@2025-03-01 --home HOME --only-refresh`, then replay it: a shop that changes

    The home's tables stay as they are; `replay.json`, `replay.csv` (each week) and `replay.png` go to
    `replay/FROM_TO/` in the home.
    """
    unknown = sorted({*(policy or ())} - {*POLICIES})
    if unknown:
        raise CommandError(f"there is no policy {', '.join(unknown)}: expected some of {', '.join(POLICIES)}")
    settings = load_settings(home)
    activate(settings)
    what = f"eshop replay, process {os.getpid()}"
    try:
        request = Request(
            policies=tuple(one for one in POLICIES if one in (policy or POLICIES)),
            first=first.date() if first else None,
            last=last.date() if last else None,
            sample=sample,
            rule=DriftRule(drift_psi, drift_features, drift_weeks, max(_RULE.of_weeks, drift_weeks), drift_rest),
        )
        with progress_bars(is_quiet=as_json):
            done = replay(
                Platform(settings, load_params()),
                request,
                lambda: home_lock(settings.home, what, wait_seconds=wait, on_wait=say_who),
            )
    except ReplayError as error:
        raise CommandError(str(error)) from error
    folder = write_replay(settings.home, request, done)
    if as_json:
        print_json(as_document(request, done) | {"folder": str(folder)})
    else:
        _print(done, str(folder))


def _print(done: Replay, folder: str) -> None:
    table = Table("policy", "trainings", "let in", "baseline", "person", "seconds", f"RMSE {done.shop.currency}")
    for name in ("gain (95 %)", "sum", "top tenth"):
        table.add_column(name)
    table.title = f"{done.days[0]} to {done.days[-1]}, {done.table['weeks'].max()} of {len(done.days)} weeks judged"
    table.caption = (
        "let in: models that the gate let in · baseline: times that the best baseline stepped in · person: models that "
        "would wait for a person · gain: RMSE below the first policy's · "
        "sum: predicted over true spend · top tenth: true spend of those predicted highest"
    )
    for row in done.table.to_dict("records"):
        gain, lower, upper = (row[f"rmse_gain_brl{end}"] for end in ("", "_lower", "_upper"))
        table.add_row(
            row["policy"],
            str(row["trainings"]),
            *(str(row[name]) for name in ("promotions", "step_ins", "waiting")),
            f"{row['training_seconds']:.0f}",
            f"{row['rmse_brl']:.2f}",
            f"{gain:+.2f} ({lower:+.2f} {upper:+.2f})" if row["policy"] != done.reference else "",
            f"{row['calibration_ratio']:.3f}",
            f"{row['top_decile_share']:.1%}",
        )
    console = Console()
    console.print(table)
    console.print(done.verdict, highlight=False)
    console.print(f"written to {folder}: replay.json, replay.csv, replay.png", highlight=False)
