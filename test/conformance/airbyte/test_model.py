"""The schema that the connector's message types are generated from, compared with Airbyte's own model package."""

from __future__ import annotations

import dataclasses
import enum
import json
import os
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

from airbyte_protocol_dataclasses.models import airbyte_protocol
from airbyte_protocol_dataclasses.models.airbyte_protocol import AirbyteProtocol, AirbyteStateBlob
from model import field_types, required_fields, without_none

SCALARS: dict[str, type] = {"string": str, "integer": int, "number": float, "boolean": bool}

KNOWN_DIFFERENCES: dict[str, str] = {
    "AirbyteStateMessage.destinationStats: fields ['rejectedRecordCount'] are on one side only": (
        "the protocol's schema has the field, its model package not yet; destinations alone write it"
    ),
}
"""Differences that are right as they are: what is told below, and why."""


def schema() -> dict[str, Any]:
    """The schema, as it is in the project."""
    path = Path(os.environ["CONFORMANCE_ROOT"]) / "schemas" / "airbyte-protocol.schema.json"
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


class Comparison:
    """Walks the schema and the model together, and keeps what differs."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self.definitions = definitions
        self.differences: list[str] = []
        self.models: set[type] = set()
        self.seen_definitions: set[str] = set()
        self.fields = 0
        self.values = 0

    def compare(self, node: dict[str, Any], hint: Any, path: str) -> None:
        """Compare one place of the schema with the type that the model has there."""
        hint = without_none(hint)
        reference = node.get("$ref")
        if reference is not None:
            name = reference.rsplit("/", 1)[-1]
            self.seen_definitions.add(name)
            if isinstance(hint, type) and hint.__name__ != name and hint.__module__ != "builtins":
                self.differences.append(f"{path}: {name} in the schema, {hint.__name__} in the model")
            self.compare(self.definitions[name], hint, path)
        elif hint is AirbyteStateBlob:
            self.models.add(hint)
            if node.get("type") != "object" or node.get("properties"):
                self.differences.append(f"{path}: a state is not an open object")
        elif dataclasses.is_dataclass(hint):
            self.compare_object(node, typing.cast(type, hint), path)
        elif isinstance(hint, type) and issubclass(hint, enum.Enum):
            self.models.add(hint)
            mine, theirs = set(node.get("enum", [])), {member.value for member in hint}
            self.values += len(theirs)
            if mine != theirs:
                self.differences.append(f"{path}: values {sorted(mine ^ theirs)} are on one side only")
        elif typing.get_origin(hint) is list:
            if node.get("type") != "array":
                self.differences.append(f"{path}: {node.get('type')} in the schema, a list in the model")
            else:
                self.compare(node["items"], typing.get_args(hint)[0], f"{path}[]")
        elif typing.get_origin(hint) is dict:
            if node.get("type") != "object" or node.get("properties"):
                self.differences.append(f"{path}: {node} in the schema, an open object in the model")
        elif typing.get_origin(hint) is typing.Union:
            mine = {SCALARS.get(one.get("type")) for one in node.get("oneOf", node.get("anyOf", []))}
            if mine != set(typing.get_args(hint)):
                self.differences.append(f"{path}: another choice of types")
        elif SCALARS.get(node.get("type", "")) is not hint or "enum" in node:
            self.differences.append(f"{path}: {node.get('type')} in the schema, {hint} in the model")

    def compare_object(self, node: dict[str, Any], hint: type, path: str) -> None:
        """Compare fields and what is required; each model once."""
        if hint in self.models:
            return
        self.models.add(hint)
        types, properties = field_types(hint), node.get("properties", {})
        self.fields += len(types)
        if only_one := set(properties) ^ set(types):
            self.differences.append(f"{path}: fields {sorted(only_one)} are on one side only")
        required = set(node.get("required", []))
        if not_both := required ^ required_fields(hint):
            self.differences.append(f"{path}: {sorted(not_both)} required on one side only")
        for name in sorted(set(properties) & set(types)):
            self.compare(properties[name], types[name], f"{hint.__name__}.{name}")


def test_the_schema_is_the_model(record_property: Callable[[str, object], None]) -> None:
    """Same messages, same fields, same values, same required fields, and nothing left unlooked at."""
    protocol = schema()
    definitions: dict[str, Any] = protocol["definitions"]
    comparison = Comparison(definitions)
    comparison.compare(protocol, AirbyteProtocol, "AirbyteProtocol")
    told = set(comparison.differences)
    unused = set(definitions) - comparison.seen_definitions
    told |= {f"{name}: only in the schema" for name in unused}
    every_model = {
        one
        for one in vars(airbyte_protocol).values()
        if isinstance(one, type) and one.__module__ == airbyte_protocol.__name__
    }
    told |= {f"{model.__name__}: only in the model" for model in every_model - comparison.models}
    for difference in sorted(told & set(KNOWN_DIFFERENCES)):
        record_property("note", f"known difference: {difference}: {KNOWN_DIFFERENCES[difference]}")
    record_property(
        "note",
        f"compared {comparison.fields} fields of {len(comparison.models)} models, and {comparison.values} "
        "values of enumerations, with those of schemas/airbyte-protocol.schema.json",
    )
    assert comparison.fields > 100 and comparison.values > 30, "too little was compared"
    assert sorted(told - set(KNOWN_DIFFERENCES)) == []
    stale = set(KNOWN_DIFFERENCES) - told
    assert not stale, f"no difference any more: {sorted(stale)}"
