"""GitHub's channels obey how a repository wants to be spoken to, and leave alone what people set."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from checks import CHANNELS, check_run, issue
from checks.base import Channel, Permanent
from tests.checks.examples import AT, CASES, subject
from tests.checks.fake import FakeGitHub
from tests.checks.test_channels import every_channel, posted_as
from verifier.model import Acknowledgement, Conduct, Incident, IncidentState


def acknowledged(**more: Any) -> Incident:
    """Somebody looks after it."""
    given = Acknowledgement("carol", "I look after it", AT, AT + timedelta(days=1))
    return replace(CASES["rogue"], state=IncidentState.ACKNOWLEDGED, acknowledged=given, **more)


@every_channel
def test_what_is_switched_off_is_not_begun_with(channel: Channel) -> None:
    off = Conduct(check_runs=False, issues=False, advisories=False)

    assert channel.wants(subject(CASES["rogue"]))
    assert not channel.wants(subject(CASES["rogue"], conduct=off))


def test_a_preview_files_nothing_but_a_check_run_that_is_neutral_and_says_so() -> None:
    about = subject(CASES["rogue"], conduct=Conduct(preview=True))

    assert ["check_run"] == [channel.NAME for channel in CHANNELS if channel.wants(about)]
    body = check_run.render(about).body
    assert "neutral" == body["conclusion"]
    assert body["output"]["summary"].startswith("**Preview:**")
    assert "**Preview:**" not in check_run.render(subject(CASES["rogue"])).body["output"]["summary"]


def test_an_issue_has_the_labels_and_the_assignees_that_are_configured() -> None:
    github, conduct = FakeGitHub(), Conduct(labels=("security", "p0"), assignees=("carol",))
    about = subject(CASES["rogue"], conduct=conduct)
    issue.create(about, issue.render(about), github)

    (made,) = github.items["issues"]
    assert (["security", "p0"], ["carol"]) == (made["labels"], made["assignees"])
    assert 1 == len(github.asked)


@pytest.mark.parametrize("labels", [(), ("security",)])
def test_an_issue_is_found_again_whatever_its_labels_are(labels: tuple[str, ...]) -> None:
    github, about = FakeGitHub(), subject(CASES["rogue"], conduct=Conduct(labels=labels))
    ref, url = issue.create(about, issue.render(about), github)
    github.items["issues"][0]["labels"] = ["theirs"]

    assert (ref, url) == issue.find(about, issue.render(about), github)


def test_people_whom_github_does_not_know_do_not_cost_the_issue() -> None:
    github = FakeGitHub(people=("carol", "dave"))
    about = subject(CASES["rogue"], conduct=Conduct(assignees=("nobody", "carol", "dave")))
    ref, _ = issue.create(about, issue.render(about), github)

    (made,) = github.items["issues"]
    assert (ref, ["carol", "dave"], ["artifact-monitor"]) == (str(made["number"]), made["assignees"], made["labels"])


def test_an_issue_without_assignees_that_is_refused_is_not_tried_twice() -> None:
    class Refusing(FakeGitHub):
        def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
            self.asked.append((method, path, body))
            raise Permanent("GitHub refuses it (422): spam")

    github, about = Refusing(), subject(CASES["rogue"])
    with pytest.raises(Permanent, match="spam"):
        issue.create(about, issue.render(about), github)
    assert 1 == len(github.asked)


def test_what_people_configured_later_changes_no_issue_that_stands() -> None:
    later = Conduct(labels=("p0",), assignees=("carol",))
    one, other = issue.render(subject(CASES["rogue"])), issue.render(subject(CASES["rogue"], conduct=later))

    assert one.digest == other.digest


def test_an_acknowledged_incident_bears_a_label_as_long_as_it_is_and_people_keep_theirs() -> None:
    github, about = FakeGitHub(), subject(CASES["rogue"])
    post = issue.render(about)
    ref, _ = issue.create(about, post, github)
    (made,) = github.items["issues"]
    made["labels"], made["assignees"] = ["theirs"], ["dave"]
    posted, shown = posted_as(issue, about, post, ref), []
    for held in (acknowledged(), acknowledged(), CASES["rogue"], CASES["rogue"]):
        before = len(github.asked)
        issue.update(subject(held), issue.render(subject(held)), posted, github)
        shown.append((list(made["labels"]), len(github.asked) - before))

    assert [(["theirs", issue.ACKNOWLEDGED], 2), (["theirs", issue.ACKNOWLEDGED], 1)] == shown[:2]
    assert [(["theirs"], 2), (["theirs"], 1)] == shown[2:]
    assert ["dave"] == made["assignees"]


def test_a_label_that_somebody_takes_away_in_the_same_moment_is_no_fault() -> None:
    class Racing(FakeGitHub):
        def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
            answer = super().call(method, path, body)
            return answer | {"labels": [{"name": issue.ACKNOWLEDGED}]} if method == "PATCH" else answer

    github, about = Racing(), subject(CASES["rogue"])
    post = issue.render(about)
    ref, _ = issue.create(about, post, github)
    issue.update(about, post, posted_as(issue, about, post, ref), github)

    assert "DELETE" == github.asked[-1][0]


def test_an_incident_that_is_acknowledged_when_its_issue_is_made_is_labelled_at_once() -> None:
    github, about = FakeGitHub(), subject(acknowledged())
    issue.create(about, issue.render(about), github)

    assert ["artifact-monitor", issue.ACKNOWLEDGED] == github.items["issues"][0]["labels"]
