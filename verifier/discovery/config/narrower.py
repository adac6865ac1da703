"""What two sets of publishers both allow: of one artifact, whoever either of them would not let publish may not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from fnmatch import fnmatchcase

from verifier.model import Publisher

MOST_PAIRS = 1000
"""The most pairs of rules that are compared; beyond, those of before stay."""
_WILD = frozenset("*?[")
_NONE = timedelta(0)


def both(before: Sequence[Publisher], after: Sequence[Publisher], branch: str) -> tuple[Publisher, ...]:
    """Who may publish one artifact by both; empty where nobody may, or where there is too much to compare.

    1. A rule of `after` that some rule of `before` covers stays as it is. 2. Of any other, what it shares with each
    rule of `before`. 3. Whether people may publish by hand, and how long the grace is, hold for the artifact as a
    whole: where the result would be looser, it gets what held before. `branch` is the default branch.
    """
    if len(before) * len(after) > MOST_PAIRS:
        return ()
    found: list[Publisher] = []
    for new in after:
        if any(_within(new, old, branch) for old in before):
            found.append(new)
            continue
        shared = (_shared(old, new, branch) for old in before)
        found += [one for one in shared if one is not None]
    if any(old.workflows for old in before) and not any(new.workflows for new in found):
        return ()
    return _as_a_whole(before, tuple(dict.fromkeys(found)))


def by_hand(publishers: Sequence[Publisher]) -> bool | None:
    """What they say together about publishing by hand: the stricter word counts, None where none says anything."""
    said = [publisher.manual for publisher in publishers if publisher.manual is not None]
    return all(said) if said else None


def grace(publishers: Sequence[Publisher]) -> timedelta:
    """How long a missing run may not count for these; 0 for the server's."""
    return min((publisher.grace or _NONE for publisher in publishers), default=_NONE)


def covered(pattern: str, by: Sequence[str]) -> bool:
    """Whatever this glob fits, one of these fits as well."""
    return any(pattern == one or (_WILD.isdisjoint(pattern) and fnmatchcase(pattern, one)) for one in by)


def _within(new: Publisher, old: Publisher, branch: str) -> bool:
    shared = _shared(old, new, branch)
    return shared is not None and replace(shared, manual=new.manual, grace=new.grace) == new


def _shared(old: Publisher, new: Publisher, branch: str) -> Publisher | None:
    """What both rules allow; None: nothing. What cannot be compared stays as it was."""
    if (old.issuer, old.identity) != (new.issuer, new.identity):
        return None
    workflows = tuple(path for path in new.workflows if path in old.workflows)
    events = tuple(event for event in new.events if event in old.events)
    refs = _refs(old.refs, new.refs, branch)
    if refs is None or not events or (not workflows and (old.workflows or new.workflows)):
        return None
    return replace(
        new,
        workflows=workflows,
        refs=refs,
        events=events,
        environment=old.environment or new.environment,
        moving=_patterns(old.moving, new.moving),
        mirrors=new.mirrors if set(new.mirrors) == set(old.mirrors) else old.mirrors,
        confidence=max(old.confidence, new.confidence),
    )


def _refs(old: tuple[str, ...], new: tuple[str, ...], branch: str) -> tuple[str, ...] | None:
    """The patterns of refs that both fit; None: none. Empty stands for the default branch, tags and what is usual."""
    if old == new or not old:
        usual = tuple(one for one in new if one.startswith("refs/tags/") or one == f"refs/heads/{branch}")
        return new if old == new else (usual or None if new else ())
    return old if not new else _patterns(old, new) or None


def _patterns(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    inside = [one for one in new if covered(one, old)]
    return tuple(dict.fromkeys([*inside, *(one for one in old if covered(one, new))]))


def _as_a_whole(before: Sequence[Publisher], found: tuple[Publisher, ...]) -> tuple[Publisher, ...]:
    order = (False, None, True)
    said = by_hand(before)
    if order.index(by_hand(found)) > order.index(said):
        found = tuple(replace(publisher, manual=said) for publisher in found)
    longest = grace(before)
    if found and grace(found) > longest:
        found = tuple(replace(publisher, grace=longest or None) for publisher in found)
    return found
