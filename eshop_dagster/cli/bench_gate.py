"""`eshop bench gate`: is what serves the best that is known? The gate beside simpler policies, on known truth."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from eshop_dagster.adapters.files import write_json
from eshop_dagster.adapters.locks import home_lock
from eshop_dagster.cli.output import CommandError, HomeOption, JsonOption, print_json, progress_bars, say_who
from eshop_dagster.settings import activate, load_settings
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform

_HEADS = {
    "regret": "regret",
    "regret_p90": "p90",
    "mae_regret": "MAE",
    "gini_lost": "Gini",
    "log_ratio": "log",
    "off_share": "off",
    "right_share": "right",
}


def gate(
    shops: Annotated[int, typer.Option(min=1, help="Shops of each of the two sets, which have ten.")] = 10,
    origins: Annotated[int | None, typer.Option(min=1, help="Most trainings of a shop, the last ones.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the shops' draws.")] = 1,
    cuts: Annotated[
        str, typer.Option(help="Cut the home's own history after so many months instead, such as 4,6,9,12,18,24.")
    ] = "",
    sample: Annotated[int, typer.Option(min=500, help="With --cuts: most customers of each cut-off.")] = 100_000,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure by how much what the spend model's gate lets serve is worse than the best that could have served.

    Simulated shops of different sizes, tails, rhythms, trends, seasons and shocks train every 30 or 60 days. At each
    training every policy decides what serves, with the champion that it left before; the next days, which only the
    simulation knows, tell its regret: the RMSE of what served over the lowest of any part, baseline or model. One set
    of shops had a say in the rule ("design"), the other had not ("test").

    With --cuts the same training looks at the home's own history, cut after so many months, and what would have served
    is held against every baseline in the days that followed.

    - `eshop bench gate` takes about half an hour
    - `eshop bench gate --shops 1 --origins 2` takes half a minute
    - `eshop bench gate --home HOME --cuts 4,6,9,12,18,24`

    Results go to `bench/gate.json`, `gate.csv` and `gate.png` in the home (`gate-cuts.json` with --cuts).
    """
    from eshop_dagster.stages.bench_gate import GateRequest, gate_document, measure_gate, write_gate

    settings = load_settings(home)
    activate(settings)
    folder = settings.home / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    if cuts:
        _cut(Platform(settings, load_params()), _months(cuts), sample, folder, is_quiet=as_json)
        return
    request = GateRequest(shops, origins, seed)
    with progress_bars(is_quiet=as_json):
        measured = measure_gate(load_params(), request)
    document = gate_document(measured, request)
    write_gate(folder, measured, document)
    if as_json:
        print_json(document)
    else:
        _print(document, folder)


def _months(cuts: str) -> tuple[int, ...]:
    parts = [part.strip() for part in cuts.split(",")]
    if not all(part.isdigit() and int(part) > 0 for part in parts):
        raise CommandError(f"--cuts is {cuts!r}; expected whole months above 0, such as 4,6,9,12,18,24")
    return tuple(sorted({int(part) for part in parts}))


def _cut(platform: Platform, months: tuple[int, ...], sample: int, folder: Path, *, is_quiet: bool) -> None:
    from eshop_dagster.stages.bench_gate_cuts import CutError, measure_cuts

    what = f"eshop bench gate, process {os.getpid()}"
    try:
        with progress_bars(is_quiet=is_quiet):
            rows = measure_cuts(
                platform, months, sample, lambda: home_lock(platform.home, what, wait_seconds=600, on_wait=say_who)
            )
    except CutError as error:
        raise CommandError(str(error)) from error
    write_json(folder / "gate-cuts.json", rows)
    if is_quiet:
        print_json(rows)
        return
    table = Table("months", "customers", "serves", "RMSE", "best baseline after", "RMSE", "difference (95 %)", "sum")
    chances = Table("months", "buyers", "Brier", "BG/NBD's", "AUC", "BG/NBD's", "80 %", "95 %")
    for row in rows:
        when = "all" if row["months"] is None else str(row["months"])
        table.add_row(when, *_words_of_cut(row))
        if "trouble" not in row:
            chances.add_row(when, f"{row['buyers']:,}", *_words_of_chances(row))
    console = Console()
    console.print(table)
    console.print(chances)
    console.print(
        "difference: above 0 is worse than the baseline · sum: predicted over true · Brier, AUC: of the probability to "
        "buy, beside BG/NBD's own · 80 %, 95 %: share of the buyers within that interval\n"
        f"written to {folder}/gate-cuts.json"
    )


