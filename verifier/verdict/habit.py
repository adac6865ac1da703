"""How a release line is usually published: by CI, by hand and tagged, by hand, or not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from verifier.model import UNTOLD, AccountKind, Case, Judged, Line, Outcome, Version, Weight
from verifier.verdict.tags import names_version, tagged_by

LAST = 3
"""How many versions of a line make a habit."""


class Way(StrEnum):
    """How a line's versions came about."""

    CI = "ci"
    HAND = "hand"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Habit:
    """What a line usually does. `count` versions support it; `attested`: they all carried provenance or OIDC."""

    way: Way
    count: int = 0
    attested: bool = False
    tagged: bool = False
    pull_requests: bool = False
    line: Line | None = None


def by_registry(version: Version) -> bool:
    """The registry itself says that CI published it: provenance it checked, or a trusted publisher."""
    trusted = version.account is not None and version.account.kind is AccountKind.TRUSTED_PUBLISHER
    # Whoever may push an image may hang attestations on it: its registry checks none.
    return trusted or (version.attested and not version.artifact.is_image)


def by_ci(judged: Judged) -> bool:
    """It was published by CI, as far as the registry or our own verdict says."""
    return is_compliant(judged) or by_registry(judged.version)


def is_compliant(judged: Judged) -> bool:
    """Our own verdict about it is `compliant`."""
    return judged.verdict is not None and judged.verdict.outcome is Outcome.COMPLIANT


def teaches(judged: Judged) -> bool:
    """It says something about the line: versions in doubt themselves, and registry placeholders, do not."""
    verdict = judged.verdict
    doubtful = verdict is not None and (verdict.outcome is Outcome.NON_COMPLIANT or verdict.suspect)
    if doubtful and verdict is not None and judged.version.artifact.is_image:
        # Asked only because nothing was known of its line: after a few of them something is.
        doubtful = {f.reason for f in verdict.findings if f.weight is Weight.SUSPECTS} != {"tag-by-nobody"}
    return not doubtful and not judged.version.placeholder


def earlier(case: Case) -> list[Judged]:
    """The versions published before it that say something, of whatever line; of an image also what its tag held before.

    No registry of images says how a tag came about. Of those of before first contact, only what a run explains teaches,
    and what was pushed at a known time of which GitHub listed the runs.
    """
    return among(case, (*case.siblings, *case.earlier))


def among(case: Case, versions: Iterable[Judged]) -> list[Judged]:
    """The same of these versions only."""
    before = [j for j in versions if j.version.at < case.version.at and teaches(j)]
    if not case.version.artifact.is_image:
        return before
    told = [j for j in before if is_compliant(j) or _is_known(case, j.version)]
    # Whoever moves `3.4` about teaches nothing about who makes releases.
    return told if case.version.moving else [j for j in told if not j.version.moving]


def lately(case: Case, line: Line | None = None) -> Iterator[Judged]:
    """The same as `earlier`, the newest first: all, or those of a line. Whoever needs a few looks at a few."""
    if case.version.artifact.is_image or case.earlier:
        every = [j for j in earlier(case) if line is None or j.version.line == line]
        return iter(sorted(every, key=lambda j: (j.version.at, j.version.number), reverse=True))
    return filter(teaches, case.siblings.before(case.version.at, line))


def just_before(case: Case) -> Iterator[Judged]:
    """The artifact's last few versions before it, of whatever line, those in doubt too: what was asked of late."""
    return islice(case.siblings.before(case.version.at), 2 * LAST)


def _is_known(case: Case, version: Version) -> bool:
    """Somebody could have seen a run push this tag: we were there, or its registry tells a time that GitHub listed."""
    if version.published_at is not None:
        return version.at >= case.first_contact - UNTOLD
    return version.unseen_at is not None


def attested(judged: Judged) -> bool:
    """It carries proof of coming from CI: its registry's word, or of an image provenance that verifies."""
    return by_registry(judged.version) or (
        judged.version.artifact.is_image and any(evidence.proven for evidence in judged.evidence)
    )


def habit(case: Case) -> Habit:
    """The habit that the version under judgement is held to, learned from versions published before it."""
    return _of_line(case, case.version.line, case.version.rank)


