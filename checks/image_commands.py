"""What a maintainer types or clicks to stop an image, at any registry: cut the access, point the tag back, keep what
was pushed, remove it. What each registry wants for it stands in `image_registries.py`. Pure.

`dir:` keeps the manifests byte for byte, where an OCI archive would rewrite Docker's. Docker's login is read by crane
and skopeo, too. Source: skopeo-copy(1), containers-auth.json(5), go-containerregistry (crane).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby

from checks.image_names import OURS, has, rogue, safe, safe_image
from checks.image_registries import Answer, Image, Registry, registry_of
from checks.image_restore import held_before, pinned, restored
from checks.steps import Step, cut
from verifier.model import Member
from verifier.tag_names import moves

__all__ = ["closing", "safe", "steps"]

_PURL = re.compile(r"pkg:(?:docker|oci)/[A-Za-z0-9._/%-]{1,300}(?:\?repository_url=[A-Za-z0-9._/%:-]{1,400})?")


def steps(members: Sequence[Member]) -> list[Step]:
    """What to do about these images, most urgent first. What was removed may still be there by its digest."""
    images = sorted((_image(m) for m in members if safe(m)), key=_order)
    there = [i for i in images if not (i.ours and i.replaced) and (i.by_digest or not i.removed)]
    fixed = [image for image in images if not moves(image.tag)]
    found = _each(images, lambda registry: registry.access) or _generic_access(members)
    found += [*_logged_in(members), *restored(members), *_kept(members)]
    found += _each(there, lambda registry: registry.remove)
    found += restored(members, removed=True)
    return [*found, *pinned(members), *_each(fixed, lambda registry: registry.lock)]


def closing(members: Sequence[Member]) -> list[Step]:
    """What closes an alert about tags that are gone: nothing does by itself, for nothing is there to be judged."""
    gone = [m for m in members if m.removed and safe(m) and _PURL.fullmatch(m.artifact.purl)]
    if not gone:
        return []
    back = "put back, a tag closes its alert by itself; removed, it" if any(map(held_before, gone)) else "removed, it"
    return [
        Step(
            f"**When all is done:** {back} stays open until somebody who runs Artifact Monitor records a waiver "
            "(`--days`: for how long, 365 at most):",
            cut([f"artifact-monitor waive '{m.artifact.purl}' {m.number} --by NAME --reason REASON" for m in gone]),
        )
    ]


def _each(images: Sequence[Image], part: Callable[[Registry], Answer]) -> list[Step]:
    """One answer of every registry about its images, which come in the registries' order."""
    by = groupby(images, key=lambda image: part(registry_of(image.host)))
    return [step for answer, ours in by for step in answer(list(ours))]


def _order(image: Image) -> tuple[bool, str]:
    """By what people call the registry; those that are named by their host come last."""
    words = registry_of(image.host).words
    return not words, words


def _image(member: Member) -> Image:
    host, _, path = member.artifact.image.partition("/")
    return Image(host, path, member.number, rogue(member), held_before(member), member.removed, has(member, OURS))


def _logged_in(members: Sequence[Member]) -> list[Step]:
    """The logins that the commands after it need, also where good bytes are copied from."""
    names = [name for m in members if safe(m) for name in (m.artifact.image, m.good_image) if name]
    hosts = sorted({name.partition("/")[0] for name in names if safe_image(name)})
    lines = [registry_of(host).login(host) for host in hosts]
    if not lines:
        return []
    return [
        Step(
            "**Log in with a new token** that may push and delete, for the commands below; `crane` and `skopeo` use "
            "the same login:",
            cut(lines),
        )
    ]


def _kept(members: Sequence[Member]) -> list[Step]:
    """The bytes, before anybody removes them; the same in several registries once."""
    held = [m for m in reversed(members) if safe(m) and rogue(m) and not has(m, OURS)]
    there = {rogue(m): f"{m.artifact.image}@{rogue(m)}" for m in held}
    lines = [
        f"skopeo copy --all --preserve-digests docker://{name} dir:evidence-{digest[7:19]}"
        for digest, name in reversed(there.items())
    ]
    if not lines:
        return []
    gone = " `manifest unknown` says that the bytes are gone with the tag." if any(m.removed for m in held) else ""
    return [
        Step(
            "**Keep what was pushed, now:** a registry may clean up what no tag points at. Run nothing of it."
            f"{gone} Each goes to a folder:",
            cut(lines),
        )
    ]


def _generic_access(members: Sequence[Member]) -> list[Step]:
    """Where no name is safe to be shown as a command, the access is cut all the same."""
    hosts = {member.artifact.image.partition("/")[0] for member in members}
    return [step for host in sorted(hosts) for step in registry_of(host).access([])]
