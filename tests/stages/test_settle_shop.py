"""Whose shop a home is: its source's, else that of params.yaml, and never another's later."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eshop_dagster.adapters.shop_file import read_shop
from eshop_dagster.adapters.sources import OpenSource
from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.settings import Settings
from eshop_dagster.shop import BRAZIL, Shop
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.pull import pull
from eshop_dagster.stages.settle_shop import settle_shop

from .sales_home import FIRST, note_pulls

GB = Shop("GB", None, "GBP", "Europe/London")


@dataclass
class Report:
    shop: Shop | None
    name: str = "report"


@dataclass
class Simulated:
    name: str = "simulated"


def opened(source: Any) -> OpenSource:
    return OpenSource(source, "f")


def platform(home: Path, shop: Shop = BRAZIL) -> Platform:
    return Platform(Settings(home), Params(shop=shop))


def test_a_home_of_which_nothing_is_said_is_brazils(tmp_path: Path) -> None:
    assert settle_shop(platform(tmp_path), opened(Simulated())) == BRAZIL
    assert list(tmp_path.iterdir()) == []


def test_what_the_source_declares_is_kept(tmp_path: Path) -> None:
    assert settle_shop(platform(tmp_path), opened(Report(GB))) == GB
    assert read_shop(tmp_path) == GB


def test_params_decide_for_a_source_that_declares_nothing(tmp_path: Path) -> None:
    assert settle_shop(platform(tmp_path, GB), opened(Simulated())) == GB


def test_a_silent_mapping_in_a_platform_of_another_country_is_refused_with_the_line_to_write(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="write `country: GB` into it"):
        settle_shop(platform(tmp_path, GB), opened(Report(None)))


def test_a_silent_mapping_is_refused_in_a_home_of_another_shop(tmp_path: Path) -> None:
    settle_shop(platform(tmp_path), opened(Report(GB)))
    note_pulls(platform(tmp_path), "report", [FIRST])

    with pytest.raises(SourceError, match="report is one's in BR"):
        settle_shop(platform(tmp_path), opened(Report(None)))
    assert read_shop(tmp_path) == GB


def test_a_pull_that_failed_leaves_no_shop_to_a_silent_mapping(tmp_path: Path) -> None:
    settle_shop(platform(tmp_path), opened(Report(GB)))

    assert settle_shop(platform(tmp_path), opened(Report(None))) == BRAZIL
    assert read_shop(tmp_path) == BRAZIL


def test_a_first_pull_that_fails_leaves_no_shop_behind(tmp_path: Path) -> None:
    home, day = platform(tmp_path), date(2024, 1, 1)
    with pytest.raises(AttributeError, match="no attribute 'changes'"):
        pull(home, opened(Report(GB)), day, day, only_new=False)
    assert not (tmp_path / "shop.json").exists()
    note_pulls(home, "report", [FIRST])
    (tmp_path / "shop.json").write_text(json.dumps(asdict(GB)))
    with pytest.raises(AttributeError, match="no attribute 'changes'"):
        pull(home, opened(Report(GB)), day, day, only_new=False)
    assert read_shop(tmp_path) == GB


def test_another_shops_report_is_refused_once_the_home_holds_orders(tmp_path: Path) -> None:
    note_pulls(platform(tmp_path), "report", [FIRST])

    with pytest.raises(SourceError, match="report is one's in GB"):
        settle_shop(platform(tmp_path), opened(Report(GB)))
    assert read_shop(tmp_path) == BRAZIL


def test_the_state_whose_holidays_are_kept_may_change_later(tmp_path: Path) -> None:
    settle_shop(platform(tmp_path), opened(Report(GB)))
    note_pulls(platform(tmp_path), "report", [FIRST])

    assert settle_shop(platform(tmp_path), opened(Report(replace(GB, state="SCT")))).state == "SCT"
