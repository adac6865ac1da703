"""Packages that an approved run's log names and nobody watches (trap N13)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verdict.cases import WIDGET, run
from verifier.discovery import from_log
from verifier.discovery.from_log import KEPT, added, remembered, unwatched, with_logged
from verifier.discovery.package import Package
from verifier.model import Artifact, LogClaim, Proposal

RUN = replace(
    run(),
    claims=(
        LogClaim("npm", "widget", "1.0.0"),
        LogClaim("npm", "@alice/extra", "1.0.0"),
        LogClaim("pypi", "Alice_Tool", "1.0", file="Alice_Tool-1.0-py3-none-any.whl"),
        LogClaim("pypi", "other-tool", "1.0", file="other-tool-1.0.tar.gz"),
        LogClaim("docker", "alice/widget", "1.0.0", digests=("sha256:00",)),
        LogClaim("oci", "ghcr.io/Alice/widget", "1.0.0", digests=("sha256:00",)),
        LogClaim("oci", "***.dkr.ecr.eu-central-1.amazonaws.com/widget", "1.0.0"),
        LogClaim("oci", "localhost:5000/widget", "1.0.0"),
        LogClaim("npm", "", digests=("sha512:00",)),
    ),
)


def test_what_a_log_claims_and_nobody_watches_is_proposed_with_the_runs_workflow():
    found = unwatched(RUN, {WIDGET})

    assert [
        "pkg:docker/alice/widget",
        "pkg:npm/%40alice/extra",
        "pkg:oci/widget?repository_url=ghcr.io/alice/widget",
        "pkg:pypi/alice-tool",
        "pkg:pypi/other-tool",
    ] == [p.purl for p in found]
    assert {(RUN.workflow,)} == {p.workflows for p in found}
    assert not any(p.clear for p in found)
    assert f"log of run {RUN.key}" == found[0].found_in


def test_what_is_proposed_already_is_not_proposed_again():
    known = (Proposal("pkg:npm/%40alice/extra", ("publish.yml", "canary.yml"), "package.json"),)
    after = added(known, unwatched(RUN, {WIDGET}))

    assert known == after[:1]
    assert 5 == len(after)
    assert after == added(after, unwatched(RUN, {WIDGET}))


@pytest.mark.parametrize("workflows", [(), (RUN.workflow,)])
def test_a_log_tells_how_a_package_is_published_of_which_the_manifest_told_only_the_name(workflows):
    """Else the manifest's question would hide what a run said for ever."""
    asked = Proposal("pkg:npm/%40alice/extra", workflows, "package.json", question="How?")
    after = added((asked,), unwatched(RUN, {WIDGET}))

    assert 5 == len(after)
    assert (RUN.workflow,) == next(p for p in after if p.purl == asked.purl).workflows
    assert after == added(after, unwatched(RUN, {WIDGET}))


def test_another_run_that_says_the_same_changes_nothing():
    """Else each release would make the whole repository looked through again."""
    after = added((), unwatched(RUN, {WIDGET}))
    later = replace(RUN, key=replace(RUN.key, run_id=99))

    assert after == added(after, unwatched(later, {WIDGET}))


def test_what_is_clear_already_is_not_made_a_question_by_a_log():
    clear = Proposal("pkg:npm/%40alice/extra", (RUN.workflow,), "package.json", clear=True)

    assert clear in added((clear,), unwatched(RUN, {WIDGET}))


def test_a_logs_word_stands_where_the_manifest_tells_no_workflow():
    extra, image = Artifact("pkg:npm/%40alice/extra"), Artifact("pkg:docker/alice/widget")
    logged = remembered(unwatched(RUN, {WIDGET}))
    packages = (Package(extra, "package.json"), Package(image, "push.yml", workflows=("push.yml",)))
    found = {package.artifact: package for package in with_logged(packages, logged)}

    assert {RUN.workflow} == {*found[extra].workflows}
    assert ("push.yml",) == found[image].workflows
    assert 5 == len(found)


def test_the_next_look_remembers_what_logs_showed_and_nothing_else():
    packages = remembered(added((Proposal("pkg:npm/x", (), "package.json"),), unwatched(RUN, {WIDGET})))

    assert {proposal.purl for proposal in unwatched(RUN, {WIDGET})} == {p.artifact.purl for p in packages}
    assert all(package.member and package.workflows == (RUN.workflow,) for package in packages)


def test_a_log_cannot_fill_the_list(monkeypatch):
    monkeypatch.setattr(from_log, "KEPT", 2)
    flood = replace(RUN, claims=tuple(LogClaim("npm", f"p{n}") for n in range(9)))

    assert 2 == len(added(added((), unwatched(flood, ())), unwatched(RUN, ())))
    assert KEPT < 1_000


@given(
    st.lists(
        st.builds(
            LogClaim,
            st.sampled_from(["npm", "pypi", "docker", "oci", "\0"]),
            st.text(max_size=30),
            file=st.text(max_size=30),
        )
    )
)
def test_hostile_claims_never_raise_and_name_only_what_a_purl_can_say(claims):
    found = unwatched(replace(RUN, claims=tuple(claims)), ())

    assert [p.purl for p in found] == sorted({p.purl for p in found})
    assert {"npm", "pypi", "docker", "oci"} >= {Artifact(p.purl).type for p in found}
