"""A YAML document read strictly: every wrong or unknown key is one error with its file, line and path.

Source: YAML 1.1 through PyYAML's safe loader. Scalars keep the text as it was written, so that the version `1.10`
needs no quotes.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

SIZE = 512 * 1024
"""The largest document we read, in bytes."""
DEPTH = 12
TEXT = 4096
"""The longest single value, in characters."""

_DURATION = re.compile(r"(\d{1,6})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class ScenarioError(ValueError):
    """A scenario cannot be read; one line saying where and what to do."""


@dataclass(frozen=True)
class Item:
    """One value of the document with the place it stands at. Every reader raises ScenarioError."""

    node: yaml.Node
    path: str
    file: str

    def wrong(self, sentence: str) -> ScenarioError:
        """The error to raise about this value."""
        at = f" {self.path}:" if self.path else ""
        return ScenarioError(f"{self.file} line {_line(self.node.start_mark)}:{at} {sentence}")

    def keys(self, allowed: str, required: str = "") -> dict[str, Item]:
        """The values of a mapping. Key names are space-separated; no other key may stand there."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong("must be a mapping of keys to values")
        known = [*required.split(), *allowed.split()]
        found: dict[str, Item] = {}
        for key, value in self.node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            item = Item(value, f"{self.path}.{name}" if self.path else name, self.file)
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(sorted(known))}"
                raise Item(key, item.path, self.file).wrong(f"unknown key; {hint}")
            if name in found:
                raise Item(key, item.path, self.file).wrong("stands here twice")
            found[name] = item
        for name in required.split():
            if name not in found:
                raise self.wrong(f"{name!r} is missing")
        return found

    def items(self) -> list[Item]:
        """The values of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong("must be a list")
        return [Item(node, f"{self.path}[{number}]", self.file) for number, node in enumerate(self.node.value)]

    @property
    def is_list(self) -> bool:
        """A list stands here."""
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_mapping(self) -> bool:
        """A mapping stands here."""
        return isinstance(self.node, yaml.MappingNode)

    def text(self) -> str:
        """A value as it was written: never empty."""
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag == "tag:yaml.org,2002:null":
            raise self.wrong("must be a text")
        if not self.node.value or len(self.node.value) > TEXT:
            raise self.wrong(f"must have 1 to {TEXT} characters")
        return str(self.node.value)

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(item.text() for item in self.items())

    def named_texts(self) -> tuple[tuple[str, str], ...]:
        """A mapping of names that the scenario chooses to texts."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong("must be a mapping of names to texts")
        found: dict[str, str] = {}
        for key, value in self.node.value:
            name = Item(key, self.path, self.file).text()
            if name in found:
                raise Item(key, self.path, self.file).wrong(f"{name[:60]!r} stands here twice")
            found[name] = Item(value, f"{self.path}.{name}", self.file).text()
        return tuple(found.items())

    def integer(self) -> int:
        """A whole number from 1 to 2^53."""
        text = self.text()
        if not re.fullmatch(r"[0-9]{1,16}", text) or not 0 < int(text) <= 2**53:
            raise self.wrong("must be a whole number from 1 to 2^53")
        return int(text)

    def boolean(self) -> bool:
        """`true` or `false`."""
        if self.text() not in ("true", "false"):
            raise self.wrong("must be true or false")
        return self.text() == "true"

    def choice(self, *allowed: str) -> str:
        """One of these words."""
        if self.text() not in allowed:
            raise self.wrong(f"must be one of {', '.join(allowed)}, not {self.text()[:60]!r}")
        return self.text()

    def time(self) -> datetime:
        """A moment in UTC, written like `2026-03-31T00:21:58Z`."""
        try:
            moment = datetime.fromisoformat(self.text())
        except ValueError:
            moment = None
        if moment is None or moment.utcoffset() != timedelta(0):
            raise self.wrong("must be a time in UTC, like 2026-03-31T00:21:58Z")
        return moment

    def duration(self) -> timedelta:
        """A span of time, written like `30s`, `5m`, `2h` or `7d`."""
        match = _DURATION.fullmatch(self.text())
        if match is None or int(match[1]) == 0:
            raise self.wrong("must be a span like 30s, 5m, 2h or 7d")
        return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])


def read(path: Path) -> Item:
    """The document in a file. Raises ScenarioError when it is no YAML, too large, too deep, or uses aliases."""
    name = f"{path.parent.name}/{path.name}"
    try:
        with path.open("rb") as file:
            raw = file.read(SIZE + 1)
    except OSError as error:
        raise ScenarioError(f"{name}: cannot be read ({error.strerror}); a scenario directory holds it") from error
    if len(raw) > SIZE:
        raise ScenarioError(f"{name}: is larger than {SIZE} bytes; use `history` for the dull past")
    try:
        depth = 0
        for event in yaml.parse(raw, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise ScenarioError(f"{name} line {_line(event.start_mark)}: anchors and aliases are not read here")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEPTH:
                raise ScenarioError(f"{name} line {_line(event.start_mark)}: is nested too deeply")
        node = yaml.compose(raw, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {_line(mark)}" if mark else ""
        raise ScenarioError(f"{name}{line}: is not YAML ({getattr(error, 'problem', None) or error})") from error
    if node is None:
        raise ScenarioError(f"{name}: is empty")
    return Item(node, "", name)


def _line(mark: Any) -> int:
    """Counted from 1. PyYAML types its marks as optional; everything it parses from text has them."""
    return int(mark.line) + 1
