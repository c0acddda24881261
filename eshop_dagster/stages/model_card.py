"""What goes with a model that is taken away: its columns with types and units, an example, and how to use it."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from eshop_dagster.adapters.registry import ModelVersion
from eshop_dagster.ml.features import FEATURES, sample_input
from eshop_dagster.shop import BRAZIL, Shop, in_currency_of
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.kinds.revenue import made_up_history

if TYPE_CHECKING:
    import pandas as pd

Column = dict[str, str]
"""`name`, `type`, `unit` and `description`."""

_UNITS = {
    **{"_days": "days", "_count": "count", "_share": "share, 0 to 1"},
    **{"_sin": "-1 to 1", "_cos": "-1 to 1"},
}

_OPEN = """import json
from pathlib import Path
import pandas as pd
import skops.io
here = Path(__file__).parent
schema = json.loads((here / "schema.json").read_text())
model = skops.io.load(here / "model.skops", trusted=schema["trusted_types"])
"""

_CODE = {
    "spend": _OPEN
    + """rows = pd.read_csv(here / "example.csv")[[column["name"] for column in schema["input"]]].astype("float64")
figures = model.figures(rows)
print(pd.DataFrame(figures).to_csv())
""",
    "segmentation": _OPEN
    + """rows = pd.read_csv(here / "example.csv")[[column["name"] for column in schema["input"]]].astype("float64")
assigned = model.assign(rows)
print(assigned.assign(name=assigned["segment_id"].map(model.names("en"))).to_csv())
""",
    "revenue": _OPEN
    + """history = pd.read_csv(here / "example.csv", parse_dates=["date"])
forecast = model.predict(history, horizon_days=28)
print(forecast[forecast["state"] == "all"].to_csv())
""",
}

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

    def readme(self, version: ModelVersion, pins: list[str]) -> str:
        """Return the page that explains the file."""
        return _README.format(
            name=version.name,
            version=version.version,
            question=KINDS[version.name].question,
            code=self.code,
            inputs=_rows(self.inputs),
            outputs=_rows(self.outputs),
            pins=", ".join(pins),
        )


def card_of(name: str, model: Any, shop: Shop = BRAZIL) -> Card:
    """Return the card of a champion, its amounts in the shop's currency."""
    if name == "revenue":
        inputs, outputs = ([_column(shop, *one) for one in some] for some in (_HISTORY, _FORECAST))
        outputs[3]["description"] += _total_errors(model.total_errors)
        history = made_up_history(date.fromordinal(int(model.trained_until)), shop)
        return Card(inputs, outputs, history, _CODE[name])
    is_partial = name == "spend" and model.outlook_ is None
    features = [str(feature) for feature in model.feature_names_]
    inputs = [_column(shop, feature, "float64", FEATURES[feature]) for feature in features]
    outputs = [_column(shop, *one) for one in (_SPEND if name == "spend" else _SEGMENT)]
    for column in outputs[1:] if is_partial else []:
        column["description"] += _NOT_KNOWN
    return Card(inputs, outputs, sample_input(features), _CODE[name])


def _column(shop: Shop, name: str, kind: str, description: str) -> Column:
    units = {"_brl": shop.currency, **_UNITS}
    unit = next((unit for ending, unit in units.items() if name.endswith(ending)), "-")
    return {"name": name, "type": kind, "unit": unit, "description": in_currency_of(shop, description)}


def _total_errors(errors: dict[str, float]) -> str:
    """Return how far off totals of a forecast were in its backtest, as the end of a sentence."""
    names = {"total_28_days_error_pct": "the total of 28 days", "month_error_pct": "that of a month"}
    parts = [f"{words} was off by {errors[name]:.1f} %" for name, words in names.items() if name in errors]
    return f"; in the backtest {' and '.join(parts)} in the mean" if parts else ""


def _rows(columns: list[Column]) -> str:
    return "\n".join(f"| `{one['name']}` | {one['type']} | {one['unit']} | {one['description']} |" for one in columns)


_SPEND = (
    ("expected_spend_brl", "float64", "`figures`: expected net spend in the window from the day of the features on"),
    ("purchase_probability", "float64", "probability (0-1) that the customer spends anything in the window"),
    ("spend_if_buying_brl", "float64", "expected spend of the customer who buys: the first over the second"),
    ("spend_if_buying_lower_80_brl", "float64", "8 of 10 who buy spend between this and the upper end"),
    ("spend_if_buying_upper_80_brl", "float64", "its upper end; `..._95_brl` likewise for 95 of 100"),
)
_NOT_KNOWN = "; NaN in this version, which was judged on a window shorter than the one it predicts"
_SEGMENT = (
    ("segment_id", "int64", "`assign`: the segment; the same id keeps its meaning in later versions"),
    ("typicality", "float64", "share (0-1) of the segment's customers at training that were less typical"),
    ("is_outlier", "bool", "whether the customer lies far from everybody of the segment"),
)
_HISTORY = (
    ("date", "datetime64", "business day; every day of the shop, from its first to the last complete one"),
    ("state", "text", "state or region of the order"),
    ("revenue_brl", "float64", "revenue of the day in the state: neither cancelled orders nor returned lines"),
    ("order_count", "int64", "orders of the day in the state"),
)
_FORECAST = (
    ("date", "datetime64", "day ahead"),
    ("state", "text", "state, or `all` for the whole shop"),
    ("horizon_days", "int64", "how many days ahead"),
    ("revenue_brl", "float64", "expected revenue; `revenue_lower_80_brl` and so on are the ends of its intervals"),
    ("order_count", "float64", "expected orders"),
    ("average_ticket_brl", "float64", "expected revenue of an order, with intervals likewise"),
)
