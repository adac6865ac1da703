"""What the bench says: a line a round, how many faults of each kind were survived, and how to play a failure again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sandbox.chaos.bench import Round


def line(done: Round) -> str:
    """One round, and below it whatever did not hold."""
    state = "held" if not done.failures else "FAILED"
    planned = done.planned
    head = f"{planned.round + 1:4}  {planned.fault:32} for {planned.hold:.1f} s  {state}  ({done.took:.1f} s)"
    return "\n".join([head, *(f"      {failure}" for failure in done.failures)])


def failed(rounds: Sequence[Round]) -> bool:
    """Something did not hold."""
    return any(done.failures for done in rounds)


def summary(rounds: Sequence[Round], seconds: float) -> str:
    """How many faults of each kind were survived, and how long it took."""
    survived = Counter(done.planned.fault for done in rounds if not done.failures)
    total = Counter(done.planned.fault for done in rounds)
    rows = [f"  {name:32} {survived[name]} of {count}" for name, count in sorted(total.items())]
    took = f"{int(seconds) // 60} min {int(seconds) % 60} s"
    return "\n".join([f"Survived {survived.total()} of {total.total()} faults in {took}:", *rows])


def replay(seed: int, count: int, names: Sequence[str] = ()) -> str:
    """The command that plays the same history with the same faults."""
    only = "".join(f" --only {name!r}" for name in names)
    return f"Play it again: python -m sandbox.chaos --seed {seed} --faults {count}{only}"
