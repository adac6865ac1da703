"""Images in the ledger: a tag holds one thing after another, and nothing of it is forgotten or passed on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ledger.examples import GADGET, HOUR, MINUTE, T0, evidence, incident, publisher, repository, verdict
from verifier.ledger import Ledger
from verifier.ledger.cases import Cases
from verifier.model import (
    Artifact,
    Case,
    EvidenceRead,
    File,
    IncidentState,
    Line,
    Outcome,
    Policy,
    PublishersSet,
    RepositorySeen,
    VerdictReached,
    Version,
    VersionSeen,
)

APP = Artifact("pkg:docker/acme/app")
COPY = Artifact("pkg:oci/app?repository_url=ghcr.io/acme/app")
ONE, TWO, THREE = ("sha256:" + letter * 64 for letter in "abc")


def image(digest: str = ONE, at: int = 0, tag: str = "1.0.0", artifact: Artifact = APP) -> Version:
    """A tag that was first seen to hold this at minute `at`."""
    return Version(
        artifact,
        tag,
        Line("release", 1),
        (1, 0, 0),
        first_seen_at=T0 + at * MINUTE,
        unseen_at=T0 + (at - 5) * MINUTE,
        files=(File("image", (digest,)),) if digest else (),
    )


def reached(version: Version, outcome: Outcome, at: int) -> VerdictReached:
    """A verdict about what the tag held then."""
    return VerdictReached(version.artifact, version.number, version.fingerprint, verdict(outcome), T0 + at * MINUTE)


def seen(ledger: Ledger, *versions: Version) -> None:
    for version in versions:
        with ledger.writing() as book:
            book.record(VersionSeen(version), version.first_seen_at)


def test_what_a_tag_held_before_is_kept_with_its_verdict_and_nothing_of_it_passes_on(ledger: Ledger) -> None:
    seen(ledger, image(ONE))
    with ledger.writing() as book:
        book.record(EvidenceRead(APP, "1.0.0", image(ONE).fingerprint, (evidence(),)), T0)
        book.record(reached(image(ONE), Outcome.COMPLIANT, 1), T0)
    seen(ledger, image(TWO, 10))

    with ledger.reading() as book:
        now, (before,) = book.versions.get(APP, "1.0.0"), book.versions.earlier(APP, "1.0.0")
    assert now is not None
    assert (None, None, "", None) == (now.evidence, now.verdict, now.judged, now.incident_id)
    assert replace(image(ONE), seen_at=T0 + 5 * MINUTE) == before.version
    assert (Outcome.COMPLIANT, (evidence(),)) == (before.verdict and before.verdict.outcome, before.evidence)


def test_a_tag_that_is_read_for_the_first_time_is_not_replaced(ledger: Ledger) -> None:
    """Tags of before first contact are listed long before each is asked about."""
    seen(ledger, image(""), image(ONE, 10))

    with ledger.reading() as book:
        assert [] == book.versions.earlier(APP, "1.0.0")


def test_a_late_wheel_of_a_package_replaces_nothing(ledger: Ledger) -> None:
    wheel = replace(image(ONE), artifact=GADGET)
    seen(ledger, wheel, replace(wheel, files=(*wheel.files, File("late.whl", (TWO,)))))

    with ledger.reading() as book:
        assert [] == book.versions.earlier(GADGET, "1.0.0")


def test_what_it_held_is_handed_out_oldest_first_and_what_it_held_twice_as_it_was_held_last(ledger: Ledger) -> None:
    seen(ledger, image(ONE), image(TWO, 10), image(ONE, 20), image(THREE, 30))

    with ledger.reading() as book:
        held = [(d.version.files[0].digests[0], d.version.first_seen_at) for d in book.versions.earlier(APP, "1.0.0")]
    assert [(TWO, T0 + 10 * MINUTE), (ONE, T0 + 20 * MINUTE)] == held


@pytest.mark.parametrize("state", list(IncidentState))
def test_a_tag_stays_in_its_incident_only_while_that_is_open(ledger: Ledger, state: IncidentState) -> None:
    """What is said there is about the tag: that it was put back settles it. What is settled is not opened again."""
    seen(ledger, image(ONE))
    with ledger.writing() as book:
        book.incidents.put(replace(incident("i1"), state=state))
        dossier = book.versions.get(APP, "1.0.0")
        assert dossier is not None
        book.versions.put(replace(dossier, incident_id="i1"))
    seen(ledger, image(TWO, 10))

    with ledger.reading() as book:
        now = book.versions.get(APP, "1.0.0")
    assert ("i1" if state is IncidentState.OPEN else None) == (now and now.incident_id)


def test_when_a_tag_was_last_seen_is_kept_apart_for_each(ledger: Ledger) -> None:
    with ledger.writing() as book:
        book.versions.saw(APP, ["1.0.0", "latest"], T0)
        book.versions.saw(APP, ["latest"], T0 + HOUR)
        book.versions.saw(COPY, ["1.0.0"], T0 + 2 * HOUR)
        book.versions.saw(APP, ["latest", "latest"], T0 + MINUTE)  # a look that took longer than the one after it

    with ledger.reading() as book:
        assert {"1.0.0": T0, "latest": T0 + HOUR} == book.versions.seen(APP)
        assert {} == book.versions.seen(GADGET)


def test_bytes_are_found_under_every_tag_that_was_judged_with_them(ledger: Ledger) -> None:
    seen(ledger, image(ONE), image(ONE, 1, "latest"), image(ONE, 1, artifact=COPY))
    with ledger.writing() as book:
        for version, outcome, at in (
            (image(ONE), Outcome.PENDING, 1),
            (image(ONE), Outcome.COMPLIANT, 2),
            (image(ONE, tag="latest"), Outcome.UNVERIFIABLE, 3),
            (image(ONE, artifact=COPY), Outcome.COMPLIANT, 4),
        ):
            book.record(reached(version, outcome, at), T0)

    with ledger.reading() as book:
        found = book.versions.judged_as(APP, image(ONE).fingerprint)
    assert [
        ("1.0.0", T0 + MINUTE, Outcome.PENDING),
        ("1.0.0", T0 + 2 * MINUTE, Outcome.COMPLIANT),
        ("latest", T0 + 3 * MINUTE, Outcome.UNVERIFIABLE),
    ] == [(number, at, one.outcome) for number, at, one in found]


def test_the_facts_give_again_what_tags_held(ledger: Ledger) -> None:
    seen(ledger, image(ONE), image(TWO, 10))
    with ledger.writing() as book:
        book.versions.saw(APP, ["1.0.0"], T0 + HOUR)
    with ledger.reading() as book:
        before = book.versions.earlier(APP, "1.0.0"), book.versions.get(APP, "1.0.0"), book.versions.seen(APP)
    ledger.rebuild()

    with ledger.reading() as book:
        after = book.versions.earlier(APP, "1.0.0"), book.versions.get(APP, "1.0.0"), book.versions.seen(APP)
    assert before == after


def case_of(ledger: Ledger, artifact: Artifact = APP, tag: str = "1.0.0") -> Case:
    with ledger.reading() as book:
        dossier, watch = book.versions.get(artifact, tag), book.versions.watch(artifact)
        assert dossier is not None
        assert watch is not None
        return Cases(book, Policy()).case(dossier, watch)


def watched(ledger: Ledger) -> None:
    """The same image in two registries, published from one repository."""
    with ledger.writing() as book:
        book.record(RepositorySeen(repository()), T0 - HOUR)
        both = (publisher(APP), publisher(COPY), publisher(Artifact("pkg:docker/acme/other")))
        book.record(PublishersSet(7, "server", both), T0 - HOUR)


def test_a_case_tells_what_the_tag_held_and_where_its_bytes_were_judged(ledger: Ledger) -> None:
    watched(ledger)
    seen(ledger, image(ONE), image(TWO, 10), image(ONE, 20), image(ONE, 1, "latest"), image(ONE, 1, artifact=COPY))
    with ledger.writing() as book:
        for version, at in ((image(ONE), 1), (image(ONE), 30), (image(ONE, tag="latest"), 40)):
            book.record(reached(version, Outcome.COMPLIANT, at), T0)
        book.record(reached(image(ONE, artifact=COPY), Outcome.COMPLIANT, 50), T0)
    case = case_of(ledger)

    assert [TWO] == [
        j.version.files[0].digests[0] for j in case.earlier if j.version.fingerprint != case.version.fingerprint
    ]
    assert [
        (APP, "1.0.0", T0 + MINUTE),
        (APP, "latest", T0 + 40 * MINUTE),
        (COPY, "1.0.0", T0 + 50 * MINUTE),
    ] == [(known.artifact, known.number, known.at) for known in case.known]


def test_the_same_image_of_another_registry_is_a_mirror_and_another_image_is_none(ledger: Ledger) -> None:
    watched(ledger)
    seen(ledger, image(ONE), image(TWO, artifact=COPY))
    with ledger.writing() as book:
        watch = book.versions.watch(COPY)
        assert watch is not None
        book.versions.put_watch(replace(watch, polled_at=T0 + HOUR))
    (mirror,) = case_of(ledger).mirrors

    assert (COPY, T0 + HOUR, [TWO]) == (
        mirror.artifact,
        mirror.polled_at,
        [digest for j in mirror.versions for file in j.version.files for digest in file.digests],
    )


def test_a_mirror_that_could_not_be_looked_at_says_nothing_about_what_it_lacks(ledger: Ledger) -> None:
    watched(ledger)
    seen(ledger, image(ONE), image(ONE, artifact=COPY))
    with ledger.writing() as book:
        watch = book.versions.watch(COPY)
        assert watch is not None
        book.versions.put_watch(replace(watch, polled_at=T0 + HOUR, problem="It did not answer."))
    (mirror,) = case_of(ledger).mirrors

    assert mirror.polled_at is None


def test_an_image_of_another_name_is_a_mirror_where_the_configuration_says_so(ledger: Ledger) -> None:
    other = Artifact("pkg:oci/application?repository_url=quay.io/acme/application")
    with ledger.writing() as book:
        book.record(RepositorySeen(repository()), T0 - HOUR)
        said = (replace(publisher(APP), mirrors=(other.purl,)), publisher(other))
        book.record(PublishersSet(7, "server", said), T0 - HOUR)
    seen(ledger, image(ONE), image(ONE, artifact=other))

    assert [other] == [mirror.artifact for mirror in case_of(ledger).mirrors]
    assert [APP] == [mirror.artifact for mirror in case_of(ledger, other).mirrors]


@pytest.mark.parametrize(("private", "owner", "compared"), [(True, 99, False), (False, 99, True), (True, 70, True)])
def test_nobody_learns_of_a_strangers_private_image_by_calling_it_a_mirror(
    ledger: Ledger, private: bool, owner: int, compared: bool
) -> None:
    """What a configuration names is compared where the same owner publishes it, or everybody may see who does."""
    theirs = Artifact("pkg:oci/secret?repository_url=ghcr.io/other/secret")
    ours = replace(publisher(APP), mirrors=(theirs.purl,))
    with ledger.writing() as book:
        book.record(RepositorySeen(replace(repository(), private=True)), T0 - HOUR)
        book.record(RepositorySeen(replace(repository(), id=8, owner_id=owner, private=private)), T0 - HOUR)
        book.record(PublishersSet(7, "config", (ours,)), T0 - HOUR)
        their = replace(publisher(theirs), repository_id=8, owner_id=owner)
        book.record(PublishersSet(8, "server", (their,)), T0 - HOUR)
    seen(ledger, image(ONE), image(TWO, artifact=theirs))

    assert ([theirs] if compared else []) == [mirror.artifact for mirror in case_of(ledger).mirrors]


def test_nor_by_the_word_of_another_who_publishes_the_same_and_nor_when_nobody_publishes_it_any_more(
    ledger: Ledger,
) -> None:
    """Each publisher's mirrors are what that publisher may see."""
    theirs = Artifact("pkg:oci/secret?repository_url=ghcr.io/other/secret")
    ours = replace(publisher(APP), mirrors=(theirs.purl,))
    them = replace(publisher(APP), repository_id=8, owner_id=99)
    with ledger.writing() as book:
        book.record(RepositorySeen(replace(repository(), private=True)), T0 - HOUR)
        book.record(RepositorySeen(replace(repository(), id=8, owner_id=99, private=True)), T0 - HOUR)
        book.record(PublishersSet(7, "server", (ours,)), T0 - HOUR)
        book.record(PublishersSet(8, "server", (them, replace(them, artifact=theirs))), T0 - HOUR)
    seen(ledger, image(ONE), image(TWO, artifact=theirs))
    assert [] == list(case_of(ledger).mirrors)

    with ledger.writing() as book:
        book.record(PublishersSet(8, "server", ()), T0)
    assert [] == list(case_of(ledger).mirrors)
