"""Files of a repository as they stood at one commit. Source: docs.github.com/rest: contents, git trees, git blobs.

Commits and paths are data: both are checked before they become part of an address.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from app.github.installation import GitHub, path_of
from checks.base import Gone, Permanent
from verifier.model import Repository

MOST_ENTRIES = 100_000
"""GitHub cuts a recursive tree at this many entries, and says so."""
LONGEST_PATH = 4096

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True)
class Tree:
    """The files of a commit: path to git's blob id, and the sizes in bytes. `complete` False: GitHub cut the list."""

    blobs: dict[str, str]
    sizes: dict[str, int]
    complete: bool


def checked_sha(commit: str) -> str:
    """The commit's id as it may stand in an address. Raises Permanent for anything else, a branch's name included."""
    if not _SHA.fullmatch(commit):
        raise Permanent(f"{commit[:80]!r} is not the id of a commit.")
    return commit


def file_at(github: GitHub, repository: Repository, path: str, commit: str, limit: int) -> bytes | None:
    """A file as it was at that commit; None when it was not there, or is no plain file.

    Raises Permanent when it is larger than `limit` bytes or cannot be decoded, Temporary when GitHub did not answer.
    """
    if not path or len(path) > LONGEST_PATH or path.startswith("/") or ".." in path.split("/"):
        return None
    where = f"{path_of(repository.full_name)}/contents/{quote(path)}?ref={checked_sha(commit)}"
    try:
        held = github.call("GET", where)
    except Gone:
        github.still_there(repository)
        return None
    if not isinstance(held, dict) or held.get("type") != "file":
        return None
    size, content = held.get("size"), held.get("content")
    if not isinstance(size, int) or size > limit or not isinstance(content, str):
        raise Permanent(f"{path} of {repository.full_name} is larger than {limit} bytes or cannot be read.")
    return _decoded(content, limit, f"{path} of {repository.full_name}")


def blob(github: GitHub, repository: Repository, sha: str, limit: int) -> bytes | None:
    """A file by git's blob id; None when GitHub has none. Raises Permanent when it is larger than `limit` bytes."""
    try:
        held = github.call("GET", f"{path_of(repository.full_name)}/git/blobs/{checked_sha(sha)}")
    except Gone:
        github.still_there(repository)
        return None
    content = held.get("content") if isinstance(held, dict) else None
    if not isinstance(content, str):
        raise Permanent(f"GitHub's blob {sha} of {repository.full_name} cannot be read.")
    return _decoded(content, limit, f"blob {sha} of {repository.full_name}")


def tree(github: GitHub, repository: Repository, commit: str) -> Tree | None:
    """Every file of a commit with its blob id; None when GitHub does not know the commit."""
    try:
        held = github.call("GET", f"{path_of(repository.full_name)}/git/trees/{checked_sha(commit)}?recursive=1")
    except Gone:
        github.still_there(repository)
        return None
    entries = held.get("tree") if isinstance(held, dict) else None
    if not isinstance(entries, list):
        raise Permanent(f"GitHub's tree of {repository.full_name} at {commit[:12]} cannot be read.")
    files = [
        entry
        for entry in entries[:MOST_ENTRIES]
        if isinstance(entry, dict) and entry.get("type") == "blob" and _named(entry)
    ]
    blobs = {entry["path"]: entry["sha"] for entry in files}
    sizes = {entry["path"]: entry["size"] for entry in files if isinstance(entry.get("size"), int)}
    return Tree(blobs, sizes, complete=held.get("truncated") is False and len(entries) <= MOST_ENTRIES)


def _named(entry: dict[str, Any]) -> bool:
    path, sha = entry.get("path"), entry.get("sha")
    return isinstance(path, str) and len(path) <= LONGEST_PATH and isinstance(sha, str) and bool(_SHA.fullmatch(sha))


def _decoded(content: str, limit: int, what: str) -> bytes:
    try:
        text = base64.b64decode(content)
    except (binascii.Error, ValueError) as error:
        raise Permanent(f"GitHub's copy of {what} cannot be decoded.") from error
    if len(text) > limit:
        raise Permanent(f"{what} is larger than {limit} bytes.")
    return text
