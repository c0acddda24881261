"""Fixtures that several test folders share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def olist_dir() -> Path:
    """The folder of the public Olist CSVs, which are too large to keep beside the tests."""
    folder = os.environ.get("ESHOP_OLIST_DIR")
    if not folder:
        pytest.fail("This test needs the Olist data set: set ESHOP_OLIST_DIR to the folder that holds its CSV files.")
    return Path(folder)
