"""What GitHub lets somebody see and do: the App's installations that they see, and the repositories of each.

Source: docs.github.com/rest, "List app installations accessible to the user access token" and "List repositories
accessible to the user access token". Whatever is left out here only takes away.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.signin.calls import Calls, NoAnswer
from app.signin.oauth import Denied
from verifier.ledger.sessions import Right

MOST_INSTALLATIONS = 200
MOST_REPOSITORIES = 10_000
_PER_PAGE = 100
_ROLES = (("admin", "admin"), ("maintain", "maintain"), ("push", "write"), ("triage", "read"), ("pull", "read"))
"""GitHub's permissions, the highest first, and what we call them."""


def rights(calls: Calls, token: str) -> tuple[Right, ...]:
    """Everything this token shows, by repository id. Raises Denied, NoAnswer."""
    found: dict[int, Right] = {}
    for installation in _list(calls, "/user/installations", token, "installations", MOST_INSTALLATIONS):
        number = installation.get("id")
        if not _is_id(number) or installation.get("suspended_at") is not None:
            continue
        left = MOST_REPOSITORIES - len(found)
        if left <= 0:
            break
        for repository in _list(calls, f"/user/installations/{number}/repositories", token, "repositories", left):
            right = right_of(repository)
            if right is not None:
                found[right.repository_id] = right
    return tuple(found[number] for number in sorted(found))


def right_of(repository: Any) -> Right | None:
    """What they may do in this one; None where GitHub grants nothing, or what it says cannot be read."""
    if not isinstance(repository, dict) or not _is_id(repository.get("id")):
        return None
    granted = repository.get("permissions")
    if not isinstance(granted, dict):
        return None
    role = next((ours for theirs, ours in _ROLES if granted.get(theirs) is True), None)
    return None if role is None else Right(repository["id"], role)


def _list(calls: Calls, path: str, token: str, key: str, most: int) -> Iterator[dict[str, Any]]:
    """The items of a paged list, `most` at most. One that GitHub does not show to them is empty."""
    address, given, asked = f"{path}?per_page={_PER_PAGE}", 0, set[str]()
    while address and given < most and address not in asked:
        asked.add(address)
        answer = calls.get(address, token)
        if answer.status == 401:
            raise Denied("GitHub does not accept the login any more.")
        if answer.status in (403, 404):
            return
        items = answer.data.get(key) if isinstance(answer.data, dict) and answer.status == 200 else None
        if not isinstance(items, list):
            raise NoAnswer("GitHub's list of what somebody sees is none.")
        for item in items[: most - given]:
            given += 1
            if isinstance(item, dict):
                yield item
        address = answer.next


def _is_id(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**63
