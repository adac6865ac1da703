"""Package URLs: text from people and payloads to artifacts, and back.

Source: the package-url specification, through the packageurl library.
"""

from __future__ import annotations

from packageurl import PackageURL

from verifier.model import Artifact

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
        raise ValueError(f"{text!r} is not a purl ({error}); write it like pkg:npm/%40scope/name") from error
    if purl.version or purl.subpath:
        raise ValueError(f"{text!r} names a version or a path; name the artifact alone, like pkg:npm/name")
    return Artifact(purl.to_string())


def versioned(of: Artifact, number: str) -> str:
    """The purl of one version: `pkg:npm/%40scope/name@1.2.3`."""
    purl = PackageURL.from_string(of.purl)
    return purl._replace(version=number).to_string()
