"""`eshop report sniff` on terminals and file systems that know ASCII only."""

import os
import subprocess
import sys
from pathlib import Path

from eshop_dagster.adapters.sources.report import load_mapping

REPORT = "Pedido,Data,Cliente,SKU,Qtd,Preco\n1,2024-03-01 10:00:00,17,A1,2,10.50\n"


def test_an_ascii_locale_gets_the_whole_draft_of_a_file_with_an_accent_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "vendas março.csv").write_text(REPORT)
    command = [str(Path(sys.executable).parent / "eshop"), "report", "sniff", "vendas março.csv", "-o", "m.yml"]
    ascii_only = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(command, cwd=tmp_path, env=ascii_only, capture_output=True, check=False)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    assert load_mapping(tmp_path / "m.yml").columns.product_id == "SKU"
