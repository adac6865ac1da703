"""Check run and issue at a GitHub that somebody else wrote: `emulate` takes them, changes them and closes them.

Its tokens for Apps cannot be read by githubkit, and it has no advisories; so this is an owner's plain token, and the
two channels that can use one. Everything below the token is the monitor's own way to GitHub.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import jwt
import pytest
import requests
from githubkit import GitHub as Kit
from githubkit import TokenAuthStrategy
from githubkit.config import get_config

from app.github.installation import GitHub
from app.github.kept import Kept
from app.github.limits import Limits
from app.github.people import role_of
from app.github.rest import Rest
from checks import answers, check_run, issue
from checks.base import Channel, Gone, Subject
from tests.checks.examples import AT, incident, member
from tests.e2e.conftest import given
from tests.e2e.emulate_seed import APP, INSTALLATION, OWNER, REPOSITORY, TOKEN, TRACKER
from verifier.ledger.protocol import Posted
from verifier.model import Acknowledgement, Conduct, IncidentState, Outcome, Repository

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.e2e


@dataclass(frozen=True)
class Emulated:
    """The emulated GitHub, and an incident of its one repository that no other test speaks about."""

    github: GitHub
    subject: Subject

    def settled(self) -> Subject:
        """The same incident once an approved run accounts for its version."""
        said = ("An approved run published it.",)
        explained = member(outcome=Outcome.COMPLIANT, reasons=("registry-names-run",), sentences=said)
        return replace(self.subject, incident=incident(explained, id=self.subject.incident.id, rogue=True))


@pytest.fixture(params=["plain token", "token of our App"])
def emulated(request: pytest.FixtureRequest) -> Emulated:
    token = TOKEN if request.param == "plain token" else installation_token()
    return at_github(token)


def at_github(token: str) -> Emulated:
    """Our way to the emulator with this token, and a new incident."""
    config = get_config(base_url=given("E2E_EMULATE"), trust_env=False, http_cache=False, auto_retry=False)
    # Rest is written for an App's client; only how it authenticates is another.
    client = Kit(TokenAuthStrategy(token), config=config)
    github = GitHub(Rest(client, Limits("emulate"), Kept(), lambda: None), app_id=str(APP))
    seen = github.named(f"{OWNER}/{REPOSITORY}")
    assert isinstance(seen, Repository)
    return Emulated(github, Subject(incident(member(), id=uuid.uuid4().hex[:16]), seen, github.head_sha(seen)))


def installation_token() -> str:
    """A token of the App's installation; githubkit cannot fetch it here, because of the form of its expiry."""
    now = int(time.time())
    claims = {"iat": now - 30, "exp": now + 300, "iss": str(APP)}
    signed = jwt.encode(claims, Path(given("E2E_EMULATE_KEY")).read_text("utf-8"), algorithm="RS256")
    answer = requests.post(
        f"{given('E2E_EMULATE')}/app/installations/{INSTALLATION}/access_tokens",
        headers={"Authorization": f"Bearer {signed}"},
        timeout=30,
    )
    answer.raise_for_status()
    return str(answer.json()["token"])


def make(channel: ModuleType, here: Emulated) -> Posted:
    """The channel's post of the incident, made."""
    post = cast(Channel, channel).render(here.subject)
    ref, url = channel.create(here.subject, post, here.github)
    return Posted(here.subject.incident.id, channel.NAME, ref, url, post.digest, post.open, AT)


def held(channel: ModuleType, here: Emulated, ref: str) -> dict[str, Any]:
    """What the emulator shows of it."""
    kind = {"check_run": "check-runs", "issue": "issues"}[channel.NAME]
    shown: dict[str, Any] = here.github.call("GET", f"/repos/octo/widget/{kind}/{ref}")
    return shown


def test_an_issue_is_opened_changed_and_closed(emulated: Emulated) -> None:
    posted = make(issue, emulated)
    opened, post = held(issue, emulated, posted.ref), issue.render(emulated.subject)
    assert ("open", post.body["title"], post.body["body"]) == (opened["state"], opened["title"], opened["body"])
    assert ["artifact-monitor"] == [label["name"] for label in opened["labels"]]

    worse = incident(member(), member("1.14.2"), id=emulated.subject.incident.id)
    issue.update(emulated.subject, issue.render(replace(emulated.subject, incident=worse)), posted, emulated.github)
    assert "1.14.2" in held(issue, emulated, posted.ref)["body"]

    settled = emulated.settled()
    issue.update(settled, issue.render(settled), posted, emulated.github)
    closed = held(issue, emulated, posted.ref)
    assert ("closed", "completed") == (closed["state"], closed["state_reason"])


