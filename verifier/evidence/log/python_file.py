"""Files for Python indexes by their names, and the tools that say of each file how it went: flit and hatch.

Source: packaging.python.org (binary and source distribution formats); flit and hatch, run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

from verifier.evidence.log.lines import Line
from verifier.evidence.log.tool import Spoken, full
from verifier.model import LogClaim

FILE = r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,250}\.(?:whl|tar\.gz|zip)"

_TEST = re.compile(r"test[ ._-]?pypi", re.IGNORECASE)
_FILE = full(FILE)
_HATCH = full(r"(?P<path>\S{1,500}) \.\.\. success")
_FLIT = full(r"Uploading (?P<path>\S{1,500})\.\.\.(?:\s+I-flit\.upload)?")
_FLIT_TO = full(r"Using repository at (?P<to>\S{1,300})(?:\s+I-flit\.upload)?")
_FLIT_DONE = full(r"Package is at (?P<at>\S{1,500})(?:\s+I-flit\.upload)?")


def claim_of(file: str) -> LogClaim | None:
    """The claim that a file's name makes; None when it is the name of no wheel and no source distribution."""
    if not _FILE.match(file):
        return None
    try:
        if file.endswith(".whl"):
            name, version, _, _ = parse_wheel_filename(file)
        else:
            name, version = parse_sdist_filename(file)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None
    return LogClaim("pypi", name, str(version), file=file)


def rehearsed(to: str) -> bool:
    """The index is one to try things out (`test.…`, or called so), not one that people install from."""
    try:
        host = urlsplit(to).hostname or ""
    except ValueError:
        host = ""
    return host.startswith("test.") or bool(_TEST.search(to))


def _name(path: str) -> str:
    """The last part of a path, whichever slashes it has."""
    return path.replace("\\", "/").rpartition("/")[2]


class Flit(Spoken):
    """flit says of each file that it is uploaded, and then where the package is."""

    def __init__(self) -> None:
        self._to = ""
        self._file = ""

    def wants(self, text: str) -> bool:
        """The three things it says."""
        return text.startswith(("Uploading ", "Package is at ", "Using repository at "))

    def read(self, line: Line) -> Iterator[LogClaim]:
        """A claim where it says where the package is."""
        to, uploads, done = _FLIT_TO.match(line.text), _FLIT.match(line.text), _FLIT_DONE.match(line.text)
        if to:
            self._to = to["to"]
        elif uploads:
            self._file = _name(uploads["path"])
        elif done and self._file:
            claim = claim_of(self._file)
            self._file = ""
            if claim is not None and not rehearsed(self._to or done["at"]):
                yield LogClaim(
                    "pypi", claim.name, claim.version, claim.file, tool="flit", at=line.at, registry=self._to
                )


class Hatch(Spoken):
    """hatch says of each file whether it was a success."""

    def wants(self, text: str) -> bool:
        """How it says that a file went well."""
        return text.endswith(" ... success")

    def read(self, line: Line) -> Iterator[LogClaim]:
        """A claim for each success."""
        found = _HATCH.match(line.text)
        claim = claim_of(_name(found["path"])) if found else None
        if claim is not None:
            yield LogClaim("pypi", claim.name, claim.version, claim.file, tool="hatch", at=line.at)
