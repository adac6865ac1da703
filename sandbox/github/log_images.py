"""What pushing images prints, in the exact words of buildx and of docker.

Source: logs of real runs; BuildKit's plain progress (2026-09), docker/build-push-action 6 and `docker push`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sandbox import stable
from sandbox.manifests import NOWHERE, Manifest
from verifier.model import Artifact

Pushed = tuple[Artifact, str, Manifest]


def lines(tool: str, pushed: Iterable[Pushed], digests: str) -> Iterator[str]:
    """The lines about images with their tags. `digests`: `real`, `other` than the registry's, or `none`."""
    found: dict[str, list[Pushed]] = {}
    for one in pushed:
        found.setdefault(one[2].digest, []).append(one)
    for number, same in enumerate(found.values(), 20):
        yield from _docker(same, digests) if tool == "docker" else _buildx(number, same, digests)


def _buildx(number: int, same: list[Pushed], digests: str) -> Iterator[str]:
    """One build with all its tags, at one registry or several."""
    manifest = same[0][2]
    told = [f"exporting {_word(part)} {_shown(part, digests)}" for part in (*manifest.children, manifest)]
    yield f"#{number} exporting to image"
    yield f"#{number} exporting layers done"
    for line in told if digests != "none" else ():
        yield f"#{number} {line}"
        yield f"#{number} {line} done"
    yield f"#{number} pushing layers"
    yield f"#{number} pushing layers 1.2s done"
    for artifact, tag, _ in same:
        digest = "" if digests == "none" else f"@{_shown(manifest, digests)}"
        yield f"#{number} pushing manifest for {artifact.image}:{tag}{digest}"
        yield f"#{number} pushing manifest for {artifact.image}:{tag}{digest} 0.5s done"
    yield f"#{number} DONE 3.4s"
    if digests != "none":
        yield from ("##[group]Digest", _shown(manifest, digests), "##[endgroup]")


def _docker(same: list[Pushed], digests: str) -> Iterator[str]:
    """`docker push` of each tag."""
    for artifact, tag, manifest in same:
        digest, layer = _shown(manifest, digests), stable.sha("layer", manifest.digest)[:12]
        yield f"The push refers to repository [{artifact.image}]"
        yield from (f"{layer}: Preparing", f"{layer}: Pushed")
        if digests != "none":
            yield f"{tag}: digest: {digest} size: {manifest.size}"


def _word(manifest: Manifest) -> str:
    if manifest.platform == NOWHERE:
        return "attestation manifest"
    return "manifest list" if manifest.children else "manifest"


def _shown(manifest: Manifest, digests: str) -> str:
    """The registry's digest, or that of bytes that only the run has seen."""
    if digests == "real":
        return manifest.digest
    return stable.digest("sha256", stable.content(manifest.digest, "other"))
