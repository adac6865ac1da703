"""Repository security advisories of the pretend GitHub.

Refuses what GitHub refuses. Source: GitHub's OpenAPI description (npm package `@octokit/openapi` 23.0.2).
"""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, jsonify, request

from sandbox import stable
from sandbox.github import shapes
from sandbox.github.bodies import LONG, created, one, text
from sandbox.github.rim import Rim, address, body, invalid, paged
from sandbox.github.shapes import BOT, Shape
from sandbox.state import Repo

ECOSYSTEMS = (
    *("rubygems", "npm", "pip", "maven", "nuget", "composer", "go"),
    *("rust", "erlang", "actions", "pub", "other", "swift"),
)
SEVERITIES = ("critical", "high", "medium", "low")
KNOWN = (
    *("summary", "description", "cve_id", "vulnerabilities", "cwe_ids", "credits", "severity", "cvss_vector_string"),
    *("state", "start_private_fork", "collaborating_users", "collaborating_teams"),
)
_GHSA = "23456789cfghjmpqrvwx"


def register(rim: Rim) -> None:
    """Add these paths."""
    world = rim.world

    @rim.repo("/security-advisories", "POST")
    def create(repo: Repo) -> Response:
        said = body()
        for field, most in (("summary", 1024), ("description", LONG)):
            text(said, "RepositoryAdvisory", field, most)
        if "vulnerabilities" not in said:
            raise invalid("RepositoryAdvisory", "vulnerabilities")
        ghsa = _ghsa(repo)
        author = shapes.user(BOT, address(), kind="Bot")
        advisory: Shape = {
            "ghsa_id": ghsa,
            "cve_id": None,
            "url": f"{address().api}/repos/{repo.full_name}/security-advisories/{ghsa}",
            "html_url": f"{address().html}/{repo.full_name}/security/advisories/{ghsa}",
            "severity": None,
            "author": author,
            "publisher": None,
            "identifiers": [{"value": ghsa, "type": "GHSA"}],
            "state": "draft",
            "created_at": stable.seconds(world.now),
            "published_at": None,
            "closed_at": None,
            "withdrawn_at": None,
            "submission": None,
            "cvss": {"vector_string": None, "score": None},
            "cvss_severities": None,
            "cwes": [],
            "cwe_ids": [],
            "credits": [],
            "credits_detailed": [],
            "collaborating_users": [],
            "collaborating_teams": [],
            "private_fork": None,
        }
        _set_advisory(advisory, said, stable.seconds(world.now))
        repo.advisories.append(advisory)
        return created(advisory)

    @rim.repo("/security-advisories", "GET")
    def listed(repo: Repo) -> Response:
        wanted = request.args.get("state")
        return paged([a for a in repo.advisories[::-1] if wanted in (None, a["state"])])

    @rim.repo("/security-advisories/<ghsa>", "GET")
    def read(repo: Repo, ghsa: str) -> Response:
        return jsonify(one(repo.advisories, "ghsa_id", ghsa))

    @rim.repo("/security-advisories/<ghsa>", "PATCH")
    def update(repo: Repo, ghsa: str) -> Response:
        advisory = one(repo.advisories, "ghsa_id", ghsa)
        _set_advisory(advisory, body(), stable.seconds(world.now))
        return jsonify(advisory)


def _set_advisory(advisory: Shape, said: Shape, now: str) -> None:
    for field in said:
        if field not in KNOWN:
            raise invalid("RepositoryAdvisory", field, "invalid")
    if said.get("severity") is not None and said["severity"] not in SEVERITIES:
        raise invalid("RepositoryAdvisory", "severity", "invalid")
    if said.get("severity") and said.get("cvss_vector_string"):
        raise invalid("RepositoryAdvisory", "severity", "invalid")
    if said.get("state", "draft") not in ("published", "closed", "draft"):
        raise invalid("RepositoryAdvisory", "state", "invalid")
    if "vulnerabilities" in said:
        advisory["vulnerabilities"] = [_vulnerability(entry) for entry in said["vulnerabilities"] or []]
    for field in ("summary", "description", "severity", "state", "cwe_ids"):
        if field in said:
            advisory[field] = said[field]
    advisory["cwes"] = [{"cwe_id": cwe, "name": cwe} for cwe in advisory["cwe_ids"] or []]
    advisory["closed_at"] = (advisory["closed_at"] or now) if advisory["state"] == "closed" else None
    advisory["updated_at"] = now


def _vulnerability(entry: Any) -> Shape:
    package = entry.get("package") if isinstance(entry, dict) else None
    if not isinstance(package, dict) or package.get("ecosystem") not in ECOSYSTEMS:
        raise invalid("RepositoryAdvisory", "vulnerabilities", "invalid")
    return {
        "package": {"ecosystem": package["ecosystem"], "name": package.get("name")},
        "vulnerable_version_range": entry.get("vulnerable_version_range"),
        "patched_versions": entry.get("patched_versions"),
        "vulnerable_functions": entry.get("vulnerable_functions") or [],
    }


def _ghsa(repo: Repo) -> str:
    digest = hashlib.sha256(f"{repo.id} {len(repo.advisories)}".encode()).digest()
    letters = "".join(_GHSA[byte % len(_GHSA)] for byte in digest[:12])
    return f"GHSA-{letters[:4]}-{letters[4:8]}-{letters[8:12]}"
