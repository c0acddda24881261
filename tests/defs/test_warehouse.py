"""A run in which nothing changed reports every check all the same, and says since when it holds."""

from pathlib import Path

import dagster as dg

from eshop_dagster.defs.warehouse import warehouse
from eshop_dagster.settings import Settings
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform

from ..stages.diary_shop import DAYS, day_of_shop


@dg.asset(deps=["fct_orders", "agg_daily_sales"])
def reader() -> None:
    """Something that the tables' checks gate."""


def test_where_nothing_changed_every_check_still_holds_and_nothing_reads_as_ungated(tmp_path: Path) -> None:
    platform = Platform(Settings(home=tmp_path / "home", pseudonym_seed="test"), Params())
    platform.raw.write("diary", "1", [day_of_shop(day) for day in DAYS[:3]], force=True)
    checks = {spec.key for spec in warehouse.check_specs}
    with dg.DagsterInstance.ephemeral() as instance:
        first, second = (
            dg.materialize([warehouse, reader], resources={"platform": platform}, instance=instance) for _ in range(2)
        )
        lines = [entry.user_message for entry in instance.all_logs(second.run_id)]

    built, held = ({one.asset_check_key: one for one in run.get_asset_check_evaluations()} for run in (first, second))
    assert set(built) == set(held) == checks
    assert {key: one.passed for key, one in held.items()} == {key: one.passed for key, one in built.items()}
    since = {str(one.metadata["holds_since"].value) for one in held.values()}
    [words] = {text.partition(" UTC: ")[2] for text in since}
    assert words == "nothing that it looks at has changed since"
    assert not any("holds_since" in one.metadata for one in built.values())
    assert [line for line in lines if "without gating" in line] == []
