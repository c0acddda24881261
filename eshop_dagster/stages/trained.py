"""What a training leaves: the fitted model with all its evidence."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass
class Trained:
    """One training's outcome.

    Attributes:
        model: its kind.
        candidate: which estimator won; `baseline` when nothing could be fitted.
        pipeline: the fitted pipeline, or None.
        metrics: measured on rows that the model had not seen: of the judged windows, or of the backtest's origins.
        baseline_metrics: the baseline's, on the same rows.
        reason: sentences that say how it compares with the baseline, or why there is no pipeline.
        feature_names: the pipeline's columns, in order.
        figures: plots by name.
        tables: small tables by name.
        reports: JSON documents by name.
        training_rows: number of rows it learned from.
        profile: distribution of the customers of the scoring day, against which the gate measures drift.
        input_example: a few made-up rows as the model takes them.
        stand_in: the best baseline as a model that can serve, with the same evidence; it does where this training is
            refused and the champion surely loses to that baseline. None where a kind has none.
        judged: what the kind's own `compare` asks of the training.
        is_stand_in: whether this is the stand-in of a training.
    """

    model: str
    candidate: str
    pipeline: Any
    metrics: dict[str, float]
    baseline_metrics: dict[str, float]
    reason: str
    feature_names: tuple[str, ...] = ()
    figures: "dict[str, Figure]" = field(default_factory=dict)
    tables: "dict[str, pd.DataFrame]" = field(default_factory=dict)
    reports: dict[str, Any] = field(default_factory=dict)
    training_rows: int = 0
    profile: dict[str, Any] = field(default_factory=dict)
    input_example: "pd.DataFrame | None" = None
    stand_in: "Trained | None" = None
    judged: Any = None
    is_stand_in: bool = False

    def all_metrics(self) -> dict[str, float]:
        """Return the model's and the baseline's metrics in one flat mapping."""
        return {**self.metrics, **{f"baseline_{name}": value for name, value in self.baseline_metrics.items()}}
