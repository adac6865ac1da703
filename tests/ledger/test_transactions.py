"""All or nothing, one at a time, and never by halves. On every twin."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection

import pytest
from sqlalchemy.exc import DBAPIError

from tests.ledger.examples import MINUTE, T0, WIDGET, derived, publisher, repository, run, version
from tests.ledger.test_record import STORY
from verifier.ledger import Book, Ledger, Unavailable, open_ledger
from verifier.ledger.health import Budget, Server
from verifier.ledger.protocol import Delivery, Dossier, Nested, ReadOnly
from verifier.model import Installation, PublishersSet, RepositorySeen, RunSeen, RunsListed, VersionSeen
from verifier.model.backfill import Gap


def scribble(book: Book) -> None:
    """Change something on every shelf."""
    book.inbox.keep(Delivery("d2", "push", b"", T0))
    book.inbox.claim(9, T0, MINUTE)
    book.inbox.settle("d1", T0)
    for fact in STORY:
        book.record(fact, T0)
    book.record(PublishersSet(7, "server", ()), T0)
    book.work.want("poll", "new", T0)
    for task in book.work.claim("poll", 9, T0, MINUTE):
        book.work.done(task)
    book.repositories.put_gap(7, Gap(T0, T0))
    book.repositories.put_installation(Installation(9, 9, "x", T0))
    book.health.report("github", "no answer", T0)
    book.health.beat("clock", T0)
    book.health.put_budget(Budget("registry.example", 0, T0))
    book.health.put_server(Server("https://github.example/api/v3", "3.17.2", T0))


def look(ledger: Ledger) -> list[object]:
    with ledger.reading() as book:
        return [
            derived(book),
            list(book.facts()),
            [book.work.all(step) for step in ("poll", "examine", "inspect")],
            [book.inbox.waiting(), book.inbox.given_up(9)],
            [book.health.problems(), book.health.last_beat("clock"), book.health.budgets()],
            book.health.server("https://github.example/api/v3"),
            [book.repositories.gap_since(7), book.versions.watches(), book.incidents.all()],
        ]


def fill(ledger: Ledger) -> None:
    with ledger.writing() as book:
        book.inbox.keep(Delivery("d1", "push", b"1", T0))
        for fact in (
            PublishersSet(7, "server", (publisher(),)),
            RunSeen(run(status="queued")),
            RunsListed(7, T0, T0 + MINUTE),
            VersionSeen(version()),
        ):
            book.record(fact, T0)


def test_an_exception_leaves_nothing_behind(ledger: Ledger) -> None:
    """Whatever was changed before an exception is as it was, on every shelf, and the ledger works on."""
    fill(ledger)
    before = look(ledger)

    with pytest.raises(KeyError), ledger.writing() as book:
        scribble(book)
        raise KeyError

    assert before == look(ledger)
    with ledger.writing() as book:
        scribble(book)
    assert before != look(ledger)


def test_a_rebuild_that_fails_leaves_nothing_behind(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebuild that breaks off leaves the shelves as they were."""
    fill(ledger)
    before = look(ledger)

    def break_off(*_: object) -> bool:
        raise KeyError

    monkeypatch.setattr("verifier.ledger.rebuild.apply", break_off)
    with pytest.raises(KeyError):
        ledger.rebuild()

    assert before == look(ledger)


def test_what_only_reads_cannot_write(ledger: Ledger) -> None:
    """Writing in a transaction opened for reading is refused, and changes nothing."""
    fill(ledger)
    before = look(ledger)

    with ledger.reading() as book:
        for write in (
            lambda: book.inbox.keep(Delivery("d9", "push", b"", T0)),
            lambda: book.inbox.claim(1, T0, MINUTE),
            lambda: book.record(RepositorySeen(repository()), T0),
            lambda: book.work.want("poll", "k", T0),
            lambda: book.versions.put(Dossier(version())),
            lambda: book.health.beat("clock", T0),
            lambda: book.health.put_budget(Budget("registry.example", 0, T0)),
            lambda: book.health.put_server(Server("https://github.example/api/v3", "", T0)),
        ):
            with pytest.raises(ReadOnly):
                write()

    assert before == look(ledger)


