"""Versions as other tools name them: package URLs with a version, images by their digest."""

from __future__ import annotations

from urllib.parse import quote

from verifier.model import Artifact, File

HASHES = {"md5": "md5", "sha1": "sha1", "sha256": "sha-256", "sha384": "sha-384", "sha512": "sha-512"}
"""Names of algorithms as OpenVEX has them (its Appendix A), by ours."""


def purl(artifact: Artifact, number: str, digest: str = "") -> str:
    """The purl of one version. Of an image `pkg:oci/name@sha256:…`, with where it is and under which tag.

    An image whose digest is not known has no version in its purl: a tag names no bytes.
    Source: the package-url specification's types (github.com/package-url/purl-spec, `oci`).
    """
    if artifact.is_image:
        image = artifact.image
        where = f"?repository_url={_quoted(image, '/:')}&tag={_quoted(number)}"
        version = f"@{_quoted(digest)}" if digest else ""
        return f"pkg:oci/{_quoted(image.rpartition('/')[2])}{version}{where}"
    name, mark, qualifiers = artifact.purl.partition("?")
    return f"{name}@{_quoted(number)}{mark}{qualifiers}"


def digest_of(files: tuple[File, ...]) -> str:
    """The digest that an image's tag points at; '' where none was seen."""
    return next((d for file in files for d in file.digests if d.startswith("sha256:")), "")


def hashes(files: tuple[File, ...]) -> dict[str, str]:
    """The hashes of the one file that a version has. Of several files none: a product has one hash of a kind."""
    if len(files) != 1:
        return {}
    parts = (digest.partition(":") for digest in files[0].digests)
    return {HASHES[algorithm]: value for algorithm, _, value in parts if algorithm in HASHES}


def _quoted(text: str, also: str = "") -> str:
    """Percent-encoded; what is no character at all is spelled out."""
    return quote(text.encode("utf-8", "backslashreplace"), safe=also)
