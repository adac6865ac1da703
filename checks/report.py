"""One incident as Markdown, in parts that each channel puts together. Pure: the text changes only when a fact does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from checks import commands
from checks.base import Subject
from checks.escape import code, link, markdown, title
from checks.words import ASK, alarms, contradicts, words
from verifier.model import Incident, IncidentState, Member, Outcome

DETAILED = 5
"""Up to this many versions, each is listed with everything that was seen of it."""
SENTENCES = 8
"""The most sentences shown of one version."""
CACHES = commands.Step(
    "**Clean what the run built from:** delete the repository's Actions caches, pin its actions and dependencies, and "
    "replace every secret that the workflow could read."
)
"""What to do where no token was used: the run itself was."""
UNANSWERED = " If nobody answers within minutes, go on as if it was none of you."

_RUN = re.compile(r"/actions/runs/(\d{1,20})")


@dataclass(frozen=True)
class Report:
    """What is said about an incident. Every part is finished Markdown; `seen` and `now` are lines."""

    title: str
    lead: str
    seen: tuple[str, ...]
    why: tuple[str, ...]
    now: tuple[str, ...]
    yours: tuple[str, ...]


def marker(incident: Incident) -> str:
    """The hidden comment by which a post is found again."""
    return f"<!-- artifact-monitor:incident:{re.sub(r'[^A-Za-z0-9_.-]', '_', incident.id[:100])} -->"


def report(subject: Subject, whose: str = "your") -> Report:
    """Everything there is to say about the incident as it stands now. `whose` CI it is: `your`, `the project's`."""
    incident = subject.incident
    said = Report(headline(incident, whose), _lead(incident, whose), tuple(_listed(incident.members)), (), (), ())
    if settled(incident):
        return said
    concerned = _concerned(incident)
    reasons = list(dict.fromkeys(reason for member in concerned for reason in _against(member)))
    silence = dict.fromkeys(line for reason in reasons for line in words(reason).silence)
    return replace(
        said,
        why=tuple(f"- **{words(reason).title}.** {words(reason).why}" for reason in reasons[:4]),
        now=tuple(_now(incident.members, concerned, reasons, private=subject.repository.private)),
        yours=tuple(f"- {line}" for line in silence),
    )


def settled(incident: Incident) -> bool:
    """Nothing in it stands open: its posts are closed."""
    return incident.state is IncidentState.RESOLVED or not incident.members


def rogue(incident: Incident) -> bool:
    """A version in it is non-compliant, and nobody has acknowledged it."""
    return any(m.open and m.outcome is Outcome.NON_COMPLIANT for m in incident.members)


def named(member: Member) -> str:
    """Artifact and version as code spans."""
    return f"{code(member.artifact.label)} {code(member.number)}"


def headline(incident: Incident, whose: str = "your") -> str:
    """The title: what happened, in one line of at most 255 characters, without Markdown."""
    if settled(incident):
        return f"Settled: alert about {_what(incident.members, plainly=True)}"
    concerned = _concerned(incident)
    what, one = _what(concerned, plainly=True), len(concerned) == 1
    if concerned[0].suspect:
        return f"{what}: {'was this' if one else 'were these'} you?"
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
            return f"{_count(lag // size, unit)} later"
    return f"{_count(lag // timedelta(seconds=1), 'second')} later"


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
    of = _count(artifacts, kind) if artifacts > 1 else title(name, 80) if plainly else code(name)
    return f"{len(members)} {'tags' if kind == 'image' else 'versions'} of {of}"


def _verdict(members: Sequence[Member], whose: str) -> str:
    """What is wrong with them: against what they claim about their origin, or that nothing accounts for them."""
    claimed = all(any(contradicts(reason) for reason in m.reasons) for m in members)
    as_claimed = "as it claims" if len(members) == 1 else "as they claim"
    return f"not published {as_claimed}" if claimed else f"not published by {whose} CI"


def _lead(incident: Incident, whose: str) -> str:
    if settled(incident):
        return f"**Settled: the alert about {_what(incident.members)} is closed.** {_ending(incident.members)}"
    concerned = _concerned(incident)
    one, certain = len(concerned) == 1, concerned[0].outcome is Outcome.NON_COMPLIANT
    times = sorted(m.published_at for m in concerned if m.published_at is not None)
    when = f" at {_time(times[0])}" if times else ""
    if times and times[0] != times[-1]:
        when = f" between {_time(times[0])} and {_time(times[-1])}"
    origin = _verdict(concerned, whose).replace("not published ", "not ") if certain else "nothing shows by whom"
    if not certain and not concerned[0].suspect:
        origin = f"{whose} CI accounts for {'it' if one else 'them'}; still, something is odd"
    were = "was" if one else "were"
    where = " and ".join(dict.fromkeys(commands.registry_words(m.artifact) for m in concerned))
    also = sum(m.open and m.suspect for m in incident.members if m not in concerned)
    more = f" {_count(also, 'more version')} {'is' if also == 1 else 'are'} suspect, without proof." if also else ""
    if all(m.removed for m in concerned):
        more += (
            f" {'It was' if one else 'All were'} taken down since; whoever installed {'it' if one else 'one'} has it."
        )
    sentence = f"{_what(concerned)} {were} published to {where}{when}, and {origin}."
    return f"**{sentence}** {_noticed(min(concerned, key=lambda m: m.detected_at), one=one)}{more}"


def _noticed(member: Member, *, one: bool) -> str:
    lag, it = since(member.published_at, member.detected_at), "It" if one else "The first"
    sure = f"Confidence: {title(member.confidence, 20)}."
    if not lag:
        return f"{it} was noticed at {_time(member.detected_at)}; the registry gives no time of publication. {sure}"
    return f"{it} was noticed {lag}{'' if lag == 'at once' else f' ({_time(member.detected_at)})'}. {sure}"


def _listed(members: Sequence[Member]) -> list[str]:
    """Every version with everything that was seen of it; where they are many, with the strongest sentence alone."""
    if len(members) <= DETAILED:
        return [line for member in members for line in _seen(member)]
    # the links come first, so that a long list cannot cut them off
    links = _links([link for member in members for link in member.links[:1]])
    return [*([f"- {links}"] if links else []), *(_in_short(member) for member in members)]


def _in_short(member: Member) -> str:
    """One line about one of many versions."""
    sentence = f". {markdown(member.sentences[0], 300)}" if member.sentences else ""
    return f"- {_headed(member)}{sentence}"


def _headed(member: Member) -> str:
    """Which version, where, since when, and how it stands with it."""
    when = f", published {_time(member.published_at)}" if member.published_at else ""
    return f"{named(member)} on {commands.registry_words(member.artifact)}{when}{_state(member)}"


def _links(addresses: Sequence[str]) -> str:
    """Where a person can look for themselves; '' where nothing is named."""
    shown = [link(_label(address), address) for address in list(dict.fromkeys(addresses))[:5]]
    return f"Look at: {', '.join(shown)}" if shown else ""


def _seen(member: Member) -> list[str]:
    """The lines about one version, with everything."""
    lines = [f"- {_headed(member)}"]
    lines += [f"  - {markdown(sentence)}" for sentence in member.sentences[:SENTENCES]]
    lines += [f"  - Also odd: {markdown(sentence)}" for sentence in member.anomalies[:SENTENCES]]
    if member.account:
        lines.append(f"  - The registry names the publishing account {code(member.account)}.")
    if member.digests:
        more = f" and {len(member.digests) - 4} more" if len(member.digests) > 4 else ""
        lines.append(f"  - Digests: {', '.join(code(digest, 200) for digest in member.digests[:4])}{more}")
    if links := _links(member.links):
        lines.append(f"  - {links}")
    return lines


def _state(member: Member) -> str:
    """How it stands with one version, beside its name; '' while it simply stands open."""
    if member.waived:
        return " — acknowledged by a waiver"
    if not member.open:
        return " — nothing stands against it any more"
    suspect = "suspect, without proof" if member.suspect else ""
    said = ", ".join(part for part in (suspect, "taken down since" if member.removed else "") if part)
    return f" — {said}" if said else ""


def _ending(members: Sequence[Member]) -> str:
    waived = sum(member.waived for member in members)
    cleared = len(members) - waived
    if not waived:
        return "It was looked at again, and the alert no longer holds." + _was_down(members)
    if not cleared:
        return "It was acknowledged by a waiver. The verdict has not changed." + _was_down(members)
    return f"{_count(waived, 'version')} acknowledged by a waiver, {cleared} no longer suspected." + _was_down(members)


def _was_down(members: Sequence[Member]) -> str:
    down = sum(member.removed for member in members)
    return f" Taken down meanwhile: {down}." if down else ""


def _now(members: Sequence[Member], concerned: Sequence[Member], reasons: Sequence[str], *, private: bool) -> list[str]:
    """Numbered steps, most urgent first, with commands to paste.

    `reasons` are those that speak against a version: others have nothing to do about them.
    """
    certain = any(m.outcome is Outcome.NON_COMPLIANT for m in concerned)
    acts = list(dict.fromkeys(words(reason).act for reason in reasons)) or [ASK]
    steps = [commands.Step(act) for act in acts[:3]]
    if certain:
        steps[0] = replace(steps[0], sentence=f"{steps[0].sentence}{UNANSWERED if acts[0] == ASK else ''}")
    else:
        fine, not_so = ("it was one of you", "it was none of you") if concerned[0].suspect else ("it is meant", "not")
        steps.append(commands.Step(f"If {fine}, there is nothing more to do. **If {not_so}, go on:**"))
    stolen = certain or concerned[0].suspect
    steps += commands.steps(concerned, stolen=stolen) + ([] if stolen else [CACHES])
    if odd := [m for m in concerned if not commands.safe(m)]:
        steps.append(
            commands.Step(
                f"**Write the command by hand** for {_count(len(odd), 'version')} whose name or number holds characters"
                " that a shell could take for a command."
            )
        )
    if suspects := [m for m in members if m.open and m.suspect and m not in concerned]:
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
        told = "Publish a good version with a higher number, so that updates lead away from the bad one"
        steps.append(
            commands.Step(
                f"**Tell your users.** {told}."
                if private or not certain
                else f"**Tell your users.** {told}; then publish the draft advisory under *Security* → *Advisories*."
            )
        )
    lines = []
    for number, step in enumerate(steps, 1):
        lines.append(f"{number}. {step.sentence}")
        if step.commands:
            inside = " " * len(f"{number}. ")
            lines.append("\n".join(inside + line for line in ("```sh", *step.commands, "```")))
    return lines


def _names(members: Sequence[Member]) -> str:
    """The first few of these versions by name, and how many more there are."""
    more = f" and {len(members) - DETAILED} more" if len(members) > DETAILED else ""
    return ", ".join(named(member) for member in members[:DETAILED]) + more


def _label(address: str) -> str:
    run = _RUN.search(address)
    return f"run {run[1]}" if run else "evidence"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
