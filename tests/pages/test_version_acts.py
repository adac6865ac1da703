"""What may be done about a version on its own page: what the page of its incident offers, and to look at it again."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.pages.version import TURNS
from app.viewer import Viewer
from tests.jobs.commanded import SUSPECT, Told
from tests.pages.acting import HOME, Desk
from tests.pages.browser import Page, client, filled
from tests.pages.examples import ALICE, AXIOS, NOW, ROGUE, dossier
from tests.registries.documents import SCOPED
from tests.verdict.cases import REPOSITORY
from verifier.ledger.apply import version_task
from verifier.model import Conduct, IncidentState, Publisher

MINUTE = timedelta(minutes=1)
WHERE = {"purl": SCOPED.purl, "number": "1.2.3"}


class Shown(Desk):
    """A desk in front of the version's page in place of that of its incident."""

    def __init__(self, data_dir: Path, told: Told | None = None) -> None:
        super().__init__(data_dir, told)
        with self.told.parts.ledger.writing() as book:
            made = Publisher(SCOPED, REPOSITORY.id, REPOSITORY.owner_id, (".github/workflows/publish.yml",))
            book.repositories.put_publishers(REPOSITORY.id, "config", (made,))

    def page(self, client: FlaskClient) -> str:
        return client.get("/version", query_string=WHERE).text

    def recheck(self, client: FlaskClient, **fields: str) -> TestResponse:
        form = self.form(client, "recheck") | fields
        return client.post("/version/recheck", query_string=WHERE, data=form, headers={"Origin": HOME})

    def settle(self) -> None:
        incident = self.told.incident
        members = tuple(replace(member, waived=True) for member in incident.members)
        with self.told.parts.ledger.writing() as book:
            book.incidents.put(replace(incident, state=IncidentState.RESOLVED, members=members))

    def wanted(self) -> bool:
        with self.told.parts.ledger.reading() as book:
            return book.work.get("examine", version_task(SCOPED, "1.2.3")) is not None


@pytest.fixture
def desk(tmp_path: Path) -> Shown:
    return Shown(tmp_path)


def offered(page: str) -> list[str]:
    return re.findall(r'name="verb" value="([a-z]+)"', page)


@pytest.mark.parametrize("who", ["carol", "operator"])
def test_a_version_is_waived_where_its_verdict_is_read(desk: Shown, who: str) -> None:
    browser = desk.browser(who)
    assert ["acknowledge", "mine", "mute", "recheck"] == offered(desk.page(browser))
    sent = desk.send(browser, "mine")
    desk.answer()

    assert (303, f"/incidents/{desk.told.id}#commands") == (sent.status_code, sent.location)
    assert [who] == [waiver.by for waiver in desk.told.waivers()]


def test_what_is_waived_with_it_is_said_beforehand(desk: Shown) -> None:
    incident = desk.told.incident
    more = tuple(replace(incident.members[0], number=f"1.2.{n}") for n in (3, 4, 5))
    with desk.told.parts.ledger.writing() as book:
        book.incidents.put(replace(incident, members=more))
    text = " ".join(Page(desk.page(desk.browser("carol"))).text.split())

    assert "2 more of its incident stand open; what you do here is done for all of them." in text
    assert "Waives exactly the files of 3 open versions in its incident for 30 days" in text


def test_a_line_of_suspects_can_be_muted_from_there(tmp_path: Path) -> None:
    desk = Shown(tmp_path, Told(SUSPECT))

    assert "mute" in offered(desk.page(desk.browser("carol")))


def test_who_has_not_the_role_reads_which_it_takes_and_may_have_it_looked_at(desk: Shown) -> None:
    desk.told.conduct(Conduct(role="admin"))
    page = desk.page(desk.browser("erin", "write"))

    assert ["recheck"] == offered(page)
    assert "To act on it takes the role admin or more in its repository" in page


def test_a_reader_is_offered_nothing_and_refused(desk: Shown) -> None:
    desk.settle()
    erin = desk.browser("erin", "read")

    assert [] == offered(desk.page(erin))
    assert "takes the role write or more" in desk.page(erin)
    assert 403 == desk.recheck(erin).status_code
    assert not desk.wanted()


def test_without_the_pages_own_form_nothing_is_looked_at_again(desk: Shown) -> None:
    desk.settle()

    assert 403 == desk.recheck(desk.browser("carol"), form_token="another").status_code
    assert not desk.wanted()


def test_what_stands_open_nowhere_is_looked_at_again_and_the_page_shows_when_it_was(desk: Shown) -> None:
    desk.settle()
    erin = desk.browser("erin", "write")
    assert ["recheck"] == offered(desk.page(erin))
    sent = desk.recheck(erin)
    assert (303, ["examine"], True) == (sent.status_code, desk.woken, desk.wanted())

    waiting = erin.get(sent.location)
    assert "It is being looked at again." in waiting.text
    assert [] == offered(waiting.text)
    assert waiting.headers["Refresh"].endswith("again=2#acts")
    with desk.told.parts.ledger.writing() as book:
        (lent,) = book.work.claim("examine", 1, desk.told.parts.now, MINUTE)
        book.work.done(lent)
    done = erin.get(sent.location)

    assert ["recheck"] == offered(done.text)
    assert "Refresh" not in done.headers


@pytest.mark.parametrize("again", ["", TURNS[-1], "99", "x"])
def test_a_page_that_nobody_answers_does_not_load_itself_for_ever(desk: Shown, again: str) -> None:
    desk.settle()
    erin = desk.browser("erin", "write")
    desk.recheck(erin)

    assert "Refresh" not in erin.get("/version", query_string=WHERE | {"again": again}).headers


def test_a_version_that_may_not_be_seen_cannot_be_looked_at_again(desk: Shown) -> None:
    erin = desk.browser("erin", "write")
    form = desk.form(erin, "recheck")
    for changes in ({"number": "9.9.9"}, {"purl": "pkg:npm/other"}, {"purl": "no purl"}, {"number": "9" * 1001}):
        sent = erin.post("/version/recheck", query_string=WHERE | changes, data=form, headers={"Origin": HOME})
        assert 404 == sent.status_code


def test_what_may_be_taken_away_is_linked() -> None:
    """The case file of its incident, and the version itself."""
    app = client()
    for number, kinds in (("1.14.1", {"osv", "openvex", "csv", "json"}), ("1.14.0", set[str]())):
        page = app.get("/version", query_string={"purl": AXIOS.purl, "number": number})
        links = [a for a in Page(page.text).addresses if "/export/" in a or a.startswith("/api/")]

        assert kinds == {link.rpartition("/")[2] for link in links if "/export/" in link}
        assert all(app.get(link).status_code == 200 for link in links)
        assert any(link.startswith("/api/v1/version?") for link in links)


def test_on_a_public_instance_who_is_not_logged_in_is_asked_to() -> None:
    anybody = Viewer(sees=frozenset({ALICE}))
    page = client(anybody).get("/version", query_string={"purl": AXIOS.purl, "number": "1.14.1"}).text

    assert "Log in to act on it." in page
    assert [] == offered(page)


def test_a_number_that_is_no_text_breaks_no_page_that_shows_it() -> None:
    """A registry's JSON may hold half a surrogate pair; no address can."""
    ledger = filled()
    with ledger.writing() as book:
        book.versions.put(dossier(AXIOS, "1.15.0\ud800", NOW, ROGUE))
    page = client(ledger=ledger).get("/artifact", query_string={"purl": AXIOS.purl})

    assert 200 == page.status_code
    assert "1.15.0\\u{d800}" in page.text
