"""What a maintainer types or clicks to stop an image, at any registry: cut the access, point the tag back, keep what
was pushed, remove it. What each registry wants for it stands in `image_registries.py`. Pure.

`crane tag` and `imagetools create --prefer-index=false` keep the digest; without that option an image for one platform
comes back inside a new index. `dir:` keeps the manifests byte for byte, where an OCI archive would rewrite Docker's.
Source: docs.docker.com (buildx imagetools create), skopeo-copy(1), go-containerregistry (crane).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby

from checks.image_registries import Answer, Image, Registry, registry_of
from checks.steps import Step, cut
from verifier.model import Member

GOOD = "GOOD_DIGEST"

_HOST = r"[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::[0-9]{1,5})?"
_NAME = re.compile(rf"{_HOST}(?:/[a-z0-9](?:[a-z0-9._-]{{0,126}}[a-z0-9])?){{1,9}}")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_REPLACED = {"tag-replaced", "tag-repushed", "tag-rolled-back", "registries-disagree"}
"""The reasons of a tag that held something else, or should hold something else."""
_OURS = {"other-release-bytes", "tag-rolled-back", "digest-known"}
"""The reasons of a tag that holds bytes which a run of ours made."""


def safe(member: Member) -> bool:
    """Name and tag hold only what a shell and a registry take literally."""
    return bool(_NAME.fullmatch(member.artifact.image) and _TAG.fullmatch(member.number))


def steps(members: Sequence[Member]) -> list[Step]:
    """What to do about these images, most urgent first."""
    images = sorted((_image(m) for m in members if safe(m)), key=lambda i: registry_of(i.host).words)
    found = _each(images, lambda registry: registry.access) or _generic_access(members)
    found += _restored(members) + _kept([m for m in members if not m.removed])
    there = [image for image in images if not image.removed and not (image.ours and image.replaced)]
    found += _each(there, lambda registry: registry.remove)
    return [*found, *_pinned(members), *_each(images, lambda registry: registry.lock)]


def _each(images: Sequence[Image], part: Callable[[Registry], Answer]) -> list[Step]:
    """One answer of every registry about its images, which come in the registries' order."""
    by = groupby(images, key=lambda image: part(registry_of(image.host)))
    return [step for answer, ours in by for step in answer(list(ours))]


def _image(member: Member) -> Image:
    host, _, path = member.artifact.image.partition("/")
    ours = _has(member, _OURS)
    return Image(host, path, member.number, _rogue(member), _held_before(member), member.removed, ours)


def _has(member: Member, reasons: set[str]) -> bool:
    return not reasons.isdisjoint((*member.reasons, *member.odd))


def _rogue(member: Member) -> str:
    """The digest that the tag points at; '' where none is known."""
    return next((digest for digest in member.digests if _DIGEST.fullmatch(digest)), "")


def _held_before(member: Member) -> bool:
    return bool(member.good_digest) or _has(member, _REPLACED)


def _restored(members: Sequence[Member]) -> list[Step]:
    """Of tags that held something before: the command that makes them hold it again."""
    tags = [m for m in members if safe(m) and _held_before(m)]
    if not tags:
        return []
    known = all(_DIGEST.fullmatch(m.good_digest) for m in tags)
    what = (
        "what it held before, which an approved run accounts for"
        if known
        else f"a digest you trust (in place of `{GOOD}`; the log of the run that built it names it)"
    )
    lines = [line for m in tags for line in _back(m)]
    return [Step(f"**Point the tag back** at {what}. `crane tag NAME@DIGEST TAG` does the same:", cut(lines))]


def _back(member: Member) -> tuple[str, str]:
    """The command, and the one that shows that it worked."""
    tag = f"{member.artifact.image}:{member.number}"
    good = member.good_digest if _DIGEST.fullmatch(member.good_digest) else f"sha256:{GOOD}"
    create = "docker buildx imagetools create --prefer-index=false"
    return f"{create} --tag {tag} {member.artifact.image}@{good}", f"docker buildx imagetools inspect {tag}"


def _kept(members: Sequence[Member]) -> list[Step]:
    """The bytes, before anybody removes them; the same in several registries once."""
    there = {
        rogue: f"{m.artifact.image}@{rogue}"
        for m in reversed(members)
        if safe(m) and (rogue := _rogue(m)) and not _has(m, _OURS)
    }
    lines = [
        f"skopeo copy --all --preserve-digests docker://{name} dir:evidence-{rogue[7:19]}"
        for rogue, name in reversed(there.items())
    ]
    if not lines:
        return []
    return [Step("**Keep what was pushed**, before it is gone; run nothing of it. Each goes to a folder:", cut(lines))]


def _pinned(members: Sequence[Member]) -> list[Step]:
    """A tag can be moved again; a digest cannot."""
    good = next((m for m in members if safe(m) and _DIGEST.fullmatch(m.good_digest)), None)
    by = f"`{good.artifact.image}@{good.good_digest}`" if good is not None else "`NAME@sha256:…`"
    return [
        Step(
            f"**Let users pull by digest**, like {by}: a tag can be moved again, a digest cannot. Whoever pulled the "
            "tag meanwhile has what it held then, in caches and on nodes, also after the tag is right again."
        )
    ]


def _generic_access(members: Sequence[Member]) -> list[Step]:
    """Where no name is safe to be shown as a command, the access is cut all the same."""
    hosts = {member.artifact.image.partition("/")[0] for member in members}
    return [step for host in sorted(hosts) for step in registry_of(host).access([])]
