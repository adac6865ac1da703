"""The seeding command: what it sums up is what the ledger sums up, and nothing that is there is touched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.population import NOW, Sizes
from benchmarks.seed import NotEmpty, seed
from verifier.ledger import memory_ledger, migrate, open_ledger
from verifier.ledger.views import Page, Wanted
from verifier.model.standing import Standing

SIZES = Sizes(artifacts=60, versions=900, runs=300, incidents=6)


def test_a_seeded_ledger_shows_what_the_same_ledger_would_that_counts_everything(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'seeded.sqlite3'}"
    seed(url, SIZES)
    seeded = open_ledger(url)
    with seeded.reading() as book, memory_ledger().writing() as plain:
        for watch in book.versions.watches():
            plain.versions.put_watch(watch)
            for dossier in book.versions.of(watch.artifact):
                plain.versions.put(dossier)
        totals = book.views.totals(None)
        artifacts = book.views.artifacts(None, Wanted(limit=200))

        assert plain.views.totals(None) == totals
        assert plain.views.artifacts(None, Wanted(limit=200)) == Page(
            tuple(replace(s, repository_id=None, workflows=()) for s in artifacts.items), total=60
        )
        assert {*Standing} == {*totals.versions}
        assert 6 == len(book.views.incidents(None).items)
        assert 200 == len(book.views.runs(None, limit=200).items)
        assert book.views.deeds(None).items
    seeded.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections


def test_a_ledger_that_holds_anything_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'used.sqlite3'}"
    migrate(url)
    ledger = open_ledger(url)
    with ledger.writing() as book:
        book.health.report("github", "no answer", NOW)

    with pytest.raises(NotEmpty, match="problems holds rows"):
        seed(url, SIZES)
    with ledger.reading() as book:
        assert [] == book.versions.watches()
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections
