"""What the bench prints: how each round came out, what was survived, and how to play a failure again."""

from __future__ import annotations

from sandbox.chaos.bench import Round
from sandbox.chaos.report import failed, line, replay, summary
from sandbox.chaos.schedule import Planned

HELD = Round(Planned(0, "web killed", 0.5, 0.1, 1.0, 1), 3.0, ())
LOST = Round(Planned(1, "web killed", 0.5, 0.1, 1.0, 1), 3.0, ("nothing is said twice: 2 issues carry it",))


def test_a_round_that_did_not_hold_says_what_did_not() -> None:
    assert "FAILED" in line(LOST)
    assert "2 issues carry it" in line(LOST)
    assert "FAILED" not in line(HELD)


def test_one_round_that_did_not_hold_fails_everything() -> None:
    assert failed([HELD, LOST])
    assert not failed([HELD])


def test_the_summary_counts_what_was_survived_by_kind() -> None:
    said = summary([HELD, LOST], 61.0)

    assert "Survived 1 of 2 faults in 1 min 1 s" in said
    assert "1 of 2" in said.splitlines()[1]


def test_a_failure_says_how_to_play_it_again() -> None:
    assert "python -m sandbox.chaos --seed 7 --faults 20" in replay(7, 20)
    assert "--only 'web killed'" in replay(7, 20, ["web killed"])
