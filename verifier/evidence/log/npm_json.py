"""What npm and yarn report with `--json`: one object over many lines (npm), or in one (yarn). Source: both, run."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from itertools import islice

from verifier.document import Malformed, parse
from verifier.evidence.log.tool import MOST_HELD, NPM_SPEC

LONGEST = 4 * 1024 * 1024
"""The most characters of one report; it lists every file of every package."""

_SPEC = re.compile(NPM_SPEC)
_SHA1 = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Packed:
    """One package of a report."""

    name: str
    version: str
    digests: tuple[str, ...]
    staged: bool


class Report:
    """Gathers the lines of a report from the lone brace that opens it to the one that closes it."""

    def __init__(self) -> None:
        self._lines: list[str] | None = None
        self._size = 0

    def wants(self, text: str) -> bool:
        """It begins a report, or is a part of one."""
        return self._lines is not None or text in ("{", "[")

    def read(self, text: str) -> tuple[Packed, ...]:
        """The packages of the report that ends with this line."""
        if text in ("{", "["):
            self._lines, self._size = [text], 1
        elif self._lines is not None:
            self._lines.append(text)
            self._size += len(text) + 1
            if self._size > LONGEST:
                self._lines = None
            elif text in ("}", "]"):
                whole, self._lines = "\n".join(self._lines), None
                return packages(whole)
        return ()


def packages(text: str) -> tuple[Packed, ...]:
    """The packages of a whole report; none when it is no report of a publication."""
    try:
        document = parse(text.encode("utf-8", "replace"))
    except Malformed:
        return ()
    if not isinstance(document, dict):
        return ()
    held = [document] if "name" in document else islice(document.values(), MOST_HELD)
    return tuple(packed for one in held if (packed := _packed(one)) is not None)


def _packed(one: object) -> Packed | None:
    if not isinstance(one, dict):
        return None
    name, version = one.get("name"), one.get("version")
    if not isinstance(name, str) or not isinstance(version, str) or not _SPEC.fullmatch(f"{name}@{version}"):
        return None
    return Packed(name, version, (*_sha1(one.get("shasum")), *_sri(one.get("integrity"))), "stageId" in one)


def _sha1(value: object) -> tuple[str, ...]:
    return (f"sha1:{value}",) if isinstance(value, str) and _SHA1.fullmatch(value) else ()


def _sri(value: object) -> tuple[str, ...]:
    """The sha512 of an integrity string (w3.org/TR/SRI) in full length."""
    if not isinstance(value, str) or not value.startswith("sha512-"):
        return ()
    try:
        raw = base64.b64decode(value.removeprefix("sha512-"), validate=True)
    except (binascii.Error, ValueError):
        return ()
    return (f"sha512:{raw.hex()}",) if len(raw) == 64 else ()
