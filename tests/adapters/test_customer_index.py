"""Customers by key, without the release's files."""

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from eshop_dagster.adapters.customer_index import BrokenRelease, CustomerIndex, build_index
from eshop_dagster.adapters.release import open_release
from eshop_dagster.ml.features import FEATURES

from .published import AS_OF, Row, customer, features, key, publish, score


def index(home: Path, **tables: list[Row]) -> CustomerIndex:
    publish(home, "r", **tables)
    return build_index(open_release(home), home / "api")


def test_every_customer_is_found_at_the_place_of_the_key_and_nobody_else(tmp_path: Path) -> None:
    # Neither table is sorted, and one customer was never scored.
    built = index(
        tmp_path,
        dim_customers=[customer(number) for number in (5, 1, 9, 3)],
        customer_scores=[score(number) for number in (9, 1, 3)],
    )
    wanted = [key(1), key(2), key(9), key(5), "0", "f" * 40, "é" * 20, ""]

    assert built.places(wanted).tolist() == [0, -1, 3, 2, -1, -1, -1, -1]
    assert [built.place(one) for one in wanted] == [0, -1, 3, 2, -1, -1, -1, -1]
    assert built.rows["expected_spend_brl"][[0, 3]].tolist() == [1, 9]
    assert built.rows["is_scored"].tolist() == [True, True, False, True]
    assert built.as_of_date == AS_OF


def test_what_is_not_known_is_marked(tmp_path: Path) -> None:
    unknown = {"segment_id": None, "segment_typicality": None, "is_outlier": None, "spend_if_buying_lower_80_brl": None}
    built = index(
        tmp_path,
        dim_customers=[customer(1, customer_state=None, registered_at=None), customer(2)],
        customer_scores=[score(1, **unknown), score(2)],
    )
    first, second = built.rows
    assert first["customer_state"] == 0 and np.isnat(first["registered_date"]) and np.isnat(first["first_sale_date"])
    assert first["segment_id"] == -1 and np.isnan(first["spend_if_buying_lower_80_brl"])
    # The second of January in UTC is the first in São Paulo.
    assert second["registered_date"].item() == date(2024, 1, 1)


def test_a_region_keeps_its_whole_name(tmp_path: Path) -> None:
    people = [customer(1, customer_state="England"), customer(2, customer_state="Northern Ireland")]
    built = index(tmp_path, dim_customers=people, customer_scores=[score(1)])

    assert [built.states[row["customer_state"]] for row in built.rows] == ["England", "Northern Ireland"]


def test_features_lie_beside_the_scores_of_the_same_customer(tmp_path: Path) -> None:
    built = index(
        tmp_path,
        dim_customers=[customer(1), customer(2), customer(3)],
        customer_scores=[score(3), score(1)],
        customer_features=[features(1), features(3)],
    )
    assert built.features is not None
    assert built.features.shape == (3, len(FEATURES))
    assert built.features[[0, 2], 0].tolist() == [1, 3]


def test_nothing_is_read_and_nothing_is_left_behind_afterwards(tmp_path: Path) -> None:
    built = index(tmp_path, dim_customers=[customer(1)], customer_scores=[score(1)])
    shutil.rmtree(tmp_path / "published")

    assert list((tmp_path / "api").iterdir()) == []
    assert built.rows["net_revenue_brl"][built.place(key(1))] == 10
    with pytest.raises(ValueError, match="read-only"):
        built.rows["placed_order_count"][0] = 2


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"customer_features": [features(2)]}, "has features of customers without a score"),
        ({"customer_features": [features(1, as_of_date=date(2024, 6, 1))]}, "as of .*2024-06-01.*expected one day"),
        ({"customer_features": [{"customer_key": key(1), "as_of_date": AS_OF}]}, "cannot be read"),
    ],
)
def test_features_that_are_not_those_of_the_scores_are_refused(
    tmp_path: Path, tables: dict[str, list[Row]], message: str
) -> None:
    with pytest.raises(BrokenRelease, match=message):
        index(tmp_path, dim_customers=[customer(1)], customer_scores=[score(1)], **tables)


def test_a_release_whose_files_are_damaged_is_refused(tmp_path: Path) -> None:
    folder = publish(tmp_path, "r", dim_customers=[customer(1)], customer_scores=[score(1)])
    (folder / "customer_scores.parquet").write_bytes(b"PAR1")
    with pytest.raises(BrokenRelease, match="release r cannot be read"):
        build_index(open_release(tmp_path), tmp_path / "api")
