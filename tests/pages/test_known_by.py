"""An artifact's page says by what its releases are known, and what that leaves open to a thief of its token."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.pages.known_by import LAST, known_by
from tests.pages.browser import read
from tests.pages.examples import AXIOS, NOW, dossier
from verifier.ledger.rows import Dossier
from verifier.model import Confidence, Finding, Outcome, Verdict, Weight

TOKEN = "Whoever holds the registry's token"


def of(*reasons: str, outcome: Outcome = Outcome.COMPLIANT, age: int = 0) -> Dossier:
    """A version with findings of these reasons; the older the greater its age."""
    findings = tuple(Finding(reason, Weight.EXPLAINS, Confidence.MEDIUM, "…") for reason in reasons)
    at = NOW - timedelta(hours=age)
    return dossier(AXIOS, f"1.0.{99 - age}", at, Verdict(outcome, Confidence.MEDIUM, findings))


@pytest.mark.parametrize(
    ("reasons", "words", "open_to_thieves"),
    [
        (("provenance-verified",), "provenance that verifies", False),
        (("digest-in-log", "ref-names-version"), "their digests in the log of their run", False),
        (("registry-names-publisher",), "the registry's word that a trusted publisher published them", False),
        (("version-in-log",), "what the publish step of their run printed", False),
        (("ref-names-version", "log-names-it"), "what the publish step of their run printed", False),
        (("ref-names-version",), "the tag or commit of a run at that time", True),
        (("commit-names-version",), "the tag or commit of a run at that time", True),
    ],
)
def test_the_strongest_tie_of_a_version_counts(reasons: tuple[str, ...], words: str, open_to_thieves: bool) -> None:
    said = known_by([of(*reasons)])

    assert said is not None
    assert (words, open_to_thieves) == (said.words, TOKEN in said.risk)


def test_the_weakest_of_the_last_versions_counts_and_older_ones_no_more() -> None:
    """A project that turned provenance on is told so after three releases."""
    signed, named = of("provenance-verified"), of("ref-names-version")
    mixed, settled = known_by([*[signed] * (LAST - 1), named]), known_by([*[signed] * LAST, named])

    assert mixed is not None and settled is not None
    assert (TOKEN in mixed.risk, TOKEN in settled.risk) == (True, False)
    assert "of the last 3, some only by the tag or commit of a run at that time" == mixed.words


def test_a_tag_that_holds_the_bytes_of_another_says_nothing_by_itself() -> None:
    """An image's `latest` is known by what its release is known by, and that may be a tag alone."""
    moved, named = of("digest-known"), of("ref-names-version")

    assert None is known_by([moved])
    assert known_by([moved] * LAST + [named]) == known_by([named])


def test_of_versions_that_nothing_accounts_for_nothing_is_said() -> None:
    doubtful = of("no-run", outcome=Outcome.NON_COMPLIANT)

    assert None is known_by([])
    assert None is known_by([doubtful])
    assert known_by([doubtful, of("version-in-log")]) == known_by([of("version-in-log")])


def test_the_page_says_it_beside_who_may_publish() -> None:
    assert "Known by provenance that verifies" in " ".join(read("/artifact", purl=AXIOS.purl).text.split())
