"""One issue per incident with a rogue version, found again by a hidden marker and closed when the incident is settled.

Suspects alone make no issue: an issue of a public repository is public. It stands in the repository itself or in the
one that its owner names for all (`checks.place`). Source: docs.github.com/rest/issues; a body holds 65,536 characters,
an issue ten assignees.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from checks import place
from checks.answers import offered
from checks.base import GitHubCalls, Gone, NoLonger, Permanent, Post, Subject
from checks.document import document, section
from checks.escape import code, link, title
from checks.numbered import folding
from checks.phrases import BY_COMMENT
from checks.plan import digest
from checks.report import left_behind, marker, report, settled
from verifier.ledger.protocol import Posted
from verifier.model import IncidentState

NAME = "issue"
TITLE = "Issue"
NEEDS_COMMIT = False
ACKNOWLEDGED = "artifact-monitor: acknowledged"
"""The label of an incident that somebody looks after: ours alone to set and to take away."""
ASSIGNEES = 10
STAYS = (
    "Where a draft advisory stands under *Security* → *Advisories*, it stays: publish it for those who installed one, "
    "or close it."
)
LIMIT = 65_000
LONGEST_TITLE = 225
"""The most characters of a title that names its repository; what is cut off is counted behind them."""
CLOCKS = timedelta(hours=1)
"""How far GitHub's clock may be behind ours."""


def wants(subject: Subject) -> bool:
    """Incidents with a version that is (or was) non-compliant, where issues are wanted and nothing is a preview."""
    conduct = subject.conduct
    return subject.incident.rogue and conduct.issues and not conduct.preview


def render(subject: Subject) -> Post:
    """The issue's title, text, labels and assignees. What people may change is no part of what is kept up to date."""
    said, incident = report(subject), subject.incident
    closed = settled(incident)
    more = f" {link('Everything about it', subject.details_url)}." if subject.details_url else ""
    more += f" Incident {code(incident.id)}."
    foot = (
        f"---\n*Written by Artifact Monitor, and closed by it.*{more}"
        if closed
        else "---\n*Written by Artifact Monitor. This text changes only when the facts do; the issue is closed when "
        f"nothing stands against any version in it.*{more}"
    )
    parts = (
        section("What to do now", folding(said.todo)),
        section("Why it matters", said.why),
        section("If it was you", [*said.yours, *([BY_COMMENT, *offered(incident)] if said.yours else [])]),
        section("What happened since", said.steps),
    )
    elsewhere = bool(subject.conduct.issue_repository)
    about = [f"About the repository {code(subject.repository.full_name)}."] if elsewhere else []
    headline = title(f"{subject.repository.full_name}: {said.title}", LONGEST_TITLE) if elsewhere else said.title
    drafted = subject.conduct.advisories and not subject.repository.private
    stays = [STAYS] if drafted and left_behind(incident) else []
    before = [marker(incident), *about, said.lead, *stays]
    text = document(before, ("What was seen", said.seen), parts, LIMIT, (said.everything, said.every), foot)
    state = [ACKNOWLEDGED] if incident.state is IncidentState.ACKNOWLEDGED else []
    shown = {"title": headline, "body": text, "labels": state}
    labels = [label for label in subject.conduct.labels if label != ACKNOWLEDGED]
    body: dict[str, Any] = {**shown, "labels": list(dict.fromkeys((*labels, *state)))}
    if subject.conduct.assignees:
        body["assignees"] = list(subject.conduct.assignees[:ASSIGNEES])
    return Post(marker=marker(incident), digest=digest(shown), body=body, open=not closed)


