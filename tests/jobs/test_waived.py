"""A version is kept as it is waived now: totals and lists read it there."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.jobs.telling.speak import about
from tests.ledger.examples import HOUR, T0, WIDGET, publisher, verdict, version, waiver
from verifier.ledger import memory_ledger
from verifier.ledger.protocol import Dossier, Watch
from verifier.model import File
from verifier.model.standing import Standing


@pytest.mark.parametrize("first_contact", [T0 - HOUR, T0 + HOUR], ids=["spoken about", "history"])
def test_a_version_stands_as_waived_while_its_waiver_holds(first_contact: datetime) -> None:
    """Also one from before we watched, which nobody speaks about."""
    with memory_ledger().writing() as book:
        book.versions.put_watch(Watch(WIDGET, first_contact))
        book.repositories.put_publishers(7, "server", (publisher(),))
        book.versions.put(Dossier(version(), verdict=verdict()))
        book.incidents.put_waiver(waiver())
        stood = []
        for hours in (-1, 1, 25):
            dossier = book.versions.get(WIDGET, "1.0.0")
            assert dossier is not None
            about(book, dossier, T0 + timedelta(hours=hours))
            stood.append(book.views.totals(None).versions)

    alarmed, waived = {Standing.NON_COMPLIANT: 1}, {Standing.WAIVED: 1}
    assert [alarmed, waived, alarmed] == stood


def test_a_waiver_of_other_files_waives_nothing() -> None:
    with memory_ledger().writing() as book:
        book.versions.put_watch(Watch(WIDGET, T0))
        dossier = Dossier(version(files=(File("other.tgz", ("sha512:cd",), T0),)), verdict=verdict())
        book.versions.put(dossier)
        book.incidents.put_waiver(waiver())
        about(book, dossier, T0 + HOUR)

        assert {Standing.NON_COMPLIANT: 1} == book.views.totals(None).versions