def _words_of_cut(row: dict[str, Any]) -> list[str]:
    if "trouble" in row:
        return ["", row["trouble"], "", "", "", "", ""]
    ends = [row[f"difference_brl{end}"] for end in ("", "_lower", "_upper")]
    return [
        f"{row['customers']:,}",
        row["serves"],
        f"{row['rmse_brl']:.2f}",
        row["baseline"],
        f"{row['baseline_rmse_brl']:.2f}",
        "{:+.2f} [{:.2f}, {:.2f}]".format(*ends),
        f"{row['total_ratio']:.2f}",
    ]


def _words_of_chances(row: dict[str, Any]) -> list[str]:
    shares = ("coverage_80_share", "coverage_95_share")
    scores = [f"{row[key]:.4f}" if key in row else "" for key in ("brier", "bg_nbd_brier", "auc", "bg_nbd_auc")]
    return [*scores, *(f"{row[key]:.1%}" if key in row else "" for key in shares)]


def _print(document: dict[str, Any], folder: Path) -> None:
    console = Console()
    for name, policies in document["sets"].items():
        console.print(_table(name, policies))
    console.print(
        "regret: RMSE over the lowest in hindsight, mean of shops, an origin at most 50 % · p90: over origins · "
        "MAE: over that of the lowest RMSE · Gini: points below the highest · log: |ln(predicted/true total)| · off: "
        "total off by more than 1.5 times · right: within 2 % of the lowest · above the rule: regret, 95 % over shops",
        style="dim",
        highlight=False,
    )
    console.print(f"{_goals(document['goals'])}\nwritten to {folder}: gate.json, gate.csv, gate.png", highlight=False)


def _table(name: str, policies: list[dict[str, Any]]) -> Table:
    first = policies[0]
    title = f"{name}: {first['shops']} shops, {first['origins']} origins; regret and shares in %"
    table = Table(title=title, box=None, padding=(0, 1, 0, 0))
    table.add_column("policy", max_width=22)
    for head in _HEADS.values():
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("above the rule", justify="right", no_wrap=True)
    for row in policies:
        ends = (row[f"against_rule{end}"] for end in ("", "_lower", "_upper"))
        apart = "" if row is first else "{:+.1f} [{:.1f}, {:.1f}]".format(*(100 * end for end in ends))
        numbers = (row[key] if key == "log_ratio" else 100 * row[key] for key in _HEADS)
        formats = (
            f"{value:.2f}" if key == "log_ratio" else f"{value:.1f}" for key, value in zip(_HEADS, numbers, strict=True)
        )
        table.add_row(row["policy"], *formats, apart)
    return table


def _goals(goals: dict[str, Any]) -> str:
    words = {True: "met", False: "missed"}
    below = goals["below_simple_policies"]
    beaten = ", ".join(f"{name} {'yes' if is_below else 'NO'}" for name, is_below in below.items())
    return (
        f"on the test shops: regret {goals['regret']['value']:.1%}, goal {goals['regret']['goal']:.0%} "
        f"({words[goals['regret']['is_met']]}); totals off in {goals['off_share']['value']:.1%} of origins, goal "
        f"{goals['off_share']['goal']:.0%} ({words[goals['off_share']['is_met']]}); below {beaten}"
    )
