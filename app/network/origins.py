"""What the registries say about whose a package or an image is: asked for each that discovery found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit

from app.deps import Deps, Fetch
from app.network.converse import converse
from app.network.places import place_of
from app.settings import Settings
from verifier.discovery.origin import Said, Word, compare, python_claims, repository
from verifier.image_hosts import GITHUB
from verifier.model import Artifact
from verifier.registries import ecr, npm, pypi
from verifier.registries.base import Absent, Ask, Conversation, Page, Unreadable
from verifier.registries.distribution.source_label import KEY, Source, ask_source

ASKED = 300
"""The most packages of one repository that are asked about."""
PROJECT_LIMIT = 32 * 1024 * 1024
"""The largest JSON document of a Python project that we take, in bytes: it lists every file of every release."""
_SIMPLE = "/simple/"
_GITHUBS = (GITHUB, "github.com")
"""The registry whose names begin with their owner's on GitHub."""

Lead = Callable[[Conversation[Source]], Source]


@dataclass(frozen=True)
class Origins:
    """Asks the registries of the settings. `same` says whether two names, like an old and a new one, are one repository
    to GitHub. `lead` leads a conversation with a registry of images; None: with `fetch` alone."""

    fetch: Fetch
    settings: Settings
    same: Callable[[str, str], bool] = lambda one, other: one.lower() == other.lower()
    lead: Lead | None = None

    def of(self, artifacts: Sequence[Artifact], full_name: str, now: datetime) -> dict[Artifact, Said]:
        """The registry's word about each; more than `ASKED`, or of a type we cannot read, are not asked about."""
        known = [artifact for artifact in artifacts if artifact.is_image or artifact.type in (npm.TYPE, pypi.TYPE)]
        return {artifact: self._said(artifact, full_name, now) for artifact in known[:ASKED]}

    def claims(self, artifact: Artifact, full_name: str, now: datetime) -> Said | tuple[str, ...]:
        """The repositories that the registry says it comes from, as `owner/name`; or why nobody can tell."""
        if artifact.is_image:
            return self._image(artifact, full_name)
        return self._python(artifact) if artifact.type == "pypi" else self._document(artifact, now)

    def _said(self, artifact: Artifact, full_name: str, now: datetime) -> Said:
        found = self.claims(artifact, full_name, now)
        if isinstance(found, Said):
            return found
        said = compare(found, full_name)
        if said.word is Word.OTHER and any(self.same(claim, full_name) for claim in found[:1]):
            return Said(Word.AGREES)
        return said

    def _document(self, artifact: Artifact, now: datetime) -> Said | tuple[str, ...]:
        """What the registry's document of the package names."""
        answer = self.fetch(npm.ask(artifact, self.settings.npm_registry))
        if isinstance(answer, Absent):
            return Said(Word.ABSENT)
        snapshot = npm.read(artifact, answer, now) if isinstance(answer, Page) else answer
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
        answer = self.fetch(pypi.ask(artifact, index))
        match answer:
            case Absent():
                return Said(Word.ABSENT)
            case Unreadable(problem=problem):
                return Said(Word.UNASKED, problem)
            case Page():
                return ()

    def _image(self, artifact: Artifact, full_name: str) -> Said | tuple[str, ...]:
        """What the image's own label names. The owner of a name in GitHub's registry needs none."""
        host, _, path = artifact.image.partition("/")
        if (host, self._host()) == _GITHUBS and path.partition("/")[0] == full_name.partition("/")[0].lower():
            return Said(Word.AGREES)
        if ecr.serves(host):
            return Said(Word.UNASKED, "Amazon's registry does not tell strangers what an image's labels say.")
        conversation = ask_source(artifact, place_of(self.settings, artifact))
        source = self.lead(conversation) if self.lead is not None else _led(conversation, self.fetch)
        if isinstance(source, Absent):
            return Said(Word.ABSENT)
        if isinstance(source, Unreadable):
            return Said(Word.UNASKED, source.problem)
        claim = repository(source, self._host())
        if claim is None:
            return Said(Word.OTHER, source[:200]) if source else Said(Word.SILENT, f"shows no label {KEY} on it")
        return (claim,)

    def _host(self) -> str:
        """Where the repositories are, as people write it: GitHub's API has a host of its own only in the cloud."""
        return (urlsplit(self.settings.github_api_url).hostname or "").removeprefix("api.")


def origins(deps: Deps, same: Callable[[str, str], bool]) -> Origins:
    """With everything that the monitor has: its logins, and the budgets that its workers share."""
    return Origins(deps.fetch, deps.settings, same, lambda conversation: converse(deps, conversation).result)


def _led(conversation: Conversation[Source], fetch: Fetch) -> Source:
    """Lead it to its end; it asks for nothing but pages."""
    try:
        question = next(conversation)
        while isinstance(question, Ask):
            question = conversation.send(fetch(question))
    except StopIteration as end:
        answer: Source = end.value
        return answer
    return Unreadable("", "Amazon is not asked here.")
