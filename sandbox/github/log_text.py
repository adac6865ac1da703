"""The log of a job as GitHub keeps it, and what publishing tools print, in their exact words.

Source: logs of real runs; npm 11.19.1 (`publish.js`, `tar.js`), twine 7 and pypa/gh-action-pypi-publish.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime

from sandbox import manifests, stable
from sandbox.attempt import Job, Run, Step
from sandbox.events import File, PushImage
from sandbox.github import log_images
from sandbox.manifests import Manifest
from sandbox.workflow_files import command
from verifier.discovery.steps import is_publish
from verifier.model import Artifact

REGISTRY = "https://registry.example"
Files = Callable[[Artifact, str], tuple[File, ...]]
Pushed = Callable[[Artifact, str, datetime, datetime], PushImage | None]


def text(run: Run, job: Job, kind: str, files: Files, pushed: Pushed) -> str:
    """The whole log of one job. `kind` is what the workflow publishes; `files` are those of a version.

    `pushed` is what was pushed under the tag of an image in a span.
    """
    telling = _telling(run)
    lines: list[tuple[datetime, str]] = []
    for step in job.steps:
        if step.conclusion == "skipped":
            continue
        done = next(iter(command(step.name, kind).values()))
        lines += [(step.starts, line) for line in (f"##[group]Run {done}", f"\x1b[36;1m{done}\x1b[0m", "##[endgroup]")]
        if (job, step) == telling:
            said = [*_printed(run, files), *_images(run, job, pushed), *run.log.lines]
            span = (step.ends - step.starts) / (len(said) + 1)
            lines += [(step.starts + span * (number + 1), line) for number, line in enumerate(said)]
        if step.conclusion == "failure":
            lines.append((step.ends, "##[error]Process completed with exit code 1."))
    return "\ufeff" + "".join(f"{stable.microseconds(at).replace('Z', '0Z')} {line}\n" for at, line in lines)


def _telling(run: Run) -> tuple[Job, Step] | None:
    """The step whose output the scenario writes down."""
    ran = [(job, step) for job in run.jobs for step in job.steps if step.conclusion != "skipped"]
    if run.log.step:
        return next((pair for pair in ran if pair[1].name == run.log.step), None)
    return next((pair for pair in ran if is_publish(pair[1].name)), None)


def _printed(run: Run, files: Files) -> Iterable[str]:
    for artifact, version in run.log.printed:
        if artifact.is_image:
            continue
        held = files(artifact, version)
        if artifact.type == "npm":
            yield from _npm(run, artifact, version, held[0])
        else:
            yield from _twine(run, artifact, version, held)


def _images(run: Run, job: Job, pushed: Pushed) -> Iterable[str]:
    found = []
    for artifact, tag in run.log.printed:
        if artifact.is_image:
            push = pushed(artifact, tag, run.at, run.ends or job.ends)
            found.append((artifact, tag, push.manifest if push else _nowhere(artifact, tag)))
    return log_images.lines(run.log.tool, found, run.log.digests)


def _nowhere(artifact: Artifact, tag: str) -> Manifest:
    """What the run would have pushed under a tag that nobody ever pushes."""
    return manifests.image((artifact.image, tag), ("linux/amd64",), index=False, attestations=False)


def _npm(run: Run, artifact: Artifact, version: str, file: File) -> Iterable[str]:
    log, name = run.log, f"{artifact.name}@{version}"
    if log.digests != "none":
        sha1, sha512 = _digest(run, artifact, version, file, "sha1"), _digest(run, artifact, version, file, "sha512")
        sri = f"sha512-{base64.b64encode(bytes.fromhex(sha512)).decode()}"
        yield from (
            "npm notice",
            f"npm notice 📦  {name}",
            "npm notice Tarball Contents",
            "npm notice 1.0kB package.json",
            "npm notice Tarball Details",
            f"npm notice name: {artifact.name}",
            f"npm notice version: {version}",
            f"npm notice filename: {artifact.name.removeprefix('@').replace('/', '-')}-{version}.tgz",
            "npm notice package size: 1.0 kB",
            "npm notice unpacked size: 1.0 kB",
            f"npm notice shasum: {sha1}",
            f"npm notice integrity: {sri[:20]}[...]{sri[-15:]}",
            "npm notice total files: 3",
            "npm notice",
        )
    doing = "Staging" if log.staged else "Publishing"
    yield f"npm notice {doing} to {REGISTRY}/ with tag latest and public access{' (dry-run)' if log.dry else ''}"
    if log.staged:
        stage = stable.guid("stage", artifact.purl, version)
        yield f"+ {name} (staged with id {stage})"
        yield f"npm notice stage package {name} has been staged with tag latest"
    else:
        yield f"+ {name}"


def _twine(run: Run, artifact: Artifact, version: str, files: Iterable[File]) -> Iterable[str]:
    files = list(files)
    if run.log.digests != "none":
        yield "Showing hash values of files to be uploaded:"
        for file in files:
            yield from (f"/github/workspace/dist/{file.name}", "")
            yield f"SHA256: {_digest(run, artifact, version, file, 'sha256')}"
            data = file.data or stable.content(artifact.purl, version, file.name, "")
            yield f"MD5: {hashlib.md5(data, usedforsecurity=False).hexdigest()}"
            yield f"BLAKE2-256: {hashlib.blake2b(data, digest_size=32).hexdigest()}"
            yield ""
    yield f"Uploading distributions to {REGISTRY}/legacy/"
    yield from (f"Uploading {file.name}" for file in files)
    yield from ("", "View at:", f"{REGISTRY}/project/{artifact.name}/{version}/")


def _digest(run: Run, artifact: Artifact, version: str, file: File, algorithm: str) -> str:
    """The digest that the log shows: the registry's, or that of bytes that only the run has seen."""
    if run.log.digests == "real":
        return file.digest(algorithm)
    return stable.digest(algorithm, stable.content(artifact.purl, version, file.name, "other")).partition(":")[2]
