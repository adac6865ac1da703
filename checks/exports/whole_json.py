"""An incident's whole evidence as one JSON document: versioned, sorted, the same bytes for the same case file.

`docs/exports.md` describes it. The names below `format` 1 do not change; a reader ignores names that it does not know.
Everything stands as it was seen, also what is hostile: JSON escapes it, whoever shows it must.
"""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from checks.exports.base import CaseFile, Held, stamp
from verifier.ledger.protocol import Dossier, Posted
from verifier.model import Answer, Artifact, Command, Confidence, Line, Severity

NAME = "json"
MEDIA_TYPE = "application/json"
SUFFIX = ".json"

FORMAT = 1
KIND = "artifact-monitor.incident"


def export(case: CaseFile) -> bytes:
    """The document: keys sorted, two spaces, ASCII, a line break at its end."""
    return (json.dumps(_whole(case), indent=2, sort_keys=True, allow_nan=False) + "\n").encode()


def notes(case: CaseFile) -> tuple[str, ...]:
    """That it holds everything."""
    return ("It holds everything, unescaped and uncut, also what is private: give it only to whom you trust.",)


def _whole(case: CaseFile) -> dict[str, Any]:
    incident = case.incident
    return {
        "format": FORMAT,
        "kind": KIND,
        "exported_at": stamp(case.at),
        "exported_by": case.by,
        "incident": {
            "id": incident.id,
            "state": incident.state.value,
            "severity": case.severity.word,
            "rogue": incident.rogue,
            "opened_at": plain(incident.opened_at),
            "acknowledged": plain(incident.acknowledged),
            "repository_id": incident.repository_id,
        },
        "repository": plain(case.repository),
        "versions": [_version(held) for held in case.versions],
        "history": plain(case.history),
        "commands": [_command(command, answer) for command, answer in case.commands],
        "runs": plain(case.runs),
        "posts": [_post(posted) for posted in case.posts],
        "told_elsewhere": case.told_elsewhere,
        "bulletins": plain(case.bulletins),
    }


def _version(held: Held) -> dict[str, Any]:
    return {
        "member": plain(held.member),
        "now": _dossier(held.dossier) if held.dossier is not None else None,
        "before": [_dossier(dossier) for dossier in held.earlier],
        "verdicts": [
            {"at": plain(at), "fingerprint": fingerprint, "verdict": plain(verdict)}
            for at, fingerprint, verdict in held.verdicts
        ],
        "waivers": plain(held.waivers),
        "mutes": plain(held.mutes),
    }


def _dossier(dossier: Dossier) -> dict[str, Any]:
    """What the ledger holds of one version's files. `attestations` null: the registry has some that are not read."""
    return {
        "version": {**plain(dossier.version), "fingerprint": dossier.version.fingerprint},
        "attestations": plain(dossier.evidence),
        "asked_github_for_attestations": dossier.github_asked,
        "verdict": plain(dossier.verdict),
        "verdict_at": plain(dossier.verdict_at),
        "judged_fingerprint": dossier.judged,
        "source_comparison": plain(dossier.source),
    }


def _command(command: Command, answer: Answer | None) -> dict[str, Any]:
    return {"command": plain(command), "answer": plain(answer)}


def _post(posted: Posted) -> dict[str, Any]:
    return {
        "channel": posted.channel,
        "ref": posted.ref,
        "url": posted.url,
        "open": posted.open,
        "posted_at": plain(posted.posted_at),
    }


def plain(thing: Any) -> Any:
    """A thing of the domain as JSON has it: fields by their names, artifacts as purls, words for what is ordered.

    Times are ISO 8601 in UTC; a run's key is `{"repository_id", "run_id", "attempt"}`. Raises TypeError for anything
    that has no form yet, so that nothing is exported by accident.
    """
    if thing is None or type(thing) in (str, int, bool):
        return thing
    if isinstance(thing, datetime):
        return thing.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(thing, Artifact):
        return thing.purl
    if isinstance(thing, Line):
        return str(thing)
    if isinstance(thing, Severity | Confidence):
        return thing.word
    if isinstance(thing, Enum):
        return thing.value
    if isinstance(thing, frozenset):
        return sorted(plain(item) for item in thing)
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return {field.name: plain(getattr(thing, field.name)) for field in dataclasses.fields(thing)}
    if isinstance(thing, tuple | list):
        return [plain(item) for item in thing]
    raise TypeError(f"{type(thing).__name__} has no form in an export")
