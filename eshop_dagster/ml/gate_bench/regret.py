"""How much worse what served was than the best that could have served, in the days that followed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.gate_bench.trained import Floats, Predictions
from eshop_dagster.ml.metrics import calibration_ratio, mae, normalised_gini, rmse

MOST_REGRET = 0.5
"""Beyond it an origin counts no more: one exploding model would decide every mean."""
RIGHT_SHARE = 0.02
OFF_RATIO = 1.5


@dataclass(frozen=True)
class OriginRegret:
    """What one policy's model was worth in the days after an origin.

    Attributes:
        regret: RMSE over the lowest RMSE of all options, less 1.
        mae_regret: MAE over that of the option with the lowest RMSE, less 1; below 0 where it is lower.
        gini_lost: highest Gini of all options, less its own.
        log_ratio: absolute logarithm of predicted over true total.
        is_off: whether that total is off by more than half as much again, or less than two thirds.
        is_right: whether the RMSE is within 2 % of the lowest.
        best: name of the option with the lowest RMSE.
    """

    regret: float
    mae_regret: float
    gini_lost: float
    log_ratio: float
    is_off: bool
    is_right: bool
    best: str


def origin_regret(actual: Floats, served: Floats, options: Predictions) -> OriginRegret:
    """Return the regret of what served against all that could have served, in hindsight.

    Args:
        actual: true spend, some of it above 0.
        served: what was predicted.
        options: by name; what served may be one of them.
    """
    errors = {name: rmse(actual, said) for name, said in options.items()}
    best = min(errors, key=lambda name: errors[name])
    error = rmse(actual, served)
    lowest = min(errors[best], error)
    ginis = [normalised_gini(actual, said) for said in (served, *options.values())]
    ratio = calibration_ratio(actual, served)
    log_ratio = abs(float(np.log(ratio))) if ratio > 0 else float("inf")
    return OriginRegret(
        regret=error / lowest - 1,
        mae_regret=mae(actual, served) / mae(actual, options[best]) - 1,
        gini_lost=max(ginis) - ginis[0],
        log_ratio=log_ratio,
        is_off=log_ratio > np.log(OFF_RATIO),
        is_right=error <= (1 + RIGHT_SHARE) * lowest,
        best=best,
    )


def summary(origins: pd.DataFrame, rule: str, *, seed: int, draws: int = 2000) -> pd.DataFrame:
    """Return one row per policy, in the order of the origins' rows.

    Columns: `policy`, `shops`, `origins`, `regret` (mean over shops of their origins' means, each origin at most 50 %),
    `regret_p90` (over origins, uncapped), `mae_regret`, `gini_lost`, `log_ratio`, `off_share`, `right_share` (means
    over shops), and `against_rule` with `_lower` and `_upper`: by how much the regret lies above the rule's, shops
    drawn again.

    Args:
        origins: one row per `shop`, `day` and `policy` with the fields of `OriginRegret`.
        rule: the policy that all are held against.
    """
    capped = origins.assign(
        capped=origins["regret"].clip(upper=MOST_REGRET),
        capped_mae=origins["mae_regret"].clip(upper=MOST_REGRET),
        capped_log=origins["log_ratio"].clip(upper=float(np.log(10))),
    )
    rows = []
    by_shop = {policy: _shop_means(capped[capped["policy"] == policy]) for policy in capped["policy"].unique()}
    for policy, means in by_shop.items():
        mine = capped[capped["policy"] == policy]
        apart = mean_difference(means["capped"], by_shop[rule]["capped"], seed=seed, draws=draws)
        rows.append(
            {
                "policy": policy,
                "shops": len(means),
                "origins": len(mine),
                "regret": float(means["capped"].mean()),
                "regret_p90": float(mine["regret"].quantile(0.9)),
                "mae_regret": float(means["capped_mae"].mean()),
                "gini_lost": float(means["gini_lost"].mean()),
                "log_ratio": float(means["capped_log"].mean()),
                "off_share": float(means["is_off"].mean()),
                "right_share": float(means["is_right"].mean()),
                "against_rule": apart.value,
                "against_rule_lower": apart.lower,
                "against_rule_upper": apart.upper,
            }
        )
    return pd.DataFrame(rows)


def _shop_means(origins: pd.DataFrame) -> pd.DataFrame:
    """One row per shop, sorted by its name."""
    values = ["capped", "capped_mae", "gini_lost", "capped_log", "is_off", "is_right"]
    return origins.astype(dict.fromkeys(values, "float64")).groupby("shop", sort=True)[values].mean()


def mean_difference(one: pd.Series, other: pd.Series, *, seed: int, draws: int = 2000) -> Interval:
    """Return by how much the mean of the one lies above the other's, with its 95 % interval over shops drawn again."""
    apart = np.sort((one - other.reindex(one.index)).to_numpy(dtype=np.float64))
    rng = np.random.default_rng(seed)
    drawn = apart[rng.integers(0, apart.size, (draws, apart.size))].mean(axis=1)
    lower, upper = np.quantile(drawn, [0.025, 0.975])
    return Interval(float(apart.mean()), float(lower), float(upper))
