"""What people ask on the page to add artifacts: whose it is, who may, what holds at once, and what waits a day."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from app.deeds import enrolling, watching
from app.deeds.claims import CONFIG, DISCOVERY, PEOPLE, SERVER
from app.jobs import inspect, poll
from app.jobs.enrol import UNPROVEN
from app.viewer import OPERATOR, Viewer
from tests.jobs.commanded import IDS, People
from tests.jobs.parts import Parts
from tests.registries.documents import NPM, SCOPED
from tests.verdict.cases import REPOSITORY
from verifier.ledger.views import DeedKind
from verifier.model import (
    Act,
    Artifact,
    Conduct,
    ConductSet,
    Enrolment,
    Publisher,
    PublishersSet,
    Reply,
    Repository,
    RepositorySeen,
)
from verifier.registries.base import Absent, Page

NAME = REPOSITORY.full_name
NEW = Artifact("pkg:npm/gadget")
OURS = f"git+https://github.com/{NAME}.git"
FORM = {"type": "npm", "name": "gadget", "repository": NAME, "workflows": "publish.yml"}
DAY = timedelta(days=1)


class Named(People):
    """The same, where no name is that of another repository."""

    def named(self, full_name: str) -> None:
        """Nobody has it."""


class Enrolling:
    """The page and the job behind it; `registry` is the repository that the registry names."""

    def __init__(self, registry: str | None = OURS) -> None:
        self.github = Named()
        self.parts = Parts(github=self.github, answer=Absent(NPM) if registry is None else document(registry))
        self.number = 0

    def ask(self, who: str = "carol", hides: bool = True, **changes: str) -> Reply:
        asked = enrolling.read(FORM | changes, self.parts.now)
        return self.give(who, asked, hides)

    def halt(self, act: Act, who: str = "carol", artifact: Artifact = NEW) -> Reply:
        halt = enrolling.Halt(act, artifact.purl, NAME, "because")
        return self.give(who, enrolling.halted(halt, self.parts.now), True)

    def give(self, who: str, asked: Enrolment, hides: bool) -> Reply:
        viewer = (
            OPERATOR
            if who == "operator"
            else Viewer(who, IDS[who], frozenset({REPOSITORY.id}), {REPOSITORY.id: "admin"})
        )
        self.number += 1
        with self.parts.ledger.writing() as book:
            if hides:
                book.record(RepositorySeen(replace(REPOSITORY, id=99, full_name="other/hidden")), self.parts.now)
            kept = enrolling.ask(book, viewer, asked, f"{self.number:016x}", self.parts.now)
        inspect.run(self.parts.deps)
        with self.parts.ledger.reading() as book:
            found = book.enrolments.get(kept.id)
        assert found is not None and found[1] is not None, self.parts.problems()
        return found[1]

    def claim(self, repository_id: int, source: str, workflow: str = "y.yml", artifact: Artifact = NEW) -> None:
        said = (Publisher(artifact, repository_id, 9, (f".github/workflows/{workflow}",)),)
        with self.parts.ledger.writing() as book:
            book.record(PublishersSet(repository_id, source, said), self.parts.now)

    def publishers(self, artifact: Artifact = NEW) -> dict[int, set[str]]:
        with self.parts.ledger.reading() as book:
            found = book.repositories.publishers_of(artifact)
        return {
            one: {path.rpartition("/")[2] for p in found if p.repository_id == one for path in p.workflows}
            for one in {p.repository_id for p in found}
        }

    def later(self, by: timedelta) -> None:
        self.parts.now += by
        inspect.run(self.parts.deps)

    def looks(self) -> bool:
        """Whether its registry is asked when a look is wanted."""
        with self.parts.ledger.writing() as book:
            book.work.want("poll", NEW.purl, self.parts.now)
        before = len(self.parts.asked)
        poll.run(self.parts.deps)
        return any("gadget" in ask.url for ask, _ in self.parts.asked[before:])


def document(repository: str) -> Page:
    body = {"name": "gadget", "versions": {}, "time": {}, "dist-tags": {}, "repository": repository}
    return Page(f"{NPM}/gadget", 200, json.dumps(body).encode())


def test_what_the_registry_says_comes_from_here_is_watched_at_once_and_its_registry_read() -> None:
    place = Enrolling()

    reply = place.ask()
    assert reply.accepted, reply.sentence
    assert {REPOSITORY.id: {"publish.yml"}} == place.publishers()
    assert place.looks()


@pytest.mark.parametrize("registry", [None, "", "git+https://github.com/somebody/else.git"])
@pytest.mark.parametrize("claimed", [False, True])
def test_nobody_learns_from_a_refusal_what_others_publish_or_what_a_registry_shows(registry, claimed) -> None:
    """One answer, whatever the registry says, and whether somebody else's repository publishes it or not."""
    place = Enrolling(registry)
    if claimed:
        place.claim(99, CONFIG)
    reply = place.ask()

    assert (False, UNPROVEN.format(repository=NAME)) == (reply.accepted, reply.sentence)
    assert REPOSITORY.id not in place.publishers()


