"""What the retraining asks of every kind of model."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from eshop_dagster.ml.evidence import Comparison
from eshop_dagster.ml.parameters import require
from eshop_dagster.shop import Shop
from eshop_dagster.stages.measures import Measure, Words
from eshop_dagster.stages.model_card import Card
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.published import Column, Table
from eshop_dagster.stages.snapshot import Snapshot
from eshop_dagster.stages.trained import Trained

if TYPE_CHECKING:
    import pandas as pd

    from eshop_dagster.adapters.registry import LoadedModel


@dataclass(frozen=True)
class Scoring:
    """One scoring of all customers, as a kind sees it.

    Attributes:
        platform: the home.
        features: one row per customer, at the cut-off of the scoring.
        scores: the table `customer_scores` of the same customers in the same order.
        champion: what scored them; None where nothing serves.
    """

    platform: Platform
    features: pa.Table
    scores: pa.Table
    champion: "LoadedModel | None"


@dataclass(frozen=True)
class Fit:
    """Whether a champion fits the customers of the day; where it does not, its columns are NULL.

    Attributes:
        check: name of the check in the Dagster UI.
        description: what the check means.
        objections: why the kind's columns and tables of a scoring must not reach readers; nothing where they may.
        unfit: how the reason begins that a release gives where it withholds them.
    """

    check: str
    description: str
    objections: Callable[[Scoring, Mapping[str, pa.Table]], tuple[str, ...]]
    unfit: str


@dataclass(frozen=True)
class CustomerScores:
    """How a kind scores customers.

    Attributes:
        columns: what it adds to `customer_scores`; the last is the version that says so.
        values: what a champion says of customers' features, for each column but the last.
        tables: the tables that it publishes beside.
        fill: the rows of these tables; none without a champion.
        after: the kinds whose columns `fill` reads.
        fit: what keeps its scores from readers; None where nothing does.
    """

    columns: tuple[Column, ...]
    values: "Callable[[pd.DataFrame, LoadedModel], Mapping[str, pd.Series]]"
    tables: tuple[Table, ...] = ()
    fill: Callable[[Scoring], Mapping[str, pa.Table]] = lambda scoring: {}
    after: tuple[str, ...] = ()
    fit: Fit | None = None


@dataclass(frozen=True)
class OwnTables:
    """Tables of their own that a kind publishes, whose rows are no customers.

    Attributes:
        tables: the first gives the asset its name.
        fill: their rows by the champion; none without one.
    """

    tables: tuple[Table, ...]
    fill: "Callable[[Platform, Snapshot, LoadedModel | None], Mapping[str, pa.Table]]"


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
        read_params: reads its section of `params.yaml`; ValueError where a value cannot be used.
        train: fits on a snapshot; a kind with segments goes on from the `Continuation` in it, others get None.
        compare: holds a fitted model against the champion on the snapshot's later rows.
        has_segments: whether its versions publish segment ids, which are never given twice.
        model_class: name of the class of its fitted models.
        predict: what a model says of rows of the snapshot, as columns of numbers; a fresh process and a reproduction
            must say the same to the last bit.
        card: what a person needs to use an exported model, its amounts in a shop's currency.
        customers: how it scores customers, if it does.
        own_tables: what else it publishes, if it does.
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
    read_params: Callable[[Params], object]
    train: "Callable[[Snapshot, Params, Any | None], Trained]"
    compare: "Callable[[Trained, Any | None, Snapshot, Params], Comparison]"
    predict: "Callable[[Any, Snapshot], pd.DataFrame]"
    card: Callable[[Any, Shop], Card]
    customers: CustomerScores | None = None
    own_tables: OwnTables | None = None

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
