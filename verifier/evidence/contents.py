"""Published files held against the source tree they say they come from.

1. Files are known by git's blob ids (`archives`), so that no source file has to be downloaded.
2. A file whose id is anywhere in the tree is the source's own, wherever it lies.
3. The folder of the tree that an archive was made from is the one that most of its paths lead to; in a wheel each
   package has its own. So `src/` and monorepos are found.
4. A text file that the folder has under its path, and the tree nowhere with its content, differs.
5. A text file that the folder does not have is missing, unless builds make such files (`built`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from verifier.evidence.archives import Content, Form
from verifier.evidence.built import left_out, made, sources
from verifier.model.source import PATHS, Comparison

_VOTERS = 400
"""The most files of one package that are asked where they come from."""
_PLACES = 100_000
"""The most places in the tree that are looked at for one archive; its packages share them."""
_OWN = 5
"""How many votes a file has whose content is there too."""
_RUN = (".py", ".pth", ".js", ".cjs", ".mjs", ".ts", ".sh", ".ps1", ".bat", ".gyp")
"""What a machine runs; told first."""

Entries = Mapping[str, Content]


def compare(
    archives: Sequence[tuple[Form, Entries]],
    blobs: Mapping[str, str],
    commit: str,
    at: datetime,
    *,
    complete: bool = True,
) -> Comparison:
    """The archives of one version against the tree of a commit: `blobs` is path to git's blob id.

    `complete` False: the tree was cut, so nothing is said to be missing from it.
    """
    source = _Source(blobs)
    files = sum(len(entries) for _, entries in archives)
    compared, differing, missing = 0, set[str](), set[str]()
    for form, entries in archives:
        own, different, absent = source.against(form, entries)
        absent = absent if complete else set()
        compared += len(own) + len(different) + len(absent)
        differing |= different
        missing |= absent
    if not compared:
        return Comparison(commit, at, files, problem="None of its files leads to a file of the source.")
    return Comparison(commit, at, files, compared, _told(differing), _told(missing))


def _told(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(paths, key=lambda path: (not path.endswith(_RUN), path))[:PATHS])


class _Source:
    """A tree, made ready to be asked."""

    def __init__(self, blobs: Mapping[str, str]) -> None:
        self._blobs = blobs
        self._ids = frozenset(blobs.values())
        self._folders = _folders(blobs)
        self._by_name = defaultdict[str, list[str]](list)
        for path in sorted(blobs):
            self._by_name[path.rsplit("/", 1)[-1]].append(path)

    def against(self, form: Form, entries: Entries) -> tuple[set[str], set[str], set[str]]:
        """Paths that are the source's own, that differ, and that are missing."""
        own = {path for path, content in entries.items() if not self._ids.isdisjoint(content.ids)}
        packages = _packages(form, entries)
        roots = {package: self._root(paths, own, _PLACES // len(packages)) for package, paths in packages.items()}
        known = Counter(root for root in roots.values() if root is not None)
        if not known:
            return own, set(), set()
        usual = min(known, key=lambda root: (-known[root], root))
        compiled = sources(form, self._by_name)
        differing, missing = set[str](), set[str]()
        for path in entries.keys() - own:
            if not entries[path].text or left_out(form, path):
                continue
            found = roots[_package(form, path)]
            root = usual if found is None else found
            if root + path in self._blobs:
                differing.add(path)
            elif not self._in_submodule(root, path) and not made(form, path, self._has_under(root), compiled):
                missing.add(path)
        return own, differing, missing

    def _root(self, paths: Iterable[str], own: set[str], most: int) -> str | None:
        """The folder, with a slash at its end, under which most of these paths are; None when none is anywhere.

        At most so many places of the tree are looked at, those of the rarest names first: an `__init__.py` leads
        everywhere.
        """
        named = {path: self._by_name.get(path.rsplit("/", 1)[-1], []) for path in paths}
        votes, places = Counter[str](), 0
        for path in sorted(filter(named.get, named), key=lambda path: (len(named[path]), path))[:_VOTERS]:
            for place in named[path][: max(0, most - places)]:
                if place == path or place.endswith("/" + path):
                    votes[place.removesuffix(path)] += _OWN if path in own else 1
            places += len(named[path])
        return min(votes, key=lambda root: (-votes[root], len(root), root), default=None)

    def _has_under(self, root: str) -> Callable[[str], bool]:
        return lambda folder: root + folder in self._folders

    def _in_submodule(self, root: str, path: str) -> bool:
        """It may lie in another repository, which the tree only points at."""
        return ".gitmodules" in self._blobs and (root + path).rpartition("/")[0] not in self._folders


def _folders(paths: Iterable[str]) -> set[str]:
    """Every folder that holds a file, the top one as ''."""
    found = {""}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def _packages(form: Form, entries: Entries) -> dict[str, list[str]]:
    """The paths of each package in the archive: those of a wheel need not come from one folder."""
    found = defaultdict[str, list[str]](list)
    for path in entries:
        found[_package(form, path)].append(path)
    return found


def _package(form: Form, path: str) -> str:
    return path.split("/", 1)[0] if form is Form.WHEEL and "/" in path else ""
