"""Where an artifact's registry is, by the settings."""

from __future__ import annotations

from app.settings import Settings
from verifier.model import Artifact
from verifier.registries.base import Place


def place_of_registry(settings: Settings, registry: str) -> str:
    """Where the list of versions is asked for, by the name that `verifier.ledger.looks` gives a registry; '': unknown.

    Docker Hub's own API, where its registry has a host of its own.
    """
    kind, _, host = registry.partition("/")
    match kind:
        case "npm":
            return settings.npm_registry
        case "pypi":
            return settings.pypi_index
        case "docker":
            return settings.docker_hub
        case "oci" if host:
            return dict(settings.oci_registries).get(host, f"https://{host}")
        case _:
            return ""


def place_of(settings: Settings, artifact: Artifact) -> Place:
    """The registry's place. An image of a registry that no setting names is asked for at the address in its name."""
    match artifact.type:
        case "npm":
            return Place(settings.npm_registry)
        case "pypi":
            return Place(settings.pypi_index)
        case "docker":
            return Place(settings.docker_registry, settings.docker_hub)
        case _:
            host = artifact.image.partition("/")[0]
            return Place(dict(settings.oci_registries).get(host, f"https://{host}"))
