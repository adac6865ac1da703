"""`.github/artifact-monitor.yml`: what a repository says it publishes, and from where. Strict: what is not understood
is refused, with its line, so that a slip of the keyboard never widens or narrows what is watched.

The format is described in `docs/config.md` and, for editors, in `schema.json` beside this file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import yaml

from verifier import purls
from verifier.discovery.strict import BadConfig, compose, items, line, mapping, meant, shown, text
from verifier.model import Artifact, Publisher, Repository
from verifier.model.github import EVENTS

ARTIFACTS = 1000
ENTRIES = 100
"""The most workflows, refs or events of one list."""

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

_RULES = ("workflows", "refs", "events", "manual", "environment", "signer", "moving")
GITHUB_ACTIONS = "https://token.actions.githubusercontent.com"
_TOP = ("version", "artifacts", *_RULES)
_ARTIFACT = ("purl", *_RULES, "mirrors")
_WORKFLOWS = ".github/workflows/"
PATTERN = re.compile(r"[A-Za-z0-9_.*?\[\]!-]{1,128}")
"""A glob that some tag of an image can fit."""
_EVERY = re.compile(r"[*?]*\*[*?]*")
_SECRET = re.compile(
    r"pass(?:word|phrase)?|.*tokens?|.*credentials?|.*secrets?|log_?in|user(?:_?name)?|.*auth|.*_keys?"
)
_FILE = re.compile(r"[^/\\\x00-\x1f\x7f]+\.ya?ml")

T = TypeVar("T")


@dataclass(frozen=True)
class _Rules:
    """What holds for one artifact, or for all that do not say otherwise. None: not said."""

    workflows: tuple[str, ...] | None = None
    refs: tuple[str, ...] | None = None
    events: tuple[str, ...] | None = None
    manual: bool | None = None
    environment: str | None = None
    signer: tuple[str, str] | None = None
    """Issuer and identity of another CI system."""
    moving: tuple[str, ...] | None = None

    def over(self, defaults: _Rules) -> _Rules:
        def first(own: T | None, default: T | None) -> T | None:
            return default if own is None else own

        return _Rules(
            first(self.workflows, defaults.workflows),
            first(self.refs, defaults.refs),
            first(self.events, defaults.events),
            first(self.manual, defaults.manual),
            first(self.environment, defaults.environment),
            first(self.signer, defaults.signer),
            first(self.moving, defaults.moving),
        )


def read(document: bytes, repository: Repository) -> tuple[Publisher, ...]:
    """The publishers that the file names, for this repository, in its order. Raises BadConfig and nothing else."""
    top = _mapping(compose(document), _TOP, "the file")
    _version(top)
    defaults = _rules(top)
    entries = top.get("artifacts")
    if entries is None:
        raise BadConfig(1, "artifacts is missing; list at least one: artifacts: [{purl: pkg:npm/name, workflows: […]}]")
    publishers: list[Publisher] = []
    for node in items(entries, "artifacts", ARTIFACTS):
        publisher = _publisher(node, defaults, repository)
        if publisher in publishers:
            raise BadConfig(line(node), f"{publisher.artifact.purl} stands here twice with the same rules; leave one.")
        publishers.append(publisher)
    if "moving" in top and not any(publisher.artifact.is_image for publisher in publishers):
        raise BadConfig(line(top["moving"]), "moving is about the tags of images, and no artifact here is one.")
    return tuple(publishers)


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


def _publisher(node: yaml.Node, defaults: _Rules, repository: Repository) -> Publisher:
    entry = _mapping(node, _ARTIFACT, "an artifact")
    if "purl" not in entry:
        raise BadConfig(line(node), "an artifact needs its purl, like purl: pkg:npm/%40scope/name")
    artifact = _artifact(entry["purl"])
    rules, image = _rules(entry).over(defaults), artifact.is_image
    for key in ("moving", "mirrors"):
        if key in entry and not image:
            raise BadConfig(line(entry[key]), f"{key} is for images; {artifact.purl} is a package.")
    if not rules.workflows and not rules.manual and not rules.signer:
        raise BadConfig(
            line(node),
            f"no workflow publishes {artifact.purl}; name it under workflows, or write manual: true "
            "if people publish it by hand.",
        )
    return Publisher(
        artifact,
        repository.id,
        repository.owner_id,
        rules.workflows or (),
        rules.refs or (),
        EVENTS if rules.events is None else rules.events,
        rules.manual,
        rules.environment or "",
        *(rules.signer or ("", "")),
        moving=(rules.moving or ()) if image else (),
        mirrors=_mirrors(entry["mirrors"], artifact) if "mirrors" in entry else (),
    )


def _mapping(node: yaml.Node, known: tuple[str, ...], what: str) -> dict[str, yaml.Node]:
    """Its keys with their nodes. A secret that is about to be published is answered with more than "unknown key"."""
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if isinstance(key, yaml.ScalarNode) and key.value in known:
            continue
        if (secret := _secret(key, value)) is not None:
            raise BadConfig(
                line(secret),
                f"{shown(secret.value)}: credentials never stand in this file, which everybody with the repository "
                "reads. They belong into the settings of the monitor's server (docs/install.md). "
                "Revoke what stood here.",
            )
    return mapping(node, known, what)


def _secret(key: yaml.Node, value: yaml.Node) -> yaml.ScalarNode | None:
    """The key of a secret: this one, or one somewhere within its value."""
    if isinstance(key, yaml.ScalarNode) and _SECRET.fullmatch(key.value.lower()[:40]):
        return key
    return _secret_in(value)


def _secret_in(node: yaml.Node) -> yaml.ScalarNode | None:
    if isinstance(node, yaml.MappingNode):
        found = (_secret(key, value) for key, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        found = (_secret_in(one) for one in node.value)
    else:
        return None
    return next((key for key in found if key is not None), None)


def _version(top: dict[str, yaml.Node]) -> None:
    node = top.get("version")
    if node is None:
        raise BadConfig(1, "version is missing; write version: 1")
    if not isinstance(node, yaml.ScalarNode) or node.tag != "tag:yaml.org,2002:int" or node.value != "1":
        raise BadConfig(line(node), "this monitor reads version 1 of the format; write version: 1")


def _rules(entry: dict[str, yaml.Node]) -> _Rules:
    def texts(key: str, one: Callable[[yaml.Node], str]) -> tuple[str, ...] | None:
        if key not in entry:
            return None
        return tuple(dict.fromkeys(one(node) for node in items(entry[key], key, ENTRIES)))

    manual = _flag(entry["manual"]) if "manual" in entry else None
    environment = text(entry["environment"], "environment") if "environment" in entry else None
    signer = _signer(entry["signer"]) if "signer" in entry else None
    return _Rules(
        texts("workflows", _workflow),
        texts("refs", _ref),
        texts("events", _event),
        manual,
        environment,
        signer,
        texts("moving", _moving),
    )


def _moving(node: yaml.Node) -> str:
    said = text(node, "a pattern")
    if problem := unfit(said):
        raise BadConfig(line(node), problem)
    return said


def _mirrors(node: yaml.Node, of: Artifact) -> tuple[str, ...]:
    """The purls of other images, each once."""
    found = []
    for item in items(node, "mirrors", ENTRIES):
        mirror = _artifact(item)
        if not mirror.is_image:
            raise BadConfig(line(item), f"{mirror.purl} is a package; a mirror of an image is an image.")
        if mirror == of:
            raise BadConfig(line(item), f"{of.purl} cannot be its own mirror; name the other registry's image.")
        found.append(mirror.purl)
    return tuple(dict.fromkeys(found))


def _signer(node: yaml.Node) -> tuple[str, str]:
    """Both are compared exactly with what the certificate says: no pattern, no prefix."""
    fields = mapping(node, ("issuer", "identity"), "signer")
    if set(fields) != {"issuer", "identity"}:
        raise BadConfig(line(node), "signer needs both its issuer and its identity.")
    issuer, identity = text(fields["issuer"], "issuer"), text(fields["identity"], "identity")
    if not issuer.startswith("https://"):
        raise BadConfig(line(fields["issuer"]), "an issuer is an address; write it like https://gitlab.com")
    if issuer.rstrip("/") == GITHUB_ACTIONS:
        raise BadConfig(line(node), "for GitHub Actions name workflows in place of a signer.")
    return issuer, identity


def _artifact(node: yaml.Node) -> Artifact:
    said = text(node, "purl")
    try:
        artifact = purls.artifact(said)
    except ValueError as error:
        raise BadConfig(line(node), f"{error}.") from error
    if artifact.type not in TYPES:
        hint = meant(artifact.type, TYPES)
        raise BadConfig(
            line(node), f"{shown(artifact.type)} is not a type we can watch{hint}; we can: {', '.join(TYPES)}."
        )
    return artifact


def _workflow(node: yaml.Node) -> str:
    said = text(node, "a workflow")
    name = said.removeprefix(_WORKFLOWS)
    if not _FILE.fullmatch(name):
        raise BadConfig(
            line(node), f"{shown(said)} is not a workflow file; write its path, like {_WORKFLOWS}publish.yml"
        )
    return _WORKFLOWS + name


def _ref(node: yaml.Node) -> str:
    said = text(node, "a ref")
    if not said.startswith("refs/") or said == "refs/" or re.search(r"[\x00-\x20\x7f]", said):
        raise BadConfig(line(node), f"{shown(said)} is not a full ref; write it like refs/heads/main or refs/tags/v*")
    return said


def _event(node: yaml.Node) -> str:
    said = text(node, "an event")
    if said not in TRIGGERS:
        raise BadConfig(line(node), f"{shown(said)} is not an event that starts a workflow{meant(said, TRIGGERS)}.")
    return said


def _flag(node: yaml.Node) -> bool:
    # YAML 1.1 would take yes, no, on and off as well; the schema, and the next reader, would not.
    if isinstance(node, yaml.ScalarNode) and node.style is None and node.value in ("true", "false"):
        return bool(node.value == "true")
    raise BadConfig(line(node), "manual is true or false.")
