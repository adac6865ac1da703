"""What pushes images and names them with their digest in one line: docker, crane, ko, kaniko.

The tools print a digest only after the registry has taken the manifest. skopeo, podman and buildah print none, and no
name either; goreleaser keeps what docker says to itself. Source: moby, go-containerregistry, ko, kaniko.
"""

from __future__ import annotations

from collections.abc import Iterator

from verifier.evidence.log.lines import Line
from verifier.evidence.log.tool import DIGEST, Spoken, full
from verifier.image_hosts import DOCKER_HUBS
from verifier.model import LogClaim

REFERENCE = r"[A-Za-z0-9*][A-Za-z0-9._:/*-]{0,400}"
"""A reference of an image, in which GitHub may have masked the number of an account."""

_STAMP = r"(?:\d{4}/\d\d/\d\d \d\d:\d\d:\d\d )?"
_REPOSITORY = full(rf"The push refers to repository \[(?P<repository>{REFERENCE})\]")
_TAG = full(rf"(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}}): digest: (?P<digest>{DIGEST}) size: \d{{1,15}}")
_CRANE = full(rf"{_STAMP}(?P<reference>{REFERENCE}(?:@{DIGEST})?): digest: (?P<digest>{DIGEST}) size: \d{{1,15}}")
_KO = full(rf"{_STAMP}Published (?P<reference>{REFERENCE})@(?P<digest>{DIGEST})")
_KANIKO = full(rf"(?:INFO\[\d{{4,9}}\] )?Pushed (?P<reference>{REFERENCE})@(?P<digest>{DIGEST})")


def image(reference: str, digest: str, tool: str, line: Line, tag: str = "") -> LogClaim:
    """The claim that an image is pushed: `docker` with its name on Docker Hub, else `oci` with its whole repository."""
    repository = reference.partition("@")[0]
    path, colon, last = repository.rpartition(":")
    if colon and "/" not in last:
        repository, tag = path, tag or last
    host, slash, rest = repository.partition("/")
    if not slash or not (host == "localhost" or "." in host or ":" in host):
        return LogClaim("docker", repository, tag, digests=(digest,), tool=tool, at=line.at)
    if host in DOCKER_HUBS:
        return LogClaim("docker", rest, tag, digests=(digest,), tool=tool, at=line.at)
    return LogClaim("oci", repository, tag, digests=(digest,), tool=tool, at=line.at)


class DockerPush(Spoken):
    """`docker push` names the repository once, then each tag with its digest."""

    def __init__(self) -> None:
        self._repository = ""

    def wants(self, text: str) -> bool:
        """A repository or a tag."""
        return text.startswith("The push refers to ") or ": digest: sha256:" in text

    def read(self, line: Line) -> Iterator[LogClaim]:
        """A claim for each tag."""
        repository, tag = _REPOSITORY.match(line.text), _TAG.match(line.text)
        if repository:
            self._repository = repository["repository"]
        elif tag and self._repository:
            yield image(self._repository, tag["digest"], "docker", line, tag["tag"])


class Pushers(Spoken):
    """crane (and all that is built on its library), ko and kaniko: the whole reference in one line."""

    def wants(self, text: str) -> bool:
        """Anything with a digest."""
        return "sha256:" in text

    def read(self, line: Line) -> Iterator[LogClaim]:
        """A claim for each reference with its digest."""
        for tool, pattern in (("crane", _CRANE), ("ko", _KO), ("kaniko", _KANIKO)):
            found = pattern.match(line.text)
            if found and ("/" in found["reference"] or tool != "crane"):
                yield image(found["reference"], found["digest"], tool, line)
