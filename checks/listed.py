"""The versions of an incident as a list in Markdown: what matters first, tags that hold the same bytes once. Pure.

Of many versions a reader is told each reason once, with the first few of them; the whole list stands by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks import commands
from checks.escape import code, link, markdown
from verifier.model import Member, Outcome
from verifier.tag_names import core, moves

DETAILED = 5
"""Up to this many versions, each is listed with everything that was seen of it; of more so many are named first."""
REASONS = 8
"""The most reasons that are told apart where versions are many."""
SENTENCES = 8
"""The most sentences shown of one version."""
TAGS = 20
"""The most tags of one image that are named in one line."""

_RUN = re.compile(r"/actions/runs/(\d{1,20})")


@dataclass(frozen=True)
class Listing:
    """What there is to see of versions, as lines of Markdown.

    `seen` is for the first look: every reason, and the first few versions of each. `every` has each version in a line
    of its own; it is empty where `seen` has that already.
    """

    seen: tuple[str, ...]
    every: tuple[str, ...] = ()


def listed(members: Sequence[Member]) -> Listing:
    """Every version with everything that was seen of it; where they are many, with the strongest sentence alone."""
    groups = _groups(members)
    if len(groups) <= DETAILED:
        return Listing(tuple(line for group in groups for line in _seen(group)))
    alike = _alike(groups)
    # the links come first, so that a long list cannot cut them off
    links = _links([link for member in members for link in member.links[:1]])
    seen = [f"- {links}"] if links else []
    seen += [line for those in alike[:REASONS] for line in _together(those)]
    if left := sum(len(group) for those in alike[REASONS:] for group in those):
        seen.append(f"- … and {count(left, f'more {_kind(members)}')}, for other reasons")
    if not left and len(alike) == len(groups):
        return Listing(tuple(seen))
    several = len(_sentences(groups)) > 1
    return Listing(tuple(seen), tuple(_in_short(group, several) for group in groups))


def everything(members: Sequence[Member]) -> str:
    """What the whole list is called: `All 84 versions`."""
    return f"All {count(len(members), _kind(members))}"


def _groups(members: Sequence[Member]) -> list[list[Member]]:
    """What matters first; the tags of one image that hold the same bytes together, a release's own before others."""
    groups = dict[object, list[Member]]()
    for position, member in enumerate(sorted(members, key=_urgency)):
        same = (member.artifact, member.digests, member.account, member.reasons, member.odd, _state(member))
        groups.setdefault(same if member.artifact.is_image and member.digests else position, []).append(member)
    return list(groups.values())


def _urgency(member: Member) -> tuple[bool, ...]:
    """What stands open and is surest comes first; of images a release's own tag, then one that names a release."""
    standing = (not member.open, member.outcome is not Outcome.NON_COMPLIANT, not member.suspect)
    return (*standing, moves(member.number), core(member.number) is None) if member.artifact.is_image else standing


def _alike(groups: Sequence[list[Member]]) -> list[list[list[Member]]]:
    """Those of one registry against which the same reason speaks and that stand alike, together."""
    found = dict[object, list[list[Member]]]()
    for group in groups:
        first = group[0]
        same = (commands.registry_words(first.artifact), _state(first), _told(first)[0])
        found.setdefault(same, []).append(group)
    return list(found.values())


def _told(member: Member) -> tuple[str, str]:
    """The reason id and the sentence that tell most about it: of what a run accounts for, what is odd."""
    odd = member.outcome is Outcome.COMPLIANT and bool(member.odd)
    reasons, sentences = (member.odd, member.anomalies) if odd else (member.reasons, member.sentences)
    return next(iter(reasons), ""), next(iter(sentences), "")


def _sentences(groups: Iterable[Sequence[Member]]) -> set[str]:
    return {_told(group[0])[1] for group in groups}


def _together(groups: Sequence[Sequence[Member]]) -> list[str]:
    """What was seen of these, which are alike: the reason once, and the first few of them."""
    first = groups[0][0]
    if len(groups) == 1:
        return [_in_short(groups[0])]
    many = f"{count(sum(map(len, groups)), _kind(groups[0]))} on {commands.registry_words(first.artifact)}"
    of = ":" if len(_sentences(groups)) == 1 else ". Of the first:"
    sentence = f"{of} {markdown(_told(first)[1])}" if _told(first)[1] else ""
    names = ", ".join(_briefly(group) for group in groups[:DETAILED])
    more = sum(map(len, groups[DETAILED:]))
    return [
        f"- **{many}**{_state(first)}{sentence}",
        f"  - {f'The first: {names}, and {more} more' if more else names}",
    ]


