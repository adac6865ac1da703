"""OSV records for github.com/ossf/malicious-packages, one per package, in a ZIP archive to unpack into a clone of it.

Source: ossf.github.io/osv-schema (1.7.5) and that repository's CONTRIBUTING.md: one `affected` entry, no `id` and no
`summary` (both are assigned there), a file `osv/malicious/ECOSYSTEM/NAME/MAL-0000-ANYTHING.json`.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Sequence
from typing import Any

from checks.document import document
from checks.escape import code, followed
from checks.exports.base import CaseFile, Held, NothingToExport, against, stamp
from checks.listed import count, everything, listed, named
from verifier.model import Artifact

NAME = "osv"
MEDIA_TYPE = "application/zip"
SUFFIX = ".zip"

SCHEMA_VERSION = "1.7.5"
ECOSYSTEMS = {"npm": "npm", "pypi": "PyPI"}
"""OSV's names of the ecosystems by purl type; images have none (ossf.github.io/osv-schema#affectedpackage-field)."""
LIMIT = 50_000
"""The most bytes of `details`."""
MOST_LINKS = 50

_PART = "[A-Za-z0-9_-][A-Za-z0-9._~-]{0,213}"
_FOLDER = re.compile(f"(?:@{_PART}/)?{_PART}")
_UNFIT = re.compile(r"[^A-Za-z0-9-]")
_TO_DO = (
    "**To do before filing: a person must look at the files.** What is known is where these versions came from, not "
    "what is in them. Replace this paragraph by what the code does, how it is triggered, and why it is malicious; if "
    "it is not, do not file this."
)


def export(case: CaseFile) -> bytes:
    """The archive: one record per package that has versions of an unaccounted origin."""
    chosen = _chosen(case)
    if not chosen:
        raise NothingToExport(
            f"Incident {case.incident.id} has no package with a version that is non-compliant and neither waived nor "
            "muted; OSV has no words for anything else. Use openvex, csv or json."
        )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        for artifact, versions in chosen.items():
            entry = zipfile.ZipInfo(path(artifact, case), date_time=case.at.timetuple()[:6])
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, json.dumps(record(case, artifact, versions), indent=2) + "\n")
    return held.getvalue()


def notes(case: CaseFile) -> tuple[str, ...]:
    """That a person must look, and how many versions are left out for which reason."""
    members = [held.member for held in case.versions]
    images = sum(against(m) and m.artifact.is_image for m in members)
    others = sum(not against(m) for m in members)
    unnamed = sum(against(m) and not m.artifact.is_image and m.artifact.type not in ECOSYSTEMS for m in members)
    return (
        "What is known is the origin of these versions, not that their content is malicious: look at the files, and "
        "write into `details` what they do, before you file anything.",
        *(
            [f"Left out: {count(images, 'tag')} of images, which OSV has no ecosystem for; use openvex, csv or json."]
            if images
            else []
        ),
        *([f"Left out: {count(unnamed, 'version')} of an ecosystem that OSV is not known to name."] if unnamed else []),
        *(
            [f"Left out: {count(others, 'version')} not (or no longer) non-compliant, waived or muted."]
            if others
            else []
        ),
    )


def record(case: CaseFile, artifact: Artifact, versions: Sequence[Held]) -> dict[str, Any]:
    """One package's record. Names and numbers stand as the registry has them; text is harmless Markdown."""
    credits = [{"name": "Artifact Monitor", "type": "TOOL"}]
    if case.by:
        credits.insert(0, {"name": case.by, "type": "REPORTER"})
    return {
        "schema_version": SCHEMA_VERSION,
        "modified": stamp(case.at),
        "published": stamp(case.at),
        "details": _details(artifact, versions),
        "affected": [
            {
                "package": {
                    "ecosystem": ECOSYSTEMS[artifact.type],
                    "name": artifact.name,
                    "purl": artifact.purl,
                },
                "versions": list(dict.fromkeys(held.member.number for held in versions)),
            }
        ],
        "references": [{"type": "WEB", "url": url} for url in _links(case, versions)],
        "credits": credits,
        "database_specific": {"artifact-monitor": [_facts(case, held) for held in versions]},
    }


def path(artifact: Artifact, case: CaseFile) -> str:
    """Where the record belongs in the repository; a name that is no folder's becomes its hash."""
    name = artifact.name
    if not _FOLDER.fullmatch(name):
        name = f"unfit-name-{hashlib.sha256(name.encode('utf-8', 'backslashreplace')).hexdigest()[:16]}"
    ending = _UNFIT.sub("-", case.incident.id[:64])
    return f"osv/malicious/{ECOSYSTEMS[artifact.type].lower()}/{name}/MAL-0000-{ending}.json"


def _chosen(case: CaseFile) -> dict[Artifact, list[Held]]:
    found = dict[Artifact, list[Held]]()
    for held in case.versions:
        if against(held.member) and held.member.artifact.type in ECOSYSTEMS:
            found.setdefault(held.member.artifact, []).append(held)
    return found


def _details(artifact: Artifact, versions: Sequence[Held]) -> str:
    members = [held.member for held in versions]
    one = len(members) == 1
    what = named(members[0]) if one else f"{len(members)} versions of {code(artifact.label)}"
    lead = (
        f"{what} {'was' if one else 'were'} not published by the project's own CI: no approved run accounts for "
        f"{'it' if one else 'them'}, or signed evidence contradicts what is claimed. Whoever published "
        f"{'it' if one else 'them'} may hold an account or a token of the project."
    )
    found = listed(members)
    every = (everything(members), found.every)
    return document([_TO_DO, lead], ("What was seen", found.seen), [], LIMIT, every)


def _links(case: CaseFile, versions: Sequence[Held]) -> list[str]:
    """Where a reader can look: the runs named. Of a private repository nothing, because nobody outside could."""
    if case.repository is None or case.repository.private:
        return []
    links = dict.fromkeys(link for held in versions for link in held.member.links if followed(link))
    return list(links)[:MOST_LINKS]


def _facts(case: CaseFile, held: Held) -> dict[str, Any]:
    member = held.member
    at = member.published_at
    return {
        "incident": case.incident.id,
        "version": member.number,
        "outcome": member.outcome.value,
        "confidence": member.confidence,
        "reasons": list(member.reasons),
        "published": stamp(at) if at is not None else None,
        "detected": stamp(member.detected_at),
        "digests": list(member.digests),
        "removed": member.removed,
    }
