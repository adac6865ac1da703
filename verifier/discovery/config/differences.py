"""Two configurations side by side, in sentences for people. All names in them are a stranger's text, unescaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any

from verifier.discovery.config import narrower
from verifier.discovery.config.file import Config, File
from verifier.discovery.config.waivers import Asked
from verifier.model import Artifact, Conduct, Publisher

BY_HAND, WAIVERS, CONDUCT, REFS, WORKFLOWS, OTHER, LESS = range(7)
"""How dangerous a change is, the worst first; `LESS` allows less than before."""
Ranked = tuple[int, str]

_BY_HAND = {
    True: "people may publish by hand",
    False: "nobody may publish by hand",
    None: "whether people publish by hand is learned from its history",
}
_SWITCHES = {
    "check_runs": "Check runs",
    "issues": "Issues",
    "advisories": "Draft advisories",
    "four_eyes": "Four eyes (what loosens needs a second person)",
    "preview": "Preview (nothing is filed here but neutral check runs)",
}


def differences(before: Config, after: Config) -> tuple[str, ...]:
    """What is different in `after`, one sentence each, the most dangerous first; empty when nothing is.

    They take turns by kind, so that many of one never hide the first of another; what allows less comes last.
    """
    named = sorted({publisher.artifact for publisher in (*before.publishers, *after.publishers)})
    found = [
        sentence
        for artifact in named
        for sentence in _artifact(artifact, _of(artifact, before.publishers), _of(artifact, after.publishers))
    ]
    found += [*_conduct(before.conduct, after.conduct), *_waivers(before.waivers, after.waivers)]
    found += [(WAIVERS, _unheeded(one)) for one in after.unheeded if one not in before.unheeded]
    return _ordered(found)


def of_organisation(before: File, after: File) -> tuple[str, ...]:
    """What is different in an organisation's file."""
    parts = (
        (BY_HAND, "the rules for all repositories", before.rules, after.rules),
        (WORKFLOWS, "who may publish what", _unplaced(before), _unplaced(after)),
        (CONDUCT, "how repositories are spoken to and who may command there", before.wish, after.wish),
    )
    found = [
        (rank, f"For every repository of this owner, {what} changed.") for rank, what, old, new in parts if old != new
    ]
    return _ordered([*found, *_waivers(before.waivers, after.waivers)])


def _unplaced(file: File) -> list[tuple[object, ...]]:
    """Its entries without their lines."""
    return [(entry.artifact, entry.rules, entry.mirrors, entry.repository) for entry in file.entries]


def few(found: Sequence[str], most: int) -> tuple[str, ...]:
    """The first of these sentences, and how many are left out."""
    if len(found) <= most:
        return tuple(found)
    more = f"And {len(found) - most + 1} more: read the whole change where it happened."
    return (*found[: most - 1], more)


def _ordered(found: Sequence[Ranked]) -> tuple[str, ...]:
    turns: Counter[int] = Counter()
    placed = []
    for rank, sentence in found:
        placed.append((turns[rank], rank, sentence))
        turns[rank] += 1
    placed.sort(key=lambda one: (one[1] == LESS, *one[:2]))
    return tuple(sentence for _, _, sentence in placed)


def _of(artifact: Artifact, publishers: Iterable[Publisher]) -> tuple[Publisher, ...]:
    return tuple(publisher for publisher in publishers if publisher.artifact == artifact)


def _artifact(artifact: Artifact, before: Sequence[Publisher], after: Sequence[Publisher]) -> Iterator[Ranked]:
    if before == after:
        return
    if not after:
        yield OTHER, f"{artifact.purl} is no longer named."
        return
    if not before:
        by_hand = narrower.by_hand(after) is True
        yield BY_HAND if by_hand else WORKFLOWS, f"{artifact.purl} is named: {_summary(after)}."
        return
    found = [*_lists(before, after), *_values(before, after)]
    combined = [(OTHER, "its rules are combined in another way")]
    yield from ((rank, f"{artifact.purl}: {sentence}.") for rank, sentence in found or combined)


def _summary(publishers: Sequence[Publisher]) -> str:
    workflows = dict.fromkeys(path for publisher in publishers for path in publisher.workflows)
    manual = narrower.by_hand(publishers)
    said = [f"{', '.join(workflows)} may publish"] if workflows else []
    said += [f"{p.identity} of {p.issuer} may publish" for p in publishers if p.issuer]
    return "; ".join([*said, *([_BY_HAND[manual]] if manual is not None else [])])


