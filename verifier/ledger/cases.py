"""Gathers from the ledger everything that one decision may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from verifier.ledger import images
from verifier.ledger.apply import AFTER_PUSH
from verifier.ledger.asking import AROUND
from verifier.ledger.order import by_push
from verifier.ledger.protocol import Book, Dossier, Watch
from verifier.ledger.rows import branch_in_force
from verifier.model import (
    Artifact,
    Case,
    ForcedPush,
    JobsState,
    Judged,
    Policy,
    Publisher,
    Ref,
    Release,
    Repository,
    Run,
    RunKey,
    Shared,
    Siblings,
    Sight,
    Version,
    Vetting,
    named_runs,
)

EVER = timedelta(days=3650)
STAGED = timedelta(days=31)
"""How long a staged version may wait for a person's approval."""
PREDECESSORS = 8
"""Of how many versions before it a case tells what GitHub said about their commits."""


class Cases:
    """Gathers cases within one transaction, reading what they share only once.

    A verdict that is reached meanwhile is in the cases that follow once `judged` was told of it, and nothing else is.
    """

    def __init__(self, book: Book, policy: Policy) -> None:
        self._book = book
        self._policy = policy
        self._versions: dict[Artifact, dict[str, Dossier]] = {}
        self._runs_by_key: dict[RunKey, Run | None] = {}
        self._names: dict[tuple[int, ...], tuple[Shared[Ref], Shared[Release]]] = {}
        self._siblings: dict[Artifact, Siblings] = {}
        self._kin: dict[tuple[Artifact, str, object, object], list[Dossier]] = {}
        self._vettings: dict[Artifact, dict[str, Vetting | None]] = {}

    def case(self, dossier: Dossier, watch: Watch, github_problem: str = "") -> Case:
        """The case of one version as the ledger knows it."""
        book, version = self._book, dossier.version
        publishers = tuple(book.repositories.publishers_of(version.artifact))
        ids = sorted({publisher.repository_id for publisher in publishers})
        repositories = [self._repository(repository_id) for repository_id in ids]
        attested = any(file.attested for file in version.files)
        refs, releases = self._refs(tuple(ids))
        mirrors = images.mirrors_of(book, version.artifact, publishers)
        is_image, new = version.artifact.is_image, version.at >= watch.since(version)
        return Case(
            version=version,
            first_contact=watch.since(version),
            publishers=publishers,
            repositories=tuple(r for r in repositories if r is not None),
            runs=self._runs(dossier, ids),
            evidence=dossier.evidence if dossier.evidence is not None or attested else (),
            gone=self._gone(dossier),
            github_asked=dossier.github_asked,
            source=dossier.source,
            forced=tuple(push for repository_id in ids for push in self._forced(version, repository_id)),
            siblings=self._others(version),
            neighbours=self._neighbours(version, publishers) if new else (),
            earlier=images.earlier(book, dossier, self._vetting) if is_image else (),
            known=images.known(book, dossier, mirrors) if is_image else (),
            mirrors=tuple(images.mirror(book, each, self._of(each).values()) for each in mirrors) if new else (),
            refs=refs,
            releases=releases,
            sight=self._sight(version, ids, github_problem),
            policy=_patient(self._policy, publishers),
        )

    def judged(self, dossier: Dossier) -> None:
        """A version of which cases were gathered has this verdict now; nothing else about it changed."""
        version = dossier.version
        self._of(version.artifact)[version.number] = dossier
        self._vettings.get(version.artifact, {}).pop(version.number, None)
        known = self._siblings.get(version.artifact)
        if known is not None:
            self._siblings[version.artifact] = known.judged(version.number, _judged(dossier))

    def _repository(self, repository_id: int) -> Repository | None:
        """It, with the default branch that counts; it may be another one since less than a day."""
        found = self._book.repositories.get(repository_id)
        branch = branch_in_force(self._book.repositories.stood(repository_id))
        return replace(found, default_branch=branch) if found is not None and branch else found

    def _of(self, artifact: Artifact) -> dict[str, Dossier]:
        if artifact not in self._versions:
            self._versions[artifact] = {d.version.number: d for d in self._book.versions.of(artifact)}
        return self._versions[artifact]

    def _all(self, artifact: Artifact) -> Siblings:
        if artifact not in self._siblings:
            self._siblings[artifact] = Siblings.of(map(_judged, self._of(artifact).values()))
        return self._siblings[artifact]

    def _others(self, version: Version) -> Siblings:
        """All other versions; those just before it, on its line and at all, with what GitHub said of their runs."""
        every = self._all(version.artifact)
        before = every.before(version.at), every.before(version.at, version.line)
        near = {judged.version.number for each in before for judged in islice(each, PREDECESSORS)}
        of, known = self._of(version.artifact), self._vettings.setdefault(version.artifact, {})
        for number in near:
            if number not in known:
                known[number] = self._vetting(of[number])
        return every.about(version.number, {number: known[number] for number in near})

    def _predecessors(self, version: Version) -> list[Version]:
        """Those just before it on its line."""
        before = self._all(version.artifact).before(version.at, version.line)
        return [judged.version for judged in islice(before, PREDECESSORS)]

    def _forced(self, version: Version, repository_id: int) -> list[ForcedPush]:
        """What rewrote a branch before it was published, and shortly before each of those before it: that is habit."""
        spans = [(before.at - AFTER_PUSH, before.at) for before in self._predecessors(version)]
        spans.append((version.at - STAGED, max(version.at, *(span.until for span in version.spans))))
        found = {push for since, until in spans for push in self._book.refs.forced(repository_id, since, until)}
        return sorted(found, key=by_push)

    def _vetting(self, dossier: Dossier) -> Vetting | None:
        """What GitHub said of the run that accounts for a version, or that its proven evidence names."""
        explaining = dossier.verdict.reasons if dossier.verdict is not None else ()
        named = [*(f.run for f in explaining if f.run is not None), *sorted(named_runs(dossier.evidence or ()))]
        runs = [run for key in named if (run := self._run(key)) is not None]
        return next((run.vetting for run in runs if run.vetting is not None), None)

    def _run(self, key: RunKey) -> Run | None:
        if key not in self._runs_by_key:
            self._runs_by_key[key] = self._book.runs.get(key)
        return self._runs_by_key[key]

    def _refs(self, ids: tuple[int, ...]) -> tuple[Shared[Ref], Shared[Release]]:
        if ids not in self._names:
            refs = self._book.refs
            tags = Shared(ref for repository_id in ids for ref in refs.tags(repository_id))
            releases = Shared(release for repository_id in ids for release in refs.releases(repository_id))
            self._names[ids] = tags, releases
        return self._names[ids]

    def _sight(self, version: Version, ids: list[int], github_problem: str) -> Sight:
        book = self._book
        gaps = [gap for repository_id in ids if (gap := book.repositories.gap_since(repository_id)) is not None]
        lists = [book.runs.listed_at(repository_id, version.at) for repository_id in ids]
        listed = [at for at in lists if at is not None]
        complete = bool(listed) and len(listed) == len(ids)
        return Sight(min(listed) if complete else None, min(gaps, default=None), github_problem)

    def _runs(self, dossier: Dossier, ids: list[int]) -> tuple[Run, ...]:
        """Attempts around every file's publication, those that evidence names, and those that may have staged it."""
        version = dossier.version
        found: dict[RunKey, Run] = {}
        for repository_id in ids:
            for span in (*version.spans, *images.spans_before(self._book, dossier)):
                around = span.around(AROUND)
                runs = self._book.runs.between(repository_id, around.since, around.until)
                found |= {run.key: run for run in runs}
            if version.account is not None and version.account.approver is not None:
                staged = self._book.runs.between(repository_id, version.at - STAGED, version.at)
                found |= {run.key: run for run in staged if run.steps}
        for evidence in dossier.evidence or ():
            if evidence.run is not None and (run := self._run(evidence.run)) is not None:
                found[run.key] = run
        return tuple(sorted(found.values(), key=lambda run: run.key))

    def _gone(self, dossier: Dossier) -> tuple[RunKey, ...]:
        """Runs that the evidence names, that were never seen, and that GitHub said it does not have."""
        readings = [self._book.runs.reading(e.run) for e in dossier.evidence or () if e.run is not None]
        return tuple(sorted({r.key for r in readings if r is not None and r.jobs is JobsState.GONE}))

    def _neighbours(self, version: Version, publishers: Iterable[Publisher]) -> tuple[Judged, ...]:
        """Versions of other watched artifacts of the same repository, scope or publishing account.

        Only suspicion asks for them, and it asks nothing about history.
        """
        artifact, account, found = version.artifact, version.account, list[Dossier]()
        if account is not None:
            shared: tuple[Artifact, str, object, object] = (artifact, "account", account.name, account.kind)
            found += self._around(version, shared, lambda *span: self._book.versions.by_account(account, *span))
        if (scope := artifact.scope) is not None:
            shared = (artifact, "scope", scope, None)
            found += self._around(version, shared, lambda *span: self._book.versions.in_scope(scope, *span))
        for publisher in publishers:
            for kin in {p.artifact for p in self._book.repositories.publishers(publisher.repository_id)} - {artifact}:
                found += self._of(kin).values()
        others = {(d.version.artifact, d.version.number): d for d in found}
        return tuple(_judged(others[key]) for key in sorted(others))

    def _around(
        self,
        version: Version,
        shared: tuple[Artifact, str, object, object],
        read: Callable[[datetime, datetime], list[Dossier]],
    ) -> list[Dossier]:
        """Those of other artifacts, read once for all versions of this one, published within `EVER` of this version."""
        if shared not in self._kin:
            times = [version.at, *(d.version.at for d in self._of(version.artifact).values())]
            found = read(min(times) - EVER, max(times) + EVER)
            self._kin[shared] = [d for d in found if d.version.artifact != version.artifact]
        return [d for d in self._kin[shared] if abs(d.version.at - version.at) <= EVER]


def _patient(policy: Policy, publishers: Sequence[Publisher]) -> Policy:
    """The grace that all publishers ask for, the shortest of theirs; never less than the server's."""
    asked = min((publisher.grace or policy.grace for publisher in publishers), default=policy.grace)
    return replace(policy, grace=asked) if asked > policy.grace else policy


def _judged(dossier: Dossier) -> Judged:
    return Judged(dossier.version, dossier.verdict, dossier.evidence or (), source=dossier.source)
