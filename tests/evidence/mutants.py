"""Every small change to a JSON document: each value flipped, deleted, put in another type, written twice."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

_TWICE = "\x00twice"
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def mutants(document: Any) -> Iterator[tuple[str, bytes]]:
    """(what was changed, the changed document)."""
    for path in _paths(document):
        where = "/".join(map(str, path))
        parent, key = _at(document, path[:-1]), path[-1]
        for how, value in _others(parent[key]):
            yield f"{how} {where}", _dumped(document, path, value)
        deleted = copy.deepcopy(document)
        del _at(deleted, path[:-1])[key]
        yield f"delete {where}", json.dumps(deleted).encode()
        twice = copy.deepcopy(document)
        around = _at(twice, path[:-1])
        if isinstance(around, list):
            around.insert(int(key), around[int(key)])
            yield f"duplicate {where}", json.dumps(twice).encode()
        else:
            around[_TWICE] = around[key]
            yield f"duplicate {where}", json.dumps(twice).replace(json.dumps(_TWICE), json.dumps(key)).encode()


def _paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield from _paths(inner, (*at, key))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def _dumped(document: Any, path: tuple[Any, ...], value: object) -> bytes:
    changed = copy.deepcopy(document)
    _at(changed, path[:-1])[path[-1]] = value
    return json.dumps(changed).encode()


def _others(value: object) -> Iterator[tuple[str, object]]:
    """The value flipped, and in other types."""
    if isinstance(value, str):
        for position in sorted({0, len(value) // 3, len(value) // 2, len(value) - 1} & set(range(len(value)))):
            yield f"flip {position} of", value[:position] + _flipped(value[position]) + value[position + 1 :]
        yield "empty", ""
        yield "lengthen", value + value[-1:]
    if isinstance(value, int | float):
        yield "flip", value + 1
    for other in (None, True, 7, -1, "x", [], {}, [value], {"x": value}, str(value)):
        if other != value or type(other) is not type(value):
            yield f"retype to {type(other).__name__}", other


def _flipped(character: str) -> str:
    if character in _ALPHABET:
        return _ALPHABET[_ALPHABET.index(character) ^ 1]
    return "\x7f" if character == "~" else chr(ord(character) ^ 1)
