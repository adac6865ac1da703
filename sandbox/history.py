"""The shorthand under `history`: a row of versions with their tags and runs, published before anyone watched."""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox import stable
from sandbox.attempt import Run
from sandbox.events import TRUSTED_PUBLISHER, Attested, Event, Publish, Tag
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
    keys = item.keys("artifact artifacts every by attested tags runs workflow actor tag branch event", "versions first")
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
    made: list[Event] = []
    for position, version in enumerate(versions):
        at = first + every * position
        tag = _tag_name(keys.get("tags"), packages[0], version)
        ref = f"refs/tags/{tag}" if tag else f"refs/heads/{branch}"
        run = _run(repository, packages[0], version, at, workflow, ref, actor, started)
        if runs:
            made.append(run)
            names.runs[repository.name, run.id, 1] = run
        if tag:
            made.append(Tag(run.at if runs else at, repository.name, tag, run.sha, actor))
        for package in packages:
            if (package.artifact, version) in names.versions:
                raise keys["versions"].wrong(f"{version[:60]!r} is published twice")
            names.versions.add((package.artifact, version))
            files = usual_files(package.artifact, version, at, _provenance(run, repository) if attested else None)
            channel = keys["tag"].text() if "tag" in keys else "latest"
            made.append(Publish(at, package.artifact, version, by or TRUSTED_PUBLISHER, files, tag=channel))
    return made


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
