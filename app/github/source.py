"""What GitHub says of a commit: which branches hold it, who made it, whether its workflow file ever stood.

Everything is asked by commit id, never by name: a tag may be called like a branch, and a branch may move between two
questions. Names, addresses and dates within a commit are its maker's own words.
Source: docs.github.com/rest: branches, commits, repository contents, workflow runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from app.github.files import checked_sha
from app.github.installation import GitHub, path_of
from checks.base import Gone, Permanent
from handlers.fields import NAME_LIMIT
from verifier.model import Approval, Commit, Repository

MOST_BRANCHES = 500
MOST_EDITS = 300
"""The most edits of one workflow file that are listed."""
MOST_LOOKED_AT = 32
"""The most of them whose text is compared, newest first."""
MOST_PULLS = 20
MOST_APPROVALS = 100

_UNRELATED = "No common ancestor"
_BOT = "web-flow"
"""GitHub itself: the committer of what is merged or edited in the browser."""


@dataclass(frozen=True)
class Branch:
    """A branch as it stood when we asked. `tip` is the commit at its head."""

    name: str
    tip: str
    protected: bool = False


def branch(github: GitHub, repository: Repository, name: str) -> Branch | None:
    """The branch of exactly this name; None when there is none. A branch that was renamed is none of its old name.

    Nor is one whose name no address can hold (`_quoted`): `branches` shows it.
    """
    try:
        held = github.call("GET", f"{path_of(repository.full_name)}/branches/{_quoted(name, safe='')}")
    except (Gone, _Unaskable):
        return None
    found = _branch(held)
    return found if found is not None and found.name == name else None


def renamed_to(github: GitHub, repository: Repository, name: str) -> str:
    """What GitHub calls the branch that had this name; '' where it knows of no renaming.

    A branch that was deleted, and another one made, is no renaming: GitHub sends nobody from the one to the other.
    """
    try:
        held = github.call("GET", f"{path_of(repository.full_name)}/branches/{_quoted(name, safe='')}")
    except (Gone, _Unaskable):
        return ""
    found = _branch(held)
    return found.name if found is not None and found.name != name else ""


def branches(github: GitHub, repository: Repository, *, protected: bool) -> tuple[tuple[Branch, ...], bool]:
    """All branches, or all protected ones, `MOST_BRANCHES` at most, and whether these are all.

    Branches whose names cannot be shown are left out: none of them may publish.
    """
    query = "?protected=true" if protected else ""
    listed = github.list(f"{path_of(repository.full_name)}/branches{query}", MOST_BRANCHES)
    return tuple(filter(None, map(_branch, listed))), len(listed) < MOST_BRANCHES


def holds(github: GitHub, repository: Repository, tip: str, commit: str) -> bool | None:
    """The commit is the tip or one of its ancestors; None when GitHub does not know one of the two.

    A commit of a fork, or one that no branch holds any more, is known to GitHub too: only ancestry counts.
    """
    if checked_sha(tip) == checked_sha(commit):
        return True
    try:
        held = github.call("GET", f"{path_of(repository.full_name)}/compare/{tip}...{commit}?per_page=1")
    except Gone as error:
        return False if _UNRELATED in str(error) else None
    status = held.get("status") if isinstance(held, dict) else None
    if status not in ("ahead", "behind", "diverged", "identical"):
        raise Permanent(f"GitHub's comparison of two commits of {repository.full_name} cannot be read.")
    return status in ("behind", "identical")


def blob_at(github: GitHub, repository: Repository, path: str, commit: str) -> str:
    """git's blob id of a file as it was at that commit; '' when it was not there, or is no plain file.

    Raises Permanent for a path that no address can hold.
    """
    where = f"{path_of(repository.full_name)}/contents/{_quoted(path, safe='/')}"
    try:
        held = github.call("GET", f"{where}?ref={checked_sha(commit)}")
    except Gone:
        return ""
    if not isinstance(held, dict) or held.get("type") != "file":
        return ""
    return checked_sha(str(held.get("sha")))


def stood(github: GitHub, repository: Repository, path: str, blob: str, commit: str, tip: str) -> bool | None:
    """The file of this blob id, at the commit, stands on the branch of this tip or stood there before.

    1. It stands at the tip. 2. Its last edit before the commit is one of those in git's log of this path from the tip.
    3. The same text stood there by another edit: picked, squashed, rebased. None: the log is too long to read all.
    """
    if commit == tip or blob_at(github, repository, path, tip) == blob:
        return True
    edits = _edits(github, repository, path, tip, MOST_EDITS)
    if not set(_edits(github, repository, path, commit, 1)).isdisjoint(edits):
        return True
    if any(blob_at(github, repository, path, edit) == blob for edit in edits[:MOST_LOOKED_AT]):
        return True
    return None if len(edits) > MOST_LOOKED_AT else False


def commit(github: GitHub, repository: Repository, sha: str) -> Commit:
    """Who made the commit, and what GitHub knows of it. Raises Gone or Permanent when GitHub does not know it.

    Where GitHub itself committed (a merge in the browser) its author made it.
    """
    held = github.call("GET", f"{path_of(repository.full_name)}/commits/{checked_sha(sha)}?per_page=1")
    if not isinstance(held, dict) or held.get("sha") != sha:
        raise Permanent(f"GitHub's answer about commit {sha[:12]} of {repository.full_name} cannot be read.")
    role = "author" if _text(_part(held, "committer").get("login")) == _BOT else "committer"
    said = _part(held, "commit")
    login, email = _text(_part(held, role).get("login")), _text(_part(said, role).get("email"))
    signed = _part(said, "verification").get("verified")
    return Commit(
        sha,
        committer=login,
        email=email,
        signed=signed if isinstance(signed, bool) else None,
        first_time=_first_time(github, repository, role, login or email, held.get("parents")),
        pull_requests=_pull_requests(github, repository, sha),
    )


def approvals(github: GitHub, repository: Repository, run_id: int) -> tuple[Approval, ...]:
    """Who approved or rejected the run for which environment; empty when GitHub no longer has it."""
    try:
        held = github.call("GET", f"{path_of(repository.full_name)}/actions/runs/{run_id:d}/approvals")
    except Gone:
        return ()
    if not isinstance(held, list):
        raise Permanent(f"GitHub's list of approvals of run {run_id} of {repository.full_name} cannot be read.")
    given = [
        Approval(name, _text(_part(item, "user").get("login")), str(item["state"]))
        for item in held[:MOST_APPROVALS]
        if isinstance(item, dict) and item.get("state") in ("approved", "rejected")
        for environment in _list(item.get("environments"))
        if isinstance(environment, dict) and (name := _text(environment.get("name")))
    ]
    return tuple(given[:MOST_APPROVALS])


def _first_time(github: GitHub, repository: Repository, role: str, who: str, parents: Any) -> bool | None:
    """Nobody of this name is in the history before the commit, whatever dates it bears; None without a history."""
    before = [item.get("sha") for item in _list(parents) if isinstance(item, dict)]
    if not who or not before:
        return None
    query = urlencode({role: who, "sha": checked_sha(str(before[0]))})
    try:
        return not github.list(f"{path_of(repository.full_name)}/commits?{query}", 1)
    except Permanent:
        return None


def _pull_requests(github: GitHub, repository: Repository, sha: str) -> tuple[int, ...] | None:
    """The merged ones of this repository; None where the App may not read them."""
    try:
        listed = github.list(f"{path_of(repository.full_name)}/commits/{sha}/pulls", MOST_PULLS)
    except Permanent:
        return None
    ours = [i for i in listed if i.get("merged_at") and _part(_part(i, "base"), "repo").get("id") == repository.id]
    return tuple(sorted({item["number"] for item in ours if type(item.get("number")) is int}))


def _edits(github: GitHub, repository: Repository, path: str, commit: str, limit: int) -> list[str]:
    """The commits that changed the file, newest first, as git's log of this path from that commit shows them."""
    query = urlencode({"path": path, "sha": checked_sha(commit)}, errors="replace")
    listed = github.list(f"{path_of(repository.full_name)}/commits?{query}", limit)
    return [checked_sha(str(item.get("sha"))) for item in listed]


def _branch(held: Any) -> Branch | None:
    name = _text(held.get("name")) if isinstance(held, dict) else ""
    if not name:
        return None
    return Branch(name, checked_sha(str(_part(held, "commit").get("sha"))), held.get("protected") is True)


class _Unaskable(Permanent):
    """No address can hold the name."""


def _quoted(name: str, safe: str) -> str:
    """The name as part of a path. githubkit undoes the quoting while it signs, and breaks off at # and ?."""
    if not name or not name.isprintable() or set("#?") & set(name) or {".", ".."} & set(name.split("/")):
        raise _Unaskable(f"{ascii(name)[:100]} cannot be asked about.")
    return quote(name, safe)


def _part(held: Any, key: str) -> dict[str, Any]:
    """The object under a key; an empty one where there is none (GitHub sends null for an account that is gone)."""
    value = held.get(key) if isinstance(held, dict) else None
    return value if isinstance(value, dict) else {}


def _list(held: Any) -> list[Any]:
    return held if isinstance(held, list) else []


def _text(held: Any) -> str:
    """A name as it is; '' for one that is too long or cannot be shown: cut, it would be another's."""
    return held if isinstance(held, str) and len(held) <= NAME_LIMIT and held.isprintable() else ""