def find(subject: Subject, post: Post, github: GitHubCalls) -> tuple[str, str] | None:
    """Our issue that carries the marker, open or closed, whatever its labels are by now."""
    where = place.new(subject)
    since = subject.incident.opened_at - CLOCKS
    asked = {"state": "all", "sort": "created", "direction": "desc", "since": f"{since:%Y-%m-%dT%H:%M:%SZ}"}
    for issue in github.list(f"{_at(where)}?{urlencode(asked)}"):
        theirs = "performed_via_github_app" in issue and not github.ours(issue["performed_via_github_app"])
        if post.marker in str(issue.get("body") or "") and "pull_request" not in issue and not theirs:
            return place.ref(subject, where, str(issue["number"])), str(issue.get("html_url") or "")
    return None


def create(subject: Subject, post: Post, github: GitHubCalls) -> tuple[str, str]:
    """Open it. Its labels come into being with it.

    GitHub refuses the whole issue for one assignee whom it does not know: the issue comes first then, and the people
    after it, one by one.
    """
    where = place.new(subject)
    place.check(subject.repository, where, github)
    try:
        made = _create(where, post.body, github)
    except NoLonger as error:
        raise Permanent(f"{where} has no issues; switch them on in its settings.") from error
    except Gone as error:
        raise Permanent(
            f"GitHub shows the App no issues of {where}: grant it this repository, and accept its permission "
            '"Issues: write".'
        ) from error
    return place.ref(subject, where, str(made["number"])), str(made.get("html_url") or "")


def update(subject: Subject, post: Post, posted: Posted, github: GitHubCalls) -> None:
    """Make it show this text; open or closed as the post says. Labels and assignees that people set stay.

    While somebody looks after the incident the issue stays as they left it: they may have closed it.
    """
    where, _ = place.of(subject.repository.full_name, posted.ref)
    place.check(subject.repository, where, github)
    path = _path(subject, posted.ref)
    state = {"state": "open"} if post.open else {"state": "closed", "state_reason": "completed"}
    if post.open and posted.open and subject.incident.state is IncidentState.ACKNOWLEDGED:
        state = {}
    shown = {"title": post.body["title"], "body": post.body["body"]}
    _mark(path, github.call("PATCH", path, {**shown, **state}), ACKNOWLEDGED in post.body["labels"], github)


def seen(subject: Subject, ref: str, github: GitHubCalls) -> dict[str, Any]:
    """The issue as GitHub shows it now. Raises Gone when it was deleted, or moved to where we may not read."""
    held = github.call("GET", _path(subject, ref))
    return held if isinstance(held, dict) else {}


def reopen(subject: Subject, ref: str, github: GitHubCalls) -> None:
    """Open it again, and change nothing else."""
    github.call("PATCH", _path(subject, ref), {"state": "open"})


def _path(subject: Subject, ref: str) -> str:
    where, number = place.of(subject.repository.full_name, ref)
    return f"{_at(where)}/{quote(number, safe='')}"


def _create(where: str, body: dict[str, Any], github: GitHubCalls) -> Any:
    try:
        return github.call("POST", _at(where), body)
    except Gone:
        raise
    except Permanent:
        if "assignees" not in body:
            raise
    made = github.call("POST", _at(where), {key: value for key, value in body.items() if key != "assignees"})
    for person in body["assignees"]:
        with suppress(Permanent):
            path = f"{_at(where)}/{quote(str(made['number']), safe='')}/assignees"
            github.call("POST", path, {"assignees": [person]})
    return made


def _mark(path: str, issue: Any, wanted: bool, github: GitHubCalls) -> None:
    """Set or take away our label of the state, if the issue (as it was just answered) does not show it right."""
    labels = issue.get("labels") or () if isinstance(issue, dict) else ()
    there = ACKNOWLEDGED in [label.get("name") if isinstance(label, dict) else label for label in labels]
    if wanted and not there:
        github.call("POST", f"{path}/labels", {"labels": [ACKNOWLEDGED]})
    if there and not wanted:
        with suppress(Gone):  # somebody took it away in the same moment
            github.call("DELETE", f"{path}/labels/{quote(ACKNOWLEDGED, safe='')}")


def _at(where: str) -> str:
    return f"/repos/{quote(where)}/issues"
