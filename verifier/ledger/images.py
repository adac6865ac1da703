"""What a case about an image's tag needs besides: what the tag held, where its bytes were judged, other registries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from verifier.ledger.protocol import Book, Dossier
from verifier.model import Artifact, Judged, Known, Mirror, Publisher, Span, Vetting

Vetted = Callable[[Dossier], Vetting | None]


def earlier(book: Book, dossier: Dossier, vetting: Vetted) -> tuple[Judged, ...]:
    """What this very tag held before, oldest first, each with the verdict that stood for it."""
    version = dossier.version
    held = book.versions.earlier(version.artifact, version.number)
    return tuple(Judged(d.version, d.verdict, d.evidence or (), vetting(d)) for d in held)


def spans_before(book: Book, dossier: Dossier) -> tuple[Span, ...]:
    """When this tag was made to hold the very same bytes before: the runs of then account for them now, too."""
    version = dossier.version
    held = book.versions.earlier(version.artifact, version.number) if version.artifact.is_image else []
    same = [d.version for d in held if d.version.fingerprint == version.fingerprint]
    return tuple(span for before in same for span in before.spans)


def known(book: Book, dossier: Dossier, mirrors: Iterable[Artifact]) -> tuple[Known, ...]:
    """The last verdict about these very bytes under each tag, here and in the other registries.

    Of this tag itself only what was judged before it was made to hold them now: a verdict never rests on itself.
    """
    version, found = dossier.version, dict[tuple[Artifact, str], Known]()
    if not version.files:
        return ()
    since = version.spans[0].since
    for artifact in (version.artifact, *mirrors):
        for number, at, verdict in book.versions.judged_as(artifact, version.fingerprint):
            if (artifact, number) != (version.artifact, version.number) or at < since:
                found[artifact, number] = Known(artifact, number, at, verdict)
    return tuple(found[key] for key in sorted(found))


def mirrors_of(book: Book, artifact: Artifact, publishers: Collection[Publisher]) -> tuple[Artifact, ...]:
    """The same image in other registries: what its repository publishes under the same last name, or is said to.

    Whoever writes a configuration may say it of any image; what is compared with it would tell them of it.
    """
    if not artifact.is_image:
        return ()
    named = {(publisher.owner_id, Artifact(purl)) for publisher in publishers for purl in publisher.mirrors}
    told = {mirror for owner_id, mirror in named if _may_see(book, owner_id, mirror)}
    kin = {p.artifact: p for one in publishers for p in book.repositories.publishers(one.repository_id)}
    same = {a for a in kin if a.is_image and _last(a) == _last(artifact)}
    telling = {a for a, publisher in kin.items() if artifact.purl in publisher.mirrors}
    return tuple(sorted((same | telling | told) - {artifact}))


def _may_see(book: Book, owner_id: int, artifact: Artifact) -> bool:
    """This owner publishes it too, or everybody may see who does. What nobody publishes any more is nobody's to see."""
    publishers = book.repositories.publishers_of(artifact)
    if any(publisher.owner_id == owner_id for publisher in publishers):
        return True
    publishing = {publisher.repository_id for publisher in publishers}
    return bool(publishing) and publishing <= {r.id for r in book.repositories.some(publishing) if not r.private}


def mirror(book: Book, artifact: Artifact, dossiers: Iterable[Dossier]) -> Mirror:
    """One other registry as it was seen last."""
    watch = book.versions.watch(artifact)
    polled_at = watch.polled_at if watch is not None and not watch.problem else None
    return Mirror(artifact, polled_at, tuple(Judged(d.version, d.verdict) for d in dossiers))


def _last(artifact: Artifact) -> str:
    return artifact.image.rpartition("/")[2]
