"""Airbyte's own model of its messages (airbyte-protocol-models-dataclasses), read strictly."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from typing import Any

from airbyte_protocol_dataclasses.models import airbyte_protocol
from airbyte_protocol_dataclasses.models.airbyte_protocol import AirbyteStateBlob

RENAMED = {"global_": "global"}
"""Fields that Python cannot name as the protocol does."""


def field_types(model: type) -> dict[str, Any]:
    """Give the types of a model's fields under the names that the protocol uses."""
    hints = typing.get_type_hints(model, vars(airbyte_protocol))
    return {RENAMED.get(name, name): hint for name, hint in hints.items()}


def required_fields(model: type) -> set[str]:
    """Give the fields that a message must hold."""
    return {
        RENAMED.get(field.name, field.name)
        for field in dataclasses.fields(model)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }


def without_none(hint: Any) -> Any:
    """Give the type that an optional one holds."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        present = [one for one in typing.get_args(hint) if one is not type(None)]
        return present[0] if len(present) == 1 else typing.Union[tuple(present)]
    return hint


def load(hint: Any, value: Any, path: str) -> Any:
    """Make an instance of a model from JSON. An unknown field, a missing one or another type is an error."""
    hint = without_none(hint)
    origin = typing.get_origin(hint)
    if hint is Any:
        return value
    if hint is AirbyteStateBlob:
        # The one model without fields of its own: what stands in it is the connector's affair.
        assert isinstance(value, dict), f"{path} is no object"
        blob = AirbyteStateBlob()
        vars(blob).update(value)
        return blob
    if dataclasses.is_dataclass(hint):
        assert isinstance(value, dict), f"{path} is no object"
        known = field_types(hint)
        unknown = sorted(set(value) - set(known))
        assert not unknown, f"{path} has fields that the model does not know: {unknown}"
        missing = sorted(required_fields(hint) - set(value))
        assert not missing, f"{path} lacks {missing}"
        loaded = {name: load(known[name], part, f"{path}.{name}") for name, part in value.items()}
        python_names = {protocol: python for python, protocol in RENAMED.items()}
        return hint(**{python_names.get(name, name): part for name, part in loaded.items()})
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        assert value in [member.value for member in hint], f"{path}: {value!r} is no {hint.__name__}"
        return hint(value)
    if origin is list:
        assert isinstance(value, list), f"{path} is no list"
        (inner,) = typing.get_args(hint)
        return [load(inner, part, f"{path}[{at}]") for at, part in enumerate(value)]
    if origin is dict:
        assert isinstance(value, dict), f"{path} is no object"
        return value
    if origin is typing.Union:
        assert any(is_a(one, value) for one in typing.get_args(hint)), f"{path} has another type"
        return value
    assert is_a(hint, value), f"{path} is {type(value).__name__}, not {hint.__name__}"
    return value


def is_a(hint: type, value: Any) -> bool:
    """Tell whether a JSON value is of a type: true is no number, and 1 is one of both kinds."""
    if isinstance(value, bool):
        return hint is bool
    return isinstance(value, (int, float) if hint is float else hint)
