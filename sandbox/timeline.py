"""The entries under `timeline`, read in the order in which they may refer to each other: moves and tags first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sandbox import events as happened
from sandbox import pushes, runs, stable
from sandbox.events import Attested, Event, File
from sandbox.names import (
    Names,
    Package,
    Repository,
    full_name,
    read_digest,
    read_files,
    read_ref,
    read_sha,
    workflow_of,
)
from sandbox.provenance import KINDS
from sandbox.published import file_digests, usual_files
from sandbox.strict import Item


def read(items: Sequence[Item], names: Names) -> list[Event]:
    """All entries as events; what they name is noted in `names`. Raises ScenarioError."""
    entries = [(item, item.keys(" ".join(_READERS), "at")) for item in items]
    for item, keys in entries:
        if len(keys) != 2:
            raise item.wrong("needs `at` and exactly one thing that happened")
    made: list[Event] = []
    for kind in _READERS:
        same = [(keys["at"].time(), keys[kind]) for _, keys in entries if kind in keys]
        if kind in ("run", "publish"):
            same.sort(key=lambda pair: pair[0])  # attempt 1 says when the run was created; a tag is pushed again later
        for at, item in same:
            event = _READERS[kind](at, item, names)
            made += event if isinstance(event, list) else [event]
    return made


def _move(at: datetime, item: Item, names: Names) -> Event:
    keys = item.keys("owner_id", "repository to")
    repository, to = names.repository(keys["repository"]), full_name(keys["to"])
    names.renamed[to] = repository.name
    owner_id = keys["owner_id"].integer() if "owner_id" in keys else None
    same_owner = to.split("/", 1)[0] == keys["repository"].text().split("/", 1)[0]
    if same_owner and owner_id:
        raise keys["owner_id"].wrong("a rename keeps the owner; use `transfer` for another one")
    if not same_owner:
        owner_id = owner_id or stable.number("account", to.split("/", 1)[0])
    return happened.Move(at, repository.name, to, owner_id)


def _tag(at: datetime, item: Item, names: Names) -> Event:
    keys = item.keys("repository sha pusher", "name")
    repository, name = names.repository_of(keys, item), keys["name"].text()
    sha = read_sha(keys["sha"]) if "sha" in keys else stable.sha(repository.name, f"refs/tags/{name}")
    tag = happened.Tag(at, repository.name, name, sha, keys["pusher"].text() if "pusher" in keys else repository.owner)
    names.tags.setdefault((repository.name, name), tag)
    return tag


def _publish(at: datetime, item: Item, names: Names) -> Event:
    keys = item.keys(f"artifact by attested rogue {pushes.KEYS} {pushes.PACKAGES}", "version")
    package, version = names.package_of(keys, item), keys["version"].text()
    if package.artifact.is_image:
        signed = _attested(keys["attested"], package, names) if "attested" in keys else None
        return pushes.push(at, item, keys, package, signed, names)
    for name in pushes.KEYS.split():
        if name in keys and name != "digest":
            raise keys[name].wrong("is about images")
    if (package.artifact, version) in names.versions:
        raise keys["version"].wrong("is published twice")
    names.versions.add((package.artifact, version))
    if package.artifact.type == "npm" and "by" not in keys:
        raise item.wrong("npm shows who published: name an account, or `by: trusted_publisher`")
    attested = _attested(keys["attested"], package, names) if "attested" in keys else None
    if "files" in keys and ("digest" in keys or package.artifact.type == "npm"):
        raise keys["files"].wrong("a version of npm is one file: use `digest`, or give each file of PyPI its own")
    contents = dict(read_files(keys["contents"])) if "contents" in keys else None
    if contents is not None and ("files" in keys or "digest" in keys):
        raise keys["contents"].wrong("files with contents have their own names and digests")
    if "files" in keys:
        files = tuple(_file(entry, at, attested, package, version, names) for entry in keys["files"].items())
    else:
        digest = read_digest(keys["digest"]) if "digest" in keys else ""
        files = usual_files(package.artifact, version, at, attested, digest, contents)
    return happened.Publish(
        at=at,
        artifact=package.artifact,
        version=version,
        by=keys["by"].text() if "by" in keys else "",
        files=files,
        approver=keys["approver"].text() if "approver" in keys else "",
        install_scripts=keys["install_scripts"].boolean() if "install_scripts" in keys else False,
        tag=keys["tag"].text() if "tag" in keys else "latest",
        rogue=keys["rogue"].boolean() if "rogue" in keys else False,
    )


def _file(item: Item, at: datetime, attested: Attested | None, package: Package, version: str, names: Names) -> File:
    keys = item.keys("at digest attested rogue", "name")
    name, when = keys["name"].text(), keys["at"].time() if "at" in keys else at
    if when < at:
        raise keys["at"].wrong("lies before the version's own time")
    if "attested" in keys:
        attested = _attested(keys["attested"], package, names)
    given = read_digest(keys["digest"]) if "digest" in keys else ""
    rogue = keys["rogue"].boolean() if "rogue" in keys else False
    return File(name, when, file_digests(package.artifact.purl, version, name, given), attested, rogue=rogue)


def _attested(item: Item, package: Package, names: Names) -> Attested | None:
    if not item.is_mapping:
        if item.boolean():
            raise item.wrong("say which run it names: {run: 100}; or false")
        return None
    keys = item.keys(
        "run attempt repository repository_id owner_id workflow ref event sha digest"
        " called runner issuer identity kind signed signed_at"
    )
    if ("run" in keys) == ("issuer" in keys) or ("issuer" in keys) != ("identity" in keys):
        raise item.wrong("name its run; or, when it was made elsewhere than at GitHub, its issuer and identity")
    number = keys["run"].integer() if "run" in keys else 0
    attempt = keys["attempt"].integer() if "attempt" in keys else 1
    name = full_name(keys["repository"]) if "repository" in keys else package.repository
    repository = names.repositories.get(names.renamed.get(name, name)) or Repository(
        name, stable.number("repository", name), stable.number("account", name.split("/", 1)[0])
    )
    run = names.runs.get((repository.name, number, attempt))
    if "workflow" in keys:
        workflow = keys["workflow"].text()
    else:
        workflow = run.workflow if run else workflow_of(item, repository, names)
    ref = f"refs/heads/{repository.default_branch}"
    if "ref" in keys or run:
        ref = read_ref(keys["ref"]) if "ref" in keys else run.ref if run else ref
    return Attested(
        run=number,
        attempt=attempt,
        repository=repository.name,
        repository_id=keys["repository_id"].integer() if "repository_id" in keys else repository.id,
        owner_id=keys["owner_id"].integer() if "owner_id" in keys else repository.owner_id,
        workflow=workflow,
        ref=ref,
        event=keys["event"].text() if "event" in keys else run.event if run else "push",
        sha=read_sha(keys["sha"]) if "sha" in keys else run.sha if run else stable.sha(repository.name, ref, number),
        digest=read_digest(keys["digest"]) if "digest" in keys else "",
        called=keys["called"].text() if "called" in keys else "",
        runner=keys["runner"].choice("github-hosted", "self-hosted") if "runner" in keys else "github-hosted",
        issuer=keys["issuer"].text() if "issuer" in keys else "",
        identity=keys["identity"].text() if "identity" in keys else "",
        kind=keys["kind"].choice(*KINDS) if "kind" in keys else "dsse",
        signed=keys["signed"].boolean() if "signed" in keys else True,
        signed_at=keys["signed_at"].time() if "signed_at" in keys else None,
        starts=run.at if run else None,
        ends=run.ends if run else None,
    )


def _attestation(at: datetime, item: Item, names: Names) -> Event:
    keys = item.keys("artifact", "version attested")
    package = names.package_of(keys, item)
    attested = _attested(keys["attested"], package, names)
    if attested is None:
        raise keys["attested"].wrong("say which run it names: {run: 100}")
    return happened.Attest(at, package.artifact, keys["version"].text(), attested)


def _push(at: datetime, item: Item, names: Names) -> Event:
    keys = item.keys("repository sha by forced", "branch")
    repository, branch = names.repository_of(keys, item), keys["branch"].text()
    sha = read_sha(keys["sha"]) if "sha" in keys else stable.sha(repository.name, f"refs/heads/{branch}", at)
    by = keys["by"].text() if "by" in keys else repository.owner
    forced = keys["forced"].boolean() if "forced" in keys else False
    return happened.Push(at, repository.name, branch, sha, by, forced)


def _delete_branch(at: datetime, item: Item, names: Names) -> Event:
    keys = item.keys("repository by", "name")
    repository = names.repository_of(keys, item)
    if keys["name"].text() == repository.default_branch:
        raise keys["name"].wrong("GitHub does not let anybody delete the default branch")
    by = keys["by"].text() if "by" in keys else repository.owner
    return happened.DeleteBranch(at, repository.name, keys["name"].text(), by)


def _remove(at: datetime, item: Item, names: Names) -> Event:
    keys = item.keys("artifact", "version")
    return happened.Remove(at, names.package_of(keys, item).artifact, keys["version"].text())


def _yank(at: datetime, item: Item, names: Names) -> Event:
    keys = item.keys("artifact reason", "version")
    package = names.package_of(keys, item)
    if package.artifact.type != "pypi":
        raise item.wrong("only PyPI yanks")
    reason = keys["reason"].text() if "reason" in keys else ""
    return happened.Yank(at, package.artifact, keys["version"].text(), reason)


def _quarantine(at: datetime, item: Item, names: Names) -> Event:
    package = names.package_of(item.keys("artifact"), item)
    if package.artifact.type != "pypi":
        raise item.wrong("only PyPI puts projects into quarantine")
    return happened.Quarantine(at, package.artifact)


def _delete_tag(at: datetime, item: Item, names: Names) -> Event:
    keys = item.keys("repository", "name")
    return happened.DeleteTag(at, names.repository_of(keys, item).name, keys["name"].text())


def _release(at: datetime, item: Item, names: Names) -> Event:
    keys = item.keys("repository author", "tag")
    repository, tag = names.repository_of(keys, item), keys["tag"].text()
    author = keys["author"].text() if "author" in keys else repository.owner
    names.releases.append((at, repository.name, tag))
    return happened.Release(at, repository.name, tag, author, stable.number("release", repository.name, tag, at))


def _delete_release(at: datetime, item: Item, names: Names) -> Event:
    keys = item.keys("repository", "tag")
    return happened.DeleteRelease(at, names.repository_of(keys, item).name, keys["tag"].text())


def _delete_releases(at: datetime, item: Item, names: Names) -> list[Event]:
    """All releases that there are, a second after another, as by a script."""
    repository = names.repository_of(item.keys("repository"), item).name
    there = [tag for published, where, tag in names.releases if where == repository and published <= at]
    if not there:
        raise item.wrong("there are no releases to delete: `release` or `history` with `releases: true` makes some")
    return [
        happened.DeleteRelease(at + number * timedelta(seconds=1), repository, tag) for number, tag in enumerate(there)
    ]


def _delete_run(at: datetime, item: Item, names: Names) -> Event:
    keys = item.keys("repository", "id")
    repository, number = names.repository_of(keys, item).name, keys["id"].integer()
    if not any(key[:2] == (repository, number) for key in names.runs):
        raise keys["id"].wrong("is no run of this timeline")
    return happened.DeleteRun(at, repository, number)


def _outage(at: datetime, item: Item, _: Names) -> Event:
    keys = item.keys("", "of ends")
    ends = keys["ends"].time()
    if ends <= at:
        raise keys["ends"].wrong("must lie after `at`")
    return happened.Outage(at, keys["of"].choice("github", "registry", "webhooks", "monitor"), ends)


_READERS: dict[str, Callable[[datetime, Item, Names], Event | list[Event]]] = {
    "rename": _move,
    "transfer": _move,
    "tag": _tag,
    "push": _push,
    "delete_branch": _delete_branch,
    "run": runs.read,
    "publish": _publish,
    "retag": pushes.retag,
    "attestation": _attestation,
    "remove": _remove,
    "yank": _yank,
    "quarantine": _quarantine,
    "delete_tag": _delete_tag,
    "release": _release,
    "delete_release": _delete_release,
    "delete_releases": _delete_releases,
    "delete_run": _delete_run,
    "outage": _outage,
}