def test_a_transaction_within_another_is_refused(ledger: Ledger) -> None:
    """A thread that holds a transaction cannot open a second one and wait for itself; afterwards it can."""
    for outer in (ledger.reading, ledger.writing):
        for inner in (ledger.reading, ledger.writing):
            with outer(), pytest.raises(Nested), inner():
                pass
    with ledger.writing() as book:
        assert True is book.inbox.keep(Delivery("d1", "push", b"", T0))


def test_threads_do_not_lose_each_others_changes(ledger: Ledger) -> None:
    """Facts about one run recorded by several threads at once are all merged and all chained."""
    attempts = 12

    def record(n: int) -> None:
        for step in range(3):
            with ledger.writing() as book:
                book.record(RunSeen(run(n % 4, actor=f"{n}-{step}", updated_at=T0 + n * MINUTE)), T0)

    threads = [threading.Thread(target=record, args=(n,)) for n in range(attempts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with ledger.reading() as book:
        newest = [found.actor for found in book.runs.between(7, T0, T0)]
        sequences = [n for n, _, _ in book.facts()]
    assert ["8-2", "9-2", "10-2", "11-2"] == newest
    assert list(range(1, len(sequences) + 1)) == sequences


def _write_and_wait(url: str, pipe: Connection) -> None:
    with open_ledger(url).writing() as book:
        scribble(book)
        pipe.send("written")
        pipe.recv()


def test_a_process_killed_in_the_middle_leaves_nothing_behind(url: str) -> None:
    """SIGKILL between writing and committing leaves the ledger as it was, and free for the next writer."""
    ledger = open_ledger(url)
    fill(ledger)
    before = look(ledger)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_write_and_wait, args=(url, theirs))
    process.start()
    assert ours.poll(30)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()

    assert before == look(ledger)
    with ledger.writing() as book:
        book.record(RepositorySeen(repository()), T0)


def test_facts_cannot_be_altered_or_deleted(url: str) -> None:
    """The database itself refuses to change or delete a recorded fact, whoever asks."""
    from sqlalchemy import text

    from verifier.ledger.sql.engine import engine

    fill(open_ledger(url))
    for statement in ("UPDATE facts SET kind = 'x'", "DELETE FROM facts"):
        with engine(url).connect() as connection, pytest.raises(DBAPIError, match="facts are insert-only"):
            connection.execute(text(statement))


def test_a_ledger_without_tables_says_what_to_do(empty_url: str) -> None:
    """A database that was never migrated is unavailable, in words, and not a fault."""
    ledger = open_ledger(empty_url)

    with pytest.raises(Unavailable, match="run `artifact-monitor migrate`"), ledger.reading() as book:
        book.versions.get(WIDGET, "1.0.0")


def test_a_database_that_does_not_answer_is_unavailable() -> None:
    """A server that is not there is unavailable, said without its password."""
    ledger = open_ledger("postgresql://monitor:secret@127.0.0.1:9/none")

    with pytest.raises(Unavailable) as caught, ledger.reading() as book:
        book.inbox.waiting()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", "is not one"),
        ("ledger.sqlite3", "is not one"),
        ("mysql://u:secret@h/d", "starts with mysql:"),
        ("sqlite://", "must name a file"),
        ("sqlite:///:memory:", "must name a file"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_in_words(address: str, expected: str) -> None:
    """What the ledger cannot stand on is said at once, without a password."""
    with pytest.raises(ValueError, match=expected) as caught:
        open_ledger(address)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_hosting_providers_addresses_are_taken(scheme: str) -> None:
    """Both spellings of a PostgreSQL address go through the one driver we carry."""
    from verifier.ledger.sql.engine import address

    found = address(f"{scheme}://u:p@h/d").render_as_string(hide_password=False)
    assert "postgresql+psycopg://u:p@h/d" == found
