"""Single values of the config file, read strictly: each reader gives the value, or BadConfig with what to write."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import yaml

from verifier import purls
from verifier.discovery.meant import meant
from verifier.discovery.strict import BadConfig, items, line, shown, text
from verifier.model import Artifact
from verifier.model.github import EVENTS

ENTRIES = 100
"""The most entries of one list, artifacts apart."""
LONGEST_GRACE = timedelta(days=31)
"""As far as GitHub's list of runs is read back from a publication."""

TYPES = ("npm", "pypi", "docker", "oci")
"""The purl types whose registries we can read; any other would be watched by nobody."""

TRIGGERS = (
    *EVENTS,
    *("branch_protection_rule", "check_run", "check_suite", "create", "delete", "deployment", "deployment_status"),
    *("discussion", "discussion_comment", "fork", "gollum", "issue_comment", "issues", "label", "merge_group"),
    *("milestone", "page_build", "public", "pull_request", "pull_request_review", "pull_request_review_comment"),
    *("pull_request_target", "registry_package", "repository_dispatch", "status", "watch", "workflow_call"),
    "workflow_run",
)
"""The events that start a workflow. Source: docs.github.com, "Events that trigger workflows"."""

GITHUB_ACTIONS = "https://token.actions.githubusercontent.com"
PATTERN = re.compile(r"[A-Za-z0-9_.*?\[\]!-]{1,128}")
"""A glob that some tag of an image can fit."""
_WORKFLOWS = ".github/workflows/"
_EVERY = re.compile(r"[*?]*\*[*?]*")
_FILE = re.compile(r"[^/\\\x00-\x1f\x7f]+\.ya?ml")
_SPAN = re.compile(r"([0-9]{1,5})([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}|sha1:[0-9a-f]{40}")
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9_])?")
_REPOSITORY = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}")


def each(node: yaml.Node, key: str, one: Callable[[yaml.Node], str]) -> tuple[str, ...]:
    """The values of a list, each once."""
    return tuple(dict.fromkeys(one(item) for item in items(node, key, ENTRIES)))


def artifact(node: yaml.Node) -> Artifact:
    """A purl of a type that can be watched."""
    said = text(node, "purl")
    try:
        found = purls.artifact(said)
    except ValueError as error:
        raise BadConfig(line(node), f"{error}.") from error
    if found.type not in TYPES:
        hint = meant(found.type, TYPES)
        raise BadConfig(
            line(node), f"{shown(found.type)} is not a type we can watch{hint}; we can: {', '.join(TYPES)}."
        )
    return found


def workflow(node: yaml.Node) -> str:
    """The path of a workflow file; a bare name is one in `.github/workflows/`."""
    said = text(node, "a workflow")
    name = said.removeprefix(_WORKFLOWS)
    if not _FILE.fullmatch(name):
        raise BadConfig(
            line(node), f"{shown(said)} is not a workflow file; write its path, like {_WORKFLOWS}publish.yml"
        )
    return _WORKFLOWS + name


def ref(node: yaml.Node) -> str:
    """A glob on full refs."""
    said = text(node, "a ref")
    if not said.startswith("refs/") or said == "refs/" or re.search(r"[\x00-\x20\x7f]", said):
        raise BadConfig(line(node), f"{shown(said)} is not a full ref; write it like refs/heads/main or refs/tags/v*")
    return said


def event(node: yaml.Node) -> str:
    """An event that starts a workflow."""
    said = text(node, "an event")
    if said not in TRIGGERS:
        raise BadConfig(line(node), f"{shown(said)} is not an event that starts a workflow{meant(said, TRIGGERS)}.")
    return said


def moving(node: yaml.Node) -> str:
    """A pattern of tags that move."""
    said = text(node, "a pattern")
    if problem := unfit(said):
        raise BadConfig(line(node), problem)
    return said


def unfit(pattern: str) -> str:
    """Why a pattern of moving tags cannot be meant, '' where it can: one for every tag would leave nothing watched."""
    if not PATTERN.fullmatch(pattern):
        return f"{shown(pattern)} is not a pattern of tags; write it like nightly-* or 3.*"
    if _EVERY.fullmatch(pattern):
        return (
            f"{shown(pattern)} is every tag, and then no tag would be watched for changes; name those that your "
            "workflows move, like nightly-* or 3.*"
        )
    return ""


def span(node: yaml.Node, key: str) -> timedelta:
    """A length of time like `10m`, `2h` or `3d`, up to 31 days."""
    said = node.value if isinstance(node, yaml.ScalarNode) and isinstance(node.value, str) else ""
    parts = _SPAN.fullmatch(said)
    if parts is None:
        raise BadConfig(line(node), f"{key} is a length of time; write it like 10m, 2h or 3d.")
    length = int(parts[1]) * _UNITS[parts[2]]
    if not length or length > LONGEST_GRACE:
        raise BadConfig(line(node), f"{key} is {shown(said)}; it can be from 1m to {LONGEST_GRACE.days}d.")
    return length


def day(node: yaml.Node, key: str) -> datetime:
    """The end of a day, in UTC."""
    said = node.value if isinstance(node, yaml.ScalarNode) and isinstance(node.value, str) else ""
    try:
        if not _DAY.fullmatch(said):
            raise ValueError
        return datetime.fromisoformat(said).replace(tzinfo=UTC) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise BadConfig(line(node), f"{key} is a day; write it like 2027-03-31.") from error


def digest(node: yaml.Node) -> str:
    """A digest as the monitor shows it, `algorithm:hex`."""
    said = text(node, "digest")
    if not _DIGEST.fullmatch(said):
        raise BadConfig(
            line(node), f"{shown(said)} is not a digest; write it as `artifact-monitor explain` shows it, sha256:…"
        )
    return said


def login(node: yaml.Node) -> str:
    """An account at GitHub."""
    said = text(node, "an account")
    if not _LOGIN.fullmatch(said):
        raise BadConfig(line(node), f"{shown(said)} is not an account at GitHub; write its login, without @.")
    return said


def label(node: yaml.Node) -> str:
    """A label of an issue: GitHub takes 50 characters, and a comma parts two."""
    said = text(node, "a label")
    if len(said) > 50 or "," in said or not said.isprintable() or said != said.strip():
        raise BadConfig(line(node), f"{shown(said)} is not a label; it has at most 50 characters and no comma.")
    return said


def repository(node: yaml.Node, key: str) -> str:
    """The name of a repository, without its owner."""
    said = text(node, key)
    if not _REPOSITORY.fullmatch(said):
        raise BadConfig(
            line(node), f"{shown(said)} is not a repository's name; write it without its owner, like widget"
        )
    return said
