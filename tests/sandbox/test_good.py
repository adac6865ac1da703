"""An alert names the version to go back to, and later releases leave its text alone: nothing in between is faked."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.scenario import Scenario, load
from tests.sandbox.github import SCENARIOS
from tests.sandbox.living import Living, at
from verifier.model import Artifact

WIDGET = Artifact("pkg:npm/%40octo/widget")
BACKPORT = """\
  - at: 2026-03-01T12:00:00Z
    run: {id: 101, ref: refs/tags/v1.2.1, actor: mona}
  - at: 2026-03-01T12:02:30Z
    publish: {version: 1.2.1, by: trusted_publisher, attested: {run: 101}, tag: old}
"""
LATER = """\
  - at: 2026-03-02T06:00:00Z
    run: {id: 102, ref: refs/tags/v1.5.0, actor: mona}
  - at: 2026-03-02T06:02:30Z
    publish: {version: 1.5.0, by: trusted_publisher, attested: {run: 102}}
"""


@pytest.fixture
def played(tmp_path: Path) -> Scenario:
    """A rogue version that stays, after a fix of an old line and before the next release."""
    text = (SCENARIOS / "small-rogue" / "scenario.yml").read_text()
    first, rest = text.split("  - at: 2026-03-02T03:00:10Z", 1)
    rogue, end = rest.split("  - {at: 2026-03-02T05:00:00Z, remove: {version: 1.4.1}}", 1)
    whole = f"{first}{BACKPORT}  - at: 2026-03-02T03:00:10Z{rogue}{LATER}{end}"
    (tmp_path / "scenario.yml").write_text(whole)
    return load(tmp_path)


def test_the_issue_names_the_newest_line_that_ci_published_before_the_theft_and_stays_so(played: Scenario) -> None:
    living = Living(played)
    living.until(at(2, 4))
    (issue,) = living.repo.issues
    first = issue["body"]
    living.until(at(2, 12))
    (issue,) = living.repo.issues

    with living.ledger.reading() as book:
        verdicts = [book.versions.get(WIDGET, n) for n in ("1.2.1", "1.5.0")]
    assert ["compliant"] * 2 == [dossier.standing for dossier in verdicts if dossier is not None]
    assert "npm dist-tag add @octo/widget@1.4.0 latest" in first
    assert "open" == issue["state"]
    assert first == issue["body"]
