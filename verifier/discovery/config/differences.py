"""Two configurations side by side, in sentences for people. All names in them are a stranger's text, unescaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import timedelta

from verifier.discovery.config import narrower
from verifier.discovery.config.file import Config, File
from verifier.discovery.config.waivers import Asked
from verifier.model import Artifact, Conduct, Publisher

MOST = 50
"""The most sentences about one change."""

_BY_HAND = {
    True: "people may publish by hand",
    False: "nobody may publish by hand",
    None: "whether people publish by hand is learned from its history",
}
_SWITCHES = {
    "check_runs": "check runs are made",
    "issues": "issues are opened",
    "advisories": "draft advisories are made",
    "four_eyes": "what loosens needs a second person",
    "preview": "nothing is filed here but neutral check runs (preview)",
}


def differences(before: Config, after: Config) -> tuple[str, ...]:
    """What is different in `after`, one sentence each, in a stable order; empty when nothing is."""
    named = sorted({publisher.artifact for publisher in (*before.publishers, *after.publishers)})
    found = [
        sentence
        for artifact in named
        for sentence in _artifact(artifact, _of(artifact, before.publishers), _of(artifact, after.publishers))
    ]
    found += [*_conduct(before.conduct, after.conduct), *_waivers(before.waivers, after.waivers)]
    return _few(found)


def of_organisation(before: File, after: File) -> tuple[str, ...]:
    """What is different in an organisation's file."""
    parts = (
        ("the rules for all repositories", before.rules, after.rules),
        ("who may publish what", _unplaced(before), _unplaced(after)),
        ("how repositories are spoken to and who may command there", before.wish, after.wish),
    )
    found = [f"For every repository of this owner, {what} changed." for what, old, new in parts if old != new]
    return _few([*found, *_waivers(before.waivers, after.waivers)])


def _unplaced(file: File) -> list[tuple[object, ...]]:
    """Its entries without their lines."""
    return [(entry.artifact, entry.rules, entry.mirrors, entry.repository) for entry in file.entries]


def _few(found: Sequence[str]) -> tuple[str, ...]:
    more = (f"And {len(found) - MOST + 1} more.",) if len(found) > MOST else ()
    return (*found[: MOST - len(more)], *more)


def _of(artifact: Artifact, publishers: Iterable[Publisher]) -> tuple[Publisher, ...]:
    return tuple(publisher for publisher in publishers if publisher.artifact == artifact)


def _artifact(artifact: Artifact, before: Sequence[Publisher], after: Sequence[Publisher]) -> Iterator[str]:
    if before == after:
        return
    if not after:
        yield f"{artifact.purl} is no longer named."
        return
    if not before:
        yield f"{artifact.purl} is named: {_summary(after)}."
        return
    found = [*_lists(before, after), *_values(before, after)]
    yield from (f"{artifact.purl}: {sentence}." for sentence in found or ["its rules are combined in another way"])


def _summary(publishers: Sequence[Publisher]) -> str:
    workflows = dict.fromkeys(path for publisher in publishers for path in publisher.workflows)
    manual = narrower.by_hand(publishers)
    said = [f"{', '.join(workflows)} may publish"] if workflows else []
    said += [f"{p.identity} of {p.issuer} may publish" for p in publishers if p.issuer]
    return "; ".join([*said, *([_BY_HAND[manual]] if manual is not None else [])])


def _lists(before: Sequence[Publisher], after: Sequence[Publisher]) -> Iterator[str]:
    told = (
        ("workflow", "workflows", "may publish", "may no longer publish"),
        ("ref", "refs", "may publish", "may no longer publish"),
        ("event", "events", "may start a run that publishes", "may no longer start a run that publishes"),
        ("tag", "moving", "may move", "may no longer move"),
        ("mirror", "mirrors", "is named", "is no longer named"),
    )
    for noun, key, gained, lost in told:
        old, new = _all(key, before), _all(key, after)
        if key == "refs" and [p.refs == () for p in before] != [p.refs == () for p in after]:
            usual = any(p.refs == () for p in after)
            yield "the usual refs may publish" if usual else "only the refs that are named may publish"
        yield from (f"{noun} {one} {gained}" for one in new if one not in old)
        yield from (f"{noun} {one} {lost}" for one in old if one not in new)


def _all(key: str, publishers: Sequence[Publisher]) -> list[str]:
    return list(dict.fromkeys(one for publisher in publishers for one in getattr(publisher, key)))


def _values(before: Sequence[Publisher], after: Sequence[Publisher]) -> Iterator[str]:
    if narrower.by_hand(before) is not narrower.by_hand(after):
        yield _BY_HAND[narrower.by_hand(after)]
    guards = [sorted({p.environment for p in each if p.environment}) for each in (before, after)]
    if guards[0] != guards[1]:
        yield f"environment {', '.join(guards[1])} guards it" if guards[1] else "no environment guards it"
    signers = [sorted({(p.identity, p.issuer) for p in each if p.issuer}) for each in (before, after)]
    if signers[0] != signers[1]:
        names = ", ".join(f"{identity} of {issuer}" for identity, issuer in signers[1])
        yield f"its signer is {names}" if names else "it has no signer of its own"
    graces = [narrower.grace(each) for each in (before, after)]
    if graces[0] != graces[1]:
        yield f"a missing run counts {_length(graces[1])} after a publication"
    sure = [sorted({p.confidence for p in each}) for each in (before, after)]
    if sure[0] != sure[1]:
        yield f"an explanation must reach {' or '.join(level.word for level in sure[1])} confidence"


def _length(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    for size, noun in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes and minutes % size == 0:
            return f"{minutes // size} {noun}{'' if minutes == size else 's'}"
    return "the server's usual time"


def _conduct(before: Conduct, after: Conduct) -> Iterator[str]:
    for field in fields(Conduct):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old == new:
            continue
        if field.name in _SWITCHES:
            yield (
                f"From now on {_SWITCHES[field.name]}." if new else f"It no longer holds that {_SWITCHES[field.name]}."
            )
        elif field.name == "role":
            yield f"Commands need the role {new} (before: {old})."
        elif field.name == "issue_repository":
            yield f"Issues are opened in {new}." if new else "Issues are opened in the repository itself."
        else:
            yield (
                f"The {field.name} of its issues are {', '.join(new)}." if new else f"Its issues have no {field.name}."
            )


def _waivers(before: Sequence[Asked], after: Sequence[Asked]) -> Iterator[str]:
    old, new = ({(a.artifact, a.number, a.digest): a for a in each} for each in (before, after))
    for key, asked in new.items():
        until = (
            f"{asked.artifact.versioned(asked.number)} ({asked.digest[:19]}…) is waived until {asked.until:%Y-%m-%d}"
        )
        if key not in old:
            yield f"{until}: {asked.reason}"
        elif old[key].until != asked.until:
            yield f"{until}."
    for key, asked in old.items():
        if key not in new:
            yield f"{asked.artifact.versioned(asked.number)} ({asked.digest[:19]}…) is no longer waived."
