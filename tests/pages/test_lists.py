"""Incidents, the ledger, the audit log and the monitor's health: whole, in pages, and to whom they belong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from app import create_app
from app.deps import Deps
from app.pages import troubles
from app.settings import Settings
from app.signin.sessions import key_of
from tests.ledger.conftest import migrated_file, sqlite_url
from tests.pages.examples import member
from tests.signin.place import ELSEWHERE, NAMES, NOW, WIDGET, deps_of, repositories
from tests.webhooks.site import SECRET
from verifier.ledger import Ledger, memory_ledger, open_ledger
from verifier.ledger.health import Budget
from verifier.ledger.protocol import Delivery, Posted
from verifier.ledger.sessions import Right, Session
from verifier.model import (
    Acknowledgement,
    Artifact,
    Bulletin,
    BulletinKind,
    Incident,
    IncidentState,
    Ref,
    Release,
    Run,
    RunKey,
    Waiver,
    WaiverGiven,
)
from verifier.model.backfill import Gap

__all__ = ["migrated_file", "sqlite_url"]

EVIL = "<img src=x onerror=alert(1)>\u202e\"'\n" + "z" * 500
PAGES = ("/incidents", "/incidents?state=all", "/incidents/evil", "/runs", "/runs?list=tags", "/runs?list=releases",
         "/activity", "/health")  # fmt: skip

LISTS = ("/incidents?state=all", "/runs", "/runs?list=tags", "/runs?list=releases", "/activity")


def browser(ledger: Ledger, sees: dict[int, str] | None = None) -> FlaskClient:
    """The operator's; with `sees`, of somebody logged in with these roles."""
    login: dict[str, Any] = {"github_client_id": "Iv1", "github_client_secret": "s", "base_url": "http://localhost"}
    settings = Settings(data_dir=Path("/nonexistent"), github_webhook_secret=SECRET, **(login if sees else {}))
    deps: Deps = deps_of(settings, ledger, lambda: NOW)
    client = create_app(deps).test_client()
    if sees:
        rights = tuple(Right(number, role) for number, role in sees.items())
        with ledger.writing() as book:
            book.sessions.begin(Session(key_of("c"), 7, "mona", "sealed", NOW, NOW, NOW, rights))
        client.set_cookie("artifact-monitor", "c")
    return client


def filled(ledger: Ledger | None = None, rows: int = 1) -> Ledger:
    """The repositories with one thing of each kind whose every name is hostile, `rows` times."""
    ledger = ledger or memory_ledger()
    repositories(ledger)
    with ledger.writing() as book:
        evil = replace(member(Artifact("pkg:npm/evil"), EVIL), account=EVIL, sentences=(EVIL,))
        given = Acknowledgement(EVIL, EVIL, NOW, NOW + timedelta(days=1))
        held = Incident("evil", WIDGET, NOW, IncidentState.ACKNOWLEDGED, True, (evil,), given)
        book.incidents.put(held)
        book.incidents.put_posted(Posted("evil", "issue", "1", "javascript:alert(1)", "d", True, NOW))
        book.incidents.put_posted(Posted("evil", "route/secret-room", "1", "", "d", True, NOW))
        told = Bulletin("b", BulletinKind.COMMANDED, WIDGET, NOW, EVIL, (EVIL,), incident_id="evil")
        book.incidents.put_bulletin(told)
        for number in range(rows):
            at = NOW - timedelta(minutes=number)
            run = Run(RunKey(WIDGET, 1000 + number, 2), EVIL, EVIL, "a" * 40, at, at, "completed", EVIL)
            book.runs.put(replace(run, title=EVIL, actor=EVIL, head_branch=EVIL, url="javascript:alert(1)"))
            book.refs.put_tag(Ref(WIDGET, f"v{number}{EVIL}", "b" * 40, at, EVIL, deleted_at=at))
            book.refs.put_release(Release(WIDGET, number + 1, EVIL, EVIL, at, at, deleted_at=at))
            until = at + timedelta(days=1)
            artifact = Artifact("pkg:npm/open-widget")
            book.record(WaiverGiven(Waiver(artifact, f"1.{number}.0", "f", EVIL, EVIL, at, until)), at)
            book.incidents.put(replace(held, id=f"more-{number}", opened_at=at, members=(evil,) * 3))
        book.health.report(f"poll {EVIL}", EVIL, NOW)
    return ledger


