"""The good version stands in the command where it is known, and where it is not the text is what it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from checks.commands import steps
from checks.good import before
from checks.report import report
from tests.checks.examples import AT, CASES, HOSTILE, image, incident, member, subject
from verifier.model import Artifact, IncidentState

AXIOS = Artifact("pkg:npm/axios")
SCOPED = Artifact("pkg:npm/%40scope/name")


def back(good: dict[Artifact, str], *names: str) -> tuple[str, tuple[str, ...]]:
    """The step that points `latest` back: its sentence and its commands."""
    members = [member(name=name) for name in names or ("pkg:npm/axios",)]
    (step,) = [step for step in steps(members, good=good) if step.sentence.startswith("**Point")]
    return step.sentence, step.commands


def test_the_command_names_the_version_that_is_known_and_says_which_it_is() -> None:
    sentence, commands = back({AXIOS: "1.14.0"})

    assert ("npm dist-tag add axios@1.14.0 latest",) == commands
    assert "that an approved run accounts for" in sentence
    assert "GOOD_VERSION" not in sentence


def test_where_it_is_known_of_some_only_the_others_keep_the_placeholder() -> None:
    sentence, commands = back({SCOPED: "2.0.0"}, "pkg:npm/axios", "pkg:npm/%40scope/name")

    assert ("npm dist-tag add axios@GOOD_VERSION latest", "npm dist-tag add @scope/name@2.0.0 latest") == commands
    assert "; where none is known, at a version you trust (in place of `GOOD_VERSION`):" in sentence


@pytest.mark.parametrize("number", [*HOSTILE, "", "--help", "1.0.0 latest", "1.0.0\n"])
def test_a_number_that_a_shell_could_take_for_a_command_is_as_good_as_unknown(number: str) -> None:
    assert back({}) == back({AXIOS: number})


def test_without_a_good_version_the_text_is_what_it_was() -> None:
    sentence, commands = back({})

    assert "**Point `latest` back** at a version you trust (in place of `GOOD_VERSION`):" == sentence
    assert ("npm dist-tag add axios@GOOD_VERSION latest",) == commands


def test_the_alert_shows_it() -> None:
    now = "\n".join(report(subject(CASES["rogue"], good={AXIOS: "1.14.0"})).now)

    assert "npm dist-tag add axios@1.14.0 latest" in now
    assert "GOOD_VERSION" not in now


def test_it_is_from_before_the_first_version_of_its_package_in_the_incident() -> None:
    """What is published later changes no text; a version without a time was there when it was noticed."""
    other = member(name=SCOPED.purl, published_at=None, detected_at=AT + timedelta(hours=2))
    several = incident(member("1.14.1"), member("0.30.4", published_at=AT - timedelta(hours=1)), other)

    assert {AXIOS: AT - timedelta(hours=1), SCOPED: AT + timedelta(hours=2)} == before(several)


def test_only_packages_are_asked_about_of_which_a_command_names_one_and_only_while_something_is_to_be_done() -> None:
    assert {} == before(incident(image(), member("8.3.45", "pkg:pypi/ultralytics")))
    assert {} == before(replace(CASES["rogue"], state=IncidentState.RESOLVED))
    assert {} == before(incident())
