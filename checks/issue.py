"""One issue per incident with a rogue version, found again by a hidden marker and closed when the incident is settled.

Suspects alone make no issue: an issue of a public repository is public. Source: docs.github.com/rest/issues/issues;
a body holds 65,536 characters.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from checks.answers import offered
from checks.base import GitHubCalls, Gone, Permanent, Post, Subject
from checks.document import document, section
from checks.escape import link
from checks.phrases import BY_COMMENT
from checks.plan import digest
from checks.report import marker, report, settled
from verifier.ledger.protocol import Posted
from verifier.model import IncidentState

NAME = "issue"
NEEDS_COMMIT = False
LABEL = "artifact-monitor"
LIMIT = 65_000


def wants(subject: Subject) -> bool:
    """Incidents with a version that is (or was) non-compliant."""
    return subject.incident.rogue


def render(subject: Subject) -> Post:
    """The issue's title, text and label."""
    said, incident = report(subject), subject.incident
    closed = settled(incident)
    more = f" {link('Everything about it', subject.details_url)}." if subject.details_url else ""
    foot = (
        f"---\n*Written by Artifact Monitor, and closed by it.*{more}"
        if closed
        else "---\n*Written by Artifact Monitor. This text changes only when the facts do; the issue is closed when "
        f"nothing stands against any version in it.*{more}"
    )
    parts = (
        section("Why it matters", said.why),
        section("What to do now", said.now),
        section("If it was you", [*said.yours, *([BY_COMMENT, *offered(incident)] if said.yours else [])]),
        foot,
    )
    text = document([marker(incident), said.lead], ("What was seen", said.seen), parts, LIMIT)
    body = {"title": said.title, "body": text, "labels": [LABEL]}
    return Post(marker=marker(incident), digest=digest(body), body=body, open=not closed)


def find(subject: Subject, post: Post, github: GitHubCalls) -> tuple[str, str] | None:
    """Our issue that carries the marker, open or closed."""
    query = urlencode({"labels": LABEL, "state": "all"})
    for issue in github.list(f"{_at(subject)}?{query}"):
        theirs = "performed_via_github_app" in issue and not github.ours(issue["performed_via_github_app"])
        if post.marker in str(issue.get("body") or "") and "pull_request" not in issue and not theirs:
            return str(issue["number"]), str(issue.get("html_url") or "")
    return None


def create(subject: Subject, post: Post, github: GitHubCalls) -> tuple[str, str]:
    """Open it. The label comes into being with it."""
    try:
        made = github.call("POST", _at(subject), post.body)
    except Gone as error:
        raise Permanent(f"{subject.repository.full_name} has no issues; switch them on in its settings.") from error
    return str(made["number"]), str(made.get("html_url") or "")


def update(subject: Subject, post: Post, posted: Posted, github: GitHubCalls) -> None:
    """Make it show this text; open or closed as the post says. Labels that people set stay.

    While somebody looks after the incident the issue stays as they left it: they may have closed it.
    """
    state = {"state": "open"} if post.open else {"state": "closed", "state_reason": "completed"}
    if post.open and posted.open and subject.incident.state is IncidentState.ACKNOWLEDGED:
        state = {}
    shown = {"title": post.body["title"], "body": post.body["body"]}
    github.call("PATCH", f"{_at(subject)}/{quote(posted.ref, safe='')}", {**shown, **state})


def seen(subject: Subject, ref: str, github: GitHubCalls) -> dict[str, Any]:
    """The issue as GitHub shows it now. Raises Gone when it was deleted, or moved to where we may not read."""
    held = github.call("GET", f"{_at(subject)}/{quote(ref, safe='')}")
    return held if isinstance(held, dict) else {}


def reopen(subject: Subject, ref: str, github: GitHubCalls) -> None:
    """Open it again, and change nothing else."""
    github.call("PATCH", f"{_at(subject)}/{quote(ref, safe='')}", {"state": "open"})


def _at(subject: Subject) -> str:
    return f"/repos/{quote(subject.repository.full_name)}/issues"
