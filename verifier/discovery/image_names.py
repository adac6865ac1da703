"""References of images as workflows write them, with what is known filled in, and the artifact each of them names.

Source: distribution/reference (what is a registry's host in a reference), Docker Hub's names for itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from verifier import image_hosts, purls
from verifier.model import Artifact

LONGEST = 500
"""The longest reference that is read, in characters."""

_PASSES = 3
"""How often variables are filled in that stand in other variables' values."""
_VARIABLE = re.compile(r"\$\{(\w{1,100})(?:,,|\^\^)?\}|\$(\w{1,100})")
_HOST = r"[a-z0-9][a-z0-9.-]*(?::\d{1,5})?"
_REFERENCE = re.compile(rf"(?:({_HOST})/)?((?:[a-z0-9][a-z0-9._-]*/){{0,8}}[a-z0-9][a-z0-9._-]*)")
_LOCAL = re.compile(r"(?:localhost|127\.0\.0\.1|[a-z-]*registry)(?::\d+)?|[a-z0-9-]+:\d+")
"""Registries on the runner itself: nobody else can read them."""


def expanded(word: str, env: Mapping[str, str]) -> str:
    """A word of a shell with the variables filled in whose values are known; the others stay as they are written."""
    for _ in range(_PASSES):
        if "$" not in word:
            break
        word = _VARIABLE.sub(lambda found: env.get(found[1] or found[2], found[0]), word)[: 2 * LONGEST]
    return word


def local(reference: str) -> bool:
    """It goes to a registry on the runner itself."""
    host, slash, _ = reference.strip().lower().removeprefix("docker://").partition("/")
    return bool(slash) and ("." in host or ":" in host or host == "localhost") and bool(_LOCAL.fullmatch(host))


def artifact(reference: str) -> Artifact | None:
    """The image that a reference names, without its tag and digest; capital letters do not matter.

    None where its name is not known in full, has no owner, or lies on the runner itself.
    """
    written = reference.strip().lower().removeprefix("docker://").removeprefix("oci://")
    if len(written) > LONGEST:
        return None
    found = _REFERENCE.fullmatch(re.sub(r"(:[^/]*)?(@[^/]*)?$", "", written, count=1))
    if found is None:
        return None
    host, path = found[1], found[2]
    if host is not None and not ("." in host or ":" in host or host == "localhost"):
        host, path = None, f"{host}/{path}"
    if host is not None and _LOCAL.fullmatch(host):
        return None
    hub = host is None or host in image_hosts.DOCKER_HUBS
    if hub and "/" not in path:
        return None
    elsewhere = f"pkg:oci/{path.rsplit('/', 1)[-1]}?repository_url={quote(f'{host}/{path}')}"
    try:
        return purls.artifact(f"pkg:docker/{path}" if hub else elsewhere)
    except ValueError:
        return None
