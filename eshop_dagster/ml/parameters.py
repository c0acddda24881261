"""How a model's parameters are read from a mapping: unknown names and wrong types are refused, never ignored."""

import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Self, Union, get_args, get_origin, get_type_hints


class Parameters:
    """Base of the frozen dataclasses that hold a model's parameters."""

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """Return the parameters of a mapping (as read from YAML); a name left out keeps its default.

        Raises:
            ValueError: an unknown name, a missing one without a default, or a value of another type.
        """
        hints = get_type_hints(cls)
        known = [field.name for field in fields(cls)]  # type: ignore[arg-type]
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise ValueError(
                f"{cls.__name__} does not know {unknown}; expected some of {known}. Correct or remove the names."
            )
        wanted = [
            field.name
            for field in fields(cls)  # type: ignore[arg-type]
            if field.default is MISSING and field.default_factory is MISSING and field.name not in values
        ]
        if wanted:
            raise ValueError(f"{cls.__name__} has no {', '.join(wanted)}; expected a value of it. Add it.")
        return cls(**{name: _read(f"{cls.__name__}.{name}", value, hints[name]) for name, value in values.items()})


def _read(name: str, value: Any, expected: Any) -> Any:
    if is_dataclass(expected) and isinstance(value, Mapping):
        return expected.from_mapping(value)  # type: ignore[union-attr]
    if get_origin(expected) is tuple and isinstance(value, (list, tuple)):
        return tuple(_read(name, item, get_args(expected)[0]) for item in value)
    options = get_args(expected) if get_origin(expected) in (Union, types.UnionType) else (expected,)
    if float in options and isinstance(value, int) and not isinstance(value, bool):
        return float(value) if int not in options else value
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} is {value}; expected a finite number. Correct the value.")
    plain = tuple(option for option in options if isinstance(option, type))
    if isinstance(value, plain) and not (isinstance(value, bool) and bool not in plain):
        return value
    wanted = " or ".join(getattr(option, "__name__", str(option)) for option in options)
    raise ValueError(f"{name} is {value!r} ({type(value).__name__}); expected {wanted}. Correct the value.")


def require_bounds(holder: object, bounds: Mapping[str, tuple[float, float]]) -> None:
    """Raise a ValueError that names the first attribute of `holder` outside its bounds, both ends included."""
    for name, (lowest, highest) in bounds.items():
        value = getattr(holder, name)
        expected = f"{lowest:g} to {highest:g}" if math.isfinite(highest) else f"{lowest:g} or more"
        # NaN lies between no two numbers.
        require(lowest <= value <= highest, f"{type(holder).__name__}.{name}", value, expected)


def require(is_met: bool, name: str, value: object, expected: str) -> None:
    """Raise a ValueError that names the parameter, its value and what was expected, unless `is_met`."""
    if not is_met:
        raise ValueError(f"{name} is {value!r}; expected {expected}. Correct the value.")
