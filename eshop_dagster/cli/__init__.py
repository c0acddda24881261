"""`eshop`: the command line. It drives the same Dagster definitions that the web UI shows."""

from eshop_dagster.cli.main import main

__all__ = ["main"]
