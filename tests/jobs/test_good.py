"""What is told out of band names the version to go back to, as GitHub's posts do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.jobs.telling import people, said
from checks.facts import actions
from tests.checks.examples import AT
from tests.jobs.telling import INCIDENT, Told
from tests.ledger.examples import verdict, version
from tests.verdict.cases import REPOSITORY
from verifier.ledger.protocol import Dossier
from verifier.model import Artifact, Outcome
from verifier.verdict.audience import Audience

KNOWN = version("1.14.0", Artifact("pkg:npm/axios"), published_at=AT - timedelta(days=3), files=())


@pytest.mark.parametrize("outcome", [Outcome.COMPLIANT, Outcome.PENDING])
def test_a_route_and_a_subscriber_are_told_the_good_version_where_it_is_known(outcome: Outcome) -> None:
    told = Told()
    told.about(INCIDENT)
    with told.ledger.writing() as book:
        book.repositories.put(replace(REPOSITORY, private=False))
        book.versions.put(Dossier(KNOWN, verdict=verdict(outcome), judged=KNOWN.fingerprint))
    with told.ledger.reading() as book:
        messages = (
            said.message(told.deps, book, INCIDENT.id, None),
            people.draft(told.deps, book, INCIDENT.id, Audience.INSIDE),
        )

    named = "1.14.0" if outcome is Outcome.COMPLIANT else "GOOD_VERSION"
    for message in messages:
        assert message is not None
        assert any(f"npm dist-tag add axios@{named} latest" in action for action in actions(message))
