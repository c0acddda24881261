"""What a home holds, as one document: for the table at the end of a run, for `eshop status` and for machines."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from eshop_dagster.contract import TABLES
from eshop_dagster.shop import Shop, in_currency_of
from eshop_dagster.stages.marts import MARTS
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.publish import current_release

if TYPE_CHECKING:
    from eshop_dagster.adapters.registry import VersionSummary


def summarise(platform: Platform, runs: dict[str, str] | None = None, *, has_models: bool = True) -> dict[str, Any]:
    """Return rows by table, quarantined rows by reason, champions, release and places of a home.

    Without the models nobody asks MLflow, which takes seconds to import.
    """
    models = {}
    if has_models:
        from eshop_dagster.stages.kinds import KINDS

        models = {model: _model(platform, model, kind.metric) for model, kind in KINDS.items()}
    totals = platform.raw.totals()
    built = [table for table in MARTS if table in platform.warehouse.tables()]
    release = current_release(platform.home)
    return {
        "home": str(platform.home.resolve()),
        "shop": asdict(platform.shop),
        "days": {"count": totals.days, "first": _day(platform, 0), "last": _day(platform, -1)},
        "raw_rows": {table: totals.accepted[table] for table in TABLES},
        "quarantined_rows": {
            f"{table}: {reason}": rows for (table, reason), rows in sorted(totals.quarantined.items())
        },
        "warehouse_rows": platform.warehouse.row_counts(built) if built else {},
        "models": models,
        "release": {"name": release.name, "rows": dict(release.rows)} if release else None,
        "runs": runs or {},
    }


def print_summary(summary: dict[str, Any]) -> None:
    """Print the summary as tables, with where things lie and what to do next."""
    console = Console()
    shop = summary["shop"]
    console.print(f"shop: {shop['country']}, amounts in {shop['currency']}, days of {shop['time_zone']}")
    rows = Table("table", "rows", title=f"{summary['home']}: {summary['days']['first']} to {summary['days']['last']}")
    for layer in ("raw_rows", "warehouse_rows"):
        for name, count in summary[layer].items():
            rows.add_row(f"raw/{name}" if layer == "raw_rows" else name, f"{count:,}")
        rows.add_section()
    console.print(rows)
    incoming, bad = sum(summary["raw_rows"].values()), sum(summary["quarantined_rows"].values())
    console.print(f"rows in: {incoming + bad:,} = {incoming:,} loaded + {bad:,} quarantined")
    if summary.get("load"):
        _print_load(console, summary["load"], shop["currency"])
    if summary["quarantined_rows"]:
        bad = Table("quarantined", "rows")
        for reason, count in summary["quarantined_rows"].items():
            bad.add_row(reason, f"{count:,}")
        console.print(bad)
    models = Table("model", "champion", "metric", "value", "baseline", "why")
    for name, model in summary["models"].items():
        value, baseline = (f"{model[key]:.4g}" if model[key] is not None else "–" for key in ("value", "baseline"))
        version = str(model["version"]) if model["version"] else "none"
        models.add_row(name, version, model["metric"], value, baseline, model["reason"])
        if kept_out := model["kept_out"]:
            value = f"{kept_out['value']:.4g}" if kept_out["value"] is not None else "–"
            models.add_row("", f"not {kept_out['version']}", "", value, "", kept_out["reason"])
    if summary["models"]:
        console.print(models)
    if summary["release"]:
        console.print(f"published: [bold]{summary['release']['name']}[/bold] under {summary['home']}/published/current")
    console.print(f"quarantine: {summary['home']}/quarantine   warehouse: {summary['home']}/warehouse.duckdb")
    console.print(
        "next: [bold]eshop up[/bold] opens the dashboard and the web UIs; [bold]eshop status[/bold] shows this again"
    )


def load_of(source: Any) -> dict[str, Any]:
    """Return what came of a report's lines and of their money, with notes; nothing for other sources."""
    balance = getattr(source, "balance", None)
    return {} if balance is None else {**balance.as_dict(), "notes": list(source.notes)}


def _print_load(console: Console, load: dict[str, Any], currency: str) -> None:
    lines = Table("report", "lines", f"{currency} (goods)", title="read = loaded + quarantined + repeats")
    for name, count, amount in (
        ("read", "lines_read", "read_brl"),
        ("loaded", "lines_loaded", "loaded_brl"),
        ("quarantined", "lines_quarantined", "quarantined_brl"),
        ("repeats", "lines_repeated", "repeated_brl"),
        ("rounding", None, "rounded_brl"),
        ("discounts, taken off", None, "discount_brl"),
        ("the file's own totals", None, "file_total_brl"),
    ):
        if load[amount] is not None and not (count is None and load[amount] == "0.00"):
            lines.add_row(name, f"{load[count]:,}" if count else "", load[amount])
    console.print(lines)
    if load["orders_off_total"]:
        console.print(f"{load['orders_off_total']:,} orders are not what the file says that they cost")
    if load["lines_without_amount"]:
        console.print(f"{load['lines_without_amount']:,} lines that are not loaded have no amount that can be read")
    for note in load["notes"]:
        console.print(f"note: {note}", markup=False, highlight=False)


def _day(platform: Platform, position: int) -> str | None:
    days = list(platform.raw.day_hashes())
    return str(days[position]) if days else None


def _kept_out(challenger: "VersionSummary", metric: str, shop: Shop) -> dict[str, Any]:
    """Return the newest version that did not become champion, and why."""
    version = challenger.version
    reason = in_currency_of(shop, version.tags.get("reason", ""))
    return {"version": version.version, "value": challenger.metrics.get(metric), "reason": reason}


def _model(platform: Platform, model: str, metric: str) -> dict[str, Any]:
    from eshop_dagster.stages.register import last_decisions

    versions = platform.registry.versions(model)
    champion = next((one for one in versions if "champion" in one.aliases), None)
    shown = champion or (versions[0] if versions else None)
    newest = versions[0] if versions else None
    kept_out = newest if champion and newest and newest.version.version > champion.version.version else None
    without = last_decisions(platform.home).get(model, "not trained yet")
    return {
        "version": champion.version.version if champion else None,
        "candidate": shown.version.tags.get("candidate") if shown else None,
        "metric": metric,
        "value": shown.metrics.get(metric) if shown else None,
        "baseline": shown.metrics.get(f"baseline_{metric}") if shown else None,
        "metrics": dict(shown.metrics) if shown else {},
        "dvc_hash": shown.version.tags.get("dvc_hash") if shown else None,
        "reason": in_currency_of(platform.shop, shown.version.tags.get("reason", "") if shown else without),
        "kept_out": _kept_out(kept_out, metric, platform.shop) if kept_out else None,
    }
