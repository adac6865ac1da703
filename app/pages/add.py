"""Add artifact: what was found in the repositories and is not watched, one press each, and a form for the rest.

Also where somebody changes who publishes what is watched: the same form, filled in with what holds.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from app.deeds import enrolling
from app.deeds.watching import Unmeant
from app.pages.words import shown
from app.signin.gate import viewer
from app.viewer import Viewer
from verifier import purls
from verifier.ledger.protocol import Book
from verifier.model import Artifact, Conduct, Enrolment, Proposal, Publisher, Repository
from verifier.model.github import EVENTS

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as Answer

    from app.deps import Deps

READ = 500
"""Of how many repositories what was found in them is read."""
PROPOSED = 50
"""The most proposals that are shown at once."""
OFFERED = 300
"""The most repositories whose names the form offers."""
NAMED = 5
"""The most repositories of which it is said that they are shown."""
_WORKFLOWS = ".github/workflows/"


@dataclass(frozen=True)
class Found:
    """One proposal. Everything in it may be shown but `sends`, the workflows as one press sends them.

    `ready`: it can be watched with one press; else `url` asks more.
    """

    purl: str
    name: str
    type: str
    repository: str
    workflows: tuple[str, ...]
    sends: str
    found_in: str
    question: str
    ready: bool
    may: bool
    url: str
    once: str


@dataclass(frozen=True)
class Page:
    """The page as data. `typed` is what stands in the form; `wrong` the field that cannot be meant, `sentence` why."""

    found: tuple[Found, ...]
    more: int
    watched: int
    repositories: tuple[str, ...]
    more_repositories: int
    looks_at: tuple[str, ...]
    more_looked_at: int
    role: str
    may: bool
    operator: bool
    once: str
    typed: Mapping[str, str] = field(default_factory=dict)
    edits: str = ""
    """What is changed, as it is called; '' where something is added."""
    wrong: str = ""
    sentence: str = ""
    types: Mapping[str, str] = field(default_factory=lambda: enrolling.TYPES)


@dataclass(frozen=True)
class Seen:
    """What is read from the ledger for this page."""

    repositories: tuple[Repository, ...]
    proposals: Mapping[int, tuple[Proposal, ...]]
    publishers: tuple[Publisher, ...]
    edited: tuple[Publisher, ...] = ()


def see(book: Book, who: Viewer, only: str = "", edited: Artifact | None = None) -> Seen:
    """Read it, in one transaction and a fixed number of queries. `only`: what was found in this repository."""
    repositories = tuple(r for r in book.repositories.all() if who.may_see(r.id) and not r.removed)
    named = {r.id for r in repositories if r.full_name.casefold() == only.casefold()} if only else None
    sees = who.sees if named is None else frozenset(named)
    found = book.repositories.proposed(sees, READ)
    artifacts = [Artifact(one.purl) for proposals in found.values() for one in proposals]
    publishers = tuple(book.repositories.publishers_among(artifacts)) if artifacts else ()
    of = tuple(book.repositories.publishers_of(edited)) if edited is not None else ()
    return Seen(repositories, found, publishers, of)


def roll_up(seen: Seen, who: Viewer, typed: Mapping[str, str], edits: str = "", problem: Unmeant | None = None) -> Page:
    """The page from what the ledger holds. Pure, but for tokens and the addresses of our own pages."""
    names = {r.id: r.full_name for r in seen.repositories}
    mine = [r.full_name for r in seen.repositories if enrolling.may_somewhere(who, r.id)]
    found = [
        _found(one, id_, names[id_], who, seen.publishers)
        for id_, proposals in seen.proposals.items()
        if id_ in names
        for one in proposals
        if not any(p.repository_id == id_ and p.artifact.purl == one.purl for p in seen.publishers)
    ]
    found.sort(key=lambda one: (not one.ready, one.repository, one.name))
    return Page(
        tuple(found[:PROPOSED]),
        max(len(found) - PROPOSED, 0),
        len({p.artifact for p in seen.publishers if p.repository_id in names}),
        tuple(shown(name, 140) for name in mine[:OFFERED]),
        max(len(mine) - OFFERED, 0),
        tuple(shown(r.full_name, 140) for r in seen.repositories[:NAMED]),
        max(len(seen.repositories) - NAMED, 0),
        Conduct().role,
        bool(mine) or who.operator,
        who.operator,
        secrets.token_hex(8),
        {name: text[: enrolling.LONGEST] for name, text in typed.items()},
        shown(edits, 200),
        problem.field if problem is not None else "",
        shown(str(problem), 700) if problem is not None else "",
    )


def _found(one: Proposal, id_: int, repository: str, who: Viewer, publishers: Sequence[Publisher]) -> Found:
    from verifier.discovery.propose import ELSEWHERE  # loaded where somebody adds an artifact, and not before

    artifact = Artifact(one.purl)
    elsewhere = [p for p in publishers if p.artifact == artifact and p.repository_id != id_]
    question = one.question
    if one.question == ELSEWHERE or any(not who.may_see(p.repository_id) for p in elsewhere):
        # Whether somebody else here publishes it is not for everybody to know.
        question = ELSEWHERE if who.operator else "It could not be shown that this repository publishes it."
    may = enrolling.may_somewhere(who, id_)
    return Found(
        one.purl,
        shown(artifact.label, 160),
        artifact.type,
        shown(repository, 140),
        tuple(shown(path.removeprefix(_WORKFLOWS), 100) for path in one.workflows),
        ",".join(path.removeprefix(_WORKFLOWS) for path in one.workflows),
        shown(one.found_in, 200),
        shown(question, 400),
        bool(one.workflows) and may,
        may,
        url_for("add.form", purl=one.purl, repository=repository, _anchor="form"),
        secrets.token_hex(8),
    )


def typed_of(publisher: Publisher, repository: str) -> dict[str, str]:
    """What the form says when it says what holds."""
    words = {None: "", False: "never", True: "allowed"}
    return {
        "name": publisher.artifact.purl,
        "repository": repository,
        "workflows": ", ".join(path.removeprefix(_WORKFLOWS) for path in publisher.workflows),
        "refs": " ".join(publisher.refs),
        "events": "" if publisher.events == EVENTS else " ".join(publisher.events),
        "environment": publisher.environment,
        "manual": words[publisher.manual],
        "moving": " ".join(publisher.moving),
        "mirrors": " ".join(publisher.mirrors),
    }


def _asked(query: Mapping[str, str]) -> tuple[Artifact | None, str]:
    """What an address wants to be filled in, and of which repository; what it cannot mean counts as not said."""
    try:
        artifact = purls.artifact(query.get("purl", "")) if query.get("purl") else None
    except ValueError:
        artifact = None
    return artifact, query.get("repository", "").strip()[:200]


def _filled(seen: Seen, artifact: Artifact | None, repository: str) -> tuple[dict[str, str], str]:
    """What stands in the form as it opens, and what is changed by it."""
    names = {r.id: r.full_name for r in seen.repositories}
    if artifact is None:
        return {"repository": repository}, ""
    holds = [p for p in seen.edited if repository.casefold() in ("", names.get(p.repository_id, "").casefold())]
    visible = [p for p in holds if p.repository_id in names]
    if visible:
        return typed_of(visible[0], names[visible[0].repository_id]), artifact.label
    of = next((id_ for id_, name in names.items() if name.casefold() == repository.casefold()), 0)
    said = next((one for one in seen.proposals.get(of, ()) if one.purl == artifact.purl), None)
    files = ", ".join(path.removeprefix(_WORKFLOWS) for path in said.workflows) if said is not None else ""
    return {"name": artifact.purl, "repository": repository, "workflows": files}, ""


def routes(deps: Deps) -> Blueprint:
    """`GET` and `POST /add`, and `POST /add/halt`, which stops the watch and has it go on."""
    blueprint = Blueprint("add", __name__)

    def page(typed: Mapping[str, str] | None = None, problem: Unmeant | None = None, status: int = 200) -> Response:
        artifact, repository = _asked(request.args if typed is None else {})
        with deps.ledger.reading() as book:
            seen = see(book, viewer(), request.args.get("of", "")[:200], artifact)
        edits = ""
        if typed is None:
            typed, edits = _filled(seen, artifact, repository)
        made = roll_up(seen, viewer(), typed, edits, problem)
        return make_response(render_template("add.html", page=made), status)

    def keep(asked: Enrolment, token: str) -> Answer:
        url = f"{deps.settings.base_url}/activity" if deps.settings.base_url else ""
        with deps.ledger.writing() as book:
            enrolling.ask(book, viewer(), asked, token, deps.now(), url)
        deps.wake.wake("inspect")
        return redirect(url_for("adding.adding", token=token), 303)

    @blueprint.get("/add")
    def form() -> Response:
        return page()

    @blueprint.post("/add")
    def ask() -> Answer:
        typed = {name: text for name, text in request.form.items() if name in enrolling.FIELDS}
        try:
            return keep(enrolling.read(typed, deps.now()), enrolling.once(request.form))
        except Unmeant as unmeant:
            return page(typed, unmeant, 429 if isinstance(unmeant, enrolling.TooMany) else 422)

    @blueprint.post("/add/halt")
    def halt() -> Answer:
        try:
            wanted = enrolling.read_halt(request.form)
            return keep(enrolling.halted(wanted, deps.now()), enrolling.once(request.form))
        except Unmeant as unmeant:
            return page({}, Unmeant("", str(unmeant)), 429 if isinstance(unmeant, enrolling.TooMany) else 422)

    return blueprint
