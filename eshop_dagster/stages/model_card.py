"""What goes with a model that is taken away: its columns with types and units, an example, and how to use it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eshop_dagster.adapters.registry import ModelVersion
from eshop_dagster.ml.features import FEATURES, sample_input
from eshop_dagster.shop import Shop, in_currency_of

if TYPE_CHECKING:
    import pandas as pd

Column = dict[str, str]
"""`name`, `type`, `unit` and `description`."""

_UNITS = {
    **{"_days": "days", "_count": "count", "_share": "share, 0 to 1"},
    **{"_sin": "-1 to 1", "_cos": "-1 to 1"},
}

OPENED = """import json
from pathlib import Path
import pandas as pd
import skops.io
here = Path(__file__).parent
schema = json.loads((here / "schema.json").read_text())
model = skops.io.load(here / "model.skops", trusted=schema["trusted_types"])
"""
"""The first lines of each example: they open the model."""

FEATURES_READ = """rows = pd.read_csv(here / "example.csv")[[one["name"] for one in schema["input"]]].astype("float64")
"""
"""The next line of a model that is asked about customers' features."""

_README = """# {name}, version {version}

{question}

This folder is all that it takes: the fitted model, its columns, and the few modules that it is made of. Nothing of
the platform that trained it is needed, and no network.

```sh
pip install -r requirements.txt   # the versions that it was written with; Python 3.11 to 3.13
python example.py
```

The example in ten lines:

```python
{code}```

## What goes in

| column | type | unit | meaning |
| --- | --- | --- | --- |
{inputs}

## What comes out

| column | type | unit | meaning |
| --- | --- | --- | --- |
{outputs}

## What is here

| file | what |
| --- | --- |
| `model.skops` | the fitted model, without pickle: opening it runs no code but that of the types it names |
| `schema.json` | the columns above, and the types to trust when it is opened |
| `example.csv`, `example.py` | made-up rows, and the ten lines |
| `requirements.txt` | {pins} |
| `eshop_dagster/` | the model's own classes; keep the folder beside the script, or put it on `PYTHONPATH` |
| `manifest.json` | where it comes from, and the SHA-256 of every file |

A missing value in a column is an error: fill it as the meaning says, not with zeros.
"""


@dataclass(frozen=True)
class Card:
    """What a person needs to use a model.

    Attributes:
        inputs: the columns that it takes, in order.
        outputs: the columns that it gives.
        example: made-up rows of the inputs.
        code: ten lines that use it.
    """

    inputs: list[Column]
    outputs: list[Column]
    example: "pd.DataFrame"
    code: str

    def readme(self, version: ModelVersion, question: str, pins: list[str]) -> str:
        """Return the page that explains the file; `question` is what the model answers."""
        return _README.format(
            name=version.name,
            version=version.version,
            question=question,
            code=self.code,
            inputs=_rows(self.inputs),
            outputs=_rows(self.outputs),
            pins=", ".join(pins),
        )


def features_card(model: Any, shop: Shop, outputs: Sequence[tuple[str, str, str]], lines: str) -> Card:
    """Return the card of a model that is asked about customers' features.

    Args:
        model: the fitted model.
        shop: whose currency the amounts are in.
        outputs: name, type and description of each column that it gives.
        lines: the lines of the example that ask the model about `rows`.
    """
    features = [str(feature) for feature in model.feature_names_]
    inputs = [column(shop, feature, "float64", FEATURES[feature]) for feature in features]
    given = [column(shop, *output) for output in outputs]
    return Card(inputs, given, sample_input(features), OPENED + FEATURES_READ + lines)


def column(shop: Shop, name: str, kind: str, description: str) -> Column:
    """Return a column with its unit, which its name tells, and its amounts in the shop's currency."""
    units = {"_brl": shop.currency, **_UNITS}
    unit = next((unit for ending, unit in units.items() if name.endswith(ending)), "-")
    return {"name": name, "type": kind, "unit": unit, "description": in_currency_of(shop, description)}


def _rows(columns: list[Column]) -> str:
    return "\n".join(f"| `{one['name']}` | {one['type']} | {one['unit']} | {one['description']} |" for one in columns)
