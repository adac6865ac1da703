"""One incident as Markdown, in parts that each channel puts together. Pure: the text changes only when a fact does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from checks import commands, history, numbered
from checks.base import Subject
from checks.escape import code, markdown, title
from checks.listed import DETAILED, between, count, everything, listed, named, time, when
from checks.words import ASK, alarms, contradicts, explains, words
from verifier.model import Incident, IncidentState, Member, Outcome

CACHES = commands.Step(
    "**Clean what the run built from:** delete the repository's Actions caches, pin its actions and dependencies, and "
    "replace every secret that the workflow could read."
)
"""What to do where no token was used: the run itself was."""
BACK = "tag-rolled-back"
KNOWN = "digest-known"
UNANSWERED = " If nobody answers within minutes, go on as if it was none of you."


@dataclass(frozen=True)
class Report:
    """What is said about an incident. Every part is finished Markdown, in lines."""

    title: str
    lead: str
    seen: tuple[str, ...]
    """Every reason; of many versions the first few."""
    every: tuple[str, ...]
    """Each version in a line of its own; empty where `seen` has that already."""
    everything: str
    """What `every` is called."""
    why: tuple[str, ...] = ()
    todo: tuple[commands.Step, ...] = ()
    """What to do now, most urgent first; `checks.numbered` makes lines of it."""
    yours: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    """What happened since it was opened; empty while nothing did."""

    @property
    def now(self) -> tuple[str, ...]:
        """What to do now, numbered, with every command in view."""
        return numbered.whole(self.todo)


def marker(incident: Incident) -> str:
    """The hidden comment by which a post is found again."""
    return f"<!-- artifact-monitor:incident:{re.sub(r'[^A-Za-z0-9_.-]', '_', incident.id[:100])} -->"


def report(subject: Subject, whose: str = "your") -> Report:
    """Everything there is to say about the incident as it stands now. `whose` CI it is: `your`, `the project's`."""
    incident = subject.incident
    found = listed(incident.members)
    said = Report(
        headline(incident, whose),
        _lead(incident, whose),
        found.seen,
        found.every,
        everything(incident.members),
        steps=tuple(history.steps(subject.history)) if _went_on(subject) else (),
    )
    if settled(incident):
        return said
    concerned = _concerned(incident)
    reasons = list(dict.fromkeys(reason for member in concerned for reason in _against(member)))
    silence = dict.fromkeys(line for reason in reasons for line in words(reason).silence)
    return replace(
        said,
        why=tuple(f"- **{words(reason).title}.** {words(reason).why}" for reason in reasons[:4]),
        todo=tuple(_todo(subject, concerned, reasons)),
        yours=tuple(f"- {line}" for line in silence),
    )


def settled(incident: Incident) -> bool:
    """Nothing in it stands open: its posts are closed."""
    return incident.state is IncidentState.RESOLVED or not incident.members


def left_behind(incident: Incident) -> tuple[Member, ...]:
    """The rogue versions of a settled incident that were taken down, and settled by nothing else: their users go on.

    Empty while it stands open.
    """
    gone = (m for m in incident.members if m.gone and m.outcome is Outcome.NON_COMPLIANT)
    return tuple(m for m in gone if not (m.waived or m.muted)) if settled(incident) else ()


def rogue(incident: Incident) -> bool:
    """A version in it is non-compliant, and nobody has waived it."""
    return any(m.open and m.outcome is Outcome.NON_COMPLIANT for m in incident.members)


def headline(incident: Incident, whose: str = "your") -> str:
    """The title: what happened, in one line of at most 255 characters, without Markdown."""
    if settled(incident):
        return f"Settled: alert about {_what(incident.members, plainly=True)}"
    concerned = _concerned(incident)
    what, one = _what(concerned, plainly=True), len(concerned) == 1
    if concerned[0].suspect:
        return f"{what}: {'was this' if one else 'were these'} you?"
    if _moved_back(concerned):
        return f"{what} {'was' if one else 'were'} {_back(concerned, whose)}"
    if concerned[0].outcome is not Outcome.NON_COMPLIANT:
        return f"{what}: published by {whose} CI, and something is odd"
    more = sum(m.open and m.suspect for m in incident.members if m not in concerned)
    also = f" ({more} more suspect)" if more else ""
    return f"{what} {'was' if one else 'were'} {_verdict(concerned, whose)}{also}"


def since(published: datetime | None, noticed: datetime) -> str:
    """How long after the publication it was noticed, in words; '' where the registry gives no time."""
    if published is None:
        return ""
    lag = noticed - published
    if lag < timedelta(seconds=1):
        return "at once"
    for size, unit in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        if lag >= 2 * size or (lag >= size and unit == "minute"):
            return f"{count(lag // size, unit)} later"
    return f"{count(lag // timedelta(seconds=1), 'second')} later"


_THEIRS = "If it was one of you, have somebody else say so (below) to close this."


def _went_on(subject: Subject) -> bool:
    """Something happened to it after it was opened."""
    return any(notice.at > subject.incident.opened_at for notice in subject.history)


def _concerned(incident: Incident) -> list[Member]:
    """The versions that the alert is about: what is open and non-compliant, else what is suspect, else what is odd."""
    open_ = [m for m in incident.members if m.open] or list(incident.members)
    return [m for m in open_ if m.outcome is Outcome.NON_COMPLIANT] or [m for m in open_ if m.suspect] or open_


def _against(member: Member) -> tuple[str, ...]:
    """The reasons that speak against it: what alarms, else what is odd."""
    return tuple(reason for reason in member.reasons if alarms(reason)) or member.odd


def _what(members: Sequence[Member], *, plainly: bool = False) -> str:
    """These versions in a few words: in plain text for a title, else in Markdown."""
    if not members:
        return "no version"
    name, number = members[0].artifact.label, members[0].number
    artifacts = len({member.artifact for member in members})
    if len(members) == 1:
        return f"{title(name, 80)} {title(number, 40)}" if plainly else named(members[0])
    kind = "image" if all(member.artifact.is_image for member in members) else "package"
    of = count(artifacts, kind) if artifacts > 1 else title(name, 80) if plainly else code(name)
    return f"{len(members)} {'tags' if kind == 'image' else 'versions'} of {of}"


def _verdict(members: Sequence[Member], whose: str) -> str:
    """What is wrong with them: against what they claim about their origin, or that nothing accounts for them."""
    claimed = all(any(contradicts(reason) for reason in m.reasons) for m in members)
    as_claimed = "as it claims" if len(members) == 1 else "as they claim"
    return f"not published {as_claimed}" if claimed else f"not published by {whose} CI"


def _moved_back(members: Sequence[Member]) -> bool:
    """All that is said of them is that a tag was moved back."""
    return all(not m.suspect and m.outcome is Outcome.COMPLIANT and m.odd == (BACK,) for m in members)


def _back(members: Sequence[Member], whose: str, at: str = "") -> str:
    """Nobody published anything: older bytes were named anew. A run that moved the tag would account for it itself."""
    by_run = any(explains(reason) and reason != KNOWN for m in members for reason in m.reasons)
    owner = "yours" if whose == "your" else whose.removesuffix("'s") + "'s own"
    return f"moved back{at} to older bytes of {owner}{'' if by_run else ', and no run did it'}"


def _lead(incident: Incident, whose: str) -> str:
    if settled(incident):
        return f"**Settled: the alert about {_what(incident.members)} is closed.** {ending(incident.members)}"
    concerned = _concerned(incident)
    one, certain = len(concerned) == 1, concerned[0].outcome is Outcome.NON_COMPLIANT
    them = "it" if one else "them"
    origin = f"nothing ties {them} to a run of {whose} CI"
    if certain:
        origin = _verdict(concerned, whose).replace("not published ", "not ")
    if not certain and not concerned[0].suspect:
        origin = f"{whose} CI accounts for {them}; still, something is odd"
    were, at, where = "was" if one else "were", when(concerned), _registries(concerned)
    also = sum(m.open and m.suspect for m in incident.members if m not in concerned)
    more = f" {count(also, 'more version')} {'is' if also == 1 else 'are'} suspect, without proof." if also else ""
    sentence = f"{_what(concerned)} {were} published to {where}{at}, and {origin}."
    if _moved_back(concerned):
        sentence = f"{_what(concerned)} on {where} {were} {_back(concerned, whose, at)}."
    return f"**{sentence}** {_noticed(concerned)}{_gone(concerned)}{more}{_looked_after(incident)}"


def _looked_after(incident: Incident) -> str:
    """Who looks after it, and until when; '' where nobody does."""
    given = incident.acknowledged
    if given is None or incident.state is not IncidentState.ACKNOWLEDGED:
        return ""
    return f" **Acknowledged** by {code(given.by)} until {time(given.until)}: {markdown(given.reason)}"


def _noticed(members: Sequence[Member]) -> str:
    confidence = markdown(members[0].confidence, 20)
    sure = f"How odd this is: {confidence}." if members[0].suspect else f"Confidence: {confidence}."
    first, one = min(members, key=lambda m: m.detected_at), len(members) == 1
    if untold := [m for m in members if m.published_at is None]:
        times = sorted(m.detected_at for m in members)
        at = f"at {time(times[0])}" if times[0] == times[-1] else between(times)
        of = "no time of publication" if one or len(untold) == len(members) else "none for some of them"
        none = f"{_registries(untold)} {'give' if _several(untold) else 'gives'} {of}"
        return f"{'It was' if one else 'They were'} noticed {at}; {none}. {sure}"
    lag, it = since(first.published_at, first.detected_at), "It" if one else "The first"
    return f"{it} was noticed {lag}{'' if lag == 'at once' else f' ({time(first.detected_at)})'}. {sure}"


def _gone(members: Sequence[Member]) -> str:
    """That all of them were taken down, and what that leaves behind."""
    if not all(m.removed for m in members):
        return ""
    one = len(members) == 1
    if all(m.artifact.is_image for m in members):
        return (
            " The tag was removed; its bytes may still be pulled by digest."
            if one
            else " The tags were removed; their bytes may still be pulled by digest."
        )
    return f" {'It was' if one else 'All were'} taken down since; whoever installed {'it' if one else 'one'} has it."


def _registries(members: Sequence[Member]) -> str:
    return _and(list(dict.fromkeys(commands.registry_words(m.artifact) for m in members)))


def _several(members: Sequence[Member]) -> bool:
    return len({commands.registry_words(m.artifact) for m in members}) > 1


def _and(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def ending(members: Sequence[Member]) -> str:
    """Why nothing stands open any more, most telling first."""
    waived = [m for m in members if m.stands and m.waived]
    muted = [m for m in members if m.stands and m.muted and not m.waived]
    gone = [m for m in members if m.stands and m.gone and not m.waived and not m.muted]
    cleared = [m for m in members if not m.stands]
    if len(cleared) == len(members):
        pending = any(member.outcome is Outcome.PENDING for member in members)
        again = "is being looked at again; the alert no longer holds meanwhile"
        return f"It {again if pending else 'was looked at again, and the alert no longer holds'}.{_was_down(members)}"
    if len(members) == len(waived):
        return f"It was waived. The verdict has not changed.{_was_down(members)}"
    images = all(member.artifact.is_image for member in members)
    told = (
        (waived, "waived"),
        (muted, "on a line that is muted"),
        (gone, f"{'removed' if images else 'taken down'} more than a day ago; whoever installed one has it"),
        (cleared, "no longer suspected"),
    )
    kind = "tag" if images else "version"
    sentence = ", ".join(f"{count(len(those), kind)} {what}" for those, what in told if those)
    return f"{sentence}. The verdicts have not changed.{'' if gone else _was_down(members)}"


def _was_down(members: Sequence[Member]) -> str:
    down = sum(member.removed for member in members)
    word = "Removed" if all(member.artifact.is_image for member in members) else "Taken down"
    return f" {word} meanwhile: {down}." if down else ""


def _todo(subject: Subject, concerned: Sequence[Member], reasons: Sequence[str]) -> list[commands.Step]:
    """The steps, most urgent first, with commands to paste.

    `reasons` are those that speak against a version: others have nothing to do about them.
    """
    certain = any(m.outcome is Outcome.NON_COMPLIANT for m in concerned)
    acts = list(dict.fromkeys(words(reason).act for reason in reasons)) or [ASK]
    steps = [commands.Step(act) for act in acts[:3]]
    if certain:
        steps[0] = replace(steps[0], sentence=f"{steps[0].sentence}{UNANSWERED if acts[0] == ASK else ''}")
    else:
        suspect = concerned[0].suspect
        fine = _THEIRS if suspect else "If it is meant, there is nothing more to do."
        steps.append(commands.Step(f"{fine} **If {'it was none of you' if suspect else 'not'}, go on:**"))
    back = [m for m in concerned if BACK in m.odd] if not certain and not concerned[0].suspect else []
    built = [m for m in concerned if m not in back]
    stolen = certain or concerned[0].suspect
    steps += commands.steps(back) if back else []
    steps += commands.steps(built, stolen=stolen, good=subject.good) if built else []
    steps += [CACHES] if built and not stolen else []
    if odd := [m for m in concerned if not commands.safe(m)]:
        steps.append(
            commands.Step(
                f"**Write the command by hand** for {count(len(odd), 'version')} whose name or number holds characters"
                " that a shell could take for a command."
            )
        )
    if suspects := [m for m in subject.incident.members if m.open and m.suspect and m not in concerned]:
        steps.append(
            commands.Step(
                f"**Ask about the suspect {'version' if len(suspects) == 1 else 'versions'} too:** {_names(suspects)}. "
                "Treat what none of you published in the same way."
            )
        )
    if certain or not stolen:
        steps.append(
            commands.Step(
                "**Look at the repository:** workflow files changed or runs deleted lately, new deploy keys, secrets "
                "and people. Replace every secret that a workflow could read."
            )
        )
        advisory = certain and not subject.repository.private
        steps.append(commands.Step(f"**Tell your users.** {_told(concerned, advisory, back)}."))
    return steps + commands.closing(concerned)


def _told(concerned: Sequence[Member], advisory: bool, back: Sequence[Member]) -> str:
    """What there is to tell, so that they get rid of what they have."""
    if len(back) == len(concerned):
        return "Whoever pulled the tag meanwhile runs an older release, with the holes that were mended in between"
    told = "Publish a good version with a higher number, so that updates lead away from the bad one"
    return f"{told}; then publish the draft advisory under *Security* → *Advisories*" if advisory else told


def _names(members: Sequence[Member]) -> str:
    """The first few of these versions by name, and how many more there are."""
    more = f" and {len(members) - DETAILED} more" if len(members) > DETAILED else ""
    return ", ".join(named(member) for member in members[:DETAILED]) + more
