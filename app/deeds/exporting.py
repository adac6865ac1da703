"""Exporting: the incidents as a list, and one incident's case file gathered from the ledger for an export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.explain.case_words import shown
from app.viewer import Viewer
from checks.channels import TITLES
from checks.exports import EXPORTS
from checks.exports.base import CaseFile, Held, stamp
from verifier.ledger.asking import runs_of
from verifier.ledger.protocol import Book
from verifier.model import Incident, IncidentState, Member, Run
from verifier.verdict.severity import severity_of

if TYPE_CHECKING:
    from app.deps import Deps

SHORTEST = 4
"""The fewest characters of an id that mean an incident."""
FEW = 5
"""The most versions of one incident that a line of the list names."""
BULLETINS = 1_000
"""The most that an export holds of what was told besides, the newest."""


def gather(book: Book, incident: Incident, now: datetime, by: str = "") -> CaseFile:
    """Everything the ledger holds about an incident, in one transaction."""
    versions = tuple(_held(book, member) for member in incident.members)
    answers = book.incidents.answers(incident.id)
    posted = book.incidents.all_posted(incident.id)
    return CaseFile(
        incident=incident,
        severity=severity_of(incident),
        at=now,
        repository=book.repositories.get(incident.repository_id),
        versions=versions,
        history=tuple(book.incidents.notices(incident.id)),
        commands=tuple((command, answers.get(command.id)) for command in book.incidents.commands(incident.id)),
        runs=tuple(_runs(book, versions)),
        posts=tuple(post for post in posted if post.channel in TITLES),
        told_elsewhere=sum(post.channel not in TITLES for post in posted),
        bulletins=tuple(reversed(book.incidents.bulletins(incident.opened_at, incident.id, BULLETINS))),
        by=by,
    )


def seen_by(case: CaseFile, viewer: Viewer) -> CaseFile:
    """The case without the runs of repositories that who asks may not see."""
    return replace(case, runs=tuple(run for run in case.runs if viewer.may_see(run.key.repository_id)))


def export(deps: Deps, incident_id: str, kind: str, by: str = "") -> tuple[bytes, tuple[str, ...]]:
    """One incident in one format, and what a person must know before they use it.

    Raises ValueError for an incident that is not known or a format that has no words for it.
    """
    wanted = EXPORTS[kind]
    with deps.ledger.reading() as book:
        incident = found(book, incident_id)
        case = gather(book, incident, deps.now(), by.strip())
    return wanted.export(case), wanted.notes(case)


def incidents(deps: Deps, *, settled: bool, which: str = "") -> list[dict[str, Any]]:
    """The incidents as data, newest first; those that are settled only when asked for, or `which` names one.

    Raises ValueError where `which` names none.
    """
    with deps.ledger.reading() as book:
        if which:
            return [_listed(book, found(book, which))]
        listed = [i for i in book.incidents.all() if settled or i.state is not IncidentState.RESOLVED]
        return [_listed(book, incident) for incident in listed]


def as_text(listed: list[dict[str, Any]]) -> str:
    """The list for a terminal: one incident a line, and how to export one."""
    if not listed:
        return "No incident stands open; --all lists the settled ones too."
    lines = [
        f"{item['id']}  {item['state']:<12}  {item['severity']:<8}  {item['opened_at']}  "
        f"{shown(item['repository'])}  {_versions(item['versions'])}"
        for item in listed
    ]
    return "\n".join([*lines, "", "artifact-monitor export ID --format osv|openvex|csv|json"])


def _versions(versions: list[dict[str, Any]]) -> str:
    more = f" and {len(versions) - FEW} more" if len(versions) > FEW else ""
    return ", ".join(shown(version["shown"], 100) for version in versions[:FEW]) + more


def _listed(book: Book, incident: Incident) -> dict[str, Any]:
    repository = book.repositories.get(incident.repository_id)
    return {
        "id": incident.id,
        "state": incident.state.value,
        "severity": severity_of(incident).word,
        "opened_at": stamp(incident.opened_at),
        "repository": repository.full_name if repository is not None else str(incident.repository_id),
        "versions": [
            {
                "purl": member.artifact.purl,
                "version": member.number,
                "shown": member.artifact.versioned(member.number),
                "outcome": member.outcome.value,
                "suspect": member.suspect,
                "open": member.open,
            }
            for member in incident.members
        ],
    }


def found(book: Book, text: str) -> Incident:
    """The one incident that is meant: by its id, how that begins, or its key in messages (`incident:ID`).

    Raises ValueError where that is none, several, or too short to mean one.
    """
    wanted = text.strip().lower().removeprefix("incident:")
    if (known := book.incidents.get(wanted)) is not None:
        return known
    if len(wanted) < SHORTEST:
        raise ValueError(
            f"{shown(text, 80)!r} is too short; give four characters or more of the id. `artifact-monitor "
            "incidents --all` lists them."
        )
    alike = [incident for incident in book.incidents.all() if incident.id.startswith(wanted)]
    if len(alike) != 1:
        how_many = f"{len(alike)} incidents begin with" if alike else "There is no incident"
        raise ValueError(f"{how_many} {shown(text, 80)!r}; `artifact-monitor incidents --all` lists them.")
    return alike[0]


def _held(book: Book, member: Member) -> Held:
    artifact, number = member.artifact, member.number
    dossier = book.versions.get(artifact, number)
    mutes = book.incidents.mutes(artifact) if dossier is not None else []
    return Held(
        member=member,
        dossier=dossier,
        earlier=tuple(book.versions.earlier(artifact, number)) if artifact.is_image else (),
        verdicts=tuple(book.versions.verdicts(artifact, number)),
        waivers=tuple(book.incidents.waivers(artifact, number)),
        mutes=tuple(mute for mute in mutes if dossier is not None and mute.line == dossier.version.line),
    )


def _runs(book: Book, versions: tuple[Held, ...]) -> Iterator[Run]:
    """The runs that their attestations or their findings name."""
    dossiers = [dossier for held in versions for dossier in (held.dossier, *held.earlier)]
    found = {run.key: run for dossier in dossiers for run in runs_of(book, dossier)}
    findings = [finding for held in versions for _, _, verdict in held.verdicts for finding in verdict.findings]
    named = {finding.run for finding in findings if finding.run is not None}
    found |= {key: run for key in named if (run := book.runs.get(key)) is not None}
    yield from (found[key] for key in sorted(found))
