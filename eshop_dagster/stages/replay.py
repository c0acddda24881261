"""Replay: the past walked again under a retraining policy, from a scratch copy of what the home knew on each day."""

import io
import json
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eshop_dagster.adapters.files import write_atomically, write_json
from eshop_dagster.adapters.point_in_time import PointInTime, copy_history
from eshop_dagster.ml.evidence import GateRules
from eshop_dagster.ml.replay.policies import NEVER, POLICIES, DriftRule, weeks_between
from eshop_dagster.shop import BRAZIL, Shop, in_currency_of
from eshop_dagster.stages.build import Plan, plan_features
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.preparation import name_currency
from eshop_dagster.stages.progress import Counter
from eshop_dagster.stages.replay_shop import CopiedShop, ReplayError

if TYPE_CHECKING:
    import pandas as pd

    from eshop_dagster.ml.replay import Scores, Step, Training

FOLDER = "replay"

_YEAR = timedelta(days=364)


@dataclass(frozen=True)
class Request:
    """What to replay.

    Attributes:
        policies: some of `POLICIES`.
        first: first day; None is a year before `last`, or the first day that has a training's history behind it.
        last: last day; None is the last one whose label window has passed.
        sample: most customers of a cut-off.
        rule: of the policy `drift`.
    """

    policies: tuple[str, ...] = POLICIES
    first: date | None = None
    last: date | None = None
    sample: int = 10_000
    rule: DriftRule = field(default_factory=DriftRule)


@dataclass(frozen=True)
class Replay:
    """What was found.

    Attributes:
        days: the replayed days.
        table: one row per policy, as `compare_policies` returns it, with `training_seconds`.
        weeks: one row per policy and day, as in `Scores`.
        trainings: each day's training: its cut-offs, those that it was judged on, its seconds and its reason.
        verdict: how often to train.
        reference: the policy that the gains are measured from.
        shop: whose amounts these are.
    """

    days: tuple[date, ...]
    table: "pd.DataFrame"
    weeks: "pd.DataFrame"
    trainings: list[dict[str, Any]]
    verdict: str
    reference: str
    shop: Shop = BRAZIL


def replay(
    platform: Platform, request: Request, lock: Callable[[], AbstractContextManager[None]] = nullcontext
) -> Replay:
    """Return what each policy would have cost and gained.

    The home is read once, under its lock; everything else happens in a scratch folder that is deleted at the end.

    Args:
        platform: the home, whose warehouse has passed its tests.
        request: what to replay.
        lock: holds the home while it is read.

    Raises:
        DbtError: the warehouse is not whole or has not passed its tests.
        ReplayError: the history has no room for a training, or for one day with a whole label window after it.
    """
    target = platform.home / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=target) as scratch:
        with lock():
            plan = plan_features(platform)
            days = replayed_days(platform, plan, request)
            copy = copy_history(
                platform.warehouse.path,
                Path(scratch),
                sample=request.sample,
                known_before=days[0],
                window_days=platform.params.cutoffs.horizon_days,
            )
        done = replay_copy(copy, days, replace(platform.params, shop=platform.shop), request)
    return replace(done, verdict=in_currency_of(platform.shop, done.verdict), shop=platform.shop)


def replay_copy(copy: PointInTime, days: tuple[date, ...], params: Params, request: Request) -> Replay:
    """Return what each policy did on the days and was worth, from a copy of the history."""
    from eshop_dagster.ml.replay import compare_policies, verdict

    shop, seed = CopiedShop(copy, params), int(params.of("spend").get("seed", 0))
    steps, scores = walked(shop, days, params, request)
    reference = NEVER if NEVER in request.policies else request.policies[0]
    try:
        table = compare_policies(scores, reference, seed=seed)
    except ValueError as error:
        raise ReplayError(str(error)) from error
    seconds = {
        policy: sum(shop.seconds[step.day] for step in taken if step.is_trained) for policy, taken in steps.items()
    }
    table = table.assign(training_seconds=[round(seconds.get(policy, 0.0), 1) for policy in table["policy"]])
    trainings = [_described(shop.training(day), shop.seconds[day]) for day in sorted(shop.seconds)]
    share = GateRules.from_mapping(params.gate).sure_loss_share
    advice = verdict(scores, table, sure_loss_share=share, seed=seed)
    return Replay(days, table, scores.weeks, trainings, advice, reference)


