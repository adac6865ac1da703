"""Compare: a version's published files against the source tree that they say they come from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from app.deps import Deps
from app.github.files import tree
from app.jobs.installed import github_of, repository_of
from app.network.places import place_of
from checks.base import Temporary
from verifier.document import Malformed
from verifier.evidence.archives import DOWNLOAD_LIMIT, Content, Form, entries, form_of
from verifier.evidence.contents import compare
from verifier.ledger.apply import version_task
from verifier.ledger.protocol import Book, Dossier
from verifier.model import Artifact, File, SourceCompared
from verifier.model.source import Comparison
from verifier.registries import npm, pypi
from verifier.registries.base import Absent, Ask, Page, Unreadable
from verifier.registries.downloads import npm_tarball, python_files
from verifier.verdict.naming import tag_names

MOST_FILES = 4
"""The most files of one version that are downloaded: source archives first, then wheels for any machine."""
PATIENCE = timedelta(days=1)
"""How long after its publication a version's origin may still become known, and after its first sight a file that does
not come is asked for again."""

_STRONG = ("sha256", "sha384", "sha512")


class _Nothing(Exception):
    """Why there is nothing to compare, in words for people."""


def compare_source(deps: Deps, artifact: Artifact, number: str) -> None:
    """Compare one version with its source, and keep what that showed, or why nothing could be compared.

    What is kept is final. So nothing is kept of a young version of which nobody says yet where it was made: its run may
    not be read, its tag not be heard of. It is looked at again after a day, if nothing asks for it before.

    Raises Temporary when GitHub or the registry did not answer, Permanent when GitHub does not show the repository.
    """
    with deps.ledger.reading() as book:
        dossier = book.versions.get(artifact, number)
        origin = _origin(book, dossier) if dossier is not None else None
    if dossier is None:
        return
    commit, now, patient_until = origin[1] if origin is not None else "", deps.now(), dossier.version.at + PATIENCE
    if origin is None and now < patient_until:
        with deps.ledger.writing() as book:
            book.work.want("inspect", f"source/{version_task(artifact, number)}", patient_until)
        return
    try:
        found = _compared(deps, dossier, origin, now)
    except _Nothing as nothing:
        found = Comparison(commit, now, problem=str(nothing))
    with deps.ledger.writing() as book:
        book.record(SourceCompared(artifact, number, dossier.version.fingerprint, found), now)


def _origin(book: Book, dossier: Dossier) -> tuple[int, str] | None:
    """The repository and commit it was made from: as signed, else of the run that accounts for it, else of its tag."""
    version, verdict = dossier.version, dossier.verdict
    ours = {publisher.repository_id for publisher in book.repositories.publishers_of(version.artifact)}
    digests = {digest for file in version.files for digest in file.digests}
    for evidence in dossier.evidence or ():
        about_it = evidence.proven and not digests.isdisjoint(evidence.digests)
        if about_it and evidence.commit and evidence.repository_id in ours:
            return evidence.repository_id, evidence.commit
    for finding in verdict.reasons if verdict is not None else ():
        run = book.runs.get(finding.run) if finding.run is not None else None
        if run is not None and run.key.repository_id in ours:
            return run.key.repository_id, run.head_sha
    for repository_id in sorted(ours):
        for ref in book.refs.tags(repository_id):
            if ref.commit and not ref.gone and tag_names(ref.name, version.artifact, version.number):
                return repository_id, ref.commit
    return None


def _compared(deps: Deps, dossier: Dossier, origin: tuple[int, str] | None, now: datetime) -> Comparison:
    if origin is None:
        raise _Nothing("Neither evidence nor a run nor a tag says which commit it was made from.")
    repository_id, commit = origin
    packed = list(_archives(deps, dossier))
    repository = repository_of(deps, repository_id)
    source = tree(github_of(deps, repository), repository, commit)
    if source is None:
        raise _Nothing(f"GitHub does not know commit {commit[:12]} of {repository.full_name}.")
    return compare(packed, source.blobs, commit, now, complete=source.complete)


def _archives(deps: Deps, dossier: Dossier) -> Iterator[tuple[Form, dict[str, Content]]]:
    """The version's files, downloaded and looked into. Raises _Nothing for the first that cannot be."""
    version = dossier.version
    chosen = _chosen(version.artifact, [file for file in version.files if not file.removed])
    if not chosen:
        raise _Nothing("None of its files is an archive that holds source.")
    asks = _asks(deps, dossier, [file for _, file in chosen])
    for form, file in chosen:
        if file.name not in asks:
            raise _Nothing(f"The registry no longer offers {file.name}.")
        data = _downloaded(deps, dossier, asks[file.name], file)
        try:
            yield form, entries(data, form)
        except Malformed as error:
            raise _Nothing(f"{file.name} cannot be looked into: {error}.") from error


def _chosen(artifact: Artifact, files: Sequence[File]) -> list[tuple[Form, File]]:
    packed = [(form, file) for file in files if (form := form_of(artifact.type, file.name)) is not None]
    packed.sort(key=lambda p: (p[0] is Form.WHEEL, not p[1].name.endswith("-none-any.whl"), p[1].name))
    return packed[:MOST_FILES]


def _asks(deps: Deps, dossier: Dossier, files: Sequence[File]) -> dict[str, Ask]:
    """Where to download them, by name."""
    artifact = dossier.version.artifact
    base = place_of(deps.settings, artifact).base
    if artifact.type == npm.TYPE:
        return {file.name: npm_tarball(artifact, file.name, base, DOWNLOAD_LIMIT) for file in files}
    page = _page(deps, dossier, pypi.ask(artifact, base), "The project's page")
    return python_files(page, {file.name for file in files}, DOWNLOAD_LIMIT)


def _downloaded(deps: Deps, dossier: Dossier, ask: Ask, file: File) -> bytes:
    """The file's bytes, which are what the registry's digests say."""
    body = _page(deps, dossier, ask, file.name).body
    strong = [digest.partition(":") for digest in file.digests if digest.startswith(_STRONG)]
    if not strong:
        raise _Nothing(f"The registry gives no strong digest of {file.name}.")
    if any(hashlib.new(algorithm, body).hexdigest() != digits for algorithm, _, digits in strong):
        raise _Nothing(f"What the registry serves as {file.name} is not what its digest says.")
    return body


def _page(deps: Deps, dossier: Dossier, ask: Ask, what: str) -> Page:
    match deps.fetch(ask):
        case Page(status=200) as page:
            return page
        case Unreadable() as answer if deps.now() - dossier.version.first_seen_at < PATIENCE:
            raise Temporary(
                f"{what} of {dossier.version} could not be downloaded: {answer.problem}", answer.retry_after
            )
        case Unreadable(problem=problem):
            raise _Nothing(f"{what} could not be downloaded: {problem}")
        case Absent() | Page():
            raise _Nothing(f"{what} is not there.")
