"""Which packages the manifests of a repository name. Pure: a listing of paths and a getter of bounded files go in.

The getter gives None for what is not there or could not be read. The same survey serves a folder and GitHub.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath

from verifier.discovery import globs, npm_manifest, python_manifest
from verifier.discovery.documents import from_json, from_toml
from verifier.discovery.package import LeftOut, Package

Get = Callable[[str], bytes | None]

MANIFESTS = 2_000
"""The most manifests of one repository that are read."""
ROOTS = 50
"""The most workspaces of one repository, those nearest to its root first."""
NESTED = 3
"""The most workspaces within each other that are asked about one package."""
WORKFLOWS = ".github/workflows/"

_FOREIGN = "somebody else's code, kept here"
_TEST = "made for tests"
_EXAMPLE = "an example or a template"
SKIPPED = {
    **dict.fromkeys(("node_modules", "bower_components", "vendor", "third_party", "third-party", "external"), _FOREIGN),
    **dict.fromkeys(("test", "tests", "__tests__", "spec", "specs", "fixture", "fixtures", "__fixtures__"), _TEST),
    **dict.fromkeys(("testdata", "test-data", "mock", "mocks", "__mocks__", "e2e", "integration-tests"), _TEST),
    **dict.fromkeys(("bench", "benchmark", "benchmarks"), _TEST),
    **dict.fromkeys(("example", "examples", "demo", "demos", "sample", "samples", "playground"), _EXAMPLE),
    **dict.fromkeys(("playgrounds", "template", "templates", "boilerplate", "starters"), _EXAMPLE),
}
"""Folders whose manifests are not looked at, and what they hold instead of what is published."""

_MANIFESTS = (npm_manifest.NAME, *python_manifest.NAMES)
_CONCERNS = (*_MANIFESTS, *npm_manifest.AROUND, "action.yml", "action.yaml")
_COOKIECUTTER = re.compile(r"\{\{|\}\}|<%|__[a-z]+__|cookiecutter")


@dataclass(frozen=True)
class Survey:
    """The packages that manifests name, and the manifests that are left out with the reason."""

    packages: tuple[Package, ...]
    left_out: tuple[LeftOut, ...] = ()


def concerns_discovery(paths: Iterable[str]) -> bool:
    """A change of these files may change what discovery finds: a manifest or a workflow is among them."""
    return any(path.startswith(WORKFLOWS) or (_base(path) in _CONCERNS and not skipped(path)) for path in paths)


def skipped(path: str) -> str:
    """Why a path is not looked at; '' when it is."""
    for folder in path.split("/")[:-1]:
        if folder.lower() in SKIPPED:
            return SKIPPED[folder.lower()]
        if folder.startswith("."):
            return "a hidden folder"
        if _COOKIECUTTER.search(folder):
            return _EXAMPLE
    return ""


def survey(paths: Collection[str], get: Get, public: str, types: Collection[str]) -> Survey:
    """Read the manifests among these paths.

    `public` is the npm registry that we watch. Below the root only manifests of `types` are read: those for which
    some workflow publishes at all.
    """
    reader = _Reader(frozenset(paths), get, public)
    found = [*reader.npm("npm" in types), *reader.python("pypi" in types)]
    packages: dict[str, Package] = {}
    for package in sorted((one for one in found if isinstance(one, Package)), key=_first):
        packages.setdefault(package.artifact.purl, package)
    return Survey(
        tuple(sorted(packages.values(), key=lambda p: p.artifact)),
        tuple(sorted((one for one in found if isinstance(one, LeftOut)), key=lambda one: one.found_in)),
    )


def _first(package: Package) -> tuple[bool, int, str]:
    """Of two manifests of one name: a member's before any other's, then the one nearest to the root."""
    return (not package.member, package.found_in.count("/"), package.found_in)


def _base(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


class _Reader:
    """One survey: reads at most `MANIFESTS` manifests, those nearest to the root first."""

    def __init__(self, paths: frozenset[str], get: Get, public: str) -> None:
        self._paths, self._get, self._public = paths, get, public
        self._left = MANIFESTS

    def npm(self, everywhere: bool) -> list[Package | LeftOut]:
        """The packages of every `package.json`."""
        chosen, found = self._chosen((npm_manifest.NAME,), everywhere)
        manifests = {_folder(path): from_json(self._get(path)) for path in chosen}
        workspaces = {folder: self._workspaces(folder, manifest) for folder, manifest in manifests.items()}
        roots = dict(islice(((folder, listed) for folder, listed in workspaces.items() if listed), ROOTS))
        central = npm_manifest.registries(self._beside("", ".npmrc"))
        for folder, manifest in manifests.items():
            # What lists others is itself rarely published; where it is, the registry will say so.
            member = folder not in roots and (
                not folder or any(globs.named(folder, roots[root], root) for root in _around(folder, roots))
            )
            elsewhere = central | npm_manifest.registries(self._beside(folder, ".npmrc") if folder else None)
            found.append(npm_manifest.read(_join(folder, npm_manifest.NAME), manifest, member, elsewhere, self._public))
        return found

    def python(self, everywhere: bool) -> list[Package | LeftOut]:
        """The projects of every folder that has one of Python's manifests."""
        chosen, found = self._chosen(python_manifest.NAMES, everywhere)
        folders: dict[str, dict[str, bytes]] = defaultdict(dict)
        for path in chosen:
            folders[_folder(path)][_base(path)] = self._get(path) or b""
        roots = {
            folder: python_manifest.members(from_toml(files["pyproject.toml"]))
            for folder, files in islice(folders.items(), ROOTS)
            if "pyproject.toml" in files
        }
        for folder, files in folders.items():
            member = not folder or any(
                globs.named(folder, roots[root][0], root) and not globs.named(folder, roots[root][1], root)
                for root in _around(folder, roots)
            )
            found.append(python_manifest.read(folder, files, member))
        return found

    def _workspaces(self, folder: str, manifest: object) -> tuple[str, ...]:
        pnpm, lerna = self._beside(folder, "pnpm-workspace.yaml"), self._beside(folder, "lerna.json")
        return npm_manifest.workspaces(manifest, pnpm, lerna)

    def _beside(self, folder: str, name: str) -> bytes | None:
        path = _join(folder, name)
        return self._get(path) if path in self._paths else None

    def _chosen(self, names: tuple[str, ...], everywhere: bool) -> tuple[list[str], list[Package | LeftOut]]:
        """The manifests to read, and those left out unread."""
        chosen, left_out = list[str](), list[Package | LeftOut]()
        ours = (path for path in self._paths if _base(path) in names and (everywhere or "/" not in path))
        for path in sorted(ours, key=lambda path: (path.count("/"), path)):
            reason = skipped(path)
            if not reason and not self._left:
                reason = f"there are more than {MANIFESTS} manifests"
            if reason:
                left_out.append(LeftOut(path, reason))
            else:
                self._left -= 1
                chosen.append(path)
        return chosen, left_out


def _around(folder: str, roots: Iterable[str]) -> Iterable[str]:
    """The workspaces around a folder that are asked whether they list it, the outermost first."""
    return islice((root for root in roots if globs.relative(folder, root)), NESTED)


def _join(folder: str, name: str) -> str:
    return str(PurePosixPath(folder, name))
