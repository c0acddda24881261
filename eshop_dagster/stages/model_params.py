"""The models' own sections of `params.yaml`, read before any work: a training that fails on them would come last."""

from collections.abc import Callable

from eshop_dagster.stages.parameters import ParameterError, Params


def check_models(params: Params) -> None:
    """Read each section that a training, the gate or the drift alarm will read.

    Raises:
        ParameterError: a value cannot be used; the message names it.
    """
    from eshop_dagster.ml.drift_alarm import DriftParams
    from eshop_dagster.ml.evidence import GateRules
    from eshop_dagster.ml.revenue import RevenueParams
    from eshop_dagster.stages.kinds.kind import seed_of, without_seed
    from eshop_dagster.stages.kinds.segmentation import chosen_params
    from eshop_dagster.stages.kinds.spend import spend_params

    readers: dict[str, Callable[[], object]] = {
        "spend": lambda: (seed_of(params.spend), spend_params(params)),
        "segmentation": lambda: (seed_of(params.segmentation), chosen_params(params)),
        "revenue": lambda: (seed_of(params.revenue), RevenueParams.from_mapping(without_seed(params.revenue))),
        "gate": lambda: GateRules.from_mapping(params.gate),
        "drift": lambda: DriftParams.from_mapping(params.drift),
    }
    for section, read in readers.items():
        try:
            read()
        except ValueError as error:
            raise ParameterError(f"params.yaml, section {section}: {error}") from error
