"""A repository's config file against what others say they publish."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest

from app.deeds.claims import CONFIG, DISCOVERY, SERVER
from app.jobs.configuring.config import read_config
from tests.jobs.parts import Parts
from tests.registries.documents import NPM
from tests.verdict.cases import NOON, REPOSITORY
from verifier.model import Artifact, Publisher, PublishersSet, Repository
from verifier.registries.base import Absent, Ask, Page, Unreadable

GEAR, OTHER = Artifact("pkg:npm/gear"), Artifact("pkg:npm/other")
SQUATTER = 666
FILE = b"version: 1\nartifacts:\n  - purl: pkg:npm/gear\n    workflows: [publish.yml]\n"


@dataclass
class GitHub:
    """Shows the repository with its config file, and no other."""

    text: bytes = FILE

    def repository(self, repository_id: int) -> Repository:
        return REPOSITORY

    def file(self, repository: Repository, path: str, limit: int) -> bytes:
        return self.text

    def list(self, path: str, limit: int = 500) -> list[Any]:
        return []

    def head_sha(self, repository: Repository) -> str:
        return "a" * 40

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return {"id": 1}

    def named(self, full_name: str) -> Repository | None:
        return None


def says(repository: str) -> Page:
    """The registry's document of a package that names this repository as its source."""
    document = {"name": "gear", "versions": {}, "time": {}, "repository": {"url": f"github:{repository}"}}
    return Page(f"{NPM}/gear", 200, json.dumps(document).encode())


def read(answer: Page | Absent | Unreadable, *sources: str) -> tuple[Parts, dict[Artifact, set[int]]]:
    """Read our file where another repository claims the package by these sources; who publishes what then."""
    parts = Parts(answer=answer, github=GitHub())
    with parts.ledger.writing() as book:
        for source in sources:
            claimed = tuple(Publisher(name, SQUATTER, 66, ("x.yml",)) for name in (GEAR, OTHER))
            book.record(PublishersSet(SQUATTER, source, claimed), NOON)
    read_config(parts.deps, REPOSITORY.id)
    with parts.ledger.reading() as book:
        return parts, {a: {p.repository_id for p in book.repositories.publishers_of(a)} for a in (GEAR, OTHER)}


@pytest.mark.parametrize("answer", [Absent(NPM), says("alice/widget")])
def test_a_mere_discovery_of_another_repository_is_dropped_when_the_config_file_claims_the_package(
    answer: Page | Absent,
) -> None:
    """Whoever names an unpublished package in a manifest first must not keep its publisher from watching it."""
    parts, publishers = read(answer, DISCOVERY)

    assert {GEAR: {REPOSITORY.id}, OTHER: {SQUATTER}} == publishers
    assert {} == parts.problems()


@pytest.mark.parametrize("answer", [says("bob/gear"), Unreadable(NPM, "It timed out.")])
def test_what_the_registry_gives_to_others_is_not_taken_from_their_discovery_by_a_config_file(
    answer: Page | Unreadable,
) -> None:
    parts, publishers = read(answer, DISCOVERY)

    assert {GEAR: {SQUATTER}, OTHER: {SQUATTER}} == publishers
    assert "another repository publishes here" in parts.problems()[f"config {REPOSITORY.id}"]


@pytest.mark.parametrize("sources", [(CONFIG,), (SERVER,), (DISCOVERY, CONFIG), (DISCOVERY, SERVER)])
def test_what_somebody_settled_for_another_repository_stays_with_it(sources: tuple[str, ...]) -> None:
    parts, publishers = read(Absent(NPM), *sources)

    assert {GEAR: {SQUATTER}, OTHER: {SQUATTER}} == publishers
    assert "another repository publishes here" in parts.problems()[f"config {REPOSITORY.id}"]
    assert [] == parts.asked


def test_what_somebody_settles_while_the_registry_is_asked_stays_with_it() -> None:
    parts = Parts(github=GitHub())
    claimed = (Publisher(GEAR, SQUATTER, 66, ("x.yml",)),)
    with parts.ledger.writing() as book:
        book.record(PublishersSet(SQUATTER, DISCOVERY, claimed), NOON)

    def fetch(ask: Ask, etag: str | None = None) -> Absent:
        with parts.ledger.writing() as book:
            book.record(PublishersSet(SQUATTER, SERVER, claimed), NOON)
        return Absent(ask.url)

    read_config(replace(parts.deps, fetch=fetch), REPOSITORY.id)
    with parts.ledger.reading() as book:
        assert {SQUATTER} == {p.repository_id for p in book.repositories.publishers_of(GEAR)}
    assert "another repository publishes here" in parts.problems()[f"config {REPOSITORY.id}"]


def test_a_file_that_cannot_be_read_takes_nothing_from_anybody_and_is_shown() -> None:
    parts = Parts(github=GitHub(b"version: 2\n"))
    with parts.ledger.writing() as book:
        before = book.repositories.publishers(REPOSITORY.id)
    read_config(parts.deps, REPOSITORY.id)

    with parts.ledger.reading() as book:
        assert before == book.repositories.publishers(REPOSITORY.id)
        assert f"discover/{REPOSITORY.id}" in {task.key for task in book.work.all("inspect")}
    assert "line 1" in parts.problems()[f"config {REPOSITORY.id}"]
