"""The models' own sections of `params.yaml`, read before any work: a training that fails on them would come last."""

from collections.abc import Callable
from functools import partial

from eshop_dagster.stages.kind import Kind, seed_of
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.parameters import ParameterError, Params


def check_models(params: Params) -> None:
    """Read each section that a training, the gate or the drift alarm will read.

    Raises:
        ParameterError: a value cannot be used; the message names it.
    """
    from eshop_dagster.ml.drift_alarm import DriftParams
    from eshop_dagster.ml.evidence import GateRules

    readers: dict[str, Callable[[], object]] = {
        **{f"models.{name}": partial(_read, KINDS[name], params) for name in params.models},
        "gate": lambda: GateRules.from_mapping(params.gate),
        "drift": lambda: DriftParams.from_mapping(params.drift),
    }
    for section, read in readers.items():
        try:
            read()
        except ValueError as error:
            raise ParameterError(f"params.yaml, section {section}: {error}") from error


def _read(kind: Kind, params: Params) -> None:
    seed_of(params.of(kind.name))
    kind.read_params(params)
