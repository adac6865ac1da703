"""What may stand beside a run of a timeline: its commit, its log, its approvals."""

from __future__ import annotations

from sandbox.attempt import Approval, Log, Made
from sandbox.names import PACKAGES, read_files, read_ref
from sandbox.strict import Item
from verifier import purls
from verifier.model import Artifact


def made(item: Item) -> Made:
    """How its commit came about, under `commit`."""
    keys = item.keys("branches orphan signed committer first_time pull_requests files")
    branches = tuple(read_ref(entry) for entry in keys["branches"].items()) if "branches" in keys else None
    if any(not branch.startswith("refs/heads/") for branch in branches or ()):
        raise keys["branches"].wrong("branches hold commits; a tag only names one")
    orphan = keys["orphan"].boolean() if "orphan" in keys else False
    if orphan and branches is not None:
        raise keys["orphan"].wrong("no branch holds an orphan")
    pulls = keys["pull_requests"].items() if "pull_requests" in keys else ()
    return Made(
        branches=None if branches is None else tuple(branch.removeprefix("refs/heads/") for branch in branches),
        orphan=orphan,
        signed=keys["signed"].boolean() if "signed" in keys else True,
        committer=keys["committer"].text() if "committer" in keys else "",
        first_time=keys["first_time"].boolean() if "first_time" in keys else False,
        pull_requests=tuple(entry.integer() for entry in pulls) if "pull_requests" in keys else None,
        files=read_files(keys["files"]) if "files" in keys else (),
    )


def log(item: Item) -> Log:
    """What the log of its publish step says, under `log`: lines, `gone`, or versions in the words of their tool."""
    if item.is_list:
        return Log(lines=item.texts())
    if not item.is_mapping:
        item.choice("gone")
        return Log(gone=True)
    keys = item.keys(f"lines digests dry staged step images tool {' '.join(PACKAGES)}")
    printed = [_spec(entry, kind) for kind in PACKAGES if kind in keys for entry in keys[kind].items()]
    printed += [_reference(entry) for entry in (keys["images"].items() if "images" in keys else ())]
    flags = {name: keys[name].boolean() for name in ("dry", "staged") if name in keys}
    if any(flags.values()) and "pypi" in keys:
        raise keys["pypi"].wrong("the action that publishes to PyPI neither rehearses nor stages")
    if any(flags.values()) and "images" in keys:
        raise keys["images"].wrong("nothing that pushes images rehearses or stages")
    return Log(
        lines=keys["lines"].texts() if "lines" in keys else (),
        printed=tuple(printed),
        digests=keys["digests"].choice("real", "other", "none") if "digests" in keys else "real",
        step=keys["step"].text() if "step" in keys else "",
        tool=keys["tool"].choice("buildx", "docker") if "tool" in keys else "buildx",
        **flags,
    )


def approvals(item: Item, owner: str) -> tuple[Approval, ...]:
    """Who let it into which environment, under `approvals`."""
    return tuple(
        Approval(
            keys["environment"].text(),
            keys["user"].text() if "user" in keys else owner,
            keys["state"].choice("approved", "rejected") if "state" in keys else "approved",
        )
        for keys in (entry.keys("user state", "environment") for entry in item.items())
    )


def _spec(item: Item, kind: str) -> tuple[Artifact, str]:
    name, _, version = item.text().rpartition("@")
    if not name or not version:
        raise item.wrong("must be name@version")
    try:
        return purls.artifact(f"pkg:{kind}/{name.replace('@', '%40', 1)}"), version
    except ValueError as error:
        raise item.wrong(str(error)) from error


def _reference(item: Item) -> tuple[Artifact, str]:
    """`host/namespace/name:tag`; without a host it is on Docker Hub."""
    name, _, tag = item.text().rpartition(":")
    host, _, path = name.partition("/")
    if "." in host or ":" in host:
        text = f"pkg:oci/{path.rpartition('/')[2]}?repository_url={name}"
    else:
        text = f"pkg:docker/{name}"
    if not name or not tag or "/" in tag:
        raise item.wrong("must be namespace/name:tag, with the host in front where it is not on Docker Hub")
    try:
        return purls.artifact(text), tag
    except ValueError as error:
        raise item.wrong(str(error)) from error
