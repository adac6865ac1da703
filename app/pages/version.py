"""One version: the verdict finding by finding, what it rests on, what would change it, and what to do now."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from app.deeds import acting
from app.pages.artifact import named
from app.pages.errors import Unknown
from app.pages.version_acts import acts, may_recheck
from app.pages.version_page import Asking, Seen, roll_up
from app.signin.gate import viewer
from app.signin.shown import notice
from app.viewer import Viewer
from checks.exports import EXPORTS
from checks.good import before
from verifier.ledger.apply import version_task
from verifier.ledger.asking import AROUND
from verifier.ledger.protocol import Book
from verifier.ledger.rows import Dossier
from verifier.model import Artifact, Conduct, Publisher, Run, RunKey

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as Answer

    from app.deps import Deps

REPOSITORIES = 3
"""In the most repositories of one artifact runs around a publication are looked for."""
AGAIN = 2
"""Seconds after which the page loads itself again while the version is being looked at again."""
TURNS = tuple(str(turn) for turn in range(1, 16))
"""How often it does."""
LONGEST = 1000
"""The longest number of a version that is looked for, in characters."""


@dataclass(frozen=True)
class Wanted:
    """The version that an address names."""

    artifact: Artifact
    number: str


def see(book: Book, viewer: Viewer, wanted: Wanted) -> Seen | None:
    """Read it, in one transaction and a fixed number of queries; None where it is not there, or may not be seen."""
    artifact, number = wanted.artifact, wanted.number
    if book.views.artifact(viewer.sees, artifact) is None:
        return None
    watch, dossier = book.versions.watch(artifact), book.versions.get(artifact, number)
    if watch is None or dossier is None:
        return None
    publishers = tuple(
        p for p in book.repositories.publishers_of(artifact) if viewer.sees is None or p.repository_id in viewer.sees
    )
    incident = book.incidents.get(dossier.incident_id) if dossier.incident_id is not None else None
    if incident is not None and not viewer.may_see(incident.repository_id):
        incident = None
    task = book.work.get("examine", version_task(artifact, number))
    return Seen(
        dossier,
        watch,
        publishers,
        _named(book, viewer, dossier),
        _around(book, dossier, publishers),
        tuple(book.versions.verdicts(artifact, number)),
        tuple(book.versions.earlier(artifact, number)) if artifact.is_image else (),
        tuple(book.incidents.waivers(artifact, number)),
        tuple(book.incidents.mutes(artifact)),
        incident,
        tuple(book.incidents.all_posted(incident.id)) if incident is not None else (),
        tuple(book.incidents.notices(incident.id)) if incident is not None else (),
        book.repositories.get(incident.repository_id) if incident is not None else None,
        Asking(task.due_at, task.problem) if task is not None else None,
        book.repositories.conduct(incident.repository_id) if incident is not None else Conduct(),
        book.views.good(before(incident)) if incident is not None else {},
    )


def keys_of(dossier: Dossier) -> list[RunKey]:
    """The runs that its verdict and its evidence name, those that decide first."""
    verdict = dossier.verdict
    found = [*verdict.reasons, *verdict.findings] if verdict is not None else []
    said = [finding.run for finding in found if finding.run is not None]
    return list(dict.fromkeys([*said, *(e.run for e in dossier.evidence or () if e.run is not None)]))


def _named(book: Book, viewer: Viewer, dossier: Dossier) -> tuple[Run, ...]:
    """Those of them that are known, in the same order."""
    keys = keys_of(dossier)
    return tuple(sorted(book.views.attempts(viewer.sees, keys), key=lambda run: keys.index(run.key)))


def _around(book: Book, dossier: Dossier, publishers: tuple[Publisher, ...]) -> tuple[Run, ...]:
    """What ran in its repositories around the publication, whatever workflow."""
    ids, at = list(dict.fromkeys(p.repository_id for p in publishers))[:REPOSITORIES], dossier.version.at
    return tuple(run for id_ in ids for run in book.runs.between(id_, at - AROUND, at + AROUND))


def routes(deps: Deps) -> Blueprint:
    """`GET /version?purl=…&number=…`, and `POST /version/recheck` of the same."""
    blueprint = Blueprint("version", __name__)

    def found() -> tuple[Wanted, Seen]:
        artifact, number = named(request.args), request.args.get("number", "")
        if artifact is not None and len(number) <= LONGEST:
            with deps.ledger.reading() as book:
                seen = see(book, viewer(), Wanted(artifact, number))
            if seen is not None:
                return Wanted(artifact, number), seen
        raise Unknown(
            "There is no such version here",
            "Its artifact is not watched, its registry never showed it, or GitHub does not show you the repository "
            "that publishes it.",
        )

    @blueprint.get("/version")
    def version() -> Response:
        wanted, seen = found()
        now, purl = deps.now(), wanted.artifact.purl
        done = acts(seen, viewer(), now)
        made = render_template(
            "version.html",
            page=roll_up(seen, now),
            number=wanted.number,
            acts=done,
            exports=tuple(EXPORTS),
            once=secrets.token_hex(8),
        )
        answer = make_response(made)
        looked = request.args.get("again", "")
        if done.going_on and looked in TURNS[:-1]:
            # Each address differs from the one before: a browser does not load again what it has.
            turn = TURNS[TURNS.index(looked) + 1]
            again = url_for("version.version", purl=purl, number=wanted.number, again=turn, _anchor="acts")
            answer.headers["Refresh"] = f"{AGAIN}; url={again}"
        return answer

    @blueprint.post("/version/recheck")
    def recheck() -> Answer:
        wanted, seen = found()
        purl, number = wanted.artifact.purl, wanted.number
        if not may_recheck(seen, viewer()):
            sentence = "This needs another role in a repository that publishes it; GitHub says that you do not have it."
            where = url_for("version.version", purl=purl, number=number)
            return notice("You may not do that", sentence, 403, where, "To the version")
        acting.recheck(deps, viewer().login, wanted.artifact, number)
        return redirect(url_for("version.version", purl=purl, number=number, again=TURNS[0], _anchor="acts"), 303)

    return blueprint
