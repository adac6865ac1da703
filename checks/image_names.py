"""Which names, tags and digests of images may stand in a command, and what its reasons say of an image. Pure."""

from __future__ import annotations

import re

from verifier.model import Member

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
REPLACED = {"tag-replaced", "tag-repushed", "tag-rolled-back", "registries-disagree"}
"""The reasons of a tag that held something else, or should hold something else."""
OURS = {"other-release-bytes", "tag-rolled-back", "digest-known"}
"""The reasons of a tag that holds bytes which a run of ours made."""

_HOST = r"[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::[0-9]{1,5})?"
_NAME = re.compile(rf"{_HOST}(?:/[a-z0-9](?:[a-z0-9._-]{{0,126}}[a-z0-9])?){{1,9}}")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


def safe(member: Member) -> bool:
    """Name and tag hold only what a shell and a registry take literally."""
    return safe_image(member.artifact.image) and bool(_TAG.fullmatch(member.number))


def safe_image(name: str) -> bool:
    """An image's name, host first, holds only that."""
    return bool(_NAME.fullmatch(name))


def has(member: Member, reasons: set[str]) -> bool:
    """One of these reasons was given for it, or found odd."""
    return not reasons.isdisjoint((*member.reasons, *member.odd))


def rogue(member: Member) -> str:
    """The digest that the tag points at; '' where none is known."""
    return next((digest for digest in member.digests if DIGEST.fullmatch(digest)), "")