def _briefly(group: Sequence[Member]) -> str:
    """Name, version and time."""
    at = when(group).removeprefix(" at").strip()
    return f"{code(group[0].artifact.label)} {_numbers(group)}{f' ({at})' if at else ''}"


def _in_short(group: Sequence[Member], why: bool = True) -> str:
    """One line about one of many versions, with or without the reason."""
    sentence = _told(group[0])[1] if why else ""
    return f"- {_headed(group)}{f'. {markdown(sentence, 300)}' if sentence else ''}"


def _kind(members: Sequence[Member]) -> str:
    return "tag" if all(member.artifact.is_image for member in members) else "version"


def _numbers(group: Sequence[Member]) -> str:
    more = f" and {len(group) - TAGS} more" if len(group) > TAGS else ""
    return ", ".join(code(member.number) for member in group[:TAGS]) + more


def _headed(group: Sequence[Member]) -> str:
    """Which version, where, since when, and how it stands with it."""
    first = group[0]
    at = f", published{when(group).removeprefix(' at')}" if when(group) else ""
    where = commands.registry_words(first.artifact)
    return f"{code(first.artifact.label)} {_numbers(group)} on {where}{at}{_state(first)}"


def _links(addresses: Sequence[str]) -> str:
    """Where a person can look for themselves; '' where nothing is named."""
    shown = [link(_label(address), address) for address in list(dict.fromkeys(addresses))[:5]]
    return f"Look at: {', '.join(shown)}" if shown else ""


def _seen(group: Sequence[Member]) -> list[str]:
    """The lines about one version, with everything; of tags with the same bytes about the first, and that it is so."""
    member = group[0]
    lines = [f"- {_headed(group)}"]
    lines += [f"  - {markdown(sentence)}" for sentence in member.sentences[:SENTENCES]]
    lines += [f"  - Also odd: {markdown(sentence)}" for sentence in member.anomalies[:SENTENCES]]
    if len(group) > 1:
        lines.append(f"  - That is about {code(member.number)}; the others have the same bytes, for the same reasons.")
    if member.account:
        where = commands.registry_words(member.artifact)
        lines.append(f"  - The publishing account, as {where} names it: {code(member.account)}.")
    if member.digests:
        more = f" and {len(member.digests) - 4} more" if len(member.digests) > 4 else ""
        lines.append(f"  - Digests: {', '.join(code(digest, 200) for digest in member.digests[:4])}{more}")
    if links := _links([link for one in group for link in one.links]):
        lines.append(f"  - {links}")
    return lines


def _state(member: Member) -> str:
    """How it stands with one version, beside its name; '' while it simply stands open."""
    if member.waived:
        return " — waived"
    if member.stands and member.muted:
        return " — its line is muted"
    if not member.stands:
        again = member.outcome is Outcome.PENDING
        return " — being looked at again" if again else " — nothing stands against it any more"
    suspect = "suspect, without proof" if member.suspect else ""
    down = ("removed since" if member.artifact.is_image else "taken down since") if member.removed else ""
    down = down.replace("since", "more than a day ago") if member.gone else down
    said = ", ".join(part for part in (suspect, down) if part)
    return f" — {said}" if said else ""


def named(member: Member) -> str:
    """Artifact and version as code spans."""
    return f"{code(member.artifact.label)} {code(member.number)}"


def when(members: Sequence[Member]) -> str:
    """When they were published; '' unless that is known of all of them."""
    times = sorted(m.published_at for m in members if m.published_at is not None)
    if len(times) < len(members):
        return ""
    return f" at {time(times[0])}" if times[0] == times[-1] else f" {between(times)}"


def between(times: Sequence[datetime]) -> str:
    """From the first to the last of these times, which are sorted."""
    return f"between {time(times[0])} and {time(times[-1])}"


def _label(address: str) -> str:
    run = _RUN.search(address)
    return f"run {run[1]}" if run else "evidence"


def time(at: datetime) -> str:
    """A time as it is shown, to the second."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def count(number: int, noun: str) -> str:
    """`1 version`, `2 versions`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
