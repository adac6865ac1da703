"""Which container images a workflow pushes, as far as its inputs tell: `tags:` and `images:` of Docker's actions.

Source: the READMEs of docker/build-push-action and docker/metadata-action. What an expression decides while the
workflow runs cannot be told from here; only the run's log can.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from verifier import purls
from verifier.discovery.documents import part
from verifier.discovery.package import Package
from verifier.discovery.published_by import steps

IMAGES = 50
"""The most images of one workflow that are kept."""
LONGEST = 5_000
"""The most characters of one input that are read."""
HUB = ("docker.io", "index.docker.io", "registry-1.docker.io")

_INPUTS = {"docker/build-push-action": "tags", "docker/metadata-action": "images"}
_EXPRESSION = re.compile(r"\$\{\{\s{0,9}([^}]{0,200}?)\s{0,9}\}\}")
_REFERENCE = re.compile(r"(?:([a-z0-9][a-z0-9.-]*(?::\d{1,5})?)/)?((?:[a-z0-9][a-z0-9._-]*/){0,8}[a-z0-9][a-z0-9._-]*)")
_NAME = re.compile(r"name=([^,\s]{1,400})")


def images(path: str, document: object, full_name: str) -> tuple[Package, ...]:
    """The images that the steps of one workflow name; `full_name` is the repository's `owner/name`."""
    found: dict[str, Package] = {}
    for job, step in steps(document):
        action = str(part(step, "uses") or "").split("@", 1)[0].lower()
        value = part(step, "with", _INPUTS.get(action, ""))
        known = _known(full_name) | _env(document) | _env(job) | _env(step)
        for line in _lines(value) if action in _INPUTS else ():
            purl = _purl(_filled(_NAME.sub(r"\1", line.strip()) if "name=" in line else line.strip(), known))
            if purl is not None and len(found) < IMAGES:
                found.setdefault(purl, Package(purls.artifact(purl), path, workflows=(path,)))
    return tuple(found.values())


def _lines(value: object) -> list[str]:
    """The references of an input; longer ones than any image's name are none."""
    lines = re.split(r"[\n,]", value[:LONGEST]) if isinstance(value, str) else []
    return [line for line in lines if len(line) <= LONGEST // 10]


def _known(full_name: str) -> dict[str, str]:
    owner, _, name = full_name.partition("/")
    return {
        "github.repository": full_name,
        "github.repository_owner": owner,
        "github.event.repository.name": name,
        "github.event.repository.full_name": full_name,
    }


def _env(holder: object) -> dict[str, str]:
    """The values of `env:`, by the expression that gives them."""
    env = part(holder, "env")
    return {
        f"env.{key}": value
        for key, value in (list(env.items())[:200] if isinstance(env, dict) else [])
        if isinstance(value, str) and len(value) <= 400
    }


def _filled(text: str, known: Mapping[str, Any]) -> str:
    """The text with what is known in place of its expressions; twice, because `env` may name `github.repository`."""
    for _ in range(2):
        text = _EXPRESSION.sub(lambda found: known.get(found[1], found[0]), text)[:1_000]
    return text


def _purl(reference: str) -> str | None:
    """The purl of an image's reference without tag and digest; None where its name is not known in full."""
    tagless = re.sub(r"(:[^/]*)?(@[^/]*)?$", "", reference.lower(), count=1)
    found = _REFERENCE.fullmatch(tagless)
    if found is None:
        return None
    host, path = found[1], found[2]
    if host is not None and not ("." in host or ":" in host or host == "localhost"):
        host, path = None, f"{host}/{path}"
    if host is None or host in HUB:
        return f"pkg:docker/{path if '/' in path else f'library/{path}'}"
    return f"pkg:oci/{path.rsplit('/', 1)[-1]}?repository_url={host}/{path}"
