"""From plain data to JSON and to JSON Schema, by the same walk, so that the two agree."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum, IntEnum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Schema = dict[str, Any]


def as_json(thing: Any) -> Any:
    """Times in ISO 8601, UTC; enums as words; everything else as it is."""
    if is_dataclass(thing):
        return {field.name: as_json(getattr(thing, field.name)) for field in fields(thing)}
    if isinstance(thing, datetime):
        return f"{thing.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{thing.microsecond:06}Z"
    if isinstance(thing, Enum):
        return word(thing)
    if isinstance(thing, Mapping):
        return {str(as_json(key)): as_json(value) for key, value in thing.items()}
    if isinstance(thing, tuple | list | frozenset):
        return [as_json(item) for item in thing]
    return thing


def encoded(thing: Any) -> bytes:
    """The bytes of an answer: the same thing gives the same bytes. A lone surrogate, which is no text, is replaced."""
    text = json.dumps(as_json(thing), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode()


def word(member: Enum) -> str:
    """`high`, `non_compliant`: never a number."""
    return member.name.lower() if isinstance(member, IntEnum) else str(member.value)


def schemas(*roots: Any) -> dict[str, Schema]:
    """The schemas of these types and of all that they are made of, by name."""
    found: dict[str, Schema] = {}
    for root in roots:
        schema(root, found)
    return dict(sorted(found.items()))


def schema(kind: Any, found: dict[str, Schema]) -> Schema:
    """The schema of a type; those of its dataclasses and enums are put among `found`. Raises TypeError: none known."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return {"anyOf": [schema(part, found) for part in arguments]}
    if origin is tuple:
        return {"type": "array", "items": schema(arguments[0], found)}
    if origin is not None and issubclass(origin, Mapping):
        return {
            "type": "object",
            "propertyNames": schema(arguments[0], found),
            "additionalProperties": schema(arguments[1], found),
        }
    if origin is not None and is_dataclass(origin):
        return _object(origin, arguments, found)
    if is_dataclass(kind):
        return _object(kind, (), found)
    if isinstance(kind, type) and issubclass(kind, Enum):
        found[_name(kind)] = {"type": "string", "enum": [word(member) for member in kind]}
        return {"$ref": f"#/components/schemas/{_name(kind)}"}
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    raise TypeError(f"{kind} has no schema")


_PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    datetime: {"type": "string", "format": "date-time"},
    type(None): {"type": "null"},
}


def name_of(kind: Any) -> str:
    """What its schema is called: `Artifact`, `ListedArtifact`."""
    inner = get_args(kind)
    plain = str((get_origin(kind) or kind).__name__).removesuffix("Shown")
    return plain + "".join(name_of(part) for part in inner)


def _name(kind: type[Enum]) -> str:
    return "EvidenceStanding" if kind.__module__ == "verifier.model.evidence" else kind.__name__


def _object(kind: Any, arguments: tuple[Any, ...], found: dict[str, Schema]) -> Schema:
    name = name_of(kind[arguments] if arguments else kind)
    if name not in found:
        found[name] = {}  # a type that holds itself refers to it
        of = dict(zip(getattr(kind, "__parameters__", ()), arguments, strict=True))
        hints = get_type_hints(kind)
        found[name] = {
            "type": "object",
            "description": " ".join((kind.__doc__ or "").split()),
            "properties": {field.name: schema(_filled(hints[field.name], of), found) for field in fields(kind)},
            "required": [field.name for field in fields(kind)],
            "additionalProperties": False,
        }
    return {"$ref": f"#/components/schemas/{name}"}


def _filled(hint: Any, of: Mapping[Any, Any]) -> Any:
    if isinstance(hint, TypeVar):
        return of[hint]
    parameters = getattr(hint, "__parameters__", ())
    return hint[tuple(of[parameter] for parameter in parameters)] if parameters else hint
