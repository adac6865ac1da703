"""Python package indexes: the JSON simple API and the provenance of each file.

A release is an open set of files, so each file keeps its own time and its own provenance.
Source: packaging.python.org, "Simple repository API" (PEP 503, 691, 700, 740, 792).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from urllib.parse import quote, unquote

from verifier.document import (
    Complaints,
    Malformed,
    digests,
    items,
    mapping,
    moment,
    number,
    parse,
    shown,
    text,
)
from verifier.model import Artifact, Attestation, File, Version
from verifier.registries.attestations import provenance
from verifier.registries.base import Ask, Conversation, Memory, Page, Place, Snapshot, Unreadable
from verifier.registries.documents import attestations, document
from verifier.registries.versions import pep440

TYPE = "pypi"
LIMIT = 64 * 1024 * 1024
EVIDENCE_LIMIT = 8 * 1024 * 1024
SOURCE = "PEP 740 attestation"

_FILES = 200_000
_DASHES = 40
"""More than any file name has; file names are taken apart by patterns that get slow with very many."""


def _normal(name: str) -> str:
    """What all spellings of a project's name share."""
    from packaging.utils import canonicalize_name  # loaded with what it is written with, below

    return canonicalize_name(name)


def ask(artifact: Artifact, base: str) -> Ask:
    """The project's page, as JSON: the HTML form has no times."""
    name = quote(_normal(artifact.name), safe="")
    return Ask(f"{base.rstrip('/')}/{name}/", "application/vnd.pypi.simple.v1+json", LIMIT, conditional=True)


def read(artifact: Artifact, page: Page, read_at: datetime) -> Snapshot | Unreadable:
    """Every release with its files. A release that is listed and has no file left is a removed one."""
    if "html" in page.headers.get("content-type", ""):
        problem = "The index answered with HTML. It must speak the JSON simple API (PEP 691); point the setting at one."
        return Unreadable(page.url, problem)
    complaints = Complaints()
    try:
        document = mapping(parse(page.body), "the document")
        name = text(document.get("name"), "name")
        if _normal(name) != _normal(artifact.name):
            raise Malformed(f"name is not {artifact.name}")
        entries = items(document.get("files"), "files", _FILES)
    except Malformed as error:
        return Unreadable(page.url, f"The index's page about {artifact.name} could not be read: {error}.")

    releases: dict[str, list[tuple[str, File]]] = defaultdict(list)
    for at, entry in enumerate(entries):
        found = complaints.attempt(_file, artifact, entry, at, complaints)
        if found is not None:
            releases[pep440.canonical(found[0])].append(found)
    all_placed = len(entries) == sum(map(len, releases.values()))
    spellings = _spellings(document.get("versions"), complaints)
    present = [
        _version(artifact, spellings.get(key) or _spelling(files), [file for _, file in files], read_at)
        for key, files in releases.items()
    ]
    empty = [
        # Only when every file found its release do we know that this one has none.
        _version(artifact, spelling, [], read_at, removed_at=read_at if all_placed else None)
        for key, spelling in spellings.items()
        if key not in releases
    ]
    return Snapshot(
        artifact,
        (*present, *(() if all_placed else empty)),
        removed=tuple(empty) if all_placed else (),
        quarantined=complaints.attempt(_quarantined, document.get("project-status")) or False,
        unread=complaints.all(),
    )


def _file(artifact: Artifact, entry: object, at: int, complaints: Complaints) -> tuple[str, File]:
    """The version in a file's name, and the file. Raises Malformed only when it cannot be placed in a release."""
    fields = mapping(entry, f"files[{at}]")
    name = text(fields.get("filename"), f"files[{at}].filename")
    where = f"files[{shown(name)}]"
    version = _version_in(name, artifact, where)
    hashes, uploaded, yanked = fields.get("hashes"), fields.get("upload-time"), fields.get("yanked")
    return version, File(
        name,
        complaints.attempt(digests, hashes, f"{where}.hashes") or (),
        None if uploaded is None else complaints.attempt(moment, uploaded, f"{where}.upload-time"),
        yanked=yanked is not None and yanked is not False,
        attested=bool(fields.get("provenance")),
    )


def _version_in(filename: str, artifact: Artifact, where: str) -> str:
    parts = filename.removesuffix(".whl").split("-")
    if filename.endswith(".whl") and len(parts) in (5, 6):
        project, version = parts[:2]
    elif filename.endswith(".whl") or len(parts) > _DASHES:
        raise Malformed(f"{where}.filename is not that of a distribution")
    else:
        # Here, for a poll: what it is written with costs 12 MB, and the web process asks no registry.
        from pypi_simple import UnparsableFilenameError, parse_filename

        try:
            project, version, _ = parse_filename(filename, artifact.name)
        except UnparsableFilenameError as error:
            raise Malformed(f"{where}.filename is not that of a distribution") from error
    if _normal(project) != _normal(artifact.name):
        raise Malformed(f"{where}.filename is of another project")
    return number(version, f"{where}.filename")


def _spellings(versions: object, complaints: Complaints) -> dict[str, str]:
    """How the index itself writes each version, by what all spellings share. An older API does not say."""
    if versions is None:
        return {}
    names = complaints.attempt(items, versions, "versions", _FILES) or []
    usable = [complaints.attempt(number, name, "versions") for name in names]
    return {pep440.canonical(name): name for name in reversed(usable) if name}


def _spelling(files: list[tuple[str, File]]) -> str:
    """The spelling of the file that came first, so that a later one cannot change it."""
    dated = [(file.published_at, file.name, version) for version, file in files if file.published_at is not None]
    return min(dated)[2] if dated else min((file.name, version) for version, file in files)[1]


def _version(
    artifact: Artifact, name: str, files: list[File], read_at: datetime, removed_at: datetime | None = None
) -> Version:
    return Version(
        artifact,
        name,
        pep440.line(name),
        pep440.rank(name),
        first_seen_at=read_at,
        published_at=min((file.published_at for file in files if file.published_at is not None), default=None),
        files=tuple(sorted(files, key=lambda file: (file.name, file.digests))),
        removed_at=removed_at,
    )


def _quarantined(status: object) -> bool:
    return status is not None and mapping(status, "project-status").get("status") == "quarantined"


def ask_evidence(version: Version, base: str) -> tuple[Ask, ...]:
    """The provenance of each attested file, at the address rebuilt beside our own base: the one on the page is data."""
    project = quote(_normal(version.artifact.name), safe="")
    root = f"{base.rstrip('/').removesuffix('/simple')}/integrity/{project}/{quote(version.number, safe='')}"
    return tuple(
        Ask(
            f"{root}/{quote(file.name, safe='')}/provenance",
            "application/vnd.pypi.integrity.v1+json, application/json;q=0.5",
            EVIDENCE_LIMIT,
        )
        for file in version.files
        if file.attested and not file.removed
    )


def read_evidence(version: Version, page: Page) -> tuple[Attestation, ...]:
    """Each attestation of the one file that was asked for by this address; the subject must be that file."""
    return provenance(page.body, SOURCE, (unquote(page.url.removesuffix("/provenance").rsplit("/", 1)[-1]),))


def look(artifact: Artifact, place: Place, memory: Memory) -> Conversation[Snapshot | Unreadable | None]:
    """One document shows everything."""
    return document(ask(artifact, place.base), artifact, lambda page: read(artifact, page, memory.now))


def gather(version: Version, place: Place, now: datetime) -> Conversation[tuple[Attestation, ...] | Unreadable]:
    """What is announced, document by document."""
    return attestations(version, ask_evidence(version, place.base), SOURCE, read_evidence, now)
