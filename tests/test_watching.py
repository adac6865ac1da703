"""Whose artifact it is: the operator's word, else the first repository that says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.deeds.claims import CONFIG, DISCOVERY
from app.deeds.watching import Wanted, watch
from app.jobs import inspect, run_step
from app.wake import STEPS
from sandbox.play import play
from sandbox.replay import Replay
from sandbox.scenario import load
from verifier.model import Artifact, Publisher, PublishersSet, Repository, RepositorySeen

AXIOS = load(Path(__file__).resolve().parent.parent / "scenarios" / "axios-2026")
ARTIFACT = Artifact("pkg:npm/axios")
MALLORY = Repository(666, 66, "mallory/x", datetime(2026, 1, 1, tzinfo=UTC), "main", installation_id=1)
GHCR = "pkg:oci/axios?repository_url=ghcr.io/axios/axios"
CLAIM = b"version: 1\nartifacts:\n  - purl: pkg:npm/axios\n    workflows: [x.yml]\n    manual: true\n"


class HerGitHub:
    """Shows Mallory's repository with a config file that claims somebody else's package."""

    def repository(self, repository_id: int) -> Repository:
        return MALLORY

    def file(self, repository: Repository, path: str, limit: int) -> bytes:
        return CLAIM


@pytest.fixture
def stage() -> Replay:
    """The monitor after the play, and Mallory's repository installed beside axios/axios."""
    stage = Replay(AXIOS)
    play(AXIOS, stage)
    with stage.ledger.writing() as book:
        book.record(RepositorySeen(MALLORY), stage.deps.now())
        book.work.want("inspect", f"config/{MALLORY.id}", stage.deps.now())
    return stage


def publishers(stage: Replay) -> set[int]:
    with stage.ledger.reading() as book:
        return {publisher.repository_id for publisher in book.repositories.publishers_of(ARTIFACT)}


def test_a_second_repository_cannot_make_itself_publisher_by_its_own_file(stage):
    before = publishers(stage)
    inspect.run(replace(stage.deps, github=lambda installation: HerGitHub()))

    with stage.ledger.reading() as book:
        problems = {problem.subject: problem.sentence for problem in book.health.problems()}
    assert before == publishers(stage)
    assert "another repository publishes here" in problems[f"config {MALLORY.id}"]


@pytest.mark.parametrize("source", [CONFIG, DISCOVERY])
def test_the_operators_word_settles_whose_artifact_it_is(stage, source):
    with stage.ledger.writing() as book:
        claimed = (Publisher(ARTIFACT, 99, 9, ("y.yml",)),)
        book.record(PublishersSet(99, source, claimed), stage.deps.now())
    watch(stage.deps, Wanted("pkg:npm/axios", "mallory/x", ("x.yml",)))

    assert {MALLORY.id} == publishers(stage)


def test_what_cannot_be_meant_is_refused_in_words(stage):
    for wanted, word in (
        (Wanted("axios", "axios/axios", ("x.yml",)), "purl"),
        (Wanted("pkg:cargo/serde", "axios/axios", ("x.yml",)), "can be watched"),
        (Wanted("pkg:npm/axios", "axios", ("x.yml",)), "owner/name"),
        (Wanted("pkg:npm/axios", "axios/axios", ("publish.sh",)), "workflow file"),
        (Wanted("pkg:npm/axios", "axios/axios", ("x.yml",), moving=("edge",)), "only images"),
        (Wanted("pkg:npm/axios", "axios/axios", ("x.yml",), mirrors=(GHCR,)), "only images"),
        (Wanted("pkg:docker/a/b", "axios/axios", ("x.yml",), moving=("a b",)), "pattern of tags"),
        (Wanted("pkg:docker/a/b", "axios/axios", ("x.yml",), moving=("*",)), "is every tag"),
        (Wanted("pkg:docker/a/b", "axios/axios", ("x.yml",), mirrors=("pkg:docker/a/b",)), "not another image"),
        (Wanted("pkg:docker/a/b", "axios/axios", ("x.yml",), mirrors=("pkg:npm/b",)), "not another image"),
        (Wanted("pkg:oci/b", "axios/axios", ("x.yml",)), "where it is"),
    ):
        with pytest.raises(ValueError, match=word):
            watch(stage.deps, wanted)


def test_an_image_is_watched_with_its_moving_tags_and_its_other_registries(stage):
    wanted = Wanted("pkg:docker/axios/axios", "axios/axios", ("x.yml",), moving=("edge",), mirrors=(GHCR, GHCR))

    assert "Watching pkg:docker/axios/axios" in watch(stage.deps, wanted)
    with stage.ledger.reading() as book:
        (publisher,) = book.repositories.publishers_of(Artifact("pkg:docker/axios/axios"))
    assert (("edge",), (GHCR,)) == (publisher.moving, publisher.mirrors)


def test_a_mirror_that_nobody_watches_is_said_to_be_compared_with_nothing(stage):
    wanted = Wanted("pkg:docker/axios/axios", "axios/axios", ("x.yml",), mirrors=(GHCR,))

    assert f"artifact-monitor watch '{GHCR}'" in watch(stage.deps, wanted)
    watch(stage.deps, Wanted(GHCR, "axios/axios", ("x.yml",)))
    assert GHCR not in watch(stage.deps, wanted)


def test_watching_again_replaces_what_was_said_and_keeps_the_verdicts(stage):
    watch(stage.deps, Wanted("pkg:npm/axios", "axios/axios", ("other.yml",), manual=False))
    while sum(run_step(stage.deps, step) for step in STEPS if step != "inspect"):
        pass

    with stage.ledger.reading() as book:
        said = [p for p in book.repositories.publishers_of(ARTIFACT) if p.manual is False]
        history = book.versions.verdicts(ARTIFACT, "1.14.1")
    assert [(".github/workflows/other.yml",)] == [publisher.workflows for publisher in said]
    assert history
