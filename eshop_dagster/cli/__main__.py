"""`python -m eshop_dagster.cli`: the command line by module name."""

from eshop_dagster.cli.main import main

main()
