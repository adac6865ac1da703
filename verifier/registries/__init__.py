"""The registries we can watch, by purl type. One file each, listed here by hand."""

from verifier.model import Artifact
from verifier.registries import docker_hub, ecr, ecr_public, ghcr, npm, oci, pypi
from verifier.registries.base import Registry

REGISTRIES: dict[str, Registry] = {
    npm.TYPE: npm,
    pypi.TYPE: pypi,
    docker_hub.TYPE: docker_hub,
    oci.TYPE: oci,
}


def registry_of(artifact: Artifact) -> Registry | None:
    """The registry that serves an artifact; None for a type that nobody can watch.

    Of images, GitHub's and Amazon's registries have ways of their own and know their hosts; any other is plain OCI.
    """
    if artifact.type == oci.TYPE:
        host = artifact.image.partition("/")[0]
        return next((registry for registry in (ghcr, ecr, ecr_public) if registry.serves(host)), oci)
    return REGISTRIES.get(artifact.type)


__all__ = ["REGISTRIES", "Registry", "npm", "pypi", "registry_of"]
