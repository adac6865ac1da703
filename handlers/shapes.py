"""GitHub's shared objects as words of the model: tolerant of what is missing or new, exact about what is read.

Source: GitHub's REST and webhook schemas (docs.github.com, "Webhook events and payloads"). Old and short forms of
the objects are read too: GitHub Enterprise Server sends them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from handlers import fields
from handlers.base import BadPayload, Payload
from verifier.model import ForcedPush, Installation, Ref, Release, Repository, Run, RunKey
from verifier.model.github import NEVER

CALLED_LIMIT = 100
"""The most reusable workflows we note of one run; GitHub allows fewer in one file."""

_TAGS = "refs/tags/"
_HEADS = "refs/heads/"
_WORKFLOW = re.compile(r"(.+\.ya?ml)(?:@.*)?", re.DOTALL)


def action(payload: Payload) -> str:
    """What happened, in GitHub's word; '' for an event without actions."""
    return fields.optional_name(payload.get("action"), "action") or ""


def installation(payload: Payload) -> Installation:
    """The full installation object of `installation` and `installation_repositories`."""
    held = fields.part(payload, "installation")
    account = fields.part(held, "account", "installation.")
    return Installation(
        id=fields.number(held.get("id"), "installation.id"),
        account_id=fields.number(account.get("id"), "installation.account.id"),
        account=fields.login(account, "installation.account"),
        updated_at=fields.moment(held.get("updated_at"), "installation.updated_at"),
        suspended=fields.optional_moment(held.get("suspended_at"), "installation.suspended_at") is not None,
    )


def granted(item: Mapping[str, Any], by: Installation, field: str) -> Repository:
    """The short form of a repository in an installation's list: no owner, branch or time of its own."""
    return Repository(
        id=fields.number(item.get("id"), f"{field}.id"),
        owner_id=by.account_id,
        full_name=fields.name(item.get("full_name"), f"{field}.full_name"),
        named_at=by.updated_at,
        private=fields.truth(item.get("private"), f"{field}.private"),
        access_at=by.updated_at,
        installation_id=by.id,
    )


def repository(payload: Payload, at: datetime | None = None) -> Repository:
    """The repository a payload is about, and that the installation it names could read it then.

    `at` is GitHub's time of the event; without it the repository's own last change. It is rounded down to the hour:
    still a time at which access held, and a busy repository does not make a new fact with every webhook.
    """
    held = fields.part(payload, "repository")
    owner = fields.part(held, "owner", "repository.")
    named_at = fields.moment(held.get("updated_at"), "repository.updated_at")
    pushed_at = fields.optional_moment(held.get("pushed_at"), "repository.pushed_at")
    seen = Repository(
        id=fields.number(held.get("id"), "repository.id"),
        owner_id=fields.number(owner.get("id"), "repository.owner.id"),
        full_name=fields.name(held.get("full_name"), "repository.full_name"),
        named_at=named_at,
        default_branch=fields.optional_name(held.get("default_branch"), "repository.default_branch") or "",
        private=fields.truth(held.get("private"), "repository.private"),
    )
    if payload.get("installation") is None:  # a webhook of the repository itself, not of the App
        return seen
    reader = fields.number(fields.part(payload, "installation").get("id"), "installation.id")
    access_at = (at or max(named_at, pushed_at or NEVER)).replace(minute=0, second=0, microsecond=0)
    return replace(seen, access_at=access_at, installation_id=reader)


def pushed_at(payload: Payload) -> datetime:
    """GitHub's time of the last push to the repository a payload is about: the logical time of its refs."""
    return fields.moment(fields.part(payload, "repository").get("pushed_at"), "repository.pushed_at")