@pytest.mark.parametrize("hides", [True, False])
@pytest.mark.parametrize("source", [CONFIG, SERVER, PEOPLE, DISCOVERY])
def test_nobody_takes_over_what_another_repository_publishes_though_the_registry_names_theirs(source, hides) -> None:
    """Who stole the right to publish names any repository: what is published last is what the registry says."""
    place = Enrolling()
    place.claim(99, source)

    reply = place.ask(hides=hides)
    assert not reply.accepted
    assert (UNPROVEN.format(repository=NAME) == reply.sentence) is hides
    assert {99: {"y.yml"}} == place.publishers()


def test_who_sees_every_repository_here_may_add_what_no_registry_knows_yet() -> None:
    assert Enrolling(None).ask(hides=False).accepted


@pytest.mark.parametrize("who", ["erin", "mallory"])
def test_the_role_is_asked_of_github_when_it_is_answered(who) -> None:
    place = Enrolling()
    reply = place.ask(who)

    assert not reply.accepted
    assert f"GitHub says that {who} has" in reply.sentence
    assert {} == place.publishers()


def test_what_lets_more_publish_holds_a_day_later_and_is_told_at_once() -> None:
    place = Enrolling()
    place.ask()
    reply = place.ask(workflows="publish.yml, evil.yml")

    assert (True, place.parts.now + DAY) == (reply.accepted, reply.acts_at)
    with place.parts.ledger.reading() as book:
        (told,) = book.incidents.bulletins(place.parts.now)
    assert "carol lets more publish gadget" == told.title
    assert {REPOSITORY.id: {"publish.yml"}} == place.publishers()
    place.later(DAY)
    assert {REPOSITORY.id: {"publish.yml", "evil.yml"}} == place.publishers()


def test_what_it_forbids_holds_at_once_and_asking_for_the_old_ends_what_waits() -> None:
    place = Enrolling()
    place.ask(workflows="publish.yml, old.yml")
    place.ask(workflows="publish.yml, evil.yml")
    assert {REPOSITORY.id: {"publish.yml"}} == place.publishers()
    assert place.ask().acts_at == place.parts.now

    place.later(DAY)
    assert {REPOSITORY.id: {"publish.yml"}} == place.publishers()


@pytest.mark.parametrize(
    ("source", "word"), [(SERVER, "Whoever runs this monitor"), (CONFIG, ".github/artifact-monitor.yml")]
)
def test_what_the_file_or_the_operator_said_is_changed_there(source, word) -> None:
    place = Enrolling()
    place.claim(REPOSITORY.id, source)

    reply = place.ask()
    assert not reply.accepted
    assert word in reply.sentence
    assert {REPOSITORY.id: {"y.yml"}} == place.publishers()


def test_a_stop_holds_a_day_later_is_told_at_once_and_can_be_called_back() -> None:
    place = Enrolling()
    place.ask()
    reply = place.halt(Act.STOP)
    assert (True, place.parts.now + DAY, True) == (reply.accepted, reply.acts_at, place.looks())
    with place.parts.ledger.reading() as book:
        assert ["carol stops the watch on gadget"] == [told.title for told in book.incidents.bulletins(place.parts.now)]
    assert place.halt(Act.RESUME).accepted

    place.later(DAY + timedelta(minutes=1))
    assert place.looks()


