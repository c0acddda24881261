"""The dbt project's own documentation, as a page."""

import os
import tempfile
from pathlib import Path

from eshop_dagster.adapters.dbt import project_hash, run_dbt


def write_docs(folder: Path, window_days: int) -> Path:
    """Write the project's documentation as one page, `folder/index.html`, unless it is that of this project already.

    Args:
        folder: where the page goes.
        window_days: length of the label's window, which its compiled statement names.
    """
    page, stamp = folder / "index.html", folder / "project.hash"
    wanted = f"{project_hash()} {window_days}"
    if not (page.exists() and stamp.exists() and stamp.read_text() == wanted):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as aside:
            # Columns and types are in the project's contracts: the warehouse is not asked.
            arguments = ["docs", "generate", "--static", "--empty-catalog"]
            variables = {"ESHOP_WINDOW_DAYS": str(window_days)}
            run_dbt(arguments, home=Path(aside), target=Path(aside), variables=variables)
            os.replace(Path(aside) / "static_index.html", page)
        stamp.write_text(wanted)
    return page
