"""What the retraining asks of every kind of model."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from eshop_dagster.ml.evidence import Comparison
from eshop_dagster.ml.parameters import require
from eshop_dagster.shop import Shop
from eshop_dagster.stages.measures import Measure, Words
from eshop_dagster.stages.model_card import Card
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.snapshot import Snapshot
from eshop_dagster.stages.trained import Trained

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Kind:
    """One kind of model and the functions that differ between kinds.

    Attributes:
        name: the registered model's name.
        question: what it answers, for its page in MLflow.
        title: what people call it.
        description: what its asset is, for the Dagster UI.
        libraries: what it is fitted with, as the Dagster UI shows its asset.
        measures: what is measured of its models; the first decides.
        tables: what it learns from; the gate asks for their quality records.
        needs_cutoffs: whether it learns at cut-offs, and so needs a history with room for them.
        has_features: whether it learns from customers' features, whose drift can be measured.
        train: fits on a snapshot; a kind with segments goes on from the `Continuation` in it, others get None.
        compare: holds a fitted model against the champion on the snapshot's later rows.
        has_segments: whether its versions publish segment ids, which are never given twice.
        model_class: name of the class of its fitted models.
        predict: what a model says of rows of the snapshot, as columns of numbers; a fresh process and a reproduction
            must say the same to the last bit.
        card: what a person needs to use an exported model, its amounts in a shop's currency.
    """

    name: str
    question: str
    title: Words
    description: str
    libraries: tuple[str, ...]
    measures: tuple[Measure, ...]
    tables: tuple[str, ...]
    needs_cutoffs: bool
    has_features: bool
    has_segments: bool
    model_class: str
    train: "Callable[[Snapshot, Params, Any | None], Trained]"
    compare: "Callable[[Trained, Any | None, Snapshot, Params], Comparison]"
    predict: "Callable[[Any, Snapshot], pd.DataFrame]"
    card: Callable[[Any, Shop], Card]

    @property
    def measure(self) -> Measure:
        """The measure that decides."""
        return self.measures[0]

    @property
    def metric(self) -> str:
        """The name of the measure that decides."""
        return self.measure.name

    @property
    def is_lower_better(self) -> bool:
        """Whether a lower value of the deciding measure is the better one."""
        return self.measure.direction == "lower"

    @property
    def has_window(self) -> bool:
        """Whether what it says is of the label's window, so that models of different windows are not comparable."""
        return "customer_spend_labels" in self.tables


def seed_of(section: Mapping[str, Any]) -> int:
    """Return the seed in a model's section of `params.yaml`.

    Raises:
        ValueError: it is no whole number that every library takes.
    """
    seed = section.get("seed", 0)
    is_seed = isinstance(seed, int) and not isinstance(seed, bool) and 0 <= seed < 2**32
    require(is_seed, "seed", seed, "a whole number from 0 to 4294967295")
    return int(seed)


def without_seed(section: Mapping[str, Any]) -> dict[str, Any]:
    """Return a model's section of `params.yaml` as its parameters, which do not know the seed."""
    return {name: value for name, value in section.items() if name != "seed"}


def parameters_report(chosen: Any, seed: int) -> dict[str, Any]:
    """Return the parameters that were used, those left to their defaults too, and the seed, as JSON holds them."""
    return {**json.loads(json.dumps(asdict(chosen))), "seed": seed}


def digest(predictions: "pd.DataFrame") -> str:
    """Return the SHA-256 of predictions, to the last bit: names, row count and every number."""
    content = hashlib.sha256(repr([*predictions.columns, len(predictions)]).encode())
    for name in predictions.columns:
        content.update(predictions[name].to_numpy().astype("float64").tobytes())
    return content.hexdigest()
