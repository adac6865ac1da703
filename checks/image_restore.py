"""How an image's tag is made to hold again what it should, and how it is pulled by digest meanwhile. Pure.

`crane tag` and `imagetools create --prefer-index=false` keep the digest; without that option an image for one platform
comes back inside a new index. Source: docs.docker.com (buildx imagetools create), go-containerregistry (crane).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from checks.image_names import DIGEST, REPLACED, has, safe, safe_image
from checks.steps import Step, cut
from verifier.model import Member

GOOD = "GOOD_DIGEST"
_Way = Callable[[Sequence[Member], bool], Step]


def held_before(member: Member) -> bool:
    """The tag held something else once, or should hold something else."""
    return bool(member.good_digest or member.earlier_digest) or has(member, REPLACED)


def restored(members: Sequence[Member], *, removed: bool = False) -> list[Step]:
    """The commands that put tags right, of those that stand or of those that were removed; by what is known of each."""
    tags = [m for m in members if m.removed == removed and safe(m) and held_before(m)]
    by_way = {way: [m for m in tags if _way(m) is way] for way in (_copied, _forward, _known, _earlier, _trusted)}
    return [way(held, removed) for way, held in by_way.items() if held]


def pinned(members: Sequence[Member]) -> list[Step]:
    """A tag can be moved again; a digest cannot."""
    good = next((m for m in members if safe(m) and DIGEST.fullmatch(m.good_digest)), None)
    by = f"`{good.artifact.image}@{good.good_digest}`" if good is not None else "`NAME@sha256:…`"
    return [
        Step(
            f"**Let users pull by digest**, like {by}: a tag can be moved again, a digest cannot. Whoever pulled the "
            "tag meanwhile has what it held then, in caches and on nodes, also after the tag is right again."
        )
    ]


def _way(member: Member) -> _Way:
    """The surest way to put it right."""
    if DIGEST.fullmatch(member.good_digest):
        if member.good_image:
            return _copied if safe_image(member.good_image) else _trusted
        return _forward if has(member, {"tag-rolled-back"}) else _known
    return _earlier if DIGEST.fullmatch(member.earlier_digest) else _trusted


def _copied(members: Sequence[Member], removed: bool) -> Step:
    lines = [
        line
        for m in members
        for line in (f"crane copy {m.good_image}@{m.good_digest} {_tag(m)}", f"crane digest {_tag(m)}")
    ]
    shows = _one({m.good_digest for m in members}, "the digest of the line above it")
    head = _head(removed, "Copy the good bytes over", "copy the good bytes over")
    return Step(
        f"{head} from the registry whose tag an approved run accounts for. `crane digest` must then show {shows}. "
        "Without crane: `skopeo copy --all --preserve-digests docker://FROM docker://TO`:",
        cut(lines),
    )


def _forward(members: Sequence[Member], removed: bool) -> Step:
    what = "what it held before somebody moved it back; an approved run accounts for that, too."
    return _pointed(f"{_head(removed, 'Point the tag forward again')} at {what}", {m: m.good_digest for m in members})


def _known(members: Sequence[Member], removed: bool) -> Step:
    what = "what an approved run accounts for."
    return _pointed(f"{_head(removed, 'Point the tag back')} at {what}", {m: m.good_digest for m in members})


def _earlier(members: Sequence[Member], removed: bool) -> Step:
    held = _one({m.earlier_digest for m in members}, "the digest in its line")
    what = f"what it held before, {held}, if you know that to be yours: no approved run is known to account for it."
    return _pointed(f"{_head(removed, 'Point the tag back')} at {what}", {m: m.earlier_digest for m in members})


def _trusted(members: Sequence[Member], removed: bool) -> Step:
    what = f"a digest you trust (in place of `{GOOD}`; the log of the run that built it names it)."
    return _pointed(f"{_head(removed, 'Point the tag back')} at {what}", dict.fromkeys(members, f"sha256:{GOOD}"))


def _head(removed: bool, stands: str, gone: str = "point it") -> str:
    """How the sentence begins: a tag that was removed need not come back."""
    return f"**Only if you want the tag back,** {gone}" if removed else f"**{stands}**"


def _pointed(sentence: str, digests: dict[Member, str]) -> Step:
    """The commands, each with the one that shows that it worked."""
    lines = []
    for member, digest in digests.items():
        create = "docker buildx imagetools create --prefer-index=false"
        lines.append(f"{create} --tag {_tag(member)} {member.artifact.image}@{digest}")
        lines.append(f"docker buildx imagetools inspect {_tag(member)}")
    shown = {digest for digest in digests.values() if DIGEST.fullmatch(digest)}
    shows = _one(shown, "the digest of the line above it", "Digest: ")
    return Step(
        f"{sentence} `imagetools inspect` must then show {shows}. An older buildx has no `--prefer-index`: there "
        "`crane tag NAME@DIGEST TAG` does the same:",
        cut(lines),
    )


def _tag(member: Member) -> str:
    return f"{member.artifact.image}:{member.number}"


def _one(digests: set[str], several: str, before: str = "") -> str:
    """The one digest as it will be shown, or where it stands if they are several."""
    if len(digests) == 1:
        return f"`{before}{next(iter(digests))}`"
    return f"{several}{f' (`{before}…`)' if before else ''}"
