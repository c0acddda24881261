"""How far recent buyers are from those that the champion learned from."""

import pandas as pd
import plotly.graph_objects as go

from eshop_dagster.dashboard.charts.matrix import matrix
from eshop_dagster.dashboard.elements import chart
from eshop_dagster.dashboard.registry import platform_of
from eshop_dagster.dashboard.view import View
from eshop_dagster.ml.drift_alarm import DriftParams
from eshop_dagster.stages.drift import DriftDay, read_drift

_SHOWN_DAYS = 28


def drift(view: View) -> None:
    """Show the distances of the last measured days by feature, and what the latest asked for."""
    days = read_drift(view.home)[-_SHOWN_DAYS:]
    measured = [one for one in days if one.measurement.psi]
    if not measured:
        chart(view, "models.drift", None, pd.DataFrame(), empty="models.no_drift")
        return
    limit = DriftParams.from_mapping(platform_of(str(view.home)).params.drift).largest_psi
    latest = measured[-1]
    note = view.text(
        "models.drift_latest",
        day=view.formats.day(latest.measurement.day),
        customers=view.formats.whole(latest.customers),
        fired=view.text("models.drift_fired" if latest.has_fired else "models.drift_quiet"),
    )
    limit_note = f"{view.text('models.limit')}: {view.formats.number(limit, 3)}."
    numbers = pd.DataFrame(
        [
            {
                "date": one.measurement.day,
                "feature": view.text.known(f"feature.{feature}", feature),
                "psi": psi,
            }
            for one in measured
            for feature, psi in one.measurement.psi.items()
        ]
    )
    chart(view, "models.drift", _figure(view, measured, limit), numbers, notes=[note, limit_note])


def _figure(view: View, measured: list[DriftDay], limit: float) -> go.Figure:
    """Return one square a day and feature: as dark as a value of twice the limit at most."""
    features = list(measured[-1].measurement.psi)
    values = [[max(one.measurement.psi.get(feature, float("nan")), 0.0) for one in measured] for feature in features]
    written = [[view.formats.number(value, 3) for value in row] for row in values]
    return matrix(
        values,
        [view.text.known(f"feature.{feature}", feature) for feature in features],
        [view.formats.day(one.measurement.day) for one in measured],
        view.formats,
        written=written if len(measured) <= 14 else None,
        most=2 * limit,
        height=420,
    )
