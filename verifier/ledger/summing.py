"""How artifacts are summed up and sorted: one place, so that both twins of the ledger answer alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from verifier.ledger.views import MOST, Sees
from verifier.model import Publisher, RunKey


def allowed(sees: Sees, repository_id: int | None) -> Sees:
    """The repositories of a list that is asked for one of them: nothing where that one may not be seen."""
    if repository_id is None:
        return sees
    return frozenset({repository_id}) if sees is None or repository_id in sees else frozenset()


def asked_for(sees: Sees, keys: Collection[RunKey]) -> frozenset[RunKey]:
    """The attempts that are looked for, of those that may be seen: no more than a page has items."""
    seen = (key for key in dict.fromkeys(keys) if sees is None or key.repository_id in sees)
    return frozenset(key for _, key in zip(range(MOST), seen, strict=False))


def home(said: Iterable[tuple[int, Publisher]], sees: Sees) -> tuple[int | None, tuple[str, ...]]:
    """The first repository that publishes an artifact, of those that may be seen, and the workflow files it names.

    `said` are (repository id, publisher) in the order of `by_source`. Who sees one repository of several learns nothing
    of the others.
    """
    seen: Sequence[tuple[int, Publisher]] = [(id_, p) for id_, p in said if sees is None or id_ in sees]
    if not seen:
        return None, ()
    first = seen[0][0]
    return first, tuple(dict.fromkeys(path for id_, p in seen if id_ == first for path in p.workflows))
