"""The lines that settle what is asked are a file that the monitor reads."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.verdict.cases import REPOSITORY
from verifier.discovery import config
from verifier.discovery.settle import config as lines
from verifier.model import Proposal

A = ".github/workflows/a.yml"
B = ".github/workflows/b.yml"
GHCR = "pkg:oci/g?repository_url=ghcr.io/e/g"


def test_the_lines_say_for_each_package_which_workflows_publish_it():
    asked = [Proposal("pkg:npm/%40alice/widget", (A, B), "package.json"), Proposal("pkg:pypi/widget", (), "setup.py")]

    assert lines(asked) == (
        "version: 1\nartifacts:\n"
        "  - purl: pkg:npm/%40alice/widget\n    workflows: [a.yml, b.yml]\n"
        "  - purl: pkg:pypi/widget\n    manual: true\n"
    )


def test_workflows_that_are_the_same_for_all_stand_once():
    asked = [Proposal("pkg:npm/a", (A,), "a"), Proposal("pkg:npm/b", (A,), "b")]

    assert "version: 1\nworkflows: [a.yml]\nartifacts:\n  - purl: pkg:npm/a\n  - purl: pkg:npm/b\n" == lines(asked)


def test_what_cannot_be_watched_yet_has_no_lines():
    assert "" == lines([Proposal("pkg:cargo/widget", (A,), "a.yml")])


NAMES = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="/\\"), min_size=1, max_size=20)
PATHS = st.lists(NAMES.map(lambda name: f".github/workflows/{name}.yml"), unique=True, max_size=3).map(tuple)
PURLS = st.lists(
    st.sampled_from(["pkg:npm/%40a/b", "pkg:npm/c", "pkg:pypi/d", "pkg:docker/e/f", GHCR]), unique=True, min_size=1
)


@given(PURLS, st.data())
def test_pasted_as_they_are_the_lines_are_read_as_meant_whatever_the_files_are_called(purls, data):
    asked = [Proposal(purl, data.draw(PATHS), "x") for purl in purls]
    read = config.read(lines(asked).encode(), REPOSITORY).publishers

    assert [(p.purl, p.workflows, not p.workflows or None) for p in asked] == [
        (publisher.artifact.purl, publisher.workflows, publisher.manual) for publisher in read
    ]
