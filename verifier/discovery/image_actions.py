"""Which images an action pushes, by its inputs. Source: each action's own action.yml and README.

docker/metadata-action pushes nothing, and names what the next step pushes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from verifier.discovery.image_commands import outputs
from verifier.image_hosts import GITHUB

LONGEST = 5_000
"""The most characters of one input that are read."""

Inputs = Mapping[str, str]

_NAME = re.compile(r"name=([^,\s]{1,400})")


def named(uses: str, inputs: Inputs) -> tuple[str, ...]:
    """The references that the inputs name, as written; nothing for an action that we do not know."""
    reader = _READERS.get("/".join(uses.lower().partition("@")[0].split("/")[:2]))
    if reader is None:
        return ()
    given = {key.lower(): value.strip()[:LONGEST] for key, value in inputs.items()}
    return tuple(name for name in reader(given) if name)


def _built(given: Inputs) -> list[str]:
    return [*_listed(given.get("tags", "")), *outputs(given.get("outputs", ""))]


def _described(given: Inputs) -> list[str]:
    """One name a line, or `name=…` with settings behind it."""
    return [
        part
        for line in given.get("images", "").splitlines()
        for part in (_NAME.findall(line) if "name=" in line else _listed(line))
    ]


def _red_hat(given: Inputs) -> list[str]:
    """Tags are whole names, or go with the image and the registry, which may end in a path."""
    tags = given.get("tags", "").split()
    whole = [tag for tag in tags if "/" in tag]
    if whole or not given.get("image") or not given.get("registry"):
        return whole
    return [f"{given['registry'].rstrip('/')}/{given['image']}"]


def _elgohr(given: Inputs) -> list[str]:
    name, registry = given.get("name", ""), given.get("registry", "").rstrip("/")
    return [name if not registry or name.startswith(f"{registry}/") else f"{registry}/{name}"]


def _to_ghcr(given: Inputs) -> list[str]:
    name = given.get("image_name", "")
    return [f"{GITHUB}/{name}"] if name and not given.get("repository") else []


def _chart(given: Inputs) -> list[str]:
    parts = [given.get(key, "").strip("/") for key in ("registry", "repository", "name")]
    return ["/".join(parts)] if all(parts) else []


def _listed(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[\n,]", text)]


_READERS: dict[str, Callable[[Inputs], list[str]]] = {
    "docker/build-push-action": _built,
    "depot/build-push-action": _built,
    "useblacksmith/build-push-action": _built,
    "docker/metadata-action": _described,
    "int128/kaniko-action": _built,
    "int128/docker-manifest-create-action": _built,
    "redhat-actions/push-to-registry": _red_hat,
    "elgohr/publish-docker-github-action": _elgohr,
    "macbre/push-to-ghcr": _to_ghcr,
    "akhilerm/tag-push-action": lambda given: _listed(given.get("dst", "")),
    "appany/helm-oci-chart-releaser": _chart,
}
