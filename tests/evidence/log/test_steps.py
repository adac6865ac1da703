"""Whose a line is: only GitHub's own time at its beginning tells, and the step's window."""

from __future__ import annotations

import pytest

from tests.evidence.log.dated import START, STEP, dated, printed, step
from verifier.evidence.log import read_log
from verifier.model import PublishStep

SAID = printed("npm-11")


def test_a_line_of_the_steps_time_is_the_steps() -> None:
    (claim,) = read_log(dated(SAID, 60), [STEP])

    assert ("Publish", START.replace(minute=20)) == (claim.step, claim.at and claim.at.replace(microsecond=0))


@pytest.mark.parametrize("seconds", [-3600, -1, 121, 86_400])
def test_a_line_of_another_time_is_nobodys(seconds: float) -> None:
    assert () == read_log(dated(SAID, seconds), [STEP])


@pytest.mark.parametrize("seconds", [0, 0.9, 120, 120.9])
def test_the_first_and_the_last_second_belong_to_the_step(seconds: float) -> None:
    """GitHub cuts a step's times to whole seconds."""
    assert 1 == len(read_log(dated(SAID, seconds), [STEP]))


def test_a_time_that_a_step_prints_itself_counts_for_nothing() -> None:
    forged = [dated([line], 60).decode().rstrip("\n") for line in SAID]

    assert () == read_log(dated(forged, -60), [STEP])
    assert () == read_log(dated(forged, 60), [STEP])


def test_a_line_that_github_did_not_date_is_nobodys() -> None:
    assert () == read_log("\n".join(SAID).encode(), [STEP])
    assert () == read_log(dated(["before"], 59) + "\n".join(SAID).encode() + b"\n" + dated(["after"], 61), [STEP])


@pytest.mark.parametrize("undated", [PublishStep("j", "p", 1, "success"), step(conclusion="skipped")])
def test_a_step_that_was_skipped_or_has_no_times_has_no_lines(undated: PublishStep) -> None:
    assert () == read_log(dated(SAID), [undated])


def test_each_of_two_steps_has_what_was_printed_in_its_time() -> None:
    first, second = step(3, 0, 30), step(5, 40, 90)
    log = dated(SAID, 10) + dated(printed("uv"), 50)

    assert [("Publish 3", "npm"), ("Publish 5", "pypi"), ("Publish 5", "pypi")] == [
        (claim.step, claim.type) for claim in read_log(log, [second, first])
    ]


def test_in_the_first_second_of_a_step_its_header_ends_what_the_step_before_it_printed() -> None:
    before = dated(["##[group]Run ./build", "##[endgroup]"], -5) + dated(SAID, 0.1)
    header = dated(["##[group]Run npm publish", "##[endgroup]"], 0.5)

    assert () == read_log(before + header + dated(["nothing"], 3), [STEP])
    assert 1 == len(read_log(before + header + dated(SAID, 3), [STEP]))


@pytest.mark.parametrize("header", ["##[group]Run ./after", "Post job cleanup."])
def test_in_the_last_second_of_a_step_a_header_begins_the_next_one(header: str) -> None:
    assert () == read_log(dated([header, "##[endgroup]", *SAID], 120.5), [STEP])
    assert 1 == len(read_log(dated([*SAID, header, "##[endgroup]"], 120.5), [STEP]))


def test_two_publish_steps_that_share_a_second_are_told_apart_by_the_header() -> None:
    first, second = step(3, 0, 30), step(4, 30, 90)
    header = ["##[group]Run uv publish", "##[endgroup]"]

    claims = read_log(dated([*SAID, *header, *printed("uv")], 30.2), [first, second])

    assert [("Publish 3", "npm"), ("Publish 4", "pypi"), ("Publish 4", "pypi")] == [(c.step, c.type) for c in claims]


def test_a_step_within_one_second_has_all_of_that_second() -> None:
    assert 1 == len(read_log(dated(["##[group]Run npm publish", "##[endgroup]", *SAID], 0.5), [step(7, 0, 0)]))


def test_headers_in_the_middle_of_a_step_are_those_of_what_it_calls() -> None:
    """A composite action shows the header of each of its own steps."""
    assert 1 == len(read_log(dated(["##[group]Run inner", "##[endgroup]", *SAID], 60), [STEP]))


def test_only_a_step_that_github_says_succeeded_settles_what_was_left_open() -> None:
    claims = {
        conclusion: len(read_log(dated(printed("uv")), [step(conclusion=conclusion)]))
        for conclusion in ("success", "failure", "cancelled", "")
    }

    assert {"success": 2, "failure": 1, "cancelled": 1, "": 1} == claims
