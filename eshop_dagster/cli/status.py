"""`eshop status`: what the home holds and what goes on in it."""

from eshop_dagster.adapters.locks import holder
from eshop_dagster.adapters.sources import load_source_config
from eshop_dagster.cli.output import CommandError, HomeOption, JsonOption, print_json
from eshop_dagster.cli.summary import print_summary, summarise
from eshop_dagster.settings import activate, load_settings
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform


def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show rows, quarantine, champions, the published release and who is writing."""
    settings = load_settings(home)
    if load_source_config(settings.home) is None:
        raise CommandError(f"the home {settings.home} is empty: fill it with `eshop run`")
    activate(settings)
    present = holder(settings.home)
    if present is not None:
        # A writer shuts every reader out of DuckDB: say so instead of waiting for it.
        message = {
            "home": str(settings.home),
            "busy": {"pid": present.pid, "what": present.what, "since": present.since},
        }
        if as_json:
            print_json(message)
            return
        raise CommandError(
            f"{present.what} (process {present.pid}) is writing since {present.since}: ask again when it has ended"
        )
    summary = summarise(Platform(settings, load_params()))
    if as_json:
        print_json(summary)
    else:
        print_summary(summary)
