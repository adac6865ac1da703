"""What may be asked for, with its limits: one list that requests are read by and that the API's description shows.

What is not understood is refused and never guessed; nothing of it is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from werkzeug.datastructures import MultiDict

Schema = dict[str, Any]
_NUMBER = re.compile(r"-?[0-9]{1,19}")


class Refused(ValueError):
    """A request that cannot be meant; the sentence says what is wrong and what to write."""


class Field(Protocol):
    """One parameter of an address, or one member of a body."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def said(self) -> str:
        """What it is for, for the description."""

    @property
    def required(self) -> bool:
        """It must be there."""

    def schema(self) -> Schema:
        """In JSON Schema."""

    def read(self, text: str) -> Any:
        """From an address. Raises Refused."""

    def take(self, value: object) -> Any:
        """From a body. Raises Refused."""


@dataclass(frozen=True)
class Text:
    """Some text, of a length and perhaps a shape."""

    name: str
    said: str
    most: int
    required: bool = False
    pattern: str = ""

    def schema(self) -> Schema:
        """In JSON Schema."""
        shape: Schema = {"type": "string", "minLength": 1, "maxLength": self.most}
        return shape | ({"pattern": f"^{self.pattern}$"} if self.pattern else {})

    def read(self, text: str) -> str:
        """From an address. Raises Refused."""
        if not text or len(text) > self.most:
            raise Refused(f"{self.name} has 1 to {self.most} characters.")
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise Refused(f"{self.name} holds half a surrogate pair, which is no text.")
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise Refused(f"{self.name} does not have the shape {self.pattern}")
        return text

    def take(self, value: object) -> str:
        """From a body. Raises Refused."""
        if not isinstance(value, str):
            raise Refused(f"{self.name} is text.")
        return self.read(value)


@dataclass(frozen=True)
class Word:
    """One of some words."""

    name: str
    said: str
    words: tuple[str, ...]
    required: bool = False

    def schema(self) -> Schema:
        """In JSON Schema."""
        return {"type": "string", "enum": list(self.words)}

    def read(self, text: str) -> str:
        """From an address. Raises Refused."""
        if text not in self.words:
            raise Refused(f"{self.name} is one of: {', '.join(self.words)}.")
        return text

    def take(self, value: object) -> str:
        """From a body. Raises Refused."""
        return self.read(value if isinstance(value, str) else "")


@dataclass(frozen=True)
class Number:
    """A whole number within bounds."""

    name: str
    said: str
    least: int
    most: int
    usual: int | None = None
    required: bool = False

    def schema(self) -> Schema:
        """In JSON Schema."""
        shape: Schema = {"type": "integer", "minimum": self.least, "maximum": self.most}
        return shape | ({} if self.usual is None else {"default": self.usual})

    def read(self, text: str) -> int:
        """From an address. Raises Refused."""
        if not _NUMBER.fullmatch(text):
            raise Refused(f"{self.name} is a whole number.")
        return self.take(int(text))

    def take(self, value: object) -> int:
        """From a body. Raises Refused."""
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            raise Refused(f"{self.name} is a whole number from {self.least} to {self.most}.")
        return value


def asked(fields: Iterable[Field], query: MultiDict[str, str]) -> dict[str, Any]:
    """The parameters of an address that are there. Raises Refused for unknown ones, and for one said twice."""
    known = {field.name: field for field in fields}
    if any(name not in known for name in query):
        raise Refused(f"An unknown parameter. Known here: {', '.join(known) or 'none'}.")
    if any(len(query.getlist(name)) > 1 for name in query):
        raise Refused("A parameter is said twice.")
    return _complete(known, {name: known[name].read(text) for name, text in query.items()})


def taken(fields: Iterable[Field], body: object) -> dict[str, Any]:
    """The members of a body that are there. Raises Refused as `asked` does."""
    known = {field.name: field for field in fields}
    if not isinstance(body, dict):
        raise Refused("The body is a JSON object.")
    if any(name not in known for name in body):
        raise Refused(f"An unknown member. Known here: {', '.join(known) or 'none'}.")
    return _complete(known, {name: known[name].take(value) for name, value in body.items()})


def _complete(known: Mapping[str, Field], values: dict[str, Any]) -> dict[str, Any]:
    missing = [name for name, field in known.items() if field.required and name not in values]
    if missing:
        raise Refused(f"Missing: {', '.join(missing)}.")
    return values
