"""What `explain` says about an image besides: its platforms, what its tag held before, other tags and registries."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.model import Case, Judged, Version
from verifier.verdict.image import digest_of, is_moving

FEW = 10
"""The most of one kind that is shown."""


def of_image(case: Case) -> Iterator[str]:
    """The lines about an image's tag; none for a package. Digests, times and tags need no escaping."""
    version = case.version
    if not version.artifact.is_image:
        return
    yield f"  tag         {'made to move' if is_moving(case) else 'a name of its own'}"
    if version.published_at is None and version.unseen_at is not None:
        yield f"  pushed      after {version.unseen_at:%Y-%m-%d %H:%M:%S} UTC, the last look that did not show it so"
    for part in version.files[0].parts[:FEW] if version.files else ():
        yield f"  platform    {part.platform}  {part.digest}"
    yield from (f"  before      {_held(judged)}" for judged in case.earlier[-FEW:])
    for one in case.known[:FEW]:
        where = "" if one.artifact == version.artifact else f"{one.artifact.image}:"
        yield f"  same bytes  {where}{one.number}  {one.verdict.outcome.value.replace('_', '-')}"
    for mirror in case.mirrors[:FEW]:
        held = next((j.version for j in mirror.versions if j.version.number == version.number), None)
        yield f"  elsewhere   {mirror.artifact.image}  {_there(held)}"


def _held(judged: Judged) -> str:
    until = f"{judged.version.seen_at:%Y-%m-%d %H:%M}" if judged.version.seen_at is not None else "?"
    outcome = judged.verdict.outcome.value.replace("_", "-") if judged.verdict is not None else "not judged"
    return f"{digest_of(judged.version)}  {judged.version.at:%Y-%m-%d %H:%M} to {until}  {outcome}"


def _there(held: Version | None) -> str:
    if held is None or held.removed_at is not None:
        return "does not have it"
    return digest_of(held) or "has it; its digest is not read"
