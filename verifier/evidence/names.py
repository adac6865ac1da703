"""Whether a statement is about what a registry serves, by name. Names bind nothing alone: the digest must match too."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

from verifier.evidence.statement import Statement


def named(statement: Statement, names: Iterable[str]) -> bool:
    """Some subject bears one of these names; every name will do where none is asked for."""
    wanted = {_comparable(name) for name in names}
    return not wanted or any(_comparable(subject.name) in wanted for subject in statement.subjects)


def _comparable(name: str) -> object:
    """A purl without its percent-encoding, a distribution's file name parsed, anything else as it is."""
    if name.startswith("pkg:"):
        return unquote(name)
    try:
        if name.endswith(".whl"):
            return parse_wheel_filename(name)
        if name.endswith((".tar.gz", ".zip")):
            return parse_sdist_filename(name)
    except (InvalidSdistFilename, InvalidWheelFilename, ValueError):
        return name
    return name
