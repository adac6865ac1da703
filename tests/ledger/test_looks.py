"""The contract of the shelf of looks, and of work that asks a registry, on every twin."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.ledger.examples import HOUR, MINUTE, T0
from verifier.ledger import Ledger
from verifier.ledger.looks import ENOUGH, LONGEST_REST, Load, Look, Silence, failed, registry_name, registry_of
from verifier.model import Artifact

NPM = [Artifact(f"pkg:npm/a{n}") for n in range(5)]
PYPI = Artifact("pkg:pypi/b")
IMAGE = Artifact("pkg:oci/c?repository_url=registry.example/team/c")


def silent(*purls: str) -> Silence:
    found = None
    for purl in purls or ("a", "b", "c"):
        found = failed(found, "npm", purl, "It did not answer.", T0)
    assert found is not None
    return found


def claimed(ledger: Ledger, registry: str | None) -> list[str]:
    with ledger.writing() as book:
        return [task.key for task in book.work.claim("poll", 10, T0 + HOUR, MINUTE, registry=registry)]


def test_artifacts_are_counted_by_registry_and_by_how_lively_they_are(ledger: Ledger) -> None:
    with ledger.writing() as book:
        for number, artifact in enumerate(NPM):
            book.looks.put(Look(artifact, "npm", T0 + number * MINUTE))
        book.looks.put(Look(PYPI, "pypi", T0))
        book.looks.put(Look(PYPI, "pypi", T0 + HOUR))

    with ledger.reading() as book:
        assert {"npm": Load(2, 3), "pypi": Load(1, 0)} == dict(book.looks.load(T0 + 2 * MINUTE))
        assert Look(PYPI, "pypi", T0 + HOUR) == book.looks.get(PYPI)
        assert book.looks.get(IMAGE) is None


def test_of_many_names_those_are_found_that_are_looked_at(ledger: Ledger) -> None:
    long = Artifact("pkg:npm/" + "x" * 5_000)
    with ledger.writing() as book:
        for artifact in (NPM[0], long):
            book.looks.put(Look(artifact, "npm", T0))

    with ledger.reading() as book:
        many = [Artifact(f"pkg:npm/other{n}") for n in range(1_200)]
        assert [NPM[0], long] == book.looks.watched([*many, long, NPM[0], NPM[0]])
        assert [] == book.looks.watched([])


def test_a_silent_registry_is_tried_by_one_at_a_time_and_not_before_its_rest_is_over(ledger: Ledger) -> None:
    silence = silent()
    with ledger.writing() as book:
        assert book.looks.may_ask("npm", T0)
        book.looks.put_silence(silence)
        assert not book.looks.may_ask("npm", T0)
        assert book.looks.may_ask("pypi", T0)
    with ledger.writing() as book:
        assert [True, False] == [book.looks.may_ask("npm", silence.try_at) for _ in range(2)]
        assert 1 == len(book.looks.silences())
        book.looks.end_silence("npm")
    with ledger.reading() as book:
        assert [] == book.looks.silences()
        assert book.looks.silence("npm") is None


def test_how_far_a_feed_is_read_is_kept(ledger: Ledger) -> None:
    with ledger.writing() as book:
        assert book.looks.feed("npm") == ""
        book.looks.put_feed("npm", "12")
        book.looks.put_feed("npm", "13")
        assert book.looks.feed("npm") == "13"


def test_what_asks_one_registry_is_claimed_apart_from_what_asks_another(ledger: Ledger) -> None:
    with ledger.writing() as book:
        book.work.want("poll", PYPI.purl, T0 + MINUTE)
        book.work.want("poll", NPM[0].purl, T0 + 2 * MINUTE)
        book.work.want("poll", f"{IMAGE.purl} v1", T0)
        book.work.want("poll", NPM[1].purl, T0 + 2 * HOUR)
        book.work.want("examine", "x", T0)

    with ledger.reading() as book:
        assert ["oci/registry.example", "pypi", "npm"] == book.work.registries("poll", T0 + HOUR)
        assert [] == book.work.registries("poll", T0 - HOUR)
        assert [""] == book.work.registries("examine", T0)
    assert [] == claimed(ledger, "docker")
    assert [] == claimed(ledger, "")
    assert [NPM[0].purl] == claimed(ledger, "npm")
    with ledger.reading() as book:
        assert ["oci/registry.example", "pypi"] == book.work.registries("poll", T0 + HOUR)
    assert [f"{IMAGE.purl} v1", PYPI.purl] == claimed(ledger, None)


def test_a_few_artifacts_that_do_not_answer_are_no_silence() -> None:
    assert not silent("a", "b").silent
    assert not silent("a", "a", "a", "a").silent
    assert silent("a", "b", "c").silent
    assert ENOUGH == 3


def test_a_registry_that_stays_silent_is_tried_less_and_less_often_but_every_few_minutes() -> None:
    silence, rests = silent(), []
    for number in range(12):
        now = silence.try_at
        silence = failed(silence, "npm", f"x{number}", "It did not answer.", now)
        rests.append(silence.try_at - now)

    assert rests == sorted(rests)
    assert LONGEST_REST == rests[-1]
    assert silence.since == T0
    assert len(silence.failed) == ENOUGH


def test_a_registry_that_says_when_to_come_back_is_left_alone_until_then() -> None:
    silence = failed(silent(), "npm", "x", "It asks for fewer requests.", T0, wait=7_200)

    assert T0 + 2 * HOUR == silence.try_at
    assert silence.try_at <= T0 + timedelta(days=1)


@pytest.mark.parametrize(
    ("step", "key", "registry"),
    [
        ("poll", "pkg:npm/%40a/b", "npm"),
        ("poll", "pkg:docker/a/b v1", "docker"),
        ("poll", IMAGE.purl, "oci/registry.example"),
        ("poll", "feed npm", "feed/npm"),
        ("examine", "pkg:npm/a 1.0.0", None),
    ],
)
def test_a_piece_of_work_names_the_registry_that_it_asks(step: str, key: str, registry: str | None) -> None:
    assert registry == registry_of(step, key)
    assert registry_name(PYPI) == "pypi"
