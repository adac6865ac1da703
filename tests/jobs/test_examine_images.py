"""Examining images: a verdict about bytes reaches every tag with them; alerts name the digest to go back to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.jobs.examine import conclude
from tests.jobs.parts import Parts
from tests.ledger.test_images import APP, COPY, ONE, TWO, image, reached, seen
from tests.ledger.test_images import watched as watch
from tests.verdict.images import by_run
from verifier.ledger.apply import version_task
from verifier.model import Confidence, Finding, Outcome, Verdict, Version, Weight

ABSENT = Verdict(
    Outcome.NON_COMPLIANT,
    Confidence.HIGH,
    (Finding("tag-replaced", Weight.ABSENT, Confidence.HIGH, "No run pushed that."),),
)
MINUTE = timedelta(minutes=1)


def watched(*versions: Version) -> Parts:
    """A monitor of two registries of one image, which hold these tags; nothing is due."""
    parts = Parts()
    watch(parts.ledger)
    seen(parts.ledger, *versions)
    settled(parts)
    return parts


def settled(parts: Parts) -> None:
    with parts.ledger.writing() as book:
        for task in book.work.claim("examine", 100, parts.now, MINUTE):
            book.work.done(task)


def concluded(parts: Parts, version: Version, verdict: Verdict) -> set[str]:
    """What is to be examined once this was concluded."""
    with parts.ledger.writing() as book:
        conclude(book, version, verdict, parts.now)
        return {task.key for task in book.work.all("examine")}


def test_a_tag_found_compliant_lets_those_with_the_same_bytes_be_looked_at_again() -> None:
    """`latest` was accused before the run that pushed it under its number was heard of."""
    latest, other = image(ONE, 1, "latest"), image(TWO, 1, "edge")
    parts = watched(image(ONE), latest, other, image(ONE, 1, artifact=COPY))
    for accused in (latest, other, image(ONE, 1, artifact=COPY)):
        concluded(parts, accused, ABSENT)
    settled(parts)

    due = concluded(parts, image(ONE), by_run())
    assert {version_task(APP, "latest"), version_task(COPY, "1.0.0")} == due


def test_an_alert_names_the_digest_that_a_run_accounts_for() -> None:
    parts = watched(image(ONE))
    with parts.ledger.writing() as book:
        book.record(reached(image(ONE), Outcome.COMPLIANT, 1), parts.now)
    seen(parts.ledger, image(TWO, 10))
    concluded(parts, image(TWO, 10), ABSENT)

    with parts.ledger.reading() as book:
        (incident,) = book.incidents.all()
    assert [(TWO, ONE)] == [(member.digests[0], member.good_digest) for member in incident.members]


def test_an_alert_names_what_the_tag_held_before_whoever_pushed_that() -> None:
    parts = watched(image(ONE), image(TWO, 10))
    seen(parts.ledger, image(TWO, 10))
    concluded(parts, image(TWO, 10), ABSENT)

    with parts.ledger.reading() as book:
        (incident,) = book.incidents.all()
    assert [("", ONE)] == [(member.good_digest, member.earlier_digest) for member in incident.members]


def test_where_registries_disagree_an_alert_names_the_image_to_copy_from() -> None:
    disagree = replace(ABSENT, findings=(replace(ABSENT.findings[0], reason="registries-disagree"),))
    parts = watched(image(ONE, 9), image(TWO, 10, artifact=COPY))
    concluded(parts, image(ONE, 9), by_run())
    concluded(parts, image(TWO, 10, artifact=COPY), disagree)

    with parts.ledger.reading() as book:
        (incident,) = book.incidents.all()
    assert [(ONE, APP.image)] == [(member.good_digest, member.good_image) for member in incident.members]


def test_an_alert_names_no_digest_that_nobody_accounts_for() -> None:
    parts = watched(image(ONE), image(TWO, 10))
    concluded(parts, image(TWO, 10), ABSENT)

    with parts.ledger.reading() as book:
        (incident,) = book.incidents.all()
    assert [""] == [member.good_digest for member in incident.members]
