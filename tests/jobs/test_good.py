"""What is told out of band names the version to go back to, as GitHub's posts do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.jobs.examine import conclude
from app.jobs.telling import people, said
from checks.facts import actions
from tests.checks.examples import AT
from tests.jobs.telling import INCIDENT, Told
from tests.ledger.examples import verdict, version
from tests.verdict.cases import REPOSITORY
from verifier.ledger.protocol import Dossier
from verifier.model import Artifact, Confidence, Finding, Outcome, Publisher, PublishersSet, Verdict, Weight
from verifier.verdict.audience import Audience

KNOWN = version("1.14.0", Artifact("pkg:npm/axios"), published_at=AT - timedelta(days=3), files=())

SOUND = Verdict(
    Outcome.COMPLIANT,
    Confidence.HIGH,
    (Finding("provenance-verified", Weight.EXPLAINS, Confidence.HIGH, "Run 41 signed it."),),
)
ODD = Finding("install-scripts-new", Weight.ANOMALY, Confidence.HIGH, "It runs a script.")


@pytest.mark.parametrize("outcome", [Outcome.COMPLIANT, Outcome.PENDING])
def test_a_route_and_a_subscriber_are_told_the_good_version_where_it_is_known(outcome: Outcome) -> None:
    told = Told()
    told.about(INCIDENT)
    reached = SOUND if outcome is Outcome.COMPLIANT else verdict(outcome)
    with told.ledger.writing() as book:
        book.repositories.put(replace(REPOSITORY, private=False))
        book.versions.put(Dossier(KNOWN, verdict=reached, judged=KNOWN.fingerprint))
    with told.ledger.reading() as book:
        messages = (
            said.message(told.deps, book, INCIDENT.id, None),
            people.draft(told.deps, book, INCIDENT.id, Audience.INSIDE),
        )

    named = "1.14.0" if outcome is Outcome.COMPLIANT else "GOOD_VERSION"
    for message in messages:
        assert message is not None
        assert any(f"npm dist-tag add axios@{named} latest" in action for action in actions(message))


@pytest.mark.parametrize(
    ("later", "told_anew"),
    [
        (verdict(Outcome.NON_COMPLIANT), True),
        (replace(SOUND, findings=(*SOUND.findings, ODD)), True),
        (replace(SOUND, findings=(replace(SOUND.findings[0], sentence="Run 41 signed and logged it."),)), False),
    ],
)
def test_an_alert_is_told_anew_when_the_version_that_it_names_is_good_no_longer(
    later: Verdict, told_anew: bool
) -> None:
    """Or its readers would be sent from one bad version to another."""
    told = Told()
    told.about(INCIDENT)
    with told.ledger.writing() as book:
        publisher = Publisher(KNOWN.artifact, REPOSITORY.id, REPOSITORY.owner_id, (".github/workflows/publish.yml",))
        book.record(PublishersSet(REPOSITORY.id, "server", (publisher,)), told.now)
        book.versions.put(Dossier(KNOWN, verdict=SOUND, judged=KNOWN.fingerprint))
        for task in (*book.work.all("tell"), *book.work.all("report")):
            book.work.done(book.work.claim(task.step, 1, told.now + timedelta(days=1), timedelta(minutes=1))[0])
    with told.ledger.writing() as book:
        conclude(book, KNOWN, later, told.now)
    with told.ledger.reading() as book:
        wanted = {task.key for task in (*book.work.all("tell"), *book.work.all("report"))}

    assert told_anew == (INCIDENT.id in wanted)
    assert told_anew == (f"{INCIDENT.id} issue" in wanted)
