"""The list `artifacts`: what is published, and by whose rules. In an organisation's file each names its repository."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from verifier.discovery.config import rules, values
from verifier.discovery.config.keys import mapping
from verifier.discovery.config.rules import Rules
from verifier.discovery.strict import BadConfig, items, line
from verifier.model import Artifact, Confidence, Publisher, Repository
from verifier.model.github import EVENTS

MOST = 1000
KEYS = ("purl", *rules.KEYS, "mirrors")


@dataclass(frozen=True)
class Entry:
    """One artifact as it stands in the file, at this line. `repository`: whose it is, in an organisation's file."""

    line: int
    artifact: Artifact
    rules: Rules
    mirrors: tuple[str, ...] = ()
    repository: str = ""


def read(node: yaml.Node, organisation: bool) -> tuple[Entry, ...]:
    """The entries in their order."""
    return tuple(_entry(item, organisation) for item in items(node, "artifacts", MOST))


def publisher(entry: Entry, defaults: Rules, organisation: Rules, repository: Repository) -> Publisher:
    """Who may publish it by this entry. Raises BadConfig where nobody may."""
    found, image = entry.rules.over(defaults).under(organisation), entry.artifact.is_image
    if not found.workflows and not found.manual and not found.signer:
        raise BadConfig(
            entry.line,
            f"no workflow publishes {entry.artifact.purl}; name it under workflows, or write manual: true "
            "if people publish it by hand.",
        )
    issuer, identity = found.signer or ("", "")
    return Publisher(
        entry.artifact,
        repository.id,
        repository.owner_id,
        found.workflows or (),
        found.refs or (),
        EVENTS if found.events is None else found.events,
        found.manual,
        found.environment or "",
        issuer,
        identity,
        moving=(found.moving or ()) if image else (),
        mirrors=entry.mirrors,
        grace=found.grace,
        confidence=found.confidence or Confidence.LOW,
    )


def _entry(node: yaml.Node, organisation: bool) -> Entry:
    found = mapping(node, (*KEYS, "repository") if organisation else KEYS, "an artifact")
    if "purl" not in found:
        raise BadConfig(line(node), "an artifact needs its purl, like purl: pkg:npm/%40scope/name")
    if organisation and "repository" not in found:
        raise BadConfig(
            line(node), "in an organisation's file an artifact names who publishes it, like repository: widget"
        )
    artifact = values.artifact(found["purl"])
    for key in ("moving", "mirrors"):
        if key in found and not artifact.is_image:
            raise BadConfig(line(found[key]), f"{key} is for images; {artifact.purl} is a package.")
    return Entry(
        line(node),
        artifact,
        rules.read(found),
        _mirrors(found["mirrors"], artifact) if "mirrors" in found else (),
        values.repository(found["repository"], "repository") if organisation else "",
    )


def _mirrors(node: yaml.Node, of: Artifact) -> tuple[str, ...]:
    """The purls of other images, each once."""

    def one(item: yaml.Node) -> str:
        mirror = values.artifact(item)
        if not mirror.is_image:
            raise BadConfig(line(item), f"{mirror.purl} is a package; a mirror of an image is an image.")
        if mirror == of:
            raise BadConfig(line(item), f"{of.purl} cannot be its own mirror; name the other registry's image.")
        return mirror.purl

    return values.each(node, "mirrors", one)
