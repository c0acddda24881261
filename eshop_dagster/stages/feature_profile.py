"""What the kinds that learn from customers' features share."""

from eshop_dagster.stages.snapshot import Snapshot
from eshop_dagster.stages.trained import Trained


def with_profile(trained: Trained, snapshot: Snapshot) -> Trained:
    """Return the training with what the gate and drift ask of it: its rows' distribution, and made-up rows to try."""
    from eshop_dagster.ml.drift import profile_features, profiles_as_json
    from eshop_dagster.ml.features import FEATURES, SEASON_FEATURES, sample_input

    trained.training_rows = sum(snapshot.description["rows"][name] for name in ("train", "holdout"))
    trained.input_example = sample_input(trained.feature_names)
    latest = snapshot.scoring()
    # The season at the cut-off is the same for every customer: it always moves, and says nothing of them.
    trained.profile = profiles_as_json(
        profile_features(latest, [name for name in FEATURES if name not in SEASON_FEATURES])
    )
    return trained
