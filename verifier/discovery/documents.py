"""JSON, TOML and YAML of a repository as Python values. Hostile text gives None, and never raises."""

from __future__ import annotations

import tomllib

from verifier import document
from verifier.discovery import yaml_in

BYTES = 1024 * 1024
"""The largest manifest that is read."""
TOML_BYTES = 256 * 1024
"""The largest TOML document: its parser takes some microseconds for each byte of a hostile one."""
DOTS = 100
"""The most dots in a key of TOML: its parser looks at every beginning of a dotted key, which makes long ones slow."""


def from_json(text: bytes | None) -> object:
    """The JSON document; None where there is none, or it is none."""
    try:
        return document.parse(text or b"")
    except document.Malformed:
        return None


def from_toml(text: bytes | None) -> dict[str, object]:
    """The TOML document; empty where there is none, or it is none."""
    try:
        decoded = (text or b"").decode("utf-8-sig")
        costly = len(decoded) > TOML_BYTES or any(map(_dotted, decoded.splitlines()))
        return {} if costly else tomllib.loads(decoded)
    except (ValueError, RecursionError):
        return {}


def _dotted(line: str) -> bool:
    """A line may hold a key with too many dots; of a plain line only what stands before its `=` can be one."""
    key = line.partition("=")[0]
    return (line if any(mark in line for mark in "{'") or '"' in key else key).count(".") > DOTS


def part(value: object, *keys: str) -> object:
    """What stands under these keys, one within the other; None where a step of the way is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def texts(value: object, most: int) -> tuple[str, ...]:
    """The texts in a list, at most so many; empty for anything else."""
    return tuple(item for item in value[:most] if isinstance(item, str)) if isinstance(value, list) else ()


def from_yaml(text: bytes | None) -> object:
    """The YAML document with every value as its text; None where there is none, or it is none."""
    try:
        return yaml_in.read(text or b"")
    except yaml_in.BadYaml:
        return None
