"""Package URLs: text from people and payloads to artifacts, and back.

Source: the package-url specification, through the packageurl library.
"""

from __future__ import annotations

import re

from packageurl import PackageURL

from verifier.image_hosts import DOCKER_HUBS
from verifier.model import Artifact
from verifier.model.artifact import DOCKER_HUB, IMAGES

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::[0-9]{1,5})?")
_REPOSITORY = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*){0,15}")
"""The distribution specification's pattern of a repository's name."""

_PULLED = re.compile(
    r"(?:docker://|oci://)?(?P<host>localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+|[a-z0-9.-]+(?=:))(?P<port>:[0-9]{1,5})?/"
    r"(?P<path>[a-z0-9._/-]+)(?P<tag>(?::[a-z0-9_.-]+)?(?:@sha256:[0-9a-f]+)?)"
)
"""An image as one pulls it: the host, the path, and a tag or a digest."""
_IMAGE = "pkg:docker/owner/name or 'pkg:oci/name?repository_url=HOST/PATH/name'"

LIMIT = 512
"""The longest purl we take, in characters."""


def artifact(text: str) -> Artifact:
    """The artifact a purl names, normalised as its type asks (PyPI: lower-case, `-` for `_` and `.`).

    Raises ValueError, in words for people, when it is not a purl, is too long, or names a version.
    """
    if len(text) > LIMIT:
        raise ValueError(f"a purl is at most {LIMIT} characters long; this one has {len(text)}")
    try:
        purl = PackageURL.from_string(text)
    except ValueError as error:
        raise ValueError(_no_purl(text, error)) from error
    if purl.version or purl.subpath:
        what, example = ("a tag, a digest", _IMAGE) if purl.type in IMAGES else ("a version", "pkg:npm/name")
        raise ValueError(f"{text!r} names {what} or a path; name the artifact alone, like {example}")
    return Artifact(_of_image(purl, text).to_string() if purl.type in IMAGES else purl.to_string())


def _no_purl(text: str, error: ValueError) -> str:
    """What to write instead of something that is no purl: an image is often named as one pulls it."""
    found = _PULLED.fullmatch(text.lower())
    if found is None or not _REPOSITORY.fullmatch(found["path"]):
        return f"{text!r} is not a purl ({error}); write it like pkg:npm/%40scope/name, and an image like {_IMAGE}"
    host, path = found["host"] + (found["port"] or ""), found["path"]
    if host in DOCKER_HUBS:
        purl = f"pkg:docker/{path if '/' in path else f'library/{path}'}"
    else:
        purl = f"'pkg:oci/{path.rpartition('/')[2]}?repository_url={host}/{path}'"
    return f"{text!r} is not a purl; this image's is {purl}{', without the tag' if found['tag'] else ''}"


def _of_image(purl: PackageURL, text: str) -> PackageURL:
    """One spelling for one repository: `pkg:docker/ns/name` on Docker Hub, else `pkg:oci/name?repository_url=…`.

    Raises ValueError for a name that no registry could have, and for one that does not say where it is.
    """
    qualifiers = purl.qualifiers if isinstance(purl.qualifiers, dict) else {}
    if set(qualifiers) - {"repository_url"}:
        raise ValueError(f"{text!r} names a tag or a platform; name the image alone, like {_IMAGE}")
    where = qualifiers.get("repository_url", "").removeprefix("https://").strip("/").lower()
    path = "/".join(filter(None, (purl.namespace, purl.name))).lower()
    if "://" in where:
        raise ValueError(
            f"{text!r}: repository_url is a host and a path, like ghcr.io/owner/name; leave out the scheme (http://)"
        )
    if ":" in purl.name or ":" in where.partition("/")[2]:
        raise ValueError(f"{text!r} names a tag; name the image alone, like {_IMAGE}")
    if purl.type == "oci" and not where:
        raise ValueError(f"{text!r} does not say where it is; write pkg:oci/name?repository_url=ghcr.io/owner/name")
    if where and purl.type == "docker":
        where = where if where.endswith(f"/{path}") else f"{where}/{path}"
    host, _, path = where.partition("/") if where else (DOCKER_HUB, "", path)
    if purl.type == "oci" and path.rpartition("/")[2] != purl.name.lower():
        raise ValueError(
            f"{text!r}: repository_url must end in the name, like pkg:oci/name?repository_url=ghcr.io/o/name"
        )
    if not _HOST.fullmatch(host) or not _REPOSITORY.fullmatch(path):
        raise ValueError(f"{text!r} is not the name of an image; write it like {_IMAGE}")
    if host in DOCKER_HUBS:
        namespace, _, name = path.rpartition("/")
        return PackageURL("docker", namespace or "library", name)
    return PackageURL("oci", None, path.rpartition("/")[2], None, {"repository_url": f"{host}/{path}"})


def versioned(of: Artifact, number: str) -> str:
    """The purl of one version: `pkg:npm/%40scope/name@1.2.3`."""
    purl = PackageURL.from_string(of.purl)
    return purl._replace(version=number).to_string()
