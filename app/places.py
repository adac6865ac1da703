"""Where an artifact's registry is, by the settings."""

from __future__ import annotations

from app.settings import Settings
from verifier.model import Artifact
from verifier.registries.base import Place


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
