"""The files of a pretended version: their names, their digests and, where they can be had, their bytes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from packaging.utils import canonicalize_name

from sandbox import archives, stable
from sandbox.events import Attested, File
from verifier import purls
from verifier.model import Artifact


def usual_files(
    artifact: Artifact,
    version: str,
    at: datetime,
    attested: Attested | None = None,
    digest: str = "",
    contents: Mapping[str, str] | None = None,
) -> tuple[File, ...]:
    """What a version consists of unless it says so: a tarball on npm, a wheel and an sdist on PyPI."""
    names = usual_names(artifact, version)
    if contents is not None:
        packed = [(name, archives.archive(artifact, version, name, contents)) for name in names]
        return tuple(File(name, at, digests_of(artifact, data), attested, data) for name, data in packed)
    return tuple(
        File(name, at, file_digests(artifact.purl, version, name, digest if n == 0 else ""), attested)
        for n, name in enumerate(names)
    )


def usual_names(artifact: Artifact, version: str) -> list[str]:
    """What the files of a version are called."""
    if artifact.type == "npm":
        return [f"{artifact.name.rsplit('/', 1)[-1]}-{version}.tgz"]
    stem = f"{canonicalize_name(artifact.name).replace('-', '_')}-{version}"
    return [f"{stem}-py3-none-any.whl", f"{stem}.tar.gz"]


def file_digests(purl: str, version: str, name: str, given: str = "") -> tuple[str, ...]:
    """The digests of a pretended file; `given` replaces the derived one of its algorithm."""
    derived = digests_of(purls.artifact(purl), stable.content(purl, version, name, given))
    return tuple(given if given.startswith(d.partition(":")[0] + ":") else d for d in derived)


def digests_of(artifact: Artifact, data: bytes) -> tuple[str, ...]:
    """The digests that the artifact's registry shows of a file."""
    algorithms = ("sha1", "sha512") if artifact.type == "npm" else ("sha256",)
    return tuple(stable.digest(algorithm, data) for algorithm in algorithms)
