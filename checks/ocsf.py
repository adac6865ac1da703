"""The Open Cybersecurity Schema Framework's Detection Finding (class 2004), as JSON on one line. Pure.

Source: github.com/ocsf/ocsf-schema, events/findings/detection_finding.json. Times are in milliseconds.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from checks import facts, marked
from checks.message import Message, State
from verifier.ledger.protocol import Posted
from verifier.model import Member, Outcome, Severity

SCHEMA = "1.6.0"
CLASS, CATEGORY = 2004, 2
CREATE, UPDATE, CLOSE = 1, 2, 3
_ACTIVITIES = {CREATE: "Create", UPDATE: "Update", CLOSE: "Close"}
_SEVERITIES = {
    Severity.CRITICAL: (5, "Critical"),
    Severity.HIGH: (4, "High"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.LOW: (2, "Low"),
    Severity.INFO: (1, "Informational"),
}
_CONFIDENCES = {"low": (1, "Low"), "medium": (2, "Medium"), "high": (3, "High")}
_STATUSES = {
    State.OPEN: (1, "New"),
    State.ACKNOWLEDGED: (2, "In Progress"),
    State.RESOLVED: (4, "Resolved"),
    State.SAID: (1, "New"),
}
STEPS = 3_000
"""The most characters of the recommended steps."""


def line(message: Message, posted: Posted | None, room: int) -> bytes:
    """One finding in at most `room` bytes: versions are left out from the end, then steps, and that is marked."""
    members = sorted(message.incident.members, key=facts.urgency) if message.incident is not None else []
    steps = "\n".join(facts.actions(message))[:STEPS]
    while True:
        found = facts.encoded(finding(message, posted, members, steps))
        if len(found) <= room or not (members or steps):
            return found
        if len(members) > 1 or not steps:
            members = members[: len(members) * 3 // 4]
        else:
            steps = steps[: len(steps) * 3 // 4]


def finding(message: Message, posted: Posted | None, members: list[Member], steps: str) -> dict[str, Any]:
    """The finding with these versions as its resources."""
    activity = CLOSE if message.state is State.RESOLVED else CREATE if posted is None else UPDATE
    severity, status = _SEVERITIES[message.severity], _STATUSES[message.state]
    total = len(message.incident.members) if message.incident is not None else 0
    found: dict[str, Any] = {
        "activity_id": activity,
        "activity_name": _ACTIVITIES[activity],
        "category_uid": CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Detection Finding",
        "type_uid": CLASS * 100 + activity,
        "type_name": f"Detection Finding: {_ACTIVITIES[activity]}",
        "severity_id": severity[0],
        "severity": severity[1],
        "status_id": status[0],
        "status": status[1],
        "is_alert": activity != CLOSE,
        "time": _ms(message.at),
        "message": facts.short(message.title, 500),
        "metadata": {
            "version": SCHEMA,
            "uid": message.id,
            "correlation_uid": message.thread,
            "product": {"name": "Artifact Monitor", "vendor_name": "Artifact Monitor"},
            "is_truncated": len(members) < total,
        },
        "finding_info": _info(message),
        "resources": _resources(message, members),
        "unmapped": {"versions_total": total, "change": facts.short(message.change, 500)},
    }
    if steps:
        found["remediation"] = {"desc": steps}
    if members:
        confidence = _CONFIDENCES.get(members[0].confidence, (0, "Unknown"))
        found |= {"confidence_id": confidence[0], "confidence": confidence[1]}
    return found


def _info(message: Message) -> dict[str, Any]:
    info: dict[str, Any] = {
        "uid": facts.short(message.key, 255),
        "title": facts.short(message.title, 500),
        "desc": facts.short(marked.line(message.lead), 1_500),
        "types": [message.kind.value],
        "created_time": _ms(message.began_at),
        "modified_time": _ms(message.at),
    }
    members = message.incident.members if message.incident is not None else ()
    if members:
        info["first_seen_time"] = _ms(min(member.published_at or member.detected_at for member in members))
        reasons = [reason for member in sorted(members, key=facts.urgency) for reason in member.reasons or member.odd]
        if message.bulletin is not None:
            reasons = [message.bulletin.kind.value]
        if reasons:
            info["analytic"] = {
                "type_id": 1,
                "type": "Rule",
                "uid": facts.short(reasons[0], 128),
                "name": facts.short(reasons[0], 128),
            }
    if message.url:
        info["src_url"] = facts.short(message.url, 500)
    return info


def _resources(message: Message, members: list[Member]) -> list[dict[str, Any]]:
    found = [_version(member) for member in members]
    if message.repository is not None:
        name = facts.short(message.repository.full_name, 255)
        found.append({"type": "repository", "uid": str(message.repository.id), "name": name})
    return found


def _version(member: Member) -> dict[str, Any]:
    return {
        "type": "image" if member.artifact.is_image else "package",
        "uid": facts.short(member.artifact.purl, 400),
        "name": facts.short(member.artifact.label, 400),
        "version": facts.short(member.number, 400),
        "namespace": facts.short(member.artifact.type, 64),
        "labels": [
            f"outcome:{member.outcome.value}",
            *(["suspect"] if member.suspect and member.outcome is not Outcome.NON_COMPLIANT else []),
            *(f"reason:{facts.short(reason, 64)}" for reason in member.reasons[:8] or member.odd[:8]),
        ],
        "data": {
            "published_at": facts.at(member.published_at),
            "detected_at": facts.at(member.detected_at),
            "account": facts.short(member.account, 400),
            "digests": [facts.short(digest, 200) for digest in member.digests[:4]],
        },
    }


def _ms(when: datetime) -> int:
    return int(when.timestamp() * 1000)