def test_what_was_stopped_is_not_watched_again_by_what_is_found_in_the_repository() -> None:
    place = Enrolling()
    place.ask()
    place.halt(Act.STOP)
    place.later(DAY)
    assert not place.looks()

    place.claim(REPOSITORY.id, DISCOVERY, "publish.yml")
    place.claim(REPOSITORY.id, CONFIG, "publish.yml")
    assert not place.looks()
    place.parts.ledger.rebuild()
    assert not place.looks()
    assert place.halt(Act.RESUME, "dave").accepted
    assert place.looks()


def test_one_repository_does_not_stop_the_watch_of_another_that_publishes_it() -> None:
    place = Enrolling()
    place.ask()
    place.claim(99, SERVER)
    place.halt(Act.STOP)
    place.later(DAY)

    assert place.looks()


def test_where_two_people_are_needed_a_stop_waits_for_the_second() -> None:
    place = Enrolling()
    place.ask()
    with place.parts.ledger.writing() as book:
        book.record(ConductSet(REPOSITORY.id, Conduct(four_eyes=True)), place.parts.now)
    first, again, second = (place.halt(Act.STOP, who) for who in ("carol", "carol", "dave"))

    assert [(False, True), (False, True), (True, False)] == [(r.accepted, r.waits) for r in (first, again, second)]


def test_whoever_runs_the_monitor_is_obeyed_at_once_for_all_that_publish_it() -> None:
    place = Enrolling()
    place.claim(99, CONFIG)
    assert place.ask("operator").accepted
    assert {REPOSITORY.id: {"publish.yml"}} == place.publishers()
    reply = place.halt(Act.STOP, "operator")

    assert (place.parts.now, False) == (reply.acts_at, place.looks())
    assert place.ask("operator").accepted
    assert place.looks()


def test_the_operators_word_ends_what_waits() -> None:
    place = Enrolling()
    place.ask()
    place.ask(workflows="publish.yml, evil.yml")
    place.ask("operator")

    place.later(DAY)
    assert {REPOSITORY.id: {"publish.yml"}} == place.publishers()


def test_the_audit_log_says_who_asked_for_what_and_what_became_of_it() -> None:
    place = Enrolling()
    place.ask("erin")
    place.ask()
    place.halt(Act.STOP)
    with place.parts.ledger.reading() as book:
        all_, theirs, others = (book.views.deeds(s).items for s in (None, frozenset({REPOSITORY.id}), frozenset({99})))

    lines = [(d.by, d.sentence) for d in theirs if d.kind is DeedKind.ENROLLED]
    assert ["carol", "carol", "erin"] == [by for by, _ in lines]
    assert lines[0][1].startswith("Asked to stop watching it: because. It is watched until")
    assert lines[1][1].startswith(f"Asked to watch it, published by publish.yml of {NAME}. It is watched.")
    assert "This needs the role maintain or more" in lines[2][1]
    assert [] == [d for d in others if d.kind is DeedKind.ENROLLED]
    assert len(all_) >= len(theirs)


def test_what_is_watched_already_by_the_server_is_stopped_by_the_command_too() -> None:
    place = Enrolling()
    assert "Nobody looks at its registry any more" in watching.stop(place.parts.deps, SCOPED.purl, "published no more")
    with pytest.raises(ValueError, match="is not watched"):
        watching.stop(place.parts.deps, "pkg:npm/nothing", "why not")
    with pytest.raises(ValueError, match="Say why"):
        watching.stop(place.parts.deps, SCOPED.purl, " ")


def test_an_account_that_asks_for_very_much_is_not_read_any_more() -> None:
    place = Enrolling()
    with pytest.raises(enrolling.TooMany):
        for _ in range(enrolling.MOST + 1):
            place.halt(Act.RESUME)


def test_a_repository_that_is_hidden_is_as_one_that_is_not_there() -> None:
    place = Enrolling()
    hidden = Repository(98, 9, "other/secret", place.parts.now, "main", private=True, installation_id=1)
    with place.parts.ledger.writing() as book:
        book.record(RepositorySeen(hidden), place.parts.now)
    said = []
    for name in ("other/secret", "other/nothing"):
        with pytest.raises(watching.Unmeant) as refused:
            place.ask(repository=name)
        said.append((refused.value.field, str(refused.value)))

    assert [("repository", enrolling.NOT_YOURS)] * 2 == said
