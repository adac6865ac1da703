"""The whole file, and what it means for one repository together with its organisation's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import yaml

from verifier.discovery.config import artifacts, conduct, rules, waivers
from verifier.discovery.config.artifacts import Entry
from verifier.discovery.config.conduct import Wish
from verifier.discovery.config.keys import mapping
from verifier.discovery.config.rules import Rules
from verifier.discovery.config.waivers import Asked
from verifier.discovery.strict import BadConfig, compose, line
from verifier.model import Conduct, Publisher, Repository

KEYS = ("version", "artifacts", *rules.KEYS, "report", "commands", "waivers")


@dataclass(frozen=True)
class File:
    """One file as it is written, understood and not yet applied to a repository."""

    rules: Rules = field(default_factory=Rules)
    entries: tuple[Entry, ...] = ()
    wish: Wish = field(default_factory=Wish)
    waivers: tuple[Asked, ...] = ()


@dataclass(frozen=True)
class Config:
    """What holds for one repository: who may publish, how it is spoken to, and what is answered for.

    `unheeded` are waivers that are not given, because what loosens needs a second person, and a file has one author.
    """

    publishers: tuple[Publisher, ...] = ()
    conduct: Conduct = field(default_factory=Conduct)
    waivers: tuple[Asked, ...] = ()
    unheeded: tuple[Asked, ...] = ()


NOTHING = File()
"""Where there is no file."""


def parse(document: bytes, organisation: bool = False, now: datetime | None = None) -> File:
    """Read it strictly. Raises BadConfig and nothing else.

    A repository's own file must name artifacts; an organisation's need not. Where `now` is said, it is new: a waiver
    that has ended, or lasts too long, is refused as well. What stands there already does not become wrong by time.
    """
    top = mapping(compose(document), KEYS, "the file")
    _version(top)
    said = rules.read(top)
    if "artifacts" not in top and not organisation and not {"report", "commands", "waivers"} & set(top):
        raise BadConfig(1, "artifacts is missing; list at least one: artifacts: [{purl: pkg:npm/name, workflows: […]}]")
    entries = artifacts.read(top["artifacts"], organisation) if "artifacts" in top else ()
    if "moving" in top and not organisation and not any(entry.artifact.is_image for entry in entries):
        raise BadConfig(line(top["moving"]), "moving is about the tags of images, and no artifact here is one.")
    return File(
        said,
        entries,
        conduct.read(top, organisation),
        waivers.read(top["waivers"], now) if "waivers" in top else (),
    )


def apply(own: File, organisation: File, repository: Repository) -> Config:
    """What the repository's own file means under its organisation's. Raises BadConfig, with the own file's line."""
    publishers: list[Publisher] = []
    for entry in own.entries:
        publisher = artifacts.publisher(entry, own.rules, organisation.rules, repository)
        if publisher in publishers:
            raise BadConfig(entry.line, f"{publisher.artifact.purl} stands here twice with the same rules; leave one.")
        publishers.append(publisher)
    owner = repository.full_name.partition("/")[0]
    behaviour = conduct.conduct(own.wish, organisation.wish, owner)
    heeded, unheeded = ((), own.waivers) if behaviour.four_eyes else (own.waivers, ())
    return Config(tuple(publishers), behaviour, heeded, unheeded)


def granted(organisation: File, repository: Repository) -> tuple[Publisher, ...]:
    """Who may publish from this repository by its organisation's word. Raises BadConfig, with that file's line."""
    name = repository.full_name.partition("/")[2].lower()
    mine = [entry for entry in organisation.entries if entry.repository.lower() == name]
    found = (artifacts.publisher(entry, organisation.rules, Rules(), repository) for entry in mine)
    return tuple(dict.fromkeys(found))


def read(
    document: bytes, repository: Repository, organisation: bytes | None = None, now: datetime | None = None
) -> Config:
    """What the file, and its organisation's where there is one, mean for this repository. Raises BadConfig alone."""
    above = parse(organisation, organisation=True) if organisation is not None else NOTHING
    return apply(parse(document, now=now), above, repository)


def read_organisation(document: bytes, repository: Repository, now: datetime | None = None) -> File:
    """An organisation's file, each of its entries understood. `repository` is the one that it stands in."""
    file = parse(document, organisation=True, now=now)
    for entry in file.entries:
        artifacts.publisher(entry, file.rules, Rules(), repository)
    return file


def _version(top: dict[str, yaml.Node]) -> None:
    node = top.get("version")
    if node is None:
        raise BadConfig(1, "version is missing; write version: 1")
    if not isinstance(node, yaml.ScalarNode) or node.tag != "tag:yaml.org,2002:int" or node.value != "1":
        raise BadConfig(line(node), "this monitor reads version 1 of the format; write version: 1")