def run(held: Mapping[str, Any], repository_id: int, workflow: str = "") -> Run:
    """One attempt of a workflow run, from a webhook's `workflow_run` or an item of GitHub's list of runs.

    `workflow` is the path to take where the object has none (old payloads name it beside the run).
    """

    def of(key: str) -> str:
        return f"workflow_run.{key}"

    created_at = fields.moment(held.get("created_at"), of("created_at"))
    started_at = fields.optional_moment(held.get("run_started_at"), of("run_started_at"))
    head = held.get("head_repository")
    commit = held.get("head_commit")
    message = commit.get("message") if isinstance(commit, Mapping) else None
    called = fields.items(held, "referenced_workflows", "workflow_run.")[:CALLED_LIMIT]
    actor = fields.login(held.get("actor"), of("actor"))
    trigger = "triggering_actor" if fields.login(held.get("triggering_actor"), of("triggering_actor")) else "actor"
    return Run(
        key=RunKey(
            repository_id,
            fields.number(held.get("id"), of("id")),
            fields.number(held.get("run_attempt", 1), of("run_attempt")),
        ),
        workflow=workflow_path(fields.name(held.get("path") or workflow, of("path"))),
        event=fields.name(held.get("event"), of("event")),
        head_sha=fields.name(held.get("head_sha"), of("head_sha")),
        started_at=started_at or created_at,
        updated_at=fields.moment(held.get("updated_at"), of("updated_at")),
        status=fields.name(held.get("status"), of("status")),
        conclusion=fields.optional_name(held.get("conclusion"), of("conclusion")),
        head_branch=fields.optional_name(held.get("head_branch"), of("head_branch")),
        head_repository_id=(
            fields.number(head.get("id"), of("head_repository.id")) if isinstance(head, Mapping) else None
        ),
        title=fields.title(held.get("display_title") or message, of("display_title")),
        actor=actor,
        triggering_actor=fields.login(held.get(trigger), of(trigger)),
        actor_id=fields.account_id(held.get("actor"), of("actor")),
        triggering_actor_id=fields.account_id(held.get(trigger), of(trigger)),
        url=fields.url(held.get("html_url")),
        called=tuple(fields.name(item.get("path"), of("referenced_workflows.path")) for item in called),
    )


def workflow_path(path: str) -> str:
    """The path of a workflow file without a trailing `@ref` (GitHub's list of runs adds it).

    The longest reading as a file wins: `publish.yml@x.yml` is a file of that name, never `publish.yml`; whoever can
    add a workflow file would otherwise borrow the name of an approved one.
    """
    found = _WORKFLOW.fullmatch(path)
    return found[1] if found else path


def release(payload: Payload) -> Release:
    """The release a payload is about, as it stood then."""
    held = fields.part(payload, "release")
    published_at = fields.optional_moment(held.get("published_at"), "release.published_at")
    updated_at = fields.optional_moment(held.get("updated_at"), "release.updated_at")
    created_at = fields.moment(held.get("created_at"), "release.created_at")
    return Release(
        repository_id=fields.number(fields.part(payload, "repository").get("id"), "repository.id"),
        id=fields.number(held.get("id"), "release.id"),
        tag=fields.name(held.get("tag_name"), "release.tag_name"),
        author=fields.login(held.get("author"), "release.author"),
        published_at=published_at,
        updated_at=updated_at or published_at or created_at,
    )


def pushed_tag(payload: Payload) -> Ref | None:
    """The tag a `push` made, moved or deleted; None when it was about a branch.

    `sha` is the commit, also where the pushed object is an annotated tag.
    """
    ref = fields.name(payload.get("ref"), "ref")
    if not ref.startswith(_TAGS):
        return None
    at = pushed_at(payload)
    deleted = fields.truth(payload.get("deleted"), "deleted")
    commit = payload.get("head_commit")
    tip = commit.get("id") if isinstance(commit, Mapping) else None
    return Ref(
        repository_id=fields.number(fields.part(payload, "repository").get("id"), "repository.id"),
        name=fields.name(ref.removeprefix(_TAGS), "ref"),
        sha="" if deleted else fields.name(tip or payload.get("after"), "after"),
        seen_at=at,
        pusher=fields.optional_name(fields.part(payload, "pusher").get("name"), "pusher.name") or "",
        deleted_at=at if deleted else None,
    )


def forced_push(payload: Payload) -> ForcedPush | None:
    """The rewriting of a branch that a `push` was; None for a tag, and for a branch that was made or deleted."""
    ref = fields.name(payload.get("ref"), "ref")
    flags = {key: fields.truth(payload.get(key), key) for key in ("forced", "created", "deleted")}
    if not ref.startswith(_HEADS) or not flags["forced"] or flags["created"] or flags["deleted"]:
        return None
    return ForcedPush(
        repository_id=fields.number(fields.part(payload, "repository").get("id"), "repository.id"),
        ref=ref,
        before=fields.name(payload.get("before"), "before"),
        after=fields.name(payload.get("after"), "after"),
        at=pushed_at(payload),
        pusher=fields.optional_name(fields.part(payload, "pusher").get("name"), "pusher.name") or "",
    )


def named_tag(payload: Payload, deleted: bool) -> Ref | None:
    """The tag a `create` or `delete` is about; None when it was about a branch. These events know no commit."""
    kind = payload.get("ref_type")
    if kind not in ("tag", "branch", "repository"):
        raise BadPayload("ref_type is not tag or branch")
    if kind != "tag":
        return None
    at = pushed_at(payload)
    return Ref(
        repository_id=fields.number(fields.part(payload, "repository").get("id"), "repository.id"),
        name=fields.name(payload.get("ref"), "ref"),
        sha="",
        seen_at=at,
        pusher=fields.login(payload.get("sender"), "sender"),
        deleted_at=at if deleted else None,
    )
