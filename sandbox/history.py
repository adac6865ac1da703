"""The shorthand under `history`: a row of versions with their tags and runs, published before anyone watched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sandbox import manifests, pushes, stable
from sandbox.attempt import Log, Run
from sandbox.events import TRUSTED_PUBLISHER, Attested, Event, Publish, PushImage, Release, Tag
from sandbox.names import Names, Package, Repository
from sandbox.published import usual_files
from sandbox.runs import whole_job
from sandbox.strict import Item

MOST = 2000
"""The most versions one entry may have."""
AROUND = timedelta(minutes=2)
"""A run of the history starts this long before its publication and ends this long after it."""


def read(item: Item, names: Names, installed: datetime) -> list[Event]:
    """One entry as events. Raises ScenarioError, also when a version lies after `installed`."""
    keys = item.keys(
        "artifact artifacts every by attested tags runs workflow actor tag branch event log releases"
        " also platforms attestations",
        "versions first",
    )
    packages = (
        [names.package(entry) for entry in keys["artifacts"].items()]
        if "artifacts" in keys
        else [names.package_of(keys, item)]
    )
    versions = _versions(keys["versions"])
    every = keys["every"].duration() if "every" in keys else timedelta(days=7)
    first = keys["first"].time()
    if first + every * (len(versions) - 1) >= installed:
        raise item.wrong("its last version lies after `installed`: begin earlier or choose a shorter `every`")
    runs = keys["runs"].boolean() if "runs" in keys else False
    attested = keys["attested"].boolean() if "attested" in keys else False
    releases = keys["releases"].boolean() if "releases" in keys else False
    by = keys["by"].text() if "by" in keys else ""
    if not by and packages[0].artifact.type == "npm":
        raise item.wrong("npm shows who published: name an account, or `by: trusted_publisher`")
    workflow = ""
    if runs or attested:
        workflow = keys["workflow"].text() if "workflow" in keys else (packages[0].workflows or ("",))[0]
        if not workflow:
            raise item.wrong("name the `workflow` of these runs: the artifact has none")
    repository = names.repositories[packages[0].repository]
    actor = keys["actor"].text() if "actor" in keys else repository.owner
    branch = keys["branch"].text() if "branch" in keys else repository.default_branch
    started = keys["event"].text() if "event" in keys else "push"
    shape = _Shape.of(keys)
    made: list[Event] = []
    for position, version in enumerate(versions):
        at = first + every * position
        tag = _tag_name(keys.get("tags"), packages[0], version)
        ref = f"refs/tags/{tag}" if tag else f"refs/heads/{branch}"
        run = _run(repository, packages[0], version, at, workflow, ref, actor, started)
        if shape.log:
            run = replace(run, log=shape.told(packages, version))
        if runs:
            made.append(run)
            names.runs[repository.name, run.id, 1] = run
        if tag:
            made.append(Tag(run.at if runs else at, repository.name, tag, run.sha, actor))
        if tag and releases:
            number = stable.number("release", repository.name, tag, at)
            made.append(Release(at + AROUND, repository.name, tag, actor, number))
            names.releases.append((at + AROUND, repository.name, tag))
        signed = _provenance(run, repository) if attested else None
        for package in packages:
            if package.artifact.is_image:
                made.append(shape.push(at, package, version, pushes.account(item, keys, package), signed, names))
                continue
            if (package.artifact, version) in names.versions:
                raise keys["versions"].wrong(f"{version[:60]!r} is published twice")
            names.versions.add((package.artifact, version))
            files = usual_files(package.artifact, version, at, signed)
            channel = keys["tag"].text() if "tag" in keys else "latest"
            made.append(Publish(at, package.artifact, version, by or TRUSTED_PUBLISHER, files, tag=channel))
    return made


@dataclass(frozen=True)
class _Shape:
    """What the images of an entry are like, and whether the logs of its runs say what they published."""

    log: bool
    also: tuple[str, ...]
    platforms: tuple[str, ...]
    index: bool
    attestations: bool

    @classmethod
    def of(cls, keys: dict[str, Item]) -> _Shape:
        attestations = keys["attestations"].boolean() if "attestations" in keys else False
        return cls(
            log=keys["log"].boolean() if "log" in keys else False,
            also=keys["also"].texts() if "also" in keys else (),
            platforms=pushes.read_platforms(keys["platforms"]) if "platforms" in keys else pushes.PLATFORMS[:1],
            index="platforms" in keys or attestations,
            attestations=attestations,
        )

    def tags(self, version: str) -> tuple[str, ...]:
        """The tags that a version is pushed under: its own, and those that move to it."""
        major, _, rest = version.partition(".")
        parts = {"{version}": version, "{major}": major, "{minor}": rest.partition(".")[0]}
        tags = [version]
        for pattern in self.also:
            for name, value in parts.items():
                pattern = pattern.replace(name, value)
            tags.append(pattern)
        return tuple(dict.fromkeys(tags))

    def told(self, packages: Iterable[Package], version: str) -> Log:
        """The log of a run that published a version of all of these."""
        printed = [
            (package.artifact, number)
            for package in packages
            for number in (self.tags(version) if package.artifact.is_image else (version,))
        ]
        return Log(printed=tuple(printed))

    def push(
        self, at: datetime, package: Package, version: str, by: str, attested: Attested | None, names: Names
    ) -> PushImage:
        """The image of a version."""
        tags = self.tags(version)
        key = pushes.seed(package, tags, names)
        made = manifests.image(key, self.platforms, index=self.index, attestations=self.attestations)
        return PushImage(at, package.artifact, tags, made, by, attested)


def _versions(item: Item) -> tuple[str, ...]:
    """A list, or `{pattern: "1.{}.0", count: 300}` numbered from 0 (or `from`)."""
    if not item.is_mapping:
        versions = item.texts()
    else:
        keys = item.keys("from", "pattern count")
        start = keys["from"].integer() if "from" in keys else 0
        count = keys["count"].integer()
        if "{}" not in keys["pattern"].text():
            raise keys["pattern"].wrong("needs {} where the number goes")
        if count > MOST:
            raise keys["count"].wrong(f"must be at most {MOST}")
        versions = tuple(keys["pattern"].text().replace("{}", str(start + n)) for n in range(count))
    if not 1 <= len(versions) <= MOST:
        raise item.wrong(f"must name 1 to {MOST} versions")
    return versions


def _tag_name(item: Item | None, package: Package, version: str) -> str:
    if item is None or item.text() == "false":
        return ""
    pattern = "v{version}" if item.text() == "true" else item.text()
    if "{version}" not in pattern:
        raise item.wrong("must be true, false, or a pattern like {name}@{version}")
    return pattern.replace("{name}", package.artifact.name).replace("{version}", version)


def _run(
    repository: Repository,
    package: Package,
    version: str,
    at: datetime,
    workflow: str,
    ref: str,
    actor: str,
    event: str,
) -> Run:
    number = stable.number("history", repository.name, package.artifact.purl, version)
    on_tag = ref.startswith("refs/tags/")
    starts, ends = at - AROUND, at + AROUND
    return Run(
        at=starts,
        repository=repository.name,
        id=number,
        attempt=1,
        created=starts,
        workflow=workflow,
        event=event,
        ref=ref,
        sha=stable.sha(repository.name, ref) if on_tag else stable.sha(repository.name, ref, number),
        title=f"Release {version}",
        actor=actor,
        head_repository=repository.name,
        head_repository_id=repository.id,
        conclusion="success",
        ends=ends,
        jobs=(whole_job(starts, ends, "success"),),
    )


def _provenance(run: Run, repository: Repository) -> Attested:
    return Attested(
        run.id, 1, run.repository, repository.id, repository.owner_id, run.workflow, run.ref, run.event, run.sha
    )
