"""The `eshop` command and what all its subcommands share."""

import sys

import typer

from eshop_dagster.cli import (
    api,
    backup,
    bench,
    bench_api,
    bench_flips,
    bench_gate,
    bench_report,
    dashboard,
    doctor,
    export,
    keys,
    models,
    quarantine,
    rebuild,
    replay,
    report,
    run,
    stage,
    status,
    up,
)
from eshop_dagster.cli.output import explain

app = typer.Typer(
    help="The data platform of an online shop: pull orders, build the warehouse, train models, publish.\n\n"
    "Start with `eshop run`; then `eshop status`, and `eshop up` for the web UIs.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("status")(status.status)
app.command("doctor")(doctor.doctor)
app.command("up")(up.up)
app.command("api")(api.api)
app.command("dashboard")(dashboard.dashboard)
app.command("quarantine")(quarantine.quarantine)
app.command("rebuild")(rebuild.rebuild)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore_home)
app.command("models")(models.models)
app.command("rollback")(models.rollback)
app.command("promote")(models.promote)
app.command("reproduce")(models.reproduce)
app.command("replay")(replay.replay_policies)
bench_api.app.command("gate")(bench_gate.gate)
bench_api.app.command("flips")(bench_flips.flips)
bench_api.app.command("report")(bench_report.report)
app.add_typer(bench_api.app, name="bench")
app.command("bench-step", hidden=True)(bench.step)
app.add_typer(keys.app, name="keys")
app.add_typer(export.app, name="export")
app.add_typer(report.app, name="report")
app.add_typer(stage.app, name="stage")


def main() -> None:
    """Run the command line; what goes wrong in a known way ends in one clear sentence and status 1."""
    try:
        app()
    except Exception as error:
        message = explain(error)
        if message is None:
            raise
        typer.echo(f"error: {message}", err=True)
        sys.exit(1)
