"""Who takes part in a scenario: its repositories and packages, by every name they ever have in it."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from datetime import datetime

from sandbox import stable
from sandbox.attempt import Run
from sandbox.events import Tag
from sandbox.strict import Item
from verifier import purls
from verifier.model import Artifact
from verifier.model.artifact import IMAGES
from verifier.model.github import EVENTS

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[A-Za-z0-9._-]{1,100}")
_DIGEST = re.compile(r"sha1:[0-9a-f]{40}|sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
PACKAGES = ("npm", "pypi")
REGISTRIES = (*PACKAGES, *IMAGES)


@dataclass(frozen=True)
class Repository:
    """A repository as it is called at the beginning. `files` are those it holds at first, by path."""

    name: str
    id: int
    owner_id: int
    default_branch: str = "main"
    files: tuple[tuple[str, str], ...] = ()

    @property
    def owner(self) -> str:
        """The account's name."""
        return self.name.split("/", 1)[0]


@dataclass(frozen=True)
class Package:
    """An artifact and who may publish it: what the repository's configuration says. `watched` False: says nothing.

    `environment` and `signer` (issuer and identity of another CI system) are empty where it does not name them.
    """

    artifact: Artifact
    repository: str
    workflows: tuple[str, ...]
    refs: tuple[str, ...] = ()
    events: tuple[str, ...] = EVENTS
    manual: bool | None = None
    watched: bool = True
    environment: str = ""
    signer: tuple[str, str] = ("", "")
    moving: tuple[str, ...] = ()
    mirrors: tuple[str, ...] = ()


@dataclass
class Names:
    """Everything that later values may refer to."""

    repositories: dict[str, Repository] = field(default_factory=dict)
    packages: dict[Artifact, Package] = field(default_factory=dict)
    runs: dict[tuple[str, int, int], Run] = field(default_factory=dict)
    tags: dict[tuple[str, str], Tag] = field(default_factory=dict)
    releases: list[tuple[datetime, str, str]] = field(default_factory=list)
    """When each GitHub release was published, in which repository, and of which tag."""
    versions: set[tuple[Artifact, str]] = field(default_factory=set)
    pushes: dict[tuple[Artifact, str], int] = field(default_factory=dict)
    """How often an image was pushed under each tag so far."""
    renamed: dict[str, str] = field(default_factory=dict)
    """Later names of repositories, and the name each had at the beginning."""

    def repository(self, item: Item) -> Repository:
        """The repository this value names, now or later."""
        name = self.renamed.get(item.text(), item.text())
        if name not in self.repositories:
            raise item.wrong(f"{name[:140]!r} is not among `repositories`")
        return self.repositories[name]

    def repository_of(self, keys: dict[str, Item], item: Item) -> Repository:
        """The repository under `repository`, which may be left out where there is only one."""
        if "repository" in keys:
            return self.repository(keys["repository"])
        if len(self.repositories) != 1:
            raise item.wrong("name the `repository`: this scenario has several")
        return next(iter(self.repositories.values()))

    def package(self, item: Item) -> Package:
        """The package whose purl stands here."""
        found = purl(item)
        if found not in self.packages:
            raise item.wrong(f"{found.purl!r} is not among `artifacts`")
        return self.packages[found]

    def package_of(self, keys: dict[str, Item], item: Item) -> Package:
        """The package under `artifact`, which may be left out where there is only one."""
        if "artifact" in keys:
            return self.package(keys["artifact"])
        if len(self.packages) != 1:
            raise item.wrong("name the `artifact`: this scenario has several")
        return next(iter(self.packages.values()))

    def tag_sha(self, repository: str, name: str) -> str:
        """The commit of a tag."""
        known = self.tags.get((repository, name))
        return known.sha if known else stable.sha(repository, f"refs/tags/{name}")


