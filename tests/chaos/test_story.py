"""The history that the bench plays: drawn from a seed, and its truth is what a monitor that nothing befell says."""

from __future__ import annotations

import pytest

from sandbox.chaos.story import INSTALLED, ROUND, draw
from sandbox.events import Publish, PushImage
from sandbox.play import play
from sandbox.replay import Replay

ROUNDS = 8


def test_the_same_seed_gives_the_same_history() -> None:
    assert draw(7, ROUNDS) == draw(7, ROUNDS)
    assert draw(7, ROUNDS).scenario.events != draw(8, ROUNDS).scenario.events


def test_a_longer_history_begins_like_a_shorter_one() -> None:
    short, long = draw(7, 4), draw(7, ROUNDS)

    assert set(short.scenario.events) <= set(long.scenario.events)
    assert short.ends == long.ends[:4]


def test_everything_published_after_installation_is_honest_or_rogue_and_nothing_is_both() -> None:
    truth = (story := draw(7, 40)).truth
    published = {
        (event.artifact.purl, number)
        for event in story.scenario.events
        if isinstance(event, Publish | PushImage) and event.at > INSTALLED
        for number in (event.tags if isinstance(event, PushImage) else (event.version,))
    }
    honest = {(one.purl, one.version) for one in truth.honest}
    rogue = {(one.purl, one.version) for one in truth.rogue}

    assert published == honest | rogue
    assert not honest & rogue
    assert len(honest) > 10
    assert len(rogue) > 10
    assert len({purl for purl, _ in rogue}) > 3


def test_a_round_leaves_time_to_judge_what_happened_in_it() -> None:
    story = draw(7, 40)
    later = [one.at - (story.ends[0] - ROUND) for one in (*story.truth.honest, *story.truth.rogue)]

    assert all(at % ROUND < ROUND / 2 for at in later)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_monitor_that_nothing_befalls_says_exactly_what_is_true(seed: int) -> None:
    story = draw(seed, ROUNDS)
    stage = Replay(story.scenario)

    play(story.scenario, stage)
    said = {(told.artifact.purl, told.version): told.history for told in stage.verdicts()}

    assert story.truth.rogue
    assert story.truth.honest
    for one in story.truth.rogue:
        assert said[one.purl, one.version][-1].outcome == "non_compliant", one
    for one in story.truth.honest:
        assert said[one.purl, one.version][-1].outcome == "compliant", one
        assert "non_compliant" not in [stood.outcome for stood in said[one.purl, one.version]], one
