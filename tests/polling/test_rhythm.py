"""Whom there is room to ask: a crowded registry keeps no worker, and none is looked at faster than it may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.jobs import poll
from app.pacing import LocalPace, Pace
from app.polling.rhythm import LOOKS, Rhythm, host_of
from app.settings import Settings
from tests.jobs.parts import Parts
from tests.verdict.cases import NOON, REPOSITORY
from verifier.ledger import memory_ledger
from verifier.ledger.looks import Load, Look
from verifier.model import Artifact, Publisher, PublishersSet

FIFTH = timedelta(milliseconds=200)
SETTINGS = Settings(npm_registry="https://registry.example", pypi_index="https://registry.example/simple/")


def granted(rhythm: Rhythm, registry: str, settings: Settings = SETTINGS) -> int:
    """How many looks are granted at once."""
    pace, many = LocalPace(), 0
    while many < 100 and not rhythm.wait(settings, pace, registry):
        many += 1
    return many


def test_no_more_looks_are_begun_at_once_than_a_worker_misses_between_two_rounds():
    assert granted(Rhythm(), "npm") == int(2 * LOOKS / FIFTH.total_seconds())


def test_looks_that_take_many_requests_are_begun_less_often():
    rhythm = Rhythm()
    rhythm.spent("oci/registry.example", 50)

    assert rhythm.cost("oci/registry.example") == 50
    assert granted(rhythm, "oci/registry.example") == 1
    assert granted(rhythm, "npm") > 1


def test_what_a_look_costs_is_what_looks_cost_lately():
    rhythm = Rhythm()
    for _ in range(200):
        rhythm.spent("npm", 3)
    assert round(rhythm.cost("npm"), 2) == 3
    for _ in range(200):
        rhythm.spent("npm", 1)

    assert round(rhythm.cost("npm"), 2) == 1
    assert rhythm.cost("pypi") == 1


def test_this_machine_is_not_paced_unless_the_settings_say_so():
    here = replace(SETTINGS, npm_registry="http://127.0.0.1:4873")

    assert granted(Rhythm(), "npm", here) == 100
    assert granted(Rhythm(), "npm", replace(here, pace_loopback=True)) == 9


def test_registries_of_one_host_share_what_it_allows():
    with (ledger := memory_ledger()).writing() as book:
        for number in range(4):
            book.looks.put(Look(Artifact(f"pkg:npm/a{number}"), "npm", NOON + timedelta(days=number)))
        book.looks.put(Look(Artifact("pkg:pypi/b"), "pypi", NOON))
        book.looks.put(Look(Artifact("pkg:docker/a/c"), "docker", NOON))
    with ledger.reading() as book:
        assert Load(3, 2) == Rhythm().means(SETTINGS, book, "npm", NOON).load
        assert Load(0, 1) == Rhythm().means(SETTINGS, book, "docker", NOON).load


def test_a_registry_of_images_is_known_by_its_host():
    settings = replace(SETTINGS, oci_registries=(("registry.example", "http://10.0.0.1:5000"),))

    assert host_of(settings, "oci/registry.example") == "10.0.0.1:5000"
    assert host_of(settings, "oci/other.example") == "other.example"
    assert (host_of(settings, "feed/npm"), host_of(settings, "")) == ("", "")


def test_what_there_is_no_room_for_stays_due_and_keeps_nobody():
    """A thousand artifacts of one registry are due: a worker takes up what there is room for, and comes back."""
    parts = Parts()
    many = tuple(
        Publisher(Artifact(f"pkg:npm/p{n}"), REPOSITORY.id, REPOSITORY.owner_id, (".github/workflows/publish.yml",))
        for n in range(1_000)
    )
    with parts.ledger.writing() as book:
        book.record(PublishersSet(REPOSITORY.id, "config", many), NOON)
    deps = replace(parts.deps, settings=replace(parts.deps.settings, host_interval=timedelta(hours=1)))

    assert [1, 0, 0] == [poll.run(deps) for _ in range(3)]
    with parts.ledger.reading() as book:
        due = [task for task in book.work.all("poll") if task.due_at <= NOON and task.lent_until is None]
    assert len(due) == len(many)


class Dear(Rhythm):
    """Looks at PyPI are dear and are refused; those at npm are always granted."""

    def wait(self, settings: Settings, pace: Pace, registry: str) -> float:
        return 0.0 if registry == "npm" else 1.0


def test_who_waited_longest_at_a_host_is_not_passed_by_cheaper_looks_there():
    """Else a registry whose looks are dear would never have its turn beside a busy one on the same host."""
    parts = Parts()
    publishers = tuple(
        Publisher(Artifact(purl), REPOSITORY.id, REPOSITORY.owner_id, (".github/workflows/publish.yml",))
        for purl in ("pkg:pypi/q", "pkg:npm/p")
    )
    with parts.ledger.writing() as book:
        book.record(PublishersSet(REPOSITORY.id, "config", publishers[:1]), NOON - timedelta(minutes=1))
        book.record(PublishersSet(REPOSITORY.id, "config", publishers), NOON)
    settings = replace(parts.deps.settings, npm_registry=SETTINGS.npm_registry, pypi_index=SETTINGS.pypi_index)
    together = replace(parts.deps, settings=settings, rhythm=Dear())
    apart = replace(together, settings=replace(settings, pypi_index="https://index.example/simple/"))

    assert 0 == poll.run(together)
    assert 0 < poll.run(apart)
