"""Where an issue stands: never in public what is private, never in a place that is not the owner's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import issue, place
from checks.base import Permanent, Subject
from tests.checks.examples import AT, CASES, incident, member, subject
from tests.checks.fake import HOME, FakeGitHub
from verifier.ledger.protocol import Posted
from verifier.model import Conduct, Repository

TRACKER = "axios/alerts"
KNOWN = Repository(11, 5, TRACKER, AT, private=True, installation_id=3)
TO_TRACKER = Conduct(issue_repository=TRACKER)


def about(private: bool = False, tracker: Repository | None = KNOWN, **more: Any) -> Subject:
    base = subject(CASES["rogue"], private=private, conduct=TO_TRACKER, tracker=tracker, **more)
    return replace(base, repository=replace(base.repository, installation_id=3))


def made(asked: Subject, github: FakeGitHub) -> Posted:
    post = issue.render(asked)
    ref, url = issue.create(asked, post, github)
    return Posted(asked.incident.id, issue.NAME, ref, url, post.digest, post.open, AT)


@pytest.mark.parametrize("private", [False, True])
def test_an_issue_stands_in_the_repository_that_the_owner_names_and_is_kept_up_to_date_there(private: bool) -> None:
    github, asked = FakeGitHub(), about(private)
    posted = made(asked, github)
    (shown,) = github.items["issues"]

    assert (f"{TRACKER}#1", TRACKER) == (posted.ref, shown["repository"])
    assert shown["title"].startswith("axios/axios: axios 1.14.1")
    assert "About the repository `axios/axios`." in shown["body"]
    assert (posted.ref, posted.url) == issue.find(asked, issue.render(asked), github)
    more = replace(asked, incident=incident(member(), member("1.14.2")))
    issue.update(more, issue.render(more), posted, github)
    assert "1.14.2" in shown["body"]


def test_an_issue_stays_where_it_stands_when_another_place_is_named_later() -> None:
    github = FakeGitHub()
    asked = subject(CASES["rogue"])
    at_home = made(asked, github)
    issue.update(about(), issue.render(about()), at_home, github)
    elsewhere = made(about(), github)
    issue.update(asked, issue.render(asked), elsewhere, github)

    assert [f"/repos/{HOME}/issues/1", f"/repos/{TRACKER}/issues/2"] == [
        path for method, path, _ in github.asked if method == "PATCH"
    ]


def test_an_incident_of_a_private_repository_stays_there_where_the_named_one_is_public() -> None:
    github, asked = FakeGitHub(public=(HOME, TRACKER)), about(True, replace(KNOWN, private=False))
    posted = made(asked, github)

    assert ("1", HOME) == (posted.ref, github.items["issues"][0]["repository"])


def test_nothing_private_is_written_into_a_repository_that_became_public_since() -> None:
    """The ledger may not know it yet; GitHub does."""
    github, asked = FakeGitHub(), about(True)
    posted = made(asked, github)
    github.public = (TRACKER,)
    github.asked.clear()

    with pytest.raises(Permanent, match="is public, and axios/axios is private"):
        issue.update(asked, issue.render(asked), posted, github)
    with pytest.raises(Permanent, match="nothing is written there"):
        issue.create(asked, issue.render(asked), github)
    assert {"GET"} == {method for method, _, _ in github.asked}


def test_an_incident_of_a_public_repository_costs_no_question_more() -> None:
    github = FakeGitHub()
    made(about(), github)

    assert ["POST"] == [method for method, _, _ in github.asked]


@pytest.mark.parametrize(
    "tracker",
    [
        None,
        replace(KNOWN, owner_id=6),
        replace(KNOWN, removed=True),
        replace(KNOWN, installation_id=None),
        replace(KNOWN, installation_id=4),
    ],
    ids=["unknown", "another owner's", "removed", "not installed", "another installation's"],
)
def test_a_place_that_is_not_the_owners_takes_nothing_and_that_is_said_with_what_to_do(
    tracker: Repository | None,
) -> None:
    github = FakeGitHub()

    for do in (issue.find, issue.create):
        with pytest.raises(Permanent, match="no repository of the same owner that the App is installed on"):
            do(about(tracker=tracker), issue.render(about()), github)
    assert [] == github.asked


def test_the_repository_itself_may_be_named() -> None:
    itself = replace(about(tracker=None), conduct=Conduct(issue_repository="Axios/AXIOS"))

    assert HOME == place.new(itself)


@given(st.booleans(), st.booleans(), st.booleans(), st.sampled_from([5, 6]), st.sampled_from([None, 3, 4]))
def test_what_is_private_is_never_placed_in_public(
    own_private: bool, private: bool, removed: bool, owner: int, installation: int | None
) -> None:
    tracker = Repository(11, owner, TRACKER, AT, private=private, removed=removed, installation_id=installation)
    asked = about(own_private, tracker)
    try:
        where = place.new(asked)
    except Permanent:
        assert removed or owner != 5 or installation != 3
        return

    assert where == HOME or private or not own_private
    assert where == HOME or (owner, installation, removed) == (5, 3, False)


def test_a_title_that_names_its_repository_fits() -> None:
    long = replace(about(), repository=replace(about().repository, full_name=f"{'o' * 39}/{'r' * 100}"))
    names = incident(member("9" * 200, f"pkg:npm/{'n' * 214}"))

    assert len(issue.render(replace(long, incident=names)).body["title"]) <= 255
