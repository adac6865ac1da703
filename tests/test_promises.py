"""How soon a rogue version is noticed, as the product promises it, on the scenarios' own clock."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.play import play
from sandbox.replay import Replay
from sandbox.scenario import load
from verifier.model import Outcome, Weight

SCENARIOS = Path(__file__).resolve().parent.parent / "scenarios"


@pytest.mark.parametrize("name", ["axios-2026", "nx-s1ngularity-2025", "tanstack-2026", "trap-n02-fork"])
def test_a_rogue_version_is_noticed_within_a_poll_and_the_grace_and_a_contradicted_one_without_the_grace(name):
    scenario = load(SCENARIOS / name)
    stage = Replay(scenario)
    play(scenario, stage)
    noticed = 0

    with stage.ledger.reading() as book:
        for watch in book.versions.watches():
            for dossier in book.versions.of(watch.artifact):
                history = book.versions.verdicts(watch.artifact, dossier.version.number)
                rogue = [(at, v) for at, _, v in history if v.outcome is Outcome.NON_COMPLIANT]
                if not rogue or dossier.version.at < watch.first_contact:
                    continue
                at, verdict = rogue[0]
                contradicted = any(finding.weight is Weight.CONTRADICTS for finding in verdict.findings)
                allowed = scenario.poll + (timedelta() if contradicted else stage.deps.settings.grace)
                assert at - dossier.version.at <= allowed, str(dossier.version)
                noticed += 1
    assert noticed
