"""Enrol: what people asked about what is watched is decided, done, told and kept."""

from __future__ import annotations

import hashlib
from datetime import datetime

import structlog

from app.deeds import watching
from app.deeds.claims import CONFIG, DISCOVERY, PEOPLE, SERVER, claim, sources_of, withdraw
from app.deps import Deps
from app.github.people import role_of
from app.jobs.discover import same_to
from app.jobs.installed import NotInstalled, github_of, repository_of
from app.jobs.telling import speak
from app.network.origins import origins
from checks.base import Permanent
from verifier.discovery.config import narrower
from verifier.discovery.origin import UNASKED, Said, Word
from verifier.ledger.protocol import Book
from verifier.ledger.rows import branch_in_force
from verifier.model import CONFIG_PATH, Act, Bulletin, BulletinKind, Enrolment, Replied, Reply, Repository
from verifier.verdict.enrolment import Ground, decide_enrolment, refused, seconded_by, stop_of, takes_effect

log = structlog.get_logger()

UNPROVEN = (
    "It could not be shown that {repository} publishes it: its registry has to name this repository as its source (the "
    "`repository` of package.json, a link of the Python project, the image's label), and nobody else may have claimed "
    "it before. Correct that, or name it in " + CONFIG_PATH + " on the default branch; whoever runs this monitor "
    "settles whose it is."
)
"""The one answer to whoever may not see every repository here: it tells nothing of what others publish, or of what a
registry shows to this monitor alone."""
_FIXED = {
    SERVER: "Whoever runs this monitor said who publishes it, and only they change that: artifact-monitor watch.",
    CONFIG: f"Who publishes it stands in {CONFIG_PATH} of the repository; change it there.",
}
_TITLES = {Act.STOP: "{by} stops the watch on {what}", Act.WATCH: "{by} lets more publish {what}"}


def enrol(deps: Deps, id: str) -> datetime | None:
    """Answer one wish, or let act what was to wait. Returns when there is more to do about it.

    Raises Temporary or Permanent where GitHub does not say which role somebody has: silence is never permission.
    """
    with deps.ledger.reading() as book:
        found = book.enrolments.get(id)
    if found is None:
        return None
    asked, reply = found
    if reply is not None:
        return _in_time(deps, asked, reply)
    try:
        reply = watching.obey(deps, asked) if asked.of_operator else _of_person(deps, asked)
    except NotInstalled as error:
        reply = _refuse(deps, asked, str(error))
    except Permanent as error:
        if not asked.of_operator:
            raise
        reply = _refuse(deps, asked, str(error))
    log.info("enrol", act=asked.act.value, by=asked.actor, artifact=asked.artifact.purl, accepted=reply.accepted)
    for step in ("poll", "tell"):
        deps.wake.wake(step)
    later = reply.accepted and asked.act is Act.WATCH and reply.acts_at is not None and reply.acts_at > reply.at
    return reply.acts_at if later else None


def _refuse(deps: Deps, asked: Enrolment, sentence: str) -> Reply:
    with deps.ledger.writing() as book:
        return watching.answered(book, asked, refused(asked, sentence, deps.now()), deps.now())


def _of_person(deps: Deps, asked: Enrolment) -> Reply:
    repository = repository_of(deps, asked.repository_id)
    github = github_of(deps, repository)
    role = role_of(github, repository, asked.actor_id, asked.actor)
    with deps.ledger.reading() as book:
        before = book.enrolments.about([asked.artifact])
        known = bool(sources_of(book, repository.id, asked.artifact))
    waiting = seconded_by(asked, before, deps.now())
    others = [(one, role_of(github, repository, one.actor_id, one.actor)) for one in waiting]
    said = UNASKED
    if asked.act is Act.WATCH and not known:
        told = origins(deps, same_to(github, repository)).of([asked.artifact], repository.full_name, deps.now())
        said = told.get(asked.artifact, UNASKED)
    with deps.ledger.writing() as book:
        now = deps.now()
        standing = book.enrolments.get(asked.id)
        if standing is not None and standing[1] is not None:
            return standing[1]  # another worker was quicker
        ground = _ground(book, asked, repository, role, said)
        reply = decide_enrolment(asked, ground, others, now)
        if reply.accepted and asked.act is Act.WATCH:
            _publish(book, asked, repository, ground, now)
        watching.answered(book, asked, reply, now)
        if reply.accepted and reply.acts_at is not None and reply.acts_at > now:
            speak.announce(book, _bulletin(asked, reply, repository, now), now)
    return reply


