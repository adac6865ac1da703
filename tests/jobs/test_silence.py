"""A registry that is down backs off alone, is told of once, and nobody else waits for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.deps import Deps
from app.jobs import poll
from app.pages.troubles import kind_of
from tests.jobs.parts import Parts
from tests.registries.documents import NPM, SCOPED
from tests.verdict.cases import NOON, REPOSITORY
from verifier.ledger.looks import ENOUGH, LONGEST_REST
from verifier.model import Artifact, Publisher, PublishersSet
from verifier.registries.base import Absent, Ask, Page, Unreadable

PYPI = "https://index.example/simple/"
MANY = 40
PACKAGES = [SCOPED, *(Artifact(f"pkg:npm/p{n}") for n in range(MANY))]
OTHERS = [Artifact(f"pkg:pypi/q{n}") for n in range(3)]
MINUTE = timedelta(minutes=1)
DOWN = Unreadable(NPM, "registry.example did not answer in time.")


@dataclass
class Two:
    """A monitor that watches packages of two registries. `npm` and `pypi` are what each says."""

    npm: Page | Absent | Unreadable = field(default_factory=lambda: Absent(NPM))
    asked: Counter[str] = field(default_factory=Counter)
    parts: Parts = field(default_factory=Parts)

    def __post_init__(self) -> None:
        publishers = tuple(
            Publisher(artifact, REPOSITORY.id, REPOSITORY.owner_id, (".github/workflows/publish.yml",))
            for artifact in [*PACKAGES, *OTHERS]
        )
        with self.parts.ledger.writing() as book:
            book.record(PublishersSet(REPOSITORY.id, "server", publishers), self.parts.now)
        settings = replace(self.parts.deps.settings, pypi_index=PYPI, host_interval=timedelta())
        self.deps: Deps = replace(self.parts.deps, settings=settings, fetch=self._fetch)

    def _fetch(self, ask: Ask, etag: str | None = None) -> Any:
        kind = "npm" if ask.url.startswith(NPM) else "pypi"
        self.asked[kind] += 1
        return self.npm if kind == "npm" else Absent(PYPI)

    def rounds(self, until: datetime) -> None:
        """What a worker does until then."""
        while self.parts.now <= until:
            while poll.run(self.deps):
                pass
            self.parts.now += timedelta(seconds=5)

    @property
    def problems(self) -> dict[str, str]:
        return self.parts.problems()


def test_a_silent_registry_is_one_line_on_the_health_page_and_is_hardly_asked() -> None:
    two = Two(npm=DOWN)
    two.rounds(NOON + 20 * MINUTE)

    assert {"registry npm"} == set(two.problems)
    assert kind_of("registry npm") == kind_of("registry oci/ghcr.io") == "Registries"
    assert "registry.example has not answered since 2026-03-02 12:00 UTC" in two.problems["registry npm"]
    assert DOWN.problem in two.problems["registry npm"]
    assert ENOUGH < two.asked["npm"] < 15


def test_other_registries_are_asked_as_ever() -> None:
    two = Two(npm=DOWN)
    two.rounds(NOON + 20 * MINUTE)

    assert two.asked["pypi"] == 5 * len(OTHERS)


def test_when_it_answers_again_everything_is_looked_at_and_the_line_is_gone() -> None:
    two = Two(npm=DOWN)
    two.rounds(NOON + 20 * MINUTE)
    two.npm, two.asked = Absent(NPM), Counter()
    two.rounds(two.parts.now + LONGEST_REST + 2 * MINUTE)

    assert {} == two.problems
    assert two.asked["npm"] >= len(PACKAGES) - ENOUGH
    with two.parts.ledger.reading() as book:
        assert [] == book.looks.silences()
        assert all(watch.polled_at is not None for watch in book.versions.watches())


def test_each_try_is_of_another_artifact() -> None:
    """One whose page is endless must not keep the registry silent for all."""
    two, tried = Two(), list[str]()

    def fetch(ask: Ask, etag: str | None = None) -> Any:
        tried.append(ask.url)
        return DOWN if ask.url.startswith(NPM) else Absent(PYPI)

    two.deps = replace(two.deps, fetch=fetch)
    two.rounds(NOON + 20 * MINUTE)
    npm = [url for url in tried if url.startswith(NPM)]

    assert len(npm) > ENOUGH
    assert len(npm) == len(set(npm))


@pytest.mark.parametrize("status", [200, 401, 403])
def test_what_is_about_an_artifact_says_nothing_about_its_registry(status: int) -> None:
    two = Two(npm=Unreadable(NPM, "It refuses us.", status=status))
    two.rounds(NOON)

    assert two.asked["npm"] == len(PACKAGES)
    assert f"poll {SCOPED.purl}" in two.problems
    assert "registry npm" not in two.problems


def test_a_registry_that_asks_for_fewer_requests_is_left_alone_as_long_as_it_says() -> None:
    two = Two(npm=Unreadable(NPM, "It asks for fewer requests (429).", 1_800.0, 429))
    two.rounds(NOON + 25 * MINUTE)

    assert {"registry npm"} == set(two.problems)
    assert two.asked["npm"] == 1  # the others are told without being asked (`app.network.budgets`)


def test_one_that_fails_now_and_then_is_not_silent() -> None:
    two, number = Two(), 0

    def fetch(ask: Ask, etag: str | None = None) -> Any:
        nonlocal number
        if not ask.url.startswith(NPM):
            return Absent(PYPI)
        number += 1
        return DOWN if number % 3 else Absent(NPM)

    two.deps = replace(two.deps, fetch=fetch)
    two.rounds(NOON)

    assert "registry npm" not in two.problems
