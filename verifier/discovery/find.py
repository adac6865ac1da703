"""Everything that the files of a repository say about what it publishes, in one pass. Pure: a listing and a getter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from verifier.discovery import published_by
from verifier.discovery.documents import BYTES
from verifier.discovery.judged import IMAGES
from verifier.discovery.manifests import Get, survey
from verifier.discovery.package import LeftOut, Package
from verifier.discovery.published_by import Workflow
from verifier.discovery.python_manifest import COMPUTED
from verifier.model import Artifact

FILES = 3_000
"""The most files that are read in one pass."""
TOTAL = 64 * 1024 * 1024
"""The most bytes of all of them together."""


@dataclass(frozen=True)
class Files:
    """A repository at one commit, or a folder: its paths, and the getter of one file.

    The getter gives None for what cannot be had. `complete` False: the listing was cut.
    """

    paths: frozenset[str]
    get: Get
    complete: bool = True


@dataclass(frozen=True)
class Findings:
    """What the files say. `problems` are sentences about what could not be looked at."""

    packages: tuple[Package, ...]
    workflows: tuple[Workflow, ...]
    left_out: tuple[LeftOut, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def unnamed(self) -> tuple[str, ...]:
        """The workflow files that push images whose names only their runs know."""
        pushing = (w for w in self.workflows if not w.images and not set(IMAGES).isdisjoint(w.types))
        return tuple(workflow.path for workflow in pushing if workflow.usual)


def find(files: Files, full_name: str, public: str) -> Findings:
    """What is published from these files. `full_name` is the repository's `owner/name`, '' where nobody knows it.

    `public` is the npm registry that we watch.
    """
    reader = _Reader(files)
    workflows = published_by.workflows(files.paths, reader.get, public, full_name)
    types = {kind for workflow in workflows for kind in workflow.types}
    if any(not workflow.types for workflow in workflows):
        types |= {"npm", "pypi"}
    found = survey(files.paths, reader.get, public, types)
    problems = list(reader.problems)
    if not files.complete:
        problems.append("There are so many files that GitHub listed only a part of them.")
    problems += [f"{one.found_in}: {one.reason}." for one in found.left_out if one.reason == COMPUTED]
    return Findings((*found.packages, *_images(workflows)), workflows, found.left_out, tuple(problems))


def _images(workflows: Sequence[Workflow]) -> list[Package]:
    """Each image with the workflows that name it: no other is known to push it."""
    by: dict[Artifact, list[str]] = {}
    for workflow in workflows:
        for image in workflow.images:
            by.setdefault(image, []).append(workflow.path)
    return [Package(image, paths[0], member=True, workflows=tuple(paths)) for image, paths in by.items()]


@dataclass
class _Reader:
    """Reads each file once, and no more than the bounds allow."""

    files: Files
    problems: list[str] = field(default_factory=list)
    _held: dict[str, bytes | None] = field(default_factory=dict)
    _bytes: int = 0

    def get(self, path: str) -> bytes | None:
        """The file; None for what is not there, is too large, or would be too much."""
        if path not in self.files.paths:
            return None
        if path not in self._held:
            if len(self._held) >= FILES or self._bytes >= TOTAL:
                self._say("There is more to read here than can be read at once; the rest was not looked at.")
                return None
            text = self.files.get(path)
            if text is not None and len(text) > BYTES:
                text = None
            if text is None:
                self._say(f"{path} could not be read: larger than {BYTES} bytes, or no plain file.")
            self._held[path] = text
            self._bytes += len(text or b"")
        return self._held[path]

    def _say(self, sentence: str) -> None:
        if sentence not in self.problems and len(self.problems) < 20:
            self.problems.append(sentence)