def walked(
    shop: CopiedShop, days: tuple[date, ...], params: Params, request: Request
) -> "tuple[dict[str, list[Step]], Scores]":
    """Return each policy's steps, and what its models' predictions were worth."""
    from eshop_dagster.ml.replay import measure, walk

    rules, seed = GateRules.from_mapping(params.gate), int(params.of("spend").get("seed", 0))
    steps: dict[str, list[Step]] = {}
    for policy in request.policies:
        counter = Counter(f"replay {policy}", len(days))
        steps[policy] = walk(
            policy,
            days,
            shop,
            rule=request.rule,
            gate=rules,
            seed=seed,
            on_day=counter.advance,
        )
    counter = Counter("measure the weeks", len(days))
    return steps, measure(steps, shop, horizon_days=params.cutoffs.horizon_days, on_week=counter.advance)


def replayed_days(platform: Platform, plan: Plan, request: Request) -> tuple[date, ...]:
    """Return every seventh day of what was asked for, within what the history allows.

    Raises:
        ReplayError: the range is empty, or begins before anything could be trained or ends after the last known day.
    """
    settings, complete = platform.params.cutoffs, plan.last_complete_day
    after = complete + timedelta(days=1) if complete else plan.scoring
    found = platform.warehouse.read("SELECT min(ordered_date) AS first_day FROM fct_orders")["first_day"][0].as_py()
    earliest = found + timedelta(days=settings.minimum_history_days + settings.horizon_days)
    latest = after - timedelta(days=settings.horizon_days)
    last = request.last or latest
    first = request.first or max(earliest, last - _YEAR)
    if first < earliest or last > plan.scoring or first > min(last, latest):
        none = "" if earliest <= latest else ", which is none: load more history"
        raise ReplayError(
            f"there is no room for a replay from {first} to {last}: the home knows {found} to "
            f"{after - timedelta(days=1)}, the first training needs {(earliest - found).days} days of history, and a "
            f"judged day {settings.horizon_days} days after it. Expected days from {earliest} to {latest}{none}."
        )
    return weeks_between(first, last)


def write_replay(home: Path, request: Request, done: Replay) -> Path:
    """Write `replay.json`, `replay.csv` (the weeks) and `replay.png`; return their folder."""
    from eshop_dagster.ml.plots.replay import replay_figure

    folder = home / FOLDER / f"{done.days[0]}_{done.days[-1]}"
    write_json(folder / "replay.json", as_document(request, done))
    write_atomically(folder / "replay.csv", done.weeks.to_csv(index=False).encode())
    image = io.BytesIO()
    figure = replay_figure(done.table, done.weeks)
    name_currency(figure, done.shop)
    figure.savefig(image, format="png")
    write_atomically(folder / "replay.png", image.getvalue())
    return folder


def as_document(request: Request, done: Replay) -> dict[str, Any]:
    """Return the replay as JSON holds it: what was asked, the policies, the weeks, the trainings, the verdict."""
    asked = asdict(replace(request, first=done.days[0], last=done.days[-1]))
    return {
        "request": {name: str(value) if isinstance(value, date) else value for name, value in asked.items()},
        "verdict": done.verdict,
        "reference": done.reference,
        "policies": _records(done.table),
        "weeks": _records(done.weeks),
        "trainings": done.trainings,
    }


def _records(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return rows that JSON can hold: days as text, and nothing in place of NaN."""
    rows = frame.to_dict("records")
    text = [{name: str(one) if isinstance(one, date) else one for name, one in row.items()} for row in rows]
    return [{name: None if one != one else one for name, one in row.items()} for row in json.loads(json.dumps(text))]


def _described(training: "Training", seconds: float) -> dict[str, Any]:
    return {
        "day": str(training.day),
        "cutoffs": [str(day) for day in training.cutoffs],
        "judging": [str(day) for day in training.judging],
        "seconds": round(seconds, 2),
        "reason": training.result.reason,
    }