def _ground(book: Book, asked: Enrolment, repository: Repository, role: str, said: Said) -> Ground:
    artifact, shelf = asked.artifact, book.repositories
    before = tuple(p for p in shelf.publishers(repository.id) if p.artifact == artifact)
    wanted = (watching.publisher_of(asked, repository),) if asked.act is Act.WATCH else ()
    branch = branch_in_force(shelf.stood(repository.id)) or repository.default_branch or "main"
    sources = sources_of(book, repository.id, artifact)
    return Ground(
        repository.full_name,
        role,
        shelf.conduct(repository.id),
        before,
        wanted,
        (narrower.both(before, wanted, branch) or before) if before else wanted,
        _unproven(book, asked, repository, said),
        next((_FIXED[source] for source in (SERVER, CONFIG) if source in sources), ""),
        stop_of(book.enrolments.about([artifact]), repository.id),
    )


def _unproven(book: Book, asked: Enrolment, repository: Repository, said: Said) -> str:
    """Why it is not taken to be this repository's; '' where it is. The first that holds:

    1. Others claim it, if only by a guess of ours: whom a registry names is what was published last, so who stole the
    right to publish could have it named theirs. 2. The registry names this repository. 3. The registry names none, or
    has it not yet, and who asks sees every repository here: then there is nobody whose it could be instead.
    """
    elsewhere = {p.repository_id for p in book.repositories.publishers_of(asked.artifact)} - {repository.id}
    if said.word is Word.AGREES and not elsewhere:
        return ""
    if not asked.sees_all:
        return UNPROVEN.format(repository=repository.full_name)
    if elsewhere:
        return "Another repository publishes it for this monitor already; whoever runs it settles whose it is."
    if said.word is Word.OTHER:
        return f"The registry says that it comes from {said.detail}, not from {repository.full_name}."
    if said.word is Word.UNASKED:
        return f"Its registry could not be asked whose it is: {said.detail or 'try again in a few minutes.'}"
    return ""


def _publish(book: Book, asked: Enrolment, repository: Repository, ground: Ground, now: datetime) -> None:
    """Let those publish who may by now; what discovery guessed of this repository yields to it."""
    claim(book, repository.id, asked.artifact, PEOPLE, ground.at_once, now)
    withdraw(book, repository.id, asked.artifact, DISCOVERY, now)
    watching.look_at(book, repository.id, now)


def _in_time(deps: Deps, asked: Enrolment, reply: Reply) -> datetime | None:
    """More may publish, now that it was told a day ago; unless somebody else decided about it since."""
    if not reply.accepted or asked.act is not Act.WATCH or asked.of_operator:
        return None
    with deps.ledger.writing() as book:
        now = deps.now()
        if reply.acts_at is not None and reply.acts_at > now:
            return reply.acts_at
        replied: list[Replied] = book.enrolments.about([asked.artifact])
        stands = sources_of(book, asked.repository_id, asked.artifact) == {PEOPLE}
        if stands and takes_effect(replied, asked, now):
            claim(book, asked.repository_id, asked.artifact, PEOPLE, reply.publishers, now)
    return None


def _bulletin(asked: Enrolment, reply: Reply, repository: Repository, now: datetime) -> Bulletin:
    """What is told out of band of what a thief would do first."""
    reason = (f"Reason given: {asked.reason}",) if asked.reason else ()
    published = (f"Published by {', '.join(asked.workflows)}.",) if asked.workflows else ()
    return Bulletin(
        id="enrolled-" + hashlib.sha256(asked.id.encode()).hexdigest()[:16],
        kind=BulletinKind.COMMANDED,
        repository_id=repository.id,
        at=now,
        title=_TITLES[asked.act].format(by=asked.actor, what=asked.artifact.label),
        sentences=(*published, reply.sentence, *reason),
        by=asked.actor,
        url=asked.url,
    )
