"""Report: each channel is made to show its incident as it stands now; a crash never says a thing twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from app import links
from app.deps import Deps
from app.github.installation import GitHub
from app.jobs.answer import answered
from app.jobs.batch import each
from app.jobs.installed import github_of, repository_of
from app.jobs.server import is_older
from checks import CHANNELS, advisory, issue
from checks.base import Channel, GitHubCalls, Gone, Permanent, Post, Subject, Temporary
from checks.good import before
from checks.plan import Close, Create, Nothing, Update, plan
from handlers.ours import answer_task
from verifier.ledger.asking import runs_of
from verifier.ledger.protocol import Book, Posted, Task
from verifier.model import Incident, IncidentState

AGAIN = timedelta(seconds=10)
"""How soon to try again where somebody else speaks about the same at the moment."""

log = structlog.get_logger()


def run(deps: Deps) -> int:
    """Bring the channels that are due up to date."""
    return each(deps, "report", _report)


def _report(deps: Deps, task: Task) -> datetime | None:
    """Speak, unless somebody is speaking about this here at the moment.

    The lease alone does not keep two apart: it runs out by the clock, which may jump, and a worker that stood still
    meanwhile goes on in the middle of what it said. Neither of the two would find what the other is about to make.
    """
    with deps.ledger.alone(f"report {task.key}") as alone:
        return _speak(deps, task) if alone else deps.now() + AGAIN


def _speak(deps: Deps, task: Task) -> datetime | None:
    incident_id, _, name = task.key.partition(" ")
    channel = next((c for c in CHANNELS if name == c.NAME), None)
    with deps.ledger.reading() as book:
        incident, posted = book.incidents.get(incident_id), book.incidents.posted(incident_id, name)
    if channel is None or incident is None:
        raise Permanent(f"There is no channel {name!r} or no incident {incident_id!r} to report.")
    subject, github = _subject(deps, incident)
    repository = subject.repository
    if posted is None and channel.NEEDS_COMMIT and not subject.head_sha:
        subject = replace(subject, head_sha=github.head_sha(repository))
    if posted is None and not channel.wants(subject):
        return None
    if channel is advisory and is_older(deps, github):
        return None
    post = channel.render(subject)
    if posted is None and post.open:
        github.still_there(repository)  # nothing is filed with whoever has the name by now
    try:
        kept = _bring_up_to_date(channel, subject, post, posted, github, deps.now())
    except Gone as gone:
        if posted is None:
            raise
        github.still_there(repository)
        log.warning("report.deleted", incident=incident.id, channel=name, url=posted.url)
        if channel.NEEDS_COMMIT and not subject.head_sha:
            subject = replace(subject, head_sha=github.head_sha(repository))
        unwanted = not post.open or not channel.wants(subject)
        if unwanted or incident.state is IncidentState.ACKNOWLEDGED:
            kept = _posted(channel, subject, post, posted.ref, posted.url, posted.posted_at)
        else:
            kept = _say_again(channel, subject, post, gone, github, deps.now())
    if kept is not None:
        with deps.ledger.writing() as book:
            book.incidents.put_posted(kept)
            if posted is not None and posted.ref != kept.ref:
                book.work.want("inspect", answer_task(incident.id), deps.now())
    return None


def say_anew(deps: Deps, incident_id: str, channel: Channel) -> None:
    """Make it anew at once where somebody without the right took away what we said.

    Raises Temporary, also while somebody else speaks about it there.
    """
    with deps.ledger.reading() as book:
        incident = book.incidents.get(incident_id)
    if incident is None:
        return
    subject, github = _subject(deps, incident)
    gone = Gone(f"the {channel.NAME} of incident {incident_id} was taken away")
    with deps.ledger.alone(f"report {incident_id} {channel.NAME}") as alone:
        if not alone:
            raise Temporary("Somebody else speaks about this incident at the moment.", AGAIN.total_seconds())
        kept = _say_again(channel, subject, channel.render(subject), gone, github, deps.now())
        if kept is not None:
            with deps.ledger.writing() as book:
                book.incidents.put_posted(kept)


def _subject(deps: Deps, incident: Incident) -> tuple[Subject, GitHub]:
    """What to speak about, with the commit that its evidence names, and GitHub's client. Raises NotInstalled."""
    repository = repository_of(deps, incident.repository_id)
    with deps.ledger.reading() as book:
        sha = _commit(book, incident)
        filed = book.incidents.posted(incident.id, issue.NAME)
        said = answered(book, incident.id) if filed is None else ()
        history = tuple(book.incidents.notices(incident.id))
        conduct = book.repositories.conduct(incident.repository_id)
        tracker = book.repositories.named(conduct.issue_repository) if conduct.issue_repository else None
        good = book.views.good(before(incident))
    details = links.of_incident(deps.settings, incident.id)
    subject = Subject(incident, repository, sha, details, history, conduct, tracker, said, good)
    return subject, github_of(deps, repository)


def _bring_up_to_date(
    channel: Channel, subject: Subject, post: Post, posted: Posted | None, github: GitHubCalls, now: datetime
) -> Posted | None:
    """Do what the plan says; returns what the channel shows then, None when nothing was to be done.

    Before it creates, it looks for what a process that died may have made and not noted.
    """
    match plan(post, posted):
        case Nothing():
            return None
        case Create():
            found = channel.find(subject, post, github)
            if found is None:
                ref, url = channel.create(subject, post, github)
            else:
                ref, url = found
                channel.update(subject, post, _posted(channel, subject, post, ref, url, now), github)
            return _posted(channel, subject, post, ref, url, now)
        case Update() | Close():
            if posted is None:
                raise AssertionError("a plan that updates was made without a post")
            channel.update(subject, post, posted, github)
            return _posted(channel, subject, post, posted.ref, posted.url, posted.posted_at)


def _say_again(
    channel: Channel, subject: Subject, post: Post, gone: Gone, github: GitHubCalls, now: datetime
) -> Posted | None:
    """Make it anew where somebody deleted what we said: tampering must not silence us.

    Raises Temporary when GitHub still lists what is gone, or does not take the new one.
    """
    try:
        return _bring_up_to_date(channel, subject, post, None, github, now)
    except Gone:
        raise Temporary(
            f"The {channel.NAME.replace('_', ' ')} was deleted and cannot be made anew yet: {gone}"
        ) from gone


def _posted(channel: Channel, subject: Subject, post: Post, ref: str, url: str, at: datetime) -> Posted:
    return Posted(subject.incident.id, channel.NAME, ref, url, post.digest, post.open, at)


def _commit(book: Book, incident: Incident) -> str:
    """The commit of the newest run that the incident's evidence names, '' when it names none of ours."""
    named = (run for m in incident.members for run in runs_of(book, book.versions.get(m.artifact, m.number)))
    runs = [run for run in named if run.key.repository_id == incident.repository_id]
    return max(runs, key=lambda run: run.key).head_sha if runs else ""
