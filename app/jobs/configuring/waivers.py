"""Waivers that stand in config files: given to exactly the versions that they name, and ended when they are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from app.standing import HOME, Standing, organisation_of
from verifier.discovery.config.waivers import Asked
from verifier.ledger.protocol import Book
from verifier.model import Artifact, Repository, Version, Waiver, WaiverGiven
from verifier.verdict.incident import by_word


def give(book: Book, repository: Repository, standing: Standing, now: datetime) -> tuple[str, ...]:
    """Bring the waivers of the repository's artifacts to what its files say; returns what is wrong with the others.

    1. Only for what this repository publishes: nobody waives another's version. 2. Bound to the files as they are.
    """
    mine = {publisher.artifact for publisher in book.repositories.publishers(repository.id)}
    wanted, problems = dict[tuple[Artifact, str, str], Waiver](), list[str]()
    for by, asked in _asked(book, repository, standing, now):
        if asked.artifact not in mine or asked.until <= now:
            continue  # an organisation's waivers are for all its repositories, and what has ended is no mistake
        dossier = book.versions.get(asked.artifact, asked.number)
        if problem := _problem(asked, dossier.version if dossier is not None else None):
            problems += [problem] if problem not in problems else []
        elif dossier is not None:
            waiver = Waiver(
                asked.artifact, asked.number, dossier.version.fingerprint, by, asked.reason, now, asked.until
            )
            wanted.setdefault((waiver.artifact, waiver.number, by), waiver)
    for waiver in wanted.values():
        _give(book, waiver, now)
    for waiver in _given(book, repository):
        known = wanted.get((waiver.artifact, waiver.number, waiver.by))
        if waiver.expires_at > now and (known is None or known.fingerprint != waiver.fingerprint):
            _give(book, replace(waiver, given_at=now, expires_at=now), now)
    return tuple(problems)


def _asked(book: Book, repository: Repository, standing: Standing, now: datetime) -> Iterator[tuple[str, Asked]]:
    for asked in standing.in_force.waivers:
        yield _author(repository.full_name), asked
    for asked in organisation_of(book, repository, now).waivers:
        yield _author(f"{repository.full_name.partition('/')[0]}/{HOME}"), asked


def _author(full_name: str) -> str:
    return f"config of {full_name}"


def _problem(asked: Asked, version: Version | None) -> str:
    name = asked.artifact.versioned(asked.number)
    if version is None:
        return f"{name} cannot be waived: that version is not known here."
    if not asked.fits(version):
        return f"{name} is not waived: it has other files than the digest of the waiver says."
    return ""


def _give(book: Book, waiver: Waiver, now: datetime) -> None:
    """Record it, unless the last one of the same author says the same."""
    same = [w for w in book.incidents.waivers(waiver.artifact, waiver.number) if _same(w, waiver)]
    last = max(same, key=by_word, default=None)
    if last is None or (last.expires_at, last.reason) != (waiver.expires_at, waiver.reason):
        book.record(WaiverGiven(waiver), now)


def _same(one: Waiver, other: Waiver) -> bool:
    return (one.by, one.fingerprint) == (other.by, other.fingerprint)


def _given(book: Book, repository: Repository) -> list[Waiver]:
    """The last waiver that each of the two files gave to each version in an incident of the repository."""
    authors = {_author(repository.full_name), _author(f"{repository.full_name.partition('/')[0]}/{HOME}")}
    members = {
        (member.artifact, member.number)
        for incident in book.incidents.all()
        if incident.repository_id == repository.id
        for member in incident.members
    }
    given = [w for member in sorted(members) for w in book.incidents.waivers(*member) if w.by in authors]
    last = {(w.artifact, w.number, w.by, w.fingerprint): w for w in sorted(given, key=by_word)}
    return list(last.values())
