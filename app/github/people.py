"""What GitHub says of a person: which role they have in a repository at this moment.

Source: docs.github.com/rest/collaborators/collaborators, "Get repository permissions for a user". An App needs only to
read metadata for it. On a public repository GitHub says `read` of everybody.
"""

from __future__ import annotations

import re

from app.github.installation import GitHub, path_of
from checks.base import Gone, Permanent
from verifier.model import LADDER, Repository

_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_BASE = ("read", "write", "admin")


def role_of(github: GitHub, repository: Repository, person_id: int, login: str) -> str:
    """`read`, `triage`, `write`, `maintain` or `admin`; '' for none, and for a login that is somebody else's by now.

    Of a role that an organisation made for itself, the base that GitHub names (`read`, `write`, `admin`). Raises
    Temporary or Permanent where GitHub does not say: silence is never permission, and no refusal either.
    """
    if not _LOGIN.fullmatch(login):
        return ""
    try:
        held = github.call("GET", f"{path_of(repository.full_name)}/collaborators/{login}/permission")
    except Gone:
        github.still_there(repository)
        return ""
    user = held.get("user") if isinstance(held, dict) else None
    if not isinstance(held, dict) or not isinstance(held.get("permission"), str):
        raise Permanent(f"GitHub's answer about the role of {login} in {repository.full_name} cannot be read.")
    if not isinstance(user, dict) or user.get("id") != person_id:
        return ""
    if held["permission"] not in _BASE:
        return ""
    return str(held["role_name"] if held.get("role_name") in LADDER[1:] else held["permission"])