def purl(item: Item) -> Artifact:
    """The artifact whose purl stands here: a package, or an image of any registry."""
    try:
        found = purls.artifact(item.text())
    except ValueError as error:
        raise item.wrong(str(error)) from error
    if found.type not in REGISTRIES:
        raise item.wrong(f"the sandbox has registries for {', '.join(REGISTRIES)}, not for {found.type}")
    return found


def full_name(item: Item) -> str:
    """An `owner/name`."""
    if not _NAME.fullmatch(item.text()):
        raise item.wrong("must be owner/name")
    return item.text()


def repositories(item: Item) -> dict[str, Repository]:
    """The list under `repositories`."""
    found: dict[str, Repository] = {}
    for entry in item.items():
        keys = entry.keys("id owner_id default_branch files", "name")
        name = full_name(keys["name"])
        if name in found:
            raise entry.wrong(f"{name!r} stands here twice")
        found[name] = Repository(
            name,
            keys["id"].integer() if "id" in keys else stable.number("repository", name),
            keys["owner_id"].integer() if "owner_id" in keys else stable.number("account", name.split("/", 1)[0]),
            keys["default_branch"].text() if "default_branch" in keys else "main",
            read_files(keys["files"]) if "files" in keys else (),
        )
    return found


def packages(item: Item, names: Names) -> dict[Artifact, Package]:
    """The list under `artifacts`."""
    found: dict[Artifact, Package] = {}
    for entry in item.items():
        keys = entry.keys("repository workflows refs events manual watched environment signer moving mirrors", "purl")
        artifact = purl(keys["purl"])
        if artifact in found:
            raise entry.wrong(f"{artifact.purl!r} stands here twice")
        found[artifact] = Package(
            artifact,
            names.repository_of(keys, entry).name,
            keys["workflows"].texts() if "workflows" in keys else (),
            keys["refs"].texts() if "refs" in keys else (),
            keys["events"].texts() if "events" in keys else EVENTS,
            keys["manual"].boolean() if "manual" in keys else None,
            keys["watched"].boolean() if "watched" in keys else True,
            keys["environment"].text() if "environment" in keys else "",
            _signer(keys["signer"]) if "signer" in keys else ("", ""),
            keys["moving"].texts() if "moving" in keys else (),
            tuple(purl(entry).purl for entry in keys["mirrors"].items()) if "mirrors" in keys else (),
        )
    return found


def _signer(item: Item) -> tuple[str, str]:
    keys = item.keys("", "issuer identity")
    return keys["issuer"].text(), keys["identity"].text()


def workflow_of(item: Item, repository: Repository, names: Names) -> str:
    """The first workflow of the repository's packages, where none is named."""
    for package in names.packages.values():
        if package.repository == repository.name and package.workflows:
            return package.workflows[0]
    raise item.wrong("name the `workflow`: no artifact of this repository has one")


def read_sha(item: Item) -> str:
    """A commit id."""
    if not re.fullmatch(r"[0-9a-f]{40}", item.text()):
        raise item.wrong("must be a commit id of 40 hex digits; leave it out to have one derived")
    return item.text()


def read_ref(item: Item) -> str:
    """A full ref; a bare name is a branch."""
    text = item.text()
    return text if text.startswith("refs/") else f"refs/heads/{text}"


def read_files(item: Item) -> tuple[tuple[str, str], ...]:
    """Files by their paths."""
    found = item.named_texts()
    for path, _ in found:
        if path.startswith("/") or not all(part.strip(".") for part in path.split("/")):
            raise item.wrong(f"{path[:60]!r} is no path inside a folder")
    return found


def read_digest(item: Item) -> str:
    """`algorithm:hex`, or npm's own spelling `sha512-base64`."""
    text = item.text()
    if text.startswith("sha512-"):
        try:
            text = "sha512:" + base64.b64decode(text.removeprefix("sha512-"), validate=True).hex()
        except binascii.Error as error:
            raise item.wrong("is not base64 after sha512-") from error
    if not _DIGEST.fullmatch(text):
        raise item.wrong("must be sha512:, sha256: or sha1: and hex digits in lower case; or leave it out")
    return text