def _lists(before: Sequence[Publisher], after: Sequence[Publisher]) -> Iterator[Ranked]:
    told = (
        (WORKFLOWS, "workflow", "workflows", "may publish", "may no longer publish"),
        (REFS, "ref", "refs", "may publish", "may no longer publish"),
        (WORKFLOWS, "event", "events", "may start a run that publishes", "may no longer start a run that publishes"),
        (REFS, "tag", "moving", "may move", "may no longer move"),
        (OTHER, "mirror", "mirrors", "is named", "is no longer named"),
    )
    for rank, noun, key, gained, lost in told:
        old, new = _all(key, before), _all(key, after)
        if key == "refs" and [p.refs == () for p in before] != [p.refs == () for p in after]:
            usual = any(p.refs == () for p in after)
            yield (rank, "the usual refs may publish") if usual else (LESS, "only the refs that are named may publish")
        yield from ((rank, f"{noun} {one} {gained}") for one in new if one not in old)
        yield from ((LESS, f"{noun} {one} {lost}") for one in old if one not in new)


def _all(key: str, publishers: Sequence[Publisher]) -> list[str]:
    return list(dict.fromkeys(one for publisher in publishers for one in getattr(publisher, key)))


def _values(before: Sequence[Publisher], after: Sequence[Publisher]) -> Iterator[Ranked]:
    if narrower.by_hand(before) is not narrower.by_hand(after):
        manual = narrower.by_hand(after)
        yield LESS if manual is False else BY_HAND, _BY_HAND[manual]
    guards = [sorted({p.environment for p in each if p.environment}) for each in (before, after)]
    if guards[0] != guards[1]:
        guarded = f"environment {', '.join(guards[1])} guards it" if guards[1] else "no environment guards it"
        yield OTHER, guarded
    signers = [sorted({(p.identity, p.issuer) for p in each if p.issuer}) for each in (before, after)]
    if signers[0] != signers[1]:
        names = ", ".join(f"{identity} of {issuer}" for identity, issuer in signers[1])
        yield WORKFLOWS, f"its signer is {names}" if names else "it has no signer of its own"
    graces = [narrower.grace(each) for each in (before, after)]
    if graces[0] != graces[1]:
        yield OTHER, f"a missing run counts {_length(graces[1])} after a publication"
    sure = [sorted({p.confidence for p in each}) for each in (before, after)]
    if sure[0] != sure[1]:
        yield OTHER, f"an explanation must reach {' or '.join(level.word for level in sure[1])} confidence"


def _length(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    for size, noun in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes and minutes % size == 0:
            return f"{minutes // size} {noun}{'' if minutes == size else 's'}"
    return "the server's usual time"


def _conduct(before: Conduct, after: Conduct) -> Iterator[Ranked]:
    for field in fields(Conduct):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            loud = field.name in (*_SWITCHES, "role", "issue_repository")
            yield CONDUCT if loud else OTHER, _told(field.name, old, new)


def _told(name: str, old: Any, new: Any) -> str:
    if name in _SWITCHES:
        return f"{_SWITCHES[name]}: {'on' if new else 'off'}."
    if name == "role":
        return f"Commands need the role {new} (before: {old})."
    if name == "issue_repository":
        return f"Issues are opened in {new}." if new else "Issues are opened in the repository itself."
    return f"The {name} of its issues are {', '.join(new)}." if new else f"Its issues have no {name}."


def _unheeded(asked: Asked) -> str:
    return (
        f"{asked.artifact.versioned(asked.number)} ({asked.digest[:19]}…) is not waived by this file: with four_eyes "
        "on, one person's push is not enough. A second one answers for it by command, or the organisation's file does."
    )


def _waivers(before: Sequence[Asked], after: Sequence[Asked]) -> Iterator[Ranked]:
    old, new = ({(a.artifact, a.number, a.digest): a for a in each} for each in (before, after))
    for key, asked in new.items():
        until = f"{asked.artifact.versioned(asked.number)} ({asked.digest[:19]}…) is waived until {asked.last_day}"
        if key not in old:
            yield WAIVERS, f"{until}: {asked.reason}"
        elif old[key].until != asked.until:
            yield WAIVERS, f"{until}."
    for key, asked in old.items():
        if key not in new:
            yield LESS, f"{asked.artifact.versioned(asked.number)} ({asked.digest[:19]}…) is no longer waived."