@contextmanager
def counted() -> Iterator[list[str]]:
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(str(given[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PAGES)
def test_whatever_strangers_named_things_stays_text(path: str) -> None:
    page = browser(filled()).get(path).text

    assert "<img" not in page
    assert "\u202e" not in page
    assert "javascript:" not in page
    assert "onerror=alert(1)" in page


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_the_database_as_often_however_much_there_is(sqlite_url: str, path: str) -> None:
    ledger = filled(open_ledger(sqlite_url), rows=1)
    client = browser(ledger)
    with counted() as little:
        assert 200 == client.get(path).status_code
    with ledger.writing() as book:
        for number in range(120):
            at = NOW - timedelta(hours=number)
            book.runs.put(Run(RunKey(WIDGET, 5000 + number, 1), "w", "push", "a" * 40, at, at, "queued"))
            book.incidents.put(Incident(f"i{number}", ELSEWHERE, at, IncidentState.OPEN, True,
                                        (member(Artifact("pkg:npm/x"), str(number)),)))  # fmt: skip
            book.refs.put_tag(Ref(WIDGET, f"t{number}", "b" * 40, at))
            book.refs.put_release(Release(WIDGET, 900 + number, "t", "a", at, at))
            book.work.want("examine", str(number), at)
            book.health.report(f"poll {number}", "could not look", at)
    with counted() as much:
        assert 200 == client.get(path).status_code

    assert len(little) == len(much)


@pytest.mark.parametrize("path", LISTS)
def test_a_long_list_is_read_to_its_end_page_by_page(path: str) -> None:
    """Nothing is left out and nothing stands twice; the way back to the newest is on every later page."""
    ledger = filled(rows=120)
    client, url, rows, pages = browser(ledger), path, 0, 0
    while url:
        page = client.get(url).text
        rows, pages = rows + page.count("<tr>") - 1, pages + 1
        assert (pages > 1) == ('rel="first"' in page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        url = path.split("?", maxsplit=1)[0] + older[1].split("#")[0].replace("&amp;", "&") if older else ""

    with ledger.reading() as book:
        expected = {
            "/incidents?state=all": len(book.incidents.all()),
            "/runs": 123,
            "/runs?list=tags": 120,
            "/runs?list=releases": 120,
            "/activity": len(book.views.deeds(None, limit=200).items),
        }
    assert (expected[path], 3) == (rows, pages)


@pytest.mark.parametrize("path", ["/incidents", "/runs", "/activity"])
def test_a_cursor_that_is_not_ours_begins_at_the_newest(path: str) -> None:
    client = browser(filled())

    for after in ("nonsense", "x" * 5_000, "\u0000"):
        assert 200 == client.get(path, query_string={"after": after}).status_code


@pytest.mark.parametrize("path", ["/incidents?state=all", "/runs", "/activity"])
def test_nobody_reads_of_repositories_that_they_do_not_see(path: str) -> None:
    page = browser(filled(), {ELSEWHERE: "admin"}).get(path).text

    assert NAMES[ELSEWHERE] in page
    assert NAMES[WIDGET] not in page
    assert "alert(1)" not in page


def test_a_repository_that_may_not_be_seen_is_as_unknown_as_one_that_is_not_there() -> None:
    client = browser(filled(), {ELSEWHERE: "admin"})

    hidden = client.get("/runs?repository=octo/open-widget").text.replace("open-widget", "?")
    nowhere = client.get("/runs?repository=octo/nowhere").text.replace("nowhere", "?")
    assert "No repository of that name is shown to you here." in hidden
    assert hidden == nowhere


def test_the_ledger_is_filtered_by_repository() -> None:
    page = browser(filled()).get("/runs?repository=octo/foreign-thing").text

    assert 2 == page.count("<tr>")


def test_a_tag_that_was_deleted_at_github_is_listed_as_deleted() -> None:
    assert "✗ deleted" in browser(filled()).get("/runs?list=tags").text
    assert "✗ deleted" in browser(filled()).get("/runs?list=releases").text


def test_incidents_are_listed_by_how_they_stand() -> None:
    client = browser(filled())

    assert "alert(1)" not in client.get("/incidents?state=unattended").text
    assert "foreign-thing" not in client.get("/incidents?state=acknowledged").text
    assert "There is none here." in client.get("/incidents?state=settled").text
    assert "foreign-thing" in client.get("/incidents?state=never-heard-of").text


def test_routes_are_named_to_the_operator_alone() -> None:
    ledger = filled()

    assert "secret-room" in browser(ledger).get("/incidents/evil").text
    page = browser(ledger, {WIDGET: "admin"}).get("/incidents/evil").text
    assert "secret-room" not in page
    assert "Told in 1 place outside GitHub" in page


def test_who_may_see_an_incident_takes_it_away_in_every_format() -> None:
    client = browser(filled(), {WIDGET: "read"})
    types = {"osv": "application/zip", "openvex": "application/json", "csv": "text/csv", "json": "application/json"}
    answers = {kind: client.get(f"/incidents/open-widget/export/{kind}") for kind in types}

    assert types == {kind: answer.mimetype for kind, answer in answers.items()}
    assert 'attachment; filename="incident-open-widget.json"' == answers["json"].headers["Content-Disposition"]
    assert 404 == client.get("/incidents/open-widget/export/exe").status_code
    assert 404 == client.get("/incidents/foreign-thing/export/json").status_code


def test_the_operator_reads_what_is_wrong_and_others_only_whether() -> None:
    ledger = filled()
    with ledger.writing() as book:
        book.repositories.put_gap(ELSEWHERE, Gap(NOW - timedelta(hours=2), NOW - timedelta(hours=2)))
        book.inbox.keep(Delivery("d-1", "push", b"{}", NOW))
        book.inbox.settle("d-1", NOW, "cannot be read")
        book.health.put_budget(Budget("registry.example", 0, NOW + timedelta(hours=1), refused=True))
        book.work.want("poll", "x", NOW - timedelta(minutes=5))
        book.health.beat("clock", NOW - timedelta(minutes=20))
    full, others = browser(ledger).get("/health").text, browser(ledger, {WIDGET: "admin"}).get("/health").text

    for words in ("foreign-thing", "cannot be read", "registry.example", "the oldest for 5 min", "20 min"):
        assert words in full
        assert words not in others
    assert "What is wrong is shown to whoever runs it." in others
    assert "alert(1)" not in others


def test_all_is_well_where_the_clock_runs_and_nothing_is_wrong() -> None:
    ledger = memory_ledger()
    with ledger.writing() as book:
        book.health.beat("clock", NOW)

    for sees in (None, {WIDGET: "read"}):
        assert "All is well" in browser(ledger, sees).get("/health").text


def test_every_problem_is_under_what_it_is_about() -> None:
    subjects = ["poll pkg:npm/x", "look pkg:npm/x 1", "log 7/41/1", "route team", "tell/team i", "clock", "step/poll"]

    expected = ["Registries"] * 2 + ["GitHub"] + ["Places that are told"] * 2 + [troubles.OURS] * 2
    assert expected == [troubles.kind_of(subject) for subject in subjects]


def test_steps_have_words_for_all_that_waits() -> None:
    page = troubles.roll_up(troubles.Seen((), (), {}, NOW), NOW, full=True)

    assert [(step, 0) for step in cast(Any, troubles).STEPS] == [(step.name, step.due) for step in page.steps]
