"""A draft repository security advisory per incident with a rogue version. Nobody but its maintainers ever publishes it.

It outlives its incident where that ended because the version was taken down: whoever installed it has it still, and an
advisory is how they hear of it.

Source: docs.github.com/rest/security-advisories/repository-advisories. Only public repositories have them, and GitHub
Enterprise Server has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from checks import commands
from checks.base import GitHubCalls, Gone, Permanent, Post, Subject
from checks.document import document, section
from checks.plan import digest
from checks.report import left_behind, marker, report, settled
from verifier.ledger.protocol import Posted
from verifier.model import IncidentState, Member, Outcome

NAME = "advisory"
TITLE = "Draft advisory"
NEEDS_COMMIT = False
LIMIT = 65_000
MOST = 500
"""The most versions listed as vulnerable."""

_ECOSYSTEMS = {"npm": "npm", "pypi": "pip"}
_PACKAGES = "- Do not install these versions. Go back to one from before, and pin it."
_IMAGES = (
    "- Do not run these images. A tag may hold other bytes by now: compare the digest that you pulled with those "
    "above, and pull a good one by its digest (`NAME@sha256:…`)."
)
_EVERYWHERE = "- Where one was installed, treat the machine and every secret on it as known to somebody else."
_NOTE = (
    "*A draft by Artifact Monitor: nobody outside the project sees it until you publish it. Check the facts, choose a "
    "severity, and name the good version as patched. The text is written anew when the facts change.*"
)


def wants(subject: Subject) -> bool:
    """Incidents with a version that is (or was) non-compliant, in a public repository that wants advisories.

    None is made any more, nor made anew, for what was taken down by then.
    """
    wanted = subject.conduct.advisories and not subject.conduct.preview and not left_behind(subject.incident)
    return subject.incident.rogue and not subject.repository.private and wanted


def render(subject: Subject) -> Post:
    """The advisory's summary, description and one entry per version."""
    incident = subject.incident
    if left := left_behind(incident):
        incident = replace(incident, state=IncidentState.OPEN, members=left)
    said, closed = report(replace(subject, incident=incident), "the project's"), settled(incident)
    kinds = {_IMAGES if member.artifact.is_image else _PACKAGES for member in incident.members}
    advice = (
        *sorted(kinds, reverse=True),
        _EVERYWHERE.replace("installed", "run") if kinds == {_IMAGES} else _EVERYWHERE,
    )
    text = document(
        [marker(incident), _NOTE, said.lead],
        ("Versions", said.seen),
        [] if closed else [section("What users should do", advice)],
        LIMIT,
        (said.everything, said.every),
    )
    body: dict[str, Any] = {"summary": said.title, "description": text}
    rogue = [m for m in incident.members if m.outcome is Outcome.NON_COMPLIANT and commands.safe(m)]
    if not closed:
        once = {(member.artifact, member.number): member for member in rogue}
        body["vulnerabilities"] = [_entry(member) for member in list(once.values())[:MOST]]
    return Post(marker=marker(incident), digest=digest(body), body=body, open=not closed)


def find(subject: Subject, post: Post, github: GitHubCalls) -> tuple[str, str] | None:
    """The advisory whose description carries the marker. Only who may write advisories could have put it there."""
    with _allowed(subject):
        for advisory in github.list(f"{_at(subject)}?sort=created&direction=desc"):
            if post.marker in str(advisory.get("description") or ""):
                return str(advisory["ghsa_id"]), str(advisory.get("html_url") or "")
    return None


def create(subject: Subject, post: Post, github: GitHubCalls) -> tuple[str, str]:
    """Make it; GitHub makes it a draft."""
    with _allowed(subject):
        made = github.call("POST", _at(subject), post.body)
    return str(made["ghsa_id"]), str(made.get("html_url") or "")


def update(subject: Subject, post: Post, posted: Posted, github: GitHubCalls) -> None:
    """Make the draft show this; one that nobody needs any more is closed. What people published stays theirs.

    So does one that is closed by the time its version was taken down: it is opened again for nothing but a new alert.
    """
    path = f"{_at(subject)}/{quote(posted.ref, safe='')}"
    ours = ("draft", "triage") if left_behind(subject.incident) else ("draft", "triage", "closed")
    with _allowed(subject):
        if github.call("GET", path).get("state") in ours:
            github.call("PATCH", path, {**post.body, "state": "draft" if post.open else "closed"})


def _entry(member: Member) -> dict[str, Any]:
    ecosystem = _ECOSYSTEMS.get(member.artifact.type, "other")
    return {
        "package": {"ecosystem": ecosystem, "name": member.artifact.label},
        "vulnerable_version_range": f"= {member.number}",
    }


@contextmanager
def _allowed(subject: Subject) -> Iterator[None]:
    try:
        yield
    except Gone as error:
        raise Permanent(
            f"GitHub has no security advisories for {subject.repository.full_name}: accept the App's permission "
            '"Repository security advisories: write". GitHub Enterprise Server may have none at all.'
        ) from error


def _at(subject: Subject) -> str:
    return f"/repos/{quote(subject.repository.full_name)}/security-advisories"
