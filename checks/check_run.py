"""A check run on the commit concerned: red while a rogue version stands open, neutral for suspects, green when settled.

A repository in preview gets nothing on GitHub but this, and never red. Its buttons are commands.

Source: docs.github.com/rest/checks/runs. Summary and text hold 65,535 characters each; at most 3 buttons, with labels
and identifiers of 20 characters and descriptions of 40.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from checks.answers import lines
from checks.base import GitHubCalls, Post, Subject
from checks.document import document, section
from checks.numbered import folding
from checks.phrases import BY_BUTTON
from checks.plan import digest
from checks.report import report, rogue, settled
from verifier.ledger.protocol import Posted
from verifier.model import Incident, Verb
from verifier.verdict.commands import LOOSENING, code_of

NAME = "check_run"
TITLE = "Check run"
NEEDS_COMMIT = True
CHECK = "Artifact Monitor"
LIMIT = 65_000
PREVIEW = (
    "**Preview:** this neutral check run is all that is filed on GitHub here. Without the preview it would alarm, and "
    "an issue and a draft advisory would follow where they are not switched off."
)
FOOT = "*Re-run this check to have every version of it looked at again.*"
BUTTONS = (
    (Verb.ACKNOWLEDGE, "Acknowledge", "Look after it for 7 days; it stays open"),
    (Verb.MINE, "This was me", "Waive exactly these files for 30 days"),
    (Verb.MUTE, "Mute the line", "From tomorrow, tell no absences of it"),
)
"""Verb, label and description of each."""


def wants(subject: Subject) -> bool:
    """Every incident, where there is a commit to hang it on and check runs are not switched off."""
    return bool(subject.head_sha) and subject.conduct.check_runs


def render(subject: Subject) -> Post:
    """The check run. The commit is not part of what changes: GitHub does not let a check run move."""
    said = report(subject)
    incident = subject.incident
    closed, preview = settled(incident), subject.conduct.preview
    before = [*([PREVIEW] if preview else []), said.lead]
    output = {
        "title": said.title,
        "summary": document(before, ("What was seen", said.seen), [], LIMIT, (said.everything, said.every)),
        "text": "\n\n".join(
            part
            for part in (
                section("What to do now", folding(said.todo)),
                section("Why it matters", said.why),
                section("If it was you", [*said.yours, *([BY_BUTTON] if said.yours else [])]),
                section("What happened since", said.steps),
                section("Answers", lines(subject.answered)),
                FOOT,
            )
            if part
        ),
    }
    body: dict[str, Any] = {
        "name": CHECK,
        "external_id": f"incident/{incident.id}",
        "status": "completed",
        "conclusion": "success" if closed else "failure" if rogue(incident) and not preview else "neutral",
        "output": output,
        "actions": [] if closed else _buttons(incident),
    }
    if subject.details_url:
        body["details_url"] = subject.details_url
    return Post(marker=body["external_id"], digest=digest(body), body=body, open=not closed)


def find(subject: Subject, post: Post, github: GitHubCalls) -> tuple[str, str] | None:
    """Our check run on this commit that names the incident."""
    query = urlencode({"check_name": CHECK, "filter": "all"})
    for run in github.list(f"{_at(subject)}/commits/{quote(subject.head_sha)}/check-runs?{query}"):
        if run.get("external_id") == post.marker and github.ours(run.get("app")):
            return str(run["id"]), str(run.get("html_url") or "")
    return None


def create(subject: Subject, post: Post, github: GitHubCalls) -> tuple[str, str]:
    """Make it on the subject's commit."""
    made = github.call("POST", f"{_at(subject)}/check-runs", {**post.body, "head_sha": subject.head_sha})
    return str(made["id"]), str(made.get("html_url") or "")


def update(subject: Subject, post: Post, posted: Posted, github: GitHubCalls) -> None:
    """Make it show this text and conclusion; a settled one turns green."""
    github.call("PATCH", f"{_at(subject)}/check-runs/{quote(posted.ref, safe='')}", post.body)


def _buttons(incident: Incident) -> list[dict[str, str]]:
    """What a press says is bound to exactly the files that are shown beside it, where it loosens anything."""
    code = code_of(incident)
    return [
        {
            "label": label,
            "description": description,
            "identifier": f"{verb.value}-{code}" if verb in LOOSENING else verb.value,
        }
        for verb, label, description in BUTTONS
    ]


def _at(subject: Subject) -> str:
    return f"/repos/{quote(subject.repository.full_name)}"
