"""What must hold whenever the monitor has come to rest, whatever broke before: pure, on what was collected.

Each check answers with sentences, one for each thing that is wrong; none: it holds.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.chaos.ear import Event
from sandbox.chaos.seen import Issue, Seen
from sandbox.chaos.shelves import differences

SHOWN = 5
"""So many of the things that are wrong in the same way are named."""
_MARKER = re.compile(r"<!-- artifact-monitor:incident:\S+ -->")
_LISTED = re.compile(r"^- (`[^`]+` `[^`]+`) on ", re.MULTILINE)
"""How an issue lists a version: under "What was seen", and of many versions in the folded list of all."""
_ACCUSING = frozenset({"rogue", "suspect", "anomaly"})


@dataclass(frozen=True)
class Check:
    """One promise, as a sentence, and who judges it."""

    promise: str
    judge: Callable[[Seen], list[str]]


def failures(seen: Seen) -> list[str]:
    """Every promise that does not hold, with what is wrong."""
    return [f"{check.promise}: {wrong}" for check in CHECKS for wrong in check.judge(seen)]


def _accepted_heard(seen: Seen) -> list[str]:
    """A 202 means kept: each is in the inbox, heard, and without a problem."""
    lost = [name for name in sorted(seen.accepted) if name not in seen.inbox]
    unheard = [name for name in sorted(seen.inbox) if not seen.inbox[name].heard]
    given_up = [f"{name} ({kept.problem})" for name, kept in sorted(seen.inbox.items()) if kept.problem]
    return [
        *_named(lost, "delivery {} was answered 202 and is not in the inbox"),
        *_named(unheard, "delivery {} is not heard"),
        *_named(given_up, "delivery {} was given up"),
    ]


def _delivered(seen: Seen) -> list[str]:
    return _named(sorted(seen.undelivered), "delivery {} never got a 202")


def _once_in_effect(seen: Seen) -> list[str]:
    """The shelves say of runs, tags, releases and repositories what a straight run of the same deliveries gives.

    They may know more: what was asked of GitHub.
    """
    other = [name for name in sorted(seen.straight) if seen.heard.get(name) != seen.straight[name]]
    return [
        f"{name} is {seen.heard.get(name)!r}, a straight run of the deliveries gives {seen.straight[name]!r}"
        for name in other[:SHOWN]
    ] + _named(seen.repeated, "the fact {} was recorded twice")


def _rebuilt(seen: Seen) -> list[str]:
    return _named(differences(seen.derived, seen.rebuilt), "{} is not what the facts give")


def _chained(seen: Seen) -> list[str]:
    return [seen.broken] if seen.broken else []


def _rogue_judged(seen: Seen) -> list[str]:
    last = {name: outcomes[-1] for name, outcomes in seen.verdicts.items() if outcomes}
    return [
        f"{one.name} is {last.get(one.name, 'not judged')}"
        for one in seen.truth.until(seen.at).rogue
        if last.get(one.name) != "non_compliant"
    ]


def _rogue_reported(seen: Seen) -> list[str]:
    """Every rogue version stands in exactly one incident, in one issue, and was told of to the route."""
    wrong = []
    told = Counter((notice.version, notice.fingerprint) for notice in seen.told if notice.kind == "rogue")
    for one in seen.truth.until(seen.at).rogue:
        incidents = [number for number, names in seen.members.items() if one.name in names]
        if len(incidents) != 1:
            wrong.append(f"{one.name} stands in {len(incidents)} incidents")
        named = [f"{issue.repository}#{issue.number}" for issue in seen.issues if one.written in _listed(issue)]
        if len(named) != 1:
            wrong.append(f"{one.name} stands in {len(named)} issues ({', '.join(named) or 'none'})")
        if not any(one.name in _accused(event) for event in seen.events):
            wrong.append(f"{one.name} was never told of to the webhook route")
        if not any(version == one.name for version, _ in told):
            wrong.append(f"{one.name} has no notice in the ledger")
    return wrong + [f"{version} was noted as rogue {count} times" for (version, _), count in told.items() if count > 1]


def _said_once(seen: Seen) -> list[str]:
    """One issue and one check run an incident (and commit); an event's id always means the same event."""
    markers = Counter(mark for issue in seen.issues for mark in set(_MARKER.findall(issue.text)))
    runs = Counter((run.repository, run.external_id, run.sha) for run in seen.check_runs)
    return [
        *(f"{count} issues carry {mark}" for mark, count in markers.items() if count > 1),
        *(f"{count} check runs on {sha} are about {about}" for (_, about, sha), count in runs.items() if count > 1),
        *_same_events(seen.events),
        *([f"{seen.forged} events did not carry our signature"] if seen.forged else []),
    ]


