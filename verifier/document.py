"""JSON of strangers, read with suspicion: typed, bounded, and every complaint names the field.

Nothing a publisher can write into one version may hide the rest of the document, so what the standard library would
give up on (a number of many digits, nesting thousands deep, a wrong byte) costs only the place where it stands.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

DEPTH = 64
"""How deep a document may nest when it nests too deep for the parser; what lies deeper is read as null."""

COMPLAINTS = 100
"""The most complaints kept of one document; the rest are counted."""

_LONGEST_INTEGER = 20
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)
_DIGEST = re.compile(r"(?:[0-9a-f]{2}){16,64}")
_ALGORITHM = re.compile(r"[a-z0-9][a-z0-9_]{1,15}")


class Malformed(ValueError):
    """A field is not what the registry documents; the message names the field and says what is wrong."""


def parse(body: bytes) -> object:
    """The document as Python values. Of two equal keys the last counts, as it does for every installer.

    Raises Malformed when it is not JSON.
    """
    text = body.decode("utf-8-sig", errors="replace")
    try:
        try:
            return _loads(text)
        except RecursionError:
            return _loads(_shallow(text))
    except (ValueError, RecursionError) as error:
        problem = str(error) if isinstance(error, json.JSONDecodeError) else "it nests too deep"
        raise Malformed(f"it is not JSON ({problem})") from error


def strict(body: bytes, longest: int, most: int = 250_000) -> object:
    """The document as Python values, for text that is signed or is trusted: every reader must read the same.

    Raises Malformed when it is longer than so many bytes, is not UTF-8 JSON as the standard has it, nests too deep, has
    an object with two equal keys, or more values than `most` (commas inside of text count too).
    """
    if len(body) > longest:
        raise Malformed(f"it has {len(body)} bytes; at most {longest} are read")
    if sum(map(body.count, (b"[", b"{", b","))) > most:
        raise Malformed(f"it has more than {most} values")
    try:
        value: object = json.loads(body.decode(), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        if isinstance(error, Malformed):
            raise
        problem = str(error) if isinstance(error, json.JSONDecodeError) else "it nests too deep or is not UTF-8"
        raise Malformed(f"it is not JSON ({problem})") from error
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("an object has two equal keys")
    return found


def _no_number(name: str) -> None:
    raise Malformed(f"{name} is not JSON")


def _loads(text: str) -> object:
    value: object = json.loads(text, parse_int=_integer, parse_constant=lambda _: None)
    return value


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else None


def _shallow(text: str) -> str:
    """The same document with null for whatever lies deeper than `DEPTH`."""
    kept, depth, start = list[str](), 0, 0
    for token in _TOKEN.finditer(text):
        character = text[token.start()]
        if character in "[{":
            depth += 1
            if depth == DEPTH + 1:
                kept += (text[start : token.start()], "null")
        elif character in "]}":
            depth -= 1
            if depth == DEPTH:
                start = token.end()
    if depth > DEPTH:
        return ""
    return "".join((*kept, text[start:]))


def mapping(value: object, where: str) -> dict[str, object]:
    """It must be an object."""
    if not isinstance(value, dict):
        raise Malformed(f"{where} is {_kind(value)} where an object belongs")
    return value


def items(value: object, where: str, most: int) -> list[object]:
    """It must be a list of at most so many."""
    if not isinstance(value, list):
        raise Malformed(f"{where} is {_kind(value)} where a list belongs")
    if len(value) > most:
        raise Malformed(f"{where} has {len(value)} entries; at most {most} are read")
    return value


def text(value: object, where: str, longest: int = 256) -> str:
    """It must be printable text, not empty, without line breaks and of bounded length."""
    if not isinstance(value, str):
        raise Malformed(f"{where} is {_kind(value)} where text belongs")
    if not 0 < len(value) <= longest:
        raise Malformed(f"{where} has {len(value)} characters; 1 to {longest} are read")
    if not value.isprintable() or "\ufffd" in value:
        raise Malformed(f"{where} holds characters that cannot be shown")
    return value


def number(value: object, where: str) -> str:
    """It must be usable as a version number: text without spaces."""
    found = text(value, where)
    if " " in found:
        raise Malformed(f"{where} holds a space")
    return found


def moment(value: object, where: str) -> datetime:
    """It must be a full ISO 8601 time with its zone; returned in UTC."""
    written = text(value, where, 40)
    try:
        at = datetime.fromisoformat(written)
        if at.tzinfo is None:
            raise Malformed(f"{where} is a time without a zone")
        at = at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise error if isinstance(error, Malformed) else Malformed(f"{where} is not a time") from error
    if not _FIRST_YEAR <= at.year < _LAST_YEAR:
        raise Malformed(f"{where} is a time in the year {at.year}")
    return at


def decoded(value: object, where: str, longest: int) -> bytes:
    """It must be standard Base64 of at most so many characters."""
    if not isinstance(value, str):
        raise Malformed(f"{where} is {_kind(value)} where Base64 text belongs")
    if len(value) > longest:
        raise Malformed(f"{where} has {len(value)} characters; at most {longest} are read")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed(f"{where} is not Base64") from error


def digests(value: object, where: str) -> tuple[str, ...]:
    """It must be an object of hexadecimal digests by algorithm; returned as sorted `algorithm:hex`."""
    found = set()
    for algorithm, digest in mapping(value, where).items():
        if not _ALGORITHM.fullmatch(algorithm):
            raise Malformed(f"{where} names an algorithm that is none")
        if not isinstance(digest, str) or not _DIGEST.fullmatch(digest.lower()):
            raise Malformed(f"{where}.{algorithm} is not a hexadecimal digest")
        found.add(f"{algorithm}:{digest.lower()}")
    return tuple(sorted(found))


def shown(value: str) -> str:
    """Hostile text as part of a field's name in a complaint: quoted, printable, short."""
    return ascii(value if len(value) <= 80 else value[:80] + "…")


def _kind(value: object) -> str:
    kinds = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "missing"}
    return kinds.get(type(value), "a number")


class Complaints:
    """What of one document could not be read."""

    def __init__(self) -> None:
        self._kept: list[str] = []
        self._more = 0

    def add(self, sentence: str) -> None:
        """Keep one, or count it."""
        if len(self._kept) < COMPLAINTS:
            self._kept.append(sentence)
        else:
            self._more += 1

    def attempt(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """What `read` returns; None when it raises Malformed, and the complaint is kept."""
        try:
            return read(*args, **kwargs)
        except Malformed as error:
            self.add(str(error))
            return None

    def all(self) -> tuple[str, ...]:
        """Every complaint kept, and how many more there were."""
        return (*self._kept, f"{self._more} more fields could not be read") if self._more else tuple(self._kept)
