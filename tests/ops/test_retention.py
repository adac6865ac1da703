"""What is forgotten, when, and what never is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from app.deps import Deps
from app.jobs.telling.weekly import key_of
from app.processes.retention import BATCH, EVERY, Forgotten, Retention, forget
from app.settings import Settings
from sandbox.play import play
from sandbox.replay import Replay
from sandbox.scenario import load
from tests.documents import ROOT
from tests.ledger.conftest import NO_SERVER, empty_postgresql_url, ledger, migrated_file, postgresql_url, sqlite_url
from tests.ledger.examples import T0
from verifier.ledger import Book, Ledger, memory_ledger
from verifier.ledger.protocol import Delivery, Posted

__all__ = ["NO_SERVER", "empty_postgresql_url", "ledger", "migrated_file", "postgresql_url", "sqlite_url"]

DAY = timedelta(days=1)
SETTINGS = Settings()


def test_webhooks_go_when_github_delivers_them_no_more_and_unread_ones_later(ledger: Ledger) -> None:
    with ledger.writing() as book:
        for name in ("heard", "unread", "waiting"):
            book.inbox.keep(Delivery(name, "push", b"{}", T0))
        book.inbox.settle("heard", T0)
        book.inbox.settle("unread", T0, "not JSON")

    gone = []
    for days in (13, 14, 15, 90, 91, 4000):
        with ledger.writing() as book:
            gone.append(forget(book, SETTINGS, T0 + days * DAY).webhooks)
    with ledger.reading() as book:
        assert (1, T0, []) == (book.inbox.waiting(), book.inbox.waiting_since(), book.inbox.given_up(10))
    assert [0, 0, 1, 0, 1, 0] == gone


def test_a_webhook_delivered_again_within_githubs_days_is_known(ledger: Ledger) -> None:
    """The shortest time that the setting takes is longer than the 3 days in which GitHub delivers again."""
    with ledger.writing() as book:
        book.inbox.keep(Delivery("d", "push", b"{}", T0))
        book.inbox.settle("d", T0)
    with ledger.writing() as book:
        forget(book, replace(SETTINGS, retain_webhooks=4 * DAY), T0 + 3 * DAY)
        assert not book.inbox.keep(Delivery("d", "push", b"{}", T0 + 3 * DAY))


def test_the_oldest_go_first_and_a_batch_at_a_time(ledger: Ledger) -> None:
    with ledger.writing() as book:
        for number in range(5):
            book.inbox.keep(Delivery(f"d{number}", "push", b"{}", T0))
            book.inbox.settle(f"d{number}", T0 + number * DAY)
        assert 2 == book.inbox.drop_heard(T0 + 4 * DAY, T0, 2)
        assert not book.inbox.keep(Delivery("d2", "push", b"{}", T0))
        assert book.inbox.keep(Delivery("d1", "push", b"{}", T0))


def test_that_a_summary_was_sent_is_forgotten_and_what_an_incident_holds_is_not(ledger: Ledger) -> None:
    old, new = key_of(T0), key_of(T0 + 60 * DAY)
    kept = [
        Posted(new, "route/a", "", "", "", True, T0),
        Posted("weekly/not-a-day-1", "route/a", "", "", "", True, T0),
        Posted("i1", "issue", "12", "", "", True, T0),
    ]
    with ledger.writing() as book:
        for posted in (
            Posted(old, "route/a", "", "", "", True, T0),
            Posted(old, "route/b", "", "", "", True, T0),
            *kept,
        ):
            book.incidents.put_posted(posted)
        assert 2 == forget(book, SETTINGS, T0 + 120 * DAY).summaries
        assert [] == book.incidents.all_posted(old)
        assert kept == [book.incidents.posted(posted.incident_id, posted.channel) for posted in kept]


def test_facts_incidents_verdicts_and_the_audit_log_never_go() -> None:
    """After a whole attack, ten years later, all that a page or an export shows is still there."""
    scenario = load(ROOT / "scenarios" / "axios-2026")
    stage = Replay(scenario)
    play(scenario, stage)

    def everything(book: Book) -> dict[str, object]:
        incidents = book.incidents.all()
        watched = [watch.artifact for watch in book.versions.watches()]
        return {
            "facts": list(book.chain()),
            "incidents": incidents,
            "notices": [book.incidents.notices(incident.id) for incident in incidents],
            "posted": [book.incidents.all_posted(incident.id) for incident in incidents],
            "commands": [book.incidents.commands(incident.id) for incident in incidents],
            "verdicts": [book.versions.verdicts(a, d.version.number) for a in watched for d in book.versions.of(a)],
            "deeds": book.views.deeds(None),
            "work": {queue.step: queue.wanted for queue in book.work.queues(T0)},
        }

    with stage.deps.ledger.reading() as book:
        before = everything(book)
    assert before["facts"]
    assert before["incidents"]
    assert before["verdicts"]
    with stage.deps.ledger.writing() as book:
        forget(book, stage.deps.settings, stage.deps.now() + 3650 * DAY)
    with stage.deps.ledger.reading() as book:
        assert before == everything(book)


def test_the_clock_forgets_once_an_hour_and_goes_on_at_once_where_there_is_more() -> None:
    now, batches = [T0], [Forgotten(webhooks=BATCH), Forgotten(3), Forgotten(), Forgotten()]
    asked = list[datetime]()

    def some(book: Book, settings: Settings, at: datetime) -> Forgotten:
        asked.append(at)
        return batches[len(asked) - 1]

    nothing = cast(Any, None)
    retained = Retention(Deps(SETTINGS, memory_ledger(), nothing, nothing, nothing, lambda: now[0]), some)
    for at in (T0, T0, T0, T0 + EVERY - timedelta(seconds=1), T0 + EVERY, T0 - DAY):
        now[0] = at
        retained()
    assert [T0, T0, T0 + EVERY, T0 - DAY] == asked
