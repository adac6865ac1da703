"""`package.json` and what stands around it: names, workspaces, and to which registry a package goes.

Source: the manuals of npm (package.json, npmrc, workspaces), pnpm (pnpm-workspace.yaml) and lerna (lerna.json).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from verifier.discovery import globs
from verifier.discovery.documents import from_json, from_yaml, part, texts
from verifier.discovery.package import LeftOut, Package, artifact

NAME = "package.json"
AROUND = ("pnpm-workspace.yaml", "lerna.json", ".npmrc")
"""What else is read in the folders that have a `package.json`, where it is there."""

_NPMRC = re.compile(r"(?m)^[ \t]*(?:(@[\w.~-]{1,214}):)?registry[ \t]*=[ \t]*([^\s#;]{1,512})")
_LERNA = ("packages/*",)


def workspaces(manifest: object, pnpm: bytes | None, lerna: bytes | None) -> tuple[str, ...]:
    """The globs of the packages that a root lists, in whichever of the three files it lists them."""
    listed = part(manifest, "workspaces")
    globs_ = texts(part(listed, "packages") if isinstance(listed, dict) else listed, globs.PATTERNS)
    globs_ += texts(part(from_yaml(pnpm), "packages") if pnpm is not None else None, globs.PATTERNS)
    if lerna is not None and not globs_:
        globs_ = texts(part(from_json(lerna), "packages"), globs.PATTERNS) or _LERNA
    return globs_


def registries(npmrc: bytes | None) -> dict[str, str]:
    """Where an `.npmrc` sends packages: a registry by scope, '' for all others."""
    text = (npmrc or b"")[:65_536].decode("utf-8", errors="replace")
    return {found[1] or "": found[2] for found in _NPMRC.finditer(text) if "$" not in found[2]}


def read(path: str, manifest: object, member: bool, elsewhere: Mapping[str, str], public: str) -> Package | LeftOut:
    """The package of one `package.json`.

    `elsewhere` is what `registries` gives for it, `public` the address of the registry that we watch.
    """
    if not isinstance(manifest, dict):
        return LeftOut(path, "it is not a JSON object")
    if manifest.get("private") in (True, "true"):
        return LeftOut(path, "it is private")
    name = manifest.get("name")
    if not name:
        return LeftOut(path, "it has no name")
    made = artifact("npm", name)
    if made is None:
        return LeftOut(path, "its name is none that can be watched")
    target = part(manifest, "publishConfig", "registry") or elsewhere.get(made.scope or "") or elsewhere.get("")
    if isinstance(target, str) and target and not same_place(target, public):
        return LeftOut(path, "it is published to another registry")
    return Package(made, path, member)


def same_place(one: str, other: str) -> bool:
    """Two addresses of a registry mean the same one: scheme, capital letters and a last slash do not matter."""
    return _place(one) == _place(other)


def _place(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ("", address)
    return (parts.netloc.lower().removesuffix(":443"), parts.path.rstrip("/"))
