"""What discovery found, as a check run on the default branch: what is watched, what is asked, and what to paste.

Neutral while something is asked. It is made once, and again on the newest commit when its text changes: GitHub does not
let a check run move. Source: docs.github.com/rest/checks/runs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from checks.base import Post
from checks.document import document, section
from checks.escape import code, markdown
from checks.plan import digest
from verifier.discovery import settle
from verifier.discovery.origin import Said, Word
from verifier.model import CONFIG_PATH, Artifact, Proposal, Publisher, Repository

NAME = "setup"
TITLE = "Artifact Monitor: setup"
LIMIT = 60_000
PROBLEMS = 10
"""The most sentences shown about what could not be looked at."""
PASTED = 100
"""The most entries shown for the configuration file."""


@dataclass(frozen=True)
class Setup:
    """What there is to say about one repository. `publishers` is what is in force, from every source.

    `unnamed` are workflow files that push images whose names nobody could tell.
    """

    repository: Repository
    publishers: tuple[Publisher, ...]
    proposals: tuple[Proposal, ...]
    said: Mapping[Artifact, Said] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()


def wants(setup: Setup) -> bool:
    """There is something to say: an artifact is watched, or asked about."""
    return bool(setup.publishers or setup.proposals or setup.unnamed)


def render(setup: Setup) -> Post:
    """The check run."""
    asked = [proposal for proposal in setup.proposals if proposal.question]
    watched = {publisher.artifact for publisher in setup.publishers}
    output = {
        "title": _title(watched, len(asked) + len(setup.unnamed)),
        "summary": document([_lead(bool(asked or setup.unnamed))], ("What is watched", _watched(setup)), [], LIMIT),
        "text": document(
            [section("What could not be looked at", [f"- {markdown(line)}" for line in setup.problems[:PROBLEMS]])],
            ("What is asked", [*_questions(asked), *map(_unnamed, setup.unnamed)]),
            [_pasted(asked)],
            LIMIT,
        ),
    }
    body: dict[str, Any] = {
        "name": TITLE,
        "external_id": f"setup/{setup.repository.id}",
        "status": "completed",
        "conclusion": "neutral" if asked or setup.unnamed or setup.problems else "success",
        "output": {key: value for key, value in output.items() if value},
    }
    return Post(body["external_id"], digest(body), body, open=True)


def _title(watched: Collection[Artifact], asked: int) -> str:
    images = sum(artifact.is_image for artifact in watched)
    packages = len(watched) - images
    counted = [_count(packages, "package")] if packages or not images else []
    counted += [_count(images, "image")] if images else []
    questions = f", {_count(asked, 'question')} open" if asked else ""
    return f"{' and '.join(counted)} {'is' if len(watched) == 1 else 'are'} watched{questions}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _lead(asked: bool) -> str:
    found = "This was found in the repository's files and compared with what the registries say."
    return f"{found} {_PLEASE if asked else f'If something is missing or wrong, `{CONFIG_PATH}` decides.'}"


_PLEASE = (
    f"Some of it is not clear; answer in `{CONFIG_PATH}` on the default branch. Nothing is alarmed about meanwhile."
)


def _watched(setup: Setup) -> list[str]:
    found_in = {proposal.purl: proposal.found_in for proposal in setup.proposals if proposal.clear}
    by_artifact: dict[Artifact, list[str]] = {}
    for publisher in setup.publishers:
        by_artifact.setdefault(publisher.artifact, []).extend(publisher.workflows)
    return [
        f"- {code(artifact.purl)}, published by {_by(paths)} ({_why(artifact, found_in, setup.said)})"
        for artifact, paths in sorted(by_artifact.items())
    ]


def _by(paths: Sequence[str]) -> str:
    return ", ".join(code(path) for path in dict.fromkeys(paths)) or "people, by hand"


def _why(artifact: Artifact, found_in: Mapping[str, str], said: Mapping[Artifact, Said]) -> str:
    """Where it was found and what its registry says, or that somebody configured it.

    Of images the registry is asked once, so what it said then is not repeated.
    """
    if artifact.purl not in found_in:
        return "as configured, or found earlier"
    if artifact.is_image:
        return f"named in {code(found_in[artifact.purl])}"
    words = {Word.AGREES: "; the registry agrees", Word.ABSENT: "; not published yet"}
    word = said[artifact].word if artifact in said else Word.UNASKED
    return f"found in {code(found_in[artifact.purl])}{words.get(word, '')}"


def _questions(asked: Sequence[Proposal]) -> list[str]:
    """Each question once, with the packages that it is about below it."""
    about: dict[str, list[Proposal]] = {}
    for proposal in asked:
        about.setdefault(proposal.question, []).append(proposal)
    return [
        line
        for question, proposals in about.items()
        for line in (f"- {markdown(question)}", *(f"  - {code(p.purl)} ({code(p.found_in)})" for p in proposals))
    ]


def _unnamed(path: str) -> str:
    return (
        f"- {code(path)} pushes images, and only its runs know their names. Name each of them, like "
        "`pkg:docker/owner/name` or `pkg:oci/name?repository_url=ghcr.io/owner/name`, with this workflow."
    )


def _pasted(asked: Sequence[Proposal]) -> str:
    """The lines that settle what is asked, in a fence longer than any run of backticks in them."""
    lines = settle.config(asked[:PASTED])
    if not lines:
        return ""
    fence = "`" * max(3, 1 + max(_runs(lines), default=0))
    more = f" These are the first {PASTED}." if len(asked) > PASTED else ""
    return section(
        f"Lines for `{CONFIG_PATH}`",
        [
            f"Keep the workflows that publish it; `manual: true` allows publishing by hand. Where the file is there "
            f"already, add the entries to its list.{more}",
            "",
            f"{fence}yaml",
            lines + fence,
        ],
    )


def _runs(text: str) -> Iterator[int]:
    length = 0
    for character in text:
        length = length + 1 if character == "`" else 0
        yield length
