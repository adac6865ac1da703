"""Which version is good to go back to. On every twin."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.ledger.examples import GADGET, HOUR, MINUTE, T0, WIDGET, verdict, version
from tests.ledger.test_views import counted
from verifier.ledger import Book, Ledger, open_ledger
from verifier.ledger.good import DEEP
from verifier.ledger.protocol import Dossier
from verifier.ledger.views import MOST
from verifier.model import Artifact, Confidence, File, Finding, Line, Outcome, Weight
from verifier.registries.versions import semver

ROGUE_AT = T0 + 24 * HOUR
ODD = Finding("install-scripts-new", Weight.ANOMALY, Confidence.HIGH, "It runs a script.")
YANKED = File("widget.tgz", ("sha512:ab",), T0, yanked=True)
GONE = File("widget.tgz", ("sha512:ab",), T0, removed=True)
LATE = File("late.tgz", ("sha512:cd",), ROGUE_AT + MINUTE)


def known_by(reason: str) -> Finding:
    return Finding(reason, Weight.EXPLAINS, Confidence.HIGH, "A run accounts for it.")


def put(
    book: Book,
    number: str,
    outcome: Outcome = Outcome.COMPLIANT,
    odd: bool = False,
    reason: str = "provenance-verified",
    **changed: Any,
) -> None:
    """A version as it was judged. `changed` are the dossier's, or the version's."""
    own = {name: value for name, value in changed.items() if name in Dossier.__dataclass_fields__}
    of: dict[str, Any] = {"rank": semver.rank(number), "line": semver.line(number)} | changed
    shown = version(number, **{name: value for name, value in of.items() if name not in own})
    reached = verdict(outcome)
    if outcome is Outcome.COMPLIANT:
        reached = replace(reached, findings=(known_by(reason),))
    reached = replace(reached, findings=(*reached.findings, ODD)) if odd else reached
    given: dict[str, Any] = {"verdict": reached, "judged": shown.fingerprint} | own
    book.versions.put(Dossier(shown, **given))


def good(ledger: Ledger, *artifacts: Artifact) -> dict[Artifact, str]:
    with ledger.reading() as book:
        return book.views.good(dict.fromkeys(artifacts or (WIDGET,), ROGUE_AT))


def test_it_is_the_highest_release_and_not_the_one_published_last(ledger: Ledger) -> None:
    """A fix of an old line that came later never stands for the newest line."""
    with ledger.writing() as book:
        put(book, "1.9.0", published_at=T0)
        put(book, "1.10.0", published_at=T0 + HOUR)
        put(book, "0.30.4", published_at=T0 + 2 * HOUR)

    assert {WIDGET: "1.10.0"} == good(ledger)


def test_of_one_rank_it_is_the_later_one(ledger: Ledger) -> None:
    with ledger.writing() as book:
        put(book, "1.0.0+b", published_at=T0 + HOUR)
        put(book, "1.0.0+c", published_at=T0)

    assert {WIDGET: "1.0.0+b"} == good(ledger)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"outcome": Outcome.NON_COMPLIANT}, id="non-compliant"),
        pytest.param({"outcome": Outcome.NON_COMPLIANT, "waived": True}, id="waived"),
        pytest.param({"outcome": Outcome.PENDING}, id="pending"),
        pytest.param({"outcome": Outcome.UNVERIFIABLE}, id="unverifiable"),
        pytest.param({"verdict": replace(verdict(Outcome.UNVERIFIABLE), suspect=True)}, id="suspect"),
        pytest.param({"odd": True}, id="odd"),
        pytest.param({"reason": "ref-names-version"}, id="known-by-its-tag-alone"),
        pytest.param({"reason": "commit-names-version"}, id="known-by-a-title-alone"),
        pytest.param({"odd": True, "waived": True}, id="odd-and-waived"),
        pytest.param({"verdict": None, "judged": ""}, id="not-judged"),
        pytest.param({"judged": "sha256:0"}, id="judged-with-other-files"),
        pytest.param({"removed_at": T0 + HOUR}, id="removed"),
        pytest.param({"quarantined": True}, id="quarantined"),
        pytest.param({"files": (YANKED,)}, id="yanked"),
        pytest.param({"files": (GONE,)}, id="a-file-removed"),
        pytest.param({"files": (File("a.tgz", ("sha512:ab",), T0), LATE)}, id="a-file-came-later"),
        pytest.param({"placeholder": True}, id="placeholder"),
        pytest.param({"line": Line("rc", 2)}, id="pre-release-of-no-hyphen"),
        pytest.param({"published_at": ROGUE_AT}, id="as-late-as-the-rogue-one"),
        pytest.param({"published_at": None, "first_seen_at": ROGUE_AT + MINUTE}, id="seen-later"),
    ],
)
def test_what_is_not_well_in_every_way_is_passed_by(ledger: Ledger, changed: dict[str, Any]) -> None:
    with ledger.writing() as book:
        put(book, "1.0.0")
        put(book, "2.0.0", **changed)

    assert {WIDGET: "1.0.0"} == good(ledger)


def test_however_many_pre_releases_stand_above_it_the_release_is_found(ledger: Ledger) -> None:
    with ledger.writing() as book:
        put(book, "18.3.1")
        for n in range(3 * DEEP):
            put(book, f"19.0.0-canary.{n}")

    assert {WIDGET: "18.3.1"} == good(ledger)


def test_only_a_few_that_were_taken_down_are_passed_by(ledger: Ledger) -> None:
    """What is looked at is bounded; where that is not enough, none is known."""
    with ledger.writing() as book:
        put(book, "1.0.0")
        for n in range(1, DEEP):
            put(book, f"2.{n}.0", removed_at=T0 + HOUR)
    assert {WIDGET: "1.0.0"} == good(ledger)

    with ledger.writing() as book:
        put(book, "3.0.0", removed_at=T0 + HOUR)
    assert {} == good(ledger)


def test_of_each_artifact_it_is_its_own_before_its_own_time(ledger: Ledger) -> None:
    with ledger.writing() as book:
        for artifact in (WIDGET, GADGET):
            for n in range(3):
                put(book, f"{n}.0.0", artifact=artifact, published_at=T0 + n * HOUR)
        before = {WIDGET: T0 + HOUR, GADGET: T0 + 2 * HOUR, Artifact("pkg:npm/unknown"): ROGUE_AT}
        found = book.views.good(before)

    assert {WIDGET: "0.0.0", GADGET: "1.0.0"} == found


def test_many_artifacts_cost_one_query_and_are_looked_for_up_to_a_bound(url: str) -> None:
    many = [Artifact(f"pkg:npm/part-{n}") for n in range(MOST + 1)]
    ledger = open_ledger(url)
    with ledger.writing() as book:
        for artifact in many:
            put(book, "1.0.0", artifact=artifact)
            put(book, "1.1.0", artifact=artifact, published_at=T0 + timedelta(days=2))
    with ledger.reading() as book:
        views = book.views
        with counted() as statements:
            found = views.good(dict.fromkeys(many, ROGUE_AT))
            assert {} == views.good({})

    assert dict.fromkeys(many[:MOST], "1.0.0") == found
    assert 1 == len(statements)
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections
