"""What a webhook is about, for the log: what it did, and the numbers by which the work that follows is named.

No text of a stranger's: numbers, and an action that its handler listens to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verifier.ledger.asking import run_task
from verifier.model import RunKey


def about(payload: Mapping[str, Any], actions: Sequence[str]) -> dict[str, str | int]:
    """Its action, its repository, and of a run the key under which its jobs are read; what it lacks is left out."""
    found = dict[str, str | int]()
    action = payload.get("action")
    if isinstance(action, str) and action in actions:
        found["action"] = action
    repository = _number(payload.get("repository"), "id")
    if repository:
        found["repository_id"] = repository
        run, attempt = (_number(payload.get("workflow_run"), key) for key in ("id", "run_attempt"))
        if run and attempt:
            found["run"] = run_task(RunKey(repository, run, attempt))
    return found


def _number(held: object, key: str) -> int:
    """The id there, 0 where there is none."""
    value = held.get(key) if isinstance(held, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63 else 0
