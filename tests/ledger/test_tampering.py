"""Whoever may write to the database alters rows, and `ledger verify` says where. On SQLite and on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, delete, insert, select, update

from app.cli.main import main
from tests.ledger.examples import HOUR, T0, WIDGET, version
from tests.ledger.examples import run as example
from tests.ledger.test_record import FINGERPRINT, STORY, record
from verifier.ledger import differences, open_ledger
from verifier.ledger.chain import chained
from verifier.ledger.sql import tables
from verifier.ledger.sql.engine import engine
from verifier.model import RunSeen, VersionSeen
from verifier.model.backfill import Gap

FACTS = tables.facts
GUARDS = {"sqlite": ("facts_no_update", "facts_no_delete"), "postgresql": ("facts_insert_only ON facts",)}


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """The database as its owner reaches it: the guard that refuses to change facts is taken away first."""
    made = engine(url)
    with made.connect() as connection:
        connection.execution_options(writing=True)
        with connection.begin():
            for guard in GUARDS[connection.dialect.name]:
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {guard}")
            yield connection
    made.dispose()


@pytest.fixture
def written(url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A ledger with one fact of each kind; commands read it."""
    ledger: Any = open_ledger(url)
    record(ledger, *STORY)
    ledger.close()
    monkeypatch.setenv("DATABASE_URL", url)
    return url


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["ledger", *arguments])


def body(connection: Connection, sequence: int = 7) -> None:
    altered = {"body": FACTS.c.body + " "}
    connection.execute(update(FACTS).where(FACTS.c.sequence == sequence).values(altered))


def time(connection: Connection) -> None:
    connection.execute(update(FACTS).where(FACTS.c.sequence == 7).values(recorded_at=T0 - HOUR))


def kind(connection: Connection) -> None:
    connection.execute(update(FACTS).where(FACTS.c.sequence == 7).values(kind="RefSeen"))


def own_hash(connection: Connection) -> None:
    connection.execute(update(FACTS).where(FACTS.c.sequence == 7).values(hash="0" * 64))


def previous(connection: Connection) -> None:
    connection.execute(update(FACTS).where(FACTS.c.sequence == 7).values(previous="f" * 64))


def taken_out(connection: Connection) -> None:
    connection.execute(delete(FACTS).where(FACTS.c.sequence == 7))


def first_taken_out(connection: Connection) -> None:
    connection.execute(delete(FACTS).where(FACTS.c.sequence == 1))


def put_before(connection: Connection) -> None:
    row = chained("0" * 63 + "1", 0, T0, "RunSeen", "{}")
    connection.execute(insert(FACTS).values(vars(row)))


def put_between(connection: Connection) -> None:
    """The rows from the seventh on move up, and a forged one takes the place."""
    rows = connection.execute(select(FACTS).where(FACTS.c.sequence >= 7).order_by(FACTS.c.sequence)).all()
    connection.execute(delete(FACTS).where(FACTS.c.sequence >= 7))
    forged = chained(rows[0].previous, 7, T0, "RunSeen", "{}")
    connection.execute(insert(FACTS).values(vars(forged)))
    for row in rows:
        moved = dict(row._mapping) | {"sequence": row.sequence + 1}
        if row.sequence == 7:
            moved["previous"] = forged.hash
        connection.execute(insert(FACTS).values(moved))


def unreadable_time(connection: Connection) -> None:
    connection.exec_driver_sql("UPDATE facts SET recorded_at = 9000000000000000000 WHERE sequence = 7")


@pytest.mark.parametrize(
    ("alter", "expected"),
    [
        (body, "fact 7 was altered after it was recorded"),
        (time, "fact 7 was altered after it was recorded"),
        (kind, "fact 7 was altered after it was recorded"),
        (own_hash, "fact 7 was altered after it was recorded"),
        (previous, "fact 7 does not follow the fact before it"),
        (taken_out, "fact 7 is missing: fact 8 follows fact 6"),
        (first_taken_out, "fact 1 is missing: fact 2 follows fact 0"),
        (put_before, "fact 0 stands before fact 1, where none belongs"),
        (put_between, "fact 8 was altered after it was recorded"),
        (unreadable_time, "a fact after fact 0 cannot be read (OverflowError)"),
    ],
)
def test_every_way_to_alter_a_row_is_said_in_words(
    written: str, alter: Callable[[Connection], None], expected: str
) -> None:
    with connected(written) as connection:
        alter(connection)

    answer = run("verify", "--rebuild")

    assert 1 == answer.exit_code
    assert f"The chain is broken: {expected}." in answer.output
    assert "not compared" in answer.output


def test_a_chain_that_nobody_touched_holds(written: str) -> None:
    answer, anchor = run("verify", "--rebuild"), json.loads(run("anchor").output)

    assert 0 == answer.exit_code, answer.output
    assert f"The chain holds: {len(STORY)} facts, the last hash is {anchor['hash']}." in answer.output
    assert "Everything derived is as the facts say." in answer.output
    assert (len(STORY), (T0 + HOUR).isoformat()) == (anchor["sequence"], anchor["recorded_at"])