def _of_line(case: Case, line: Line, rank: tuple[int, ...]) -> Habit:
    """The habit of a line; of the newest older one where it is the newest and has too few versions of its own."""
    if _count(case, line) < LAST:
        newest = _newest(case, line)
        while _count(case, line) < LAST and newest and newest[-1][0] < rank:
            rank, line = newest.pop()
    own = _settled(case, line)
    if not own:
        return Habit(Way.UNKNOWN, line=line)
    ci = all(by_ci(j) for j in own)
    if case.version.artifact.is_image and not ci and len(own) < LAST:
        return Habit(Way.UNKNOWN, line=line)  # one odd tag makes no line that is pushed by hand
    events = [evidence.event for j in own for evidence in j.evidence]
    return Habit(
        way=Way.CI if ci else Way.HAND,
        count=len(own),
        attested=all(attested(j) for j in own),
        tagged=_are_tagged(case, own if case.version.artifact.is_image or len(own) == LAST else last(case, line)),
        pull_requests=len(own) == LAST and bool(events) and all(e.startswith("pull_request") for e in events),
        line=line,
    )


def _are_tagged(case: Case, versions: list[Judged]) -> bool:
    """Each of them got its tag in time; of before first contact, when nobody was there to see that, it has one.

    Not where it was asked about twice of late: the project does without, or tags later. Tags in git say less of an
    image's: there are variants, and those that move.
    """
    if sum(map(_asked_for_its_tag, just_before(case))) >= 2:
        return False

    def tagged(version: Version) -> bool:
        if version.at < case.first_contact and not version.artifact.is_image:
            return is_tagged(case, version)
        return tagged_by(case, version, version.at + case.policy.tagged_grace)

    return len(versions) == LAST and all(tagged(judged.version) for judged in versions)


def _asked_for_its_tag(judged: Judged) -> bool:
    """That it has no tag is all that it was asked about for."""
    findings = judged.verdict.findings if judged.verdict is not None and judged.verdict.suspect else ()
    there = judged.version.removed_at is None
    return there and {f.reason for f in findings if f.weight is Weight.SUSPECTS} == {"no-tag"}


def last(case: Case, line: Line | None) -> list[Judged]:
    """The last versions of a line, the newest first; where they are too few, the artifact's newest others, too."""
    own = list(islice(lately(case, line), LAST))
    others = (judged for judged in lately(case) if judged.version.line != line)
    return own + list(islice(others, LAST - len(own)))


def _count(case: Case, line: Line) -> int:
    """How many versions a line has that say something; those beyond `LAST` are not counted."""
    return sum(1 for _ in islice(lately(case, line), LAST))


def _newest(case: Case, line: Line) -> list[tuple[tuple[int, ...], Line]]:
    """The other lines by the newest of their versions, in the order of that."""
    ranks: dict[Line, tuple[int, ...]] = {}
    for judged in lately(case):
        name = judged.version.line
        if name != line:
            ranks[name] = max(judged.version.rank, ranks.get(name, judged.version.rank))
    return sorted((rank, name) for name, rank in ranks.items())


def _settled(case: Case, line: Line) -> list[Judged]:
    """The last versions of a line, the newest first, without the few that nobody accounts for since first contact: one
    quiet version does not end a habit of CI."""
    own = list(islice(lately(case, line), LAST))
    odd = sum(_is_odd(case, judged) for judged in own)
    if odd in (0, LAST):
        return own
    rest = list(islice((j for j in lately(case, line) if not _is_odd(case, j)), LAST))
    return rest if len(rest) == LAST and all(map(by_ci, rest)) else own


def _is_odd(case: Case, judged: Judged) -> bool:
    """Nobody accounts for it, and we were there."""
    return judged.version.at >= case.first_contact and not by_ci(judged)


def is_tagged(case: Case, version: Version) -> bool:
    """A tag or release of a publisher's repository names the version, deleted since or not."""
    return names_version(case, version)


def by_hand_allowed(case: Case) -> bool:
    """Somebody has said that publishing by hand is allowed, and nobody that it never happens: the stricter wins."""
    stated = [p.manual for p in case.publishers if p.manual is not None]
    return bool(stated) and all(stated)


def plain(case: Case, habit: Habit) -> bool:
    """A plain token published it, on a line that CI attests: nothing proven, no trusted publisher."""
    account = case.version.account
    trusted = account is not None and account.kind is AccountKind.TRUSTED_PUBLISHER
    return habit.attested and not trusted and not any(e.proven for e in case.evidence or ())


def expects_ci(case: Case, habit: Habit) -> bool:
    """An absent run counts against this version: configured so, or the line's habit."""
    if any(p.manual is not None for p in case.publishers):
        return not by_hand_allowed(case)
    return bool(case.publishers) and habit.way is Way.CI
