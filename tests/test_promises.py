"""How soon a rogue version is noticed, as the product promises it, on the scenarios' own clock."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.events import PushImage
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


@pytest.mark.parametrize("name", ["kong-2024", "trivy-2026", "trap-n05-tag-repushed", "ecr-pushed-outside"])
def test_a_tag_that_is_made_to_hold_other_bytes_is_noticed_within_a_poll_and_the_grace(name):
    scenario = load(SCENARIOS / name)
    stage = Replay(scenario)
    play(scenario, stage)
    replaced = {(e.artifact, e.version) for e in scenario.expect if "tag-replaced" in e.reasons}

    with stage.ledger.reading() as book:
        for artifact, tag in replaced:
            history = book.versions.verdicts(artifact, tag)
            noticed = next(at for at, _, verdict in history if verdict.outcome is Outcome.NON_COMPLIANT)
            pushes = [e.at for e in scenario.events if isinstance(e, PushImage) and tag in e.tags]
            pushed = max(at for at in pushes if at < noticed)
            assert noticed - pushed <= scenario.poll + stage.deps.settings.grace, tag
    assert replaced


def test_a_release_of_many_manifests_with_signatures_beside_it_is_one_version_and_says_nothing():
    scenario = load(SCENARIOS / "trap-f12-multi-arch")
    stage = Replay(scenario)
    play(scenario, stage)

    with stage.ledger.reading() as book:
        held = [[d.version for d in book.versions.of(watch.artifact)] for watch in book.versions.watches()]
    newest = [version for versions in held for version in versions if version.number == "1.4.0"]

    assert [["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0", "latest"]] * 2 == [
        sorted(version.number for version in versions) for versions in held
    ]
    assert [["linux/amd64", "linux/arm/v7", "linux/arm64"]] * 2 == [
        [part.platform for part in version.files[0].parts] for version in newest
    ]
    assert [] == [said for repo in stage.world.repos.values() for said in (*repo.issues, *repo.advisories)]


def test_eighty_deleted_releases_make_at_most_one_message():
    scenario = load(SCENARIOS / "trivy-releases-deleted")
    stage = Replay(scenario)
    play(scenario, stage)
    (repo,) = stage.world.repos.values()

    assert {} == repo.releases
    assert 1 >= len([*repo.issues, *repo.advisories])
