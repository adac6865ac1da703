"""The threat model names code and tests that exist, and every attacker has something that remains."""

from __future__ import annotations

import re

from tests.documents import ROOT, document, headings, section

TEXT = document("docs/security.md")
ATTACKERS = (
    *(
        "A stolen maintainer account",
        "A malicious owner in a shared instance",
        "A hostile registry",
        "A hostile payload",
    ),
    *("A stolen Redis", "A stolen backup of the database", "Somebody who may write to the database"),
    *("A stolen token of the API", "A stolen registry token"),
)


def test_every_test_that_it_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", TEXT)
    gone = [f"{path}::{name}" for path, name in named if f"def {name}(" not in (ROOT / path).read_text("utf-8")]

    assert len(named) > 40
    assert [] == gone


def test_every_attacker_has_what_stops_them_with_a_test_and_what_remains() -> None:
    assert set() == set(ATTACKERS) - {heading for level, heading in headings(TEXT) if level == 2}
    for attacker in ATTACKERS:
        said = section(TEXT, attacker)
        assert "**Remains:**" in said
        assert "::test_" in said.partition("**Remains:**")[0]


def test_who_reports_a_weakness_is_led_there() -> None:
    assert "docs/security.md" in document("SECURITY.md")
