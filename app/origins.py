"""What the registries say about whose a package is: asked for each package that discovery found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit

from app.deps import Fetch
from app.settings import Settings
from verifier.discovery.origin import Said, Word, compare, python_claims, repository
from verifier.model import Artifact
from verifier.registries import REGISTRIES
from verifier.registries.base import Absent, Ask, Page, Unreadable

ASKED = 300
"""The most packages of one repository that are asked about."""
PROJECT_LIMIT = 32 * 1024 * 1024
"""The largest JSON document of a Python project that we take, in bytes: it lists every file of every release."""
_SIMPLE = "/simple/"


@dataclass(frozen=True)
class Origins:
    """Asks the registries of the settings. `same` says whether two names, like an old and a new one, are one repository
    to GitHub."""

    fetch: Fetch
    settings: Settings
    same: Callable[[str, str], bool] = lambda one, other: one.lower() == other.lower()

    def of(self, artifacts: Sequence[Artifact], full_name: str, now: datetime) -> dict[Artifact, Said]:
        """The registry's word about each; more than `ASKED`, or of a type we cannot read, are not asked about."""
        known = [artifact for artifact in artifacts if artifact.type in REGISTRIES]
        return {artifact: self._said(artifact, full_name, now) for artifact in known[:ASKED]}

    def _said(self, artifact: Artifact, full_name: str, now: datetime) -> Said:
        found = self._python(artifact) if artifact.type == "pypi" else self._document(artifact, now)
        if isinstance(found, Said):
            return found
        said = compare(found, full_name)
        if said.word is Word.OTHER and any(self.same(claim, full_name) for claim in found[:1]):
            return Said(Word.AGREES)
        return said

    def _document(self, artifact: Artifact, now: datetime) -> Said | tuple[str, ...]:
        """What the registry's document of the package names."""
        registry = REGISTRIES[artifact.type]
        answer = self.fetch(registry.ask(artifact, self.settings.npm_registry))
        if isinstance(answer, Absent):
            return Said(Word.ABSENT)
        snapshot = registry.read(artifact, answer, now) if isinstance(answer, Page) else answer
        if isinstance(snapshot, Unreadable):
            return Said(Word.UNASKED, snapshot.problem)
        claim = repository(snapshot.repository, self._host())
        if claim is None and snapshot.repository:
            return Said(Word.OTHER, snapshot.repository[:200])
        return (claim,) if claim is not None else ()

    def _python(self, artifact: Artifact) -> Said | tuple[str, ...]:
        """What the project's own JSON document names; the simple index says whether there is a project at all."""
        index = self.settings.pypi_index
        if index.endswith(_SIMPLE):
            url = f"{index.removesuffix(_SIMPLE)}/pypi/{quote(artifact.name, safe='')}/json"
            answer = self.fetch(Ask(url, "application/json", PROJECT_LIMIT))
            if isinstance(answer, Page):
                return python_claims(answer.body, self._host())
            if isinstance(answer, Unreadable):
                return Said(Word.UNASKED, answer.problem)
        answer = self.fetch(REGISTRIES["pypi"].ask(artifact, index))
        match answer:
            case Absent():
                return Said(Word.ABSENT)
            case Unreadable(problem=problem):
                return Said(Word.UNASKED, problem)
            case Page():
                return ()

    def _host(self) -> str:
        """Where the repositories are, as people write it: GitHub's API has a host of its own only in the cloud."""
        return (urlsplit(self.settings.github_api_url).hostname or "").removeprefix("api.")