def test_an_acknowledged_incident_is_labelled_as_long_as_it_is_and_peoples_labels_stay(emulated: Emulated) -> None:
    posted = make(issue, emulated)
    path = f"/repos/{OWNER}/{REPOSITORY}/issues/{posted.ref}"
    emulated.github.call("POST", f"{path}/labels", {"labels": ["theirs"]})
    given_at = Acknowledgement("carol", "I look after it", AT, AT + timedelta(days=1))
    held_by = replace(emulated.subject.incident, state=IncidentState.ACKNOWLEDGED, acknowledged=given_at)
    shown = []
    for subject in (replace(emulated.subject, incident=held_by), emulated.subject):
        issue.update(subject, issue.render(subject), posted, emulated.github)
        shown.append({label["name"] for label in held(issue, emulated, posted.ref)["labels"]})

    assert [{"artifact-monitor", "theirs", issue.ACKNOWLEDGED}, {"artifact-monitor", "theirs"}] == shown


def test_people_whom_github_does_not_know_do_not_cost_the_issue(emulated: Emulated) -> None:
    wanted = replace(emulated, subject=replace(emulated.subject, conduct=Conduct(assignees=(OWNER, "nobody-at-all"))))
    shown = held(issue, wanted, make(issue, wanted).ref)

    assert "open" == shown["state"]
    assert OWNER in [user["login"] for user in shown["assignees"]]


def test_an_issue_stands_in_the_repository_that_is_named_for_all(emulated: Emulated) -> None:
    tracker = emulated.github.named(f"{OWNER}/{TRACKER}")
    conduct = Conduct(issue_repository=f"{OWNER}/{TRACKER}")
    subject = replace(emulated.subject, conduct=conduct, tracker=_installed(tracker))
    subject = replace(subject, repository=_installed(subject.repository))
    posted = make(issue, replace(emulated, subject=subject))
    number = posted.ref.removeprefix(f"{OWNER}/{TRACKER}#")
    worse = replace(subject, incident=incident(member(), member("1.14.2"), id=subject.incident.id))
    issue.update(worse, issue.render(worse), posted, emulated.github)

    assert "1.14.2" in emulated.github.call("GET", f"/repos/{OWNER}/{TRACKER}/issues/{number}")["body"]


def _installed(repository: Repository | None) -> Repository:
    """The client of these tests belongs to no installation, so that nothing it reads names one."""
    assert repository is not None
    return replace(repository, installation_id=INSTALLATION)


def test_a_check_run_turns_red_and_then_green(emulated: Emulated) -> None:
    posted = make(check_run, emulated)
    red, post = held(check_run, emulated, posted.ref), check_run.render(emulated.subject)
    assert ("completed", "failure", emulated.subject.head_sha) == (red["status"], red["conclusion"], red["head_sha"])
    assert post.body["output"] == {key: red["output"][key] for key in post.body["output"]}
    assert post.marker == red["external_id"]

    settled = emulated.settled()
    check_run.update(settled, check_run.render(settled), posted, emulated.github)
    assert "success" == held(check_run, emulated, posted.ref)["conclusion"]


@pytest.mark.parametrize("channel", [check_run, issue], ids=lambda channel: channel.NAME)
def test_what_names_no_app_is_never_taken_for_ours(channel: ModuleType, emulated: Emulated) -> None:
    """The emulator never says which App made a thing; so nothing there is ours, whatever marker it carries."""
    posted, post = make(channel, emulated), channel.render(emulated.subject)
    shown = held(channel, emulated, posted.ref)

    assert None is shown["app" if channel is check_run else "performed_via_github_app"]
    assert None is channel.find(emulated.subject, post, emulated.github)


def test_answers_are_written_on_the_issue_and_edited_there(emulated: Emulated) -> None:
    posted, place = make(issue, emulated), f"/repos/{OWNER}/{REPOSITORY}"
    ref, url = answers.create("one", place, posted.ref, emulated.github)
    answers.update("two", place, ref, emulated.github)
    said = emulated.github.list(f"{place}/issues/{posted.ref}/comments")

    assert [("two", url)] == [(comment["body"], comment["html_url"]) for comment in said]
    with pytest.raises(Gone):
        answers.update("three", place, "999999", emulated.github)


def test_an_issue_that_was_closed_is_seen_and_opened_again(emulated: Emulated) -> None:
    posted = make(issue, emulated)
    emulated.github.call("PATCH", f"/repos/{OWNER}/{REPOSITORY}/issues/{posted.ref}", {"state": "closed"})
    assert "closed" == issue.seen(emulated.subject, posted.ref, emulated.github)["state"]
    issue.reopen(emulated.subject, posted.ref, emulated.github)

    assert "open" == issue.seen(emulated.subject, posted.ref, emulated.github)["state"]


def test_the_role_of_whoever_commands_is_asked_by_number(emulated: Emulated) -> None:
    owner = emulated.github.call("GET", f"/users/{OWNER}")["id"]

    assert "admin" == role_of(emulated.github, emulated.subject.repository, owner, OWNER)
    assert "" == role_of(emulated.github, emulated.subject.repository, owner + 1, OWNER)
    assert "" == role_of(emulated.github, emulated.subject.repository, owner, "nobody-of-this-name")