def test_a_tail_cut_off_shows_with_an_anchor_and_not_without(written: str, tmp_path: Path) -> None:
    anchor = json.loads(run("anchor").output)
    with connected(written) as connection:
        connection.execute(delete(FACTS).where(FACTS.c.sequence > len(STORY) - 3))

    assert 0 == run("verify").exit_code
    answer = run("verify", "--anchor", f"{anchor['hash']}:{anchor['sequence']}")
    assert 1 == answer.exit_code
    assert f"the chain ends with fact {len(STORY) - 3}, and an anchor names fact {len(STORY)}" in answer.output


def test_a_chain_made_anew_shows_with_an_anchor_of_any_fact_after_that(written: str, tmp_path: Path) -> None:
    """Whoever knows how the hashes are made alters one fact and chains all that follow again."""
    kept = tmp_path / "syslog"
    kept.write_text(f"Mar 1 host something else\nMar 1 host clock: {run('anchor').output}more of something else\n")
    with connected(written) as connection:
        last = ""
        for row in connection.execute(select(FACTS).order_by(FACTS.c.sequence)).all():
            text = row.body + " " if row.sequence == 7 else row.body
            link = chained(last or row.previous, row.sequence, row.recorded_at, row.kind, text)
            last = link.hash
            connection.execute(update(FACTS).where(FACTS.c.sequence == row.sequence).values(vars(link)))

    assert 0 == run("verify").exit_code
    answer = run("verify", "--anchor", str(kept), "--json")
    assert 1 == answer.exit_code
    assert "another hash than its anchor: the chain up to it was made anew" in json.loads(answer.output)["problem"]


def test_what_was_added_since_an_anchor_does_not_disturb_it(written: str) -> None:
    anchor = json.loads(run("anchor").output)
    ledger: Any = open_ledger(written)
    record(ledger, VersionSeen(version("2.0.0")))
    ledger.close()

    answer = run("verify", "--anchor", f"{anchor['hash']}:{anchor['sequence']}")
    assert 0 == answer.exit_code
    assert f"{len(STORY) + 1} facts" in answer.output


def number(connection: Connection) -> None:
    connection.execute(update(tables.runs).values(body=tables.runs.c.body + " "))


def gone(connection: Connection) -> None:
    connection.execute(delete(tables.tags))


def added(connection: Connection) -> None:
    connection.execute(insert(tables.run_lists).values(repository_id=8, since=T0, until=T0 + HOUR))


def green(connection: Connection) -> None:
    connection.execute(update(tables.summaries).values(compliant=9))


def verdict_gone(connection: Connection) -> None:
    connection.execute(delete(tables.verdicts))


def deed_gone(connection: Connection) -> None:
    connection.execute(delete(tables.deeds))


@pytest.mark.parametrize(
    ("alter", "expected"),
    [
        (number, ["runs: (7, 100, 1) is not as the facts say"]),
        (gone, ["tags: (7, v1.0.0) is missing"]),
        (added, ["run_lists: no fact gives (8, "]),
        (green, ["summaries: ("]),
        (verdict_gone, ["verdicts: row 1 and those after it are missing"]),
        (deed_gone, ["deeds: ("]),
    ],
)
def test_what_is_derived_and_altered_is_found(
    written: str, alter: Callable[[Connection], None], expected: list[str]
) -> None:
    with connected(written) as connection:
        alter(connection)

    found = list(differences(written))
    assert [] == [part for part in expected if not any(part in sentence for sentence in found)], found

    answer = run("verify", "--rebuild")
    assert (1, True) == (answer.exit_code, "The chain holds" in answer.output)


def test_a_version_that_nobody_waived_cannot_be_made_to_look_waived(written: str) -> None:
    ledger: Any = open_ledger(written)
    record(ledger, VersionSeen(version("2.0.0")))
    with ledger.writing() as book:
        book.versions.put(replace(book.versions.get(WIDGET, "2.0.0"), waived=True))
    ledger.close()

    assert [f"versions: {WIDGET.versioned('2.0.0')} is waived, and no fact gives a waiver for it"] == list(
        differences(written)
    )


def test_what_no_fact_says_is_compared_with_nothing(written: str) -> None:
    """Watches, gaps and the incident a version belongs to are not the facts' to say."""
    ledger: Any = open_ledger(written)
    with ledger.writing() as book:
        dossier = book.versions.get(WIDGET, "1.0.0")
        book.versions.put(replace(dossier, incident_id="i1"))
        book.repositories.put_gap(7, Gap(T0, T0))
    record(ledger, RunSeen(example(101, started_at=T0 + timedelta(days=1))))
    ledger.close()

    assert FINGERPRINT == dossier.version.fingerprint
    assert [] == list(differences(written))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("nowhere", "neither HASH:SEQUENCE nor a file"),
        ("0" * 64 + ":0", ""),
        ("f" * 64 + ":0", "an empty chain has another hash"),
    ],
)
def test_an_anchor_is_a_hash_with_its_number_or_a_file(written: str, given: str, expected: str) -> None:
    answer = run("verify", "--anchor", given)

    assert expected in answer.output
    assert ({"": 0, "nowhere": 2}.get(expected and given, 1)) == answer.exit_code
