"""YAML that somebody else wrote, as plain texts, lists and mappings. Bounded in size, depth and what aliases expand to.

Every scalar stays the text that stands there: nobody's `on` becomes True, no version 1.10 becomes 1.1. Anchors, aliases
and merges are followed, as GitHub does; an alias is the same object again, and the written-out size is counted.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

BYTES = 1024 * 1024
DEPTH = 40
NODES = 100_000
"""The most values of one document, with every alias written out."""

Value = str | list["Value"] | dict[str, "Value"]

# The same reader in C, where PyYAML was built with it: a file of the largest size takes a tenth of the time.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BadYaml(ValueError):
    """The text cannot be used; the message says why, in words."""


def read(text: bytes) -> Value:
    """The first document, '' when there is none. Raises BadYaml and nothing else."""
    if len(text) > BYTES:
        raise BadYaml(f"it has {len(text)} bytes; at most {BYTES} are read")
    try:
        return _Composer(yaml.parse(text.decode("utf-8-sig"), Loader=_LOADER)).document()
    except BadYaml:
        raise
    except UnicodeDecodeError as error:
        raise BadYaml("it is not UTF-8") from error
    # PyYAML converts numbers in escapes and directives without looking: chr() and int() then raise these.
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise BadYaml("it is not YAML") from error


def mapping(value: Value | None) -> dict[str, Value]:
    """The value where it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def texts(value: Value | None) -> dict[str, str]:
    """The entries of a mapping whose values are texts."""
    return {key: held for key, held in mapping(value).items() if isinstance(held, str)}


def text(value: Value | None) -> str:
    """The value where it is a text, else ''."""
    return value if isinstance(value, str) else ""


class _Composer:
    """Values from the parser's events, with the number of values that each holds when written out."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self._events = events
        self._anchors: dict[str, tuple[Value, int]] = {}

    def document(self) -> Value:
        for event in self._events:
            if isinstance(event, yaml.NodeEvent):
                return self._node(event, 0)[0]
        return ""

    def _node(self, event: yaml.Event, depth: int) -> tuple[Value, int]:
        if depth > DEPTH:
            raise BadYaml(f"it is nested more than {DEPTH} deep")
        anchor = getattr(event, "anchor", None)
        if isinstance(event, yaml.AliasEvent):
            if anchor not in self._anchors:
                raise BadYaml("an alias (*) names nothing that is written above it")
            return self._anchors[anchor]
        read: tuple[Value, int]
        if isinstance(event, yaml.SequenceStartEvent):
            read = self._list(depth)
        elif isinstance(event, yaml.MappingStartEvent):
            read = self._mapping(depth)
        else:
            read = _scalar(event), 1
        if read[1] > NODES:
            raise BadYaml(f"it holds more than {NODES} values")
        if anchor is not None:
            self._anchors[anchor] = read
        return read

    def _list(self, depth: int) -> tuple[list[Value], int]:
        items: list[Value] = []
        size = 1
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            item, weight = self._node(event, depth + 1)
            items.append(item)
            size = _sum(size, weight)
        return items, size

    def _mapping(self, depth: int) -> tuple[dict[str, Value], int]:
        own: dict[str, Value] = {}
        merged: dict[str, Value] = {}
        size = 1
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key, _ = self._node(event, depth + 1)
            if not isinstance(key, str):
                raise BadYaml("a key is a list or a mapping")
            value, weight = self._node(next(self._events), depth + 1)
            size = _sum(size, weight)
            if key == "<<":
                for source in reversed(value if isinstance(value, list) else [value]):
                    merged.update(mapping(source))
            else:
                own[key] = value
        return merged | own, size


def _sum(size: int, weight: int) -> int:
    if size + weight > NODES:
        raise BadYaml(f"it holds more than {NODES} values")
    return size + weight


def _scalar(event: yaml.Event) -> str:
    value = getattr(event, "value", "")
    empty = not getattr(event, "style", None) and value in ("~", "null", "Null", "NULL")
    return "" if empty else value.encode("utf-8", "replace").decode().replace("\0", "")