def _same_events(events: Iterable[Event]) -> list[str]:
    by_id: dict[str, list[Event]] = defaultdict(list)
    by_content: dict[str, set[str]] = defaultdict(set)
    for event in events:
        by_id[event.id].append(event)
        by_content[_content(event)].add(event.id)
    different = [name for name, same in by_id.items() if len({_content(event) for event in same}) > 1]
    repeated = [" and ".join(sorted(names)) for names in by_content.values() if len(names) > 1]
    return [
        *_named(different, "the event {} was accepted with different contents"),
        *_named(repeated, "the events {} say the same under different ids"),
    ]


def _none_invented(seen: Seen) -> list[str]:
    """No honest version was ever accused: not in the ledger, not in an incident, not to the route."""
    wrong = []
    rogue = {one.name for one in seen.truth.rogue}
    accused = {name for event in seen.events for name in _accused(event)}
    noticed = {notice.version for notice in seen.told if notice.kind in _ACCUSING}
    members = {name for names in seen.members.values() for name in names}
    judged = {name for name, outcomes in seen.verdicts.items() if "non_compliant" in outcomes}
    for where, names in (
        ("was judged non_compliant", judged),
        ("stands in an incident", members),
        ("was noted as accused", noticed),
        ("was accused to the webhook route", accused),
    ):
        wrong += [f"{name} {where}" for name in sorted(names - rogue)]
    written = {one.written for one in seen.truth.rogue}
    listed = {version for issue in seen.issues for version in _listed(issue)}
    return wrong + [f"{version} is accused in an issue" for version in sorted(listed - written)]


def _honest_explained(seen: Seen) -> list[str]:
    last = {name: outcomes[-1] for name, outcomes in seen.verdicts.items() if outcomes}
    return [
        f"{one.name} is {last.get(one.name, 'not judged')}"
        for one in seen.truth.until(seen.at).honest
        if last.get(one.name) != "compliant"
    ]


def _at_rest(seen: Seen) -> list[str]:
    return _named(seen.left, "{} is still to be done")


def _alive(seen: Seen) -> list[str]:
    return list(seen.ended)


CHECKS: tuple[Check, ...] = (
    Check("every delivery is accepted in the end", _delivered),
    Check("every accepted webhook is kept and heard", _accepted_heard),
    Check("every accepted webhook is processed exactly once in effect", _once_in_effect),
    Check("the shelves are what the facts give", _rebuilt),
    Check("the hash chain holds", _chained),
    Check("every rogue version is found", _rogue_judged),
    Check("every rogue version is reported exactly once", _rogue_reported),
    Check("nothing is said twice", _said_once),
    Check("no accusation is invented", _none_invented),
    Check("every honest version is explained", _honest_explained),
    Check("nothing is left undone", _at_rest),
    Check("no process gives up", _alive),
)


def _accused(event: Event) -> set[str]:
    """The versions that stand open in an event, as people call them."""
    incident: dict[str, Any] = event.said.get("data", {}).get("incident") or {}
    versions: list[dict[str, Any]] = incident.get("versions") or []
    images = ("docker", "oci")
    return {
        f"{one['name']}{':' if one['type'] in images else '@'}{one['version']}"
        for one in versions
        if one["outcome"] == "non_compliant" or one["suspect"] or one["anomalies"]
    }


def _content(event: Event) -> str:
    """What an event says, without its id and without the links that come to be while it is told."""
    data = {key: value for key, value in event.said.get("data", {}).items() if key not in ("id", "links")}
    return repr(sorted(data.items()))


def _listed(issue: Issue) -> set[str]:
    """The versions that an issue lists as seen, as it writes them."""
    return set(_LISTED.findall(issue.text))


def _named(found: Iterable[str], sentence: str) -> list[str]:
    names = list(found)
    said = [sentence.format(name) for name in names[:SHOWN]]
    return said + ([f"… and {len(names) - SHOWN} more like it"] if len(names) > SHOWN else [])
