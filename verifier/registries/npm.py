"""npm registries: the full document of a package, and the attestations of a version.

Source: github.com/npm/registry docs/responses/package-metadata.md; github.com/npm/cli for attestations. Fields the
publisher writes (`gitHead`, `repository`, `scripts`) are never proof of origin.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from urllib.parse import quote

from verifier.document import (
    Complaints,
    Malformed,
    items,
    mapping,
    moment,
    number,
    parse,
    shown,
    text,
)
from verifier.model import Account, AccountKind, Artifact, Attestation, File, Version
from verifier.registries.attestations import bundles
from verifier.registries.base import Ask, Conversation, Memory, Page, Place, Snapshot, Unreadable
from verifier.registries.documents import attestations, document
from verifier.registries.versions import semver

TYPE = "npm"
LIMIT = 100 * 1024 * 1024
"""The largest package document we take, in bytes: those of packages with thousands of versions are tens of MB."""
EVIDENCE_LIMIT = 8 * 1024 * 1024
SOURCE = "npm attestation"

_HEX_LENGTHS = {"sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}
_NOT_VERSIONS = {"created", "modified", "unpublished"}
_SECURITY_HOLDER = re.compile(r"0\.0\.1-security(\.[0-9]+)?")
_SCRIPTS = ("preinstall", "install", "postinstall")


def _path(artifact: Artifact) -> str:
    return quote(artifact.name, safe="@").replace("%2F", "%2f")


def ask(artifact: Artifact, base: str) -> Ask:
    """The full document; the abbreviated form has neither times nor accounts."""
    return Ask(f"{base.rstrip('/')}/{_path(artifact)}", "application/json", LIMIT, conditional=True)


def read(artifact: Artifact, page: Page, read_at: datetime) -> Snapshot | Unreadable:
    """Every version present, and those that `time` still names although they are gone."""
    complaints = Complaints()
    try:
        document = mapping(parse(page.body), "the document")
        if document.get("name") != artifact.name:
            raise Malformed(f"name is not {artifact.name}")
        times = complaints.attempt(mapping, document.get("time"), "time") or {}
        unpublished = complaints.attempt(mapping, times.get("unpublished", {}), "time.unpublished") or {}
        manifests = mapping({} if unpublished and "versions" not in document else document.get("versions"), "versions")
    except Malformed as error:
        problem = f"The registry's document about {artifact.name} could not be read: {error}."
        return Unreadable(page.url, problem)

    published = _times(times, complaints)
    present = [
        _version(artifact, name, manifest, published.get(name), read_at, complaints)
        for name, manifest in manifests.items()
        if _usable(name, "versions", complaints)
    ]
    gone = _removed(artifact, published, unpublished, manifests, read_at, complaints)
    return Snapshot(
        artifact,
        tuple(present),
        removed=tuple(gone),
        channels=_channels(document.get("dist-tags"), complaints),
        repository=_repository(document.get("repository")) or _latest_repository(document, manifests),
        unread=complaints.all(),
    )


def _latest_repository(document: dict[str, object], manifests: dict[str, object]) -> str:
    """Where a mirror's document names none as a whole: that of the version that `latest` points at."""
    channels = document.get("dist-tags")
    latest = manifests.get(str(channels.get("latest"))) if isinstance(channels, dict) else None
    return _repository(latest.get("repository")) if isinstance(latest, dict) else ""


def _usable(name: object, where: str, complaints: Complaints) -> bool:
    """Whether it can be a version's name at all; if not, that is the one thing for which a version is left out."""
    return complaints.attempt(number, name, f"a name in {where}") is not None


def _times(times: dict[str, object], complaints: Complaints) -> dict[str, datetime | None]:
    """When each version was published, as far as its time can be read."""
    return {
        name: complaints.attempt(moment, at, f"time[{shown(name)}]")
        for name, at in times.items()
        if name not in _NOT_VERSIONS and _usable(name, "time", complaints)
    }


def _version(
    artifact: Artifact,
    name: str,
    manifest: object,
    published_at: datetime | None,
    read_at: datetime,
    complaints: Complaints,
) -> Version:
    """One version. A field that cannot be read costs that field, never the version: a publisher writes some of them."""
    where = f"versions[{shown(name)}]"
    fields = complaints.attempt(mapping, manifest, where) or {}
    dist = complaints.attempt(mapping, fields.get("dist"), f"{where}.dist") or {}
    scripts = _runs_at_install(fields)
    tarball = File(
        f"{artifact.name.rsplit('/', 1)[-1]}-{name}.tgz",
        _digests(dist, f"{where}.dist", complaints),
        published_at,
        attested=bool(dist.get("attestations")),
    )
    return Version(
        artifact,
        name,
        semver.line(name),
        semver.rank(name),
        first_seen_at=read_at,
        published_at=published_at,
        files=(tarball,),
        account=complaints.attempt(_account, fields.get("_npmUser"), f"{where}._npmUser"),
        placeholder=_placeholder(name) and not scripts,
        install_scripts=scripts,
    )


def _account(user: object, where: str) -> Account | None:
    if user is None:
        return None
    fields = mapping(user, where)
    trusted, approver = fields.get("trustedPublisher"), fields.get("approver")
    kind = AccountKind.PERSON
    # Another provider's trusted publisher is nobody whose runs we could see: it must not pass for one of GitHub's.
    if trusted is not None and mapping(trusted, f"{where}.trustedPublisher").get("id") == "github":
        kind = AccountKind.TRUSTED_PUBLISHER
    return Account(
        text(fields.get("name"), f"{where}.name"),
        kind,
        None
        if approver is None
        else text(mapping(approver, f"{where}.approver").get("name"), f"{where}.approver.name"),
    )


def _digests(dist: dict[str, object], where: str, complaints: Complaints) -> tuple[str, ...]:
    """The digests of `integrity` (w3.org/TR/SRI, several allowed) and `shasum` together, sorted."""
    integrity, shasum = dist.get("integrity"), dist.get("shasum")
    found = set[str]()
    if integrity is not None:
        found |= complaints.attempt(_integrity, integrity, f"{where}.integrity") or set()
    if shasum is not None:
        found |= {complaints.attempt(_hex, "sha1", shasum, f"{where}.shasum") or ""}
    return tuple(sorted(found - {""}))


def _integrity(value: object, where: str) -> set[str]:
    found = set()
    for part in text(value, where, 2048).split():
        algorithm, _, encoded = part.split("?", 1)[0].partition("-")
        try:
            digest = base64.b64decode(encoded, validate=True).hex()
        except (binascii.Error, ValueError) as error:
            raise Malformed(f"{where} is not Base64") from error
        found.add(_hex(algorithm, digest, where))
    return found


def _hex(algorithm: str, value: object, where: str) -> str:
    digest = text(value, where).lower()
    length = _HEX_LENGTHS.get(algorithm)
    if length is None or not re.fullmatch(f"[0-9a-f]{{{length}}}", digest):
        raise Malformed(f"{where} is not a digest")
    return f"{algorithm}:{digest}"


def _runs_at_install(fields: dict[str, object]) -> bool:
    scripts = fields.get("scripts")
    named = isinstance(scripts, dict) and any(scripts.get(name) for name in _SCRIPTS)
    return named or bool(fields.get("hasInstallScript"))


def _placeholder(name: str) -> bool:
    """What the registry itself puts in the place of something it took down or has not released yet."""
    return _SECURITY_HOLDER.fullmatch(name) is not None or name == "0.0.0-stage"


def _removed(
    artifact: Artifact,
    published: dict[str, datetime | None],
    unpublished: dict[str, object],
    manifests: dict[str, object],
    read_at: datetime,
    complaints: Complaints,
) -> list[Version]:
    """Versions named by `time` alone. The time the registry gives for them may be that of the removal."""
    gone = {name: at for name, at in published.items() if name not in manifests}
    if unpublished:
        taken_down = complaints.attempt(moment, unpublished.get("time"), "time.unpublished.time")
        listed = unpublished.get("versions", [])
        for name in complaints.attempt(items, listed, "time.unpublished.versions", 200_000) or []:
            if isinstance(name, str) and name not in manifests and _usable(name, "time.unpublished", complaints):
                gone[name] = gone.get(name) or taken_down
    return [
        Version(
            artifact,
            name,
            semver.line(name),
            semver.rank(name),
            first_seen_at=read_at,
            published_at=at,
            removed_at=read_at,
            placeholder=_placeholder(name),
        )
        for name, at in gone.items()
    ]


def _channels(tags: object, complaints: Complaints) -> tuple[tuple[str, str], ...]:
    if tags is None:
        return ()
    found = complaints.attempt(mapping, tags, "dist-tags") or {}
    return tuple(
        sorted(
            (tag, str(name))
            for tag, name in found.items()
            if _usable(tag, "dist-tags", complaints) and _usable(name, "dist-tags", complaints)
        )
    )


def _repository(value: object) -> str:
    """What the publisher says; a shape npm does not know is no answer, and no complaint: it proves nothing anyway."""
    address = value.get("url") if isinstance(value, dict) else value
    return address if isinstance(address, str) and len(address) <= 1024 and address.isprintable() else ""


def ask_evidence(version: Version, base: str) -> tuple[Ask, ...]:
    """The attestations, at the address rebuilt on our own base: the one in the document is data."""
    if not any(file.attested for file in version.files):
        return ()
    path = f"-/npm/v1/attestations/{_path(version.artifact)}@{quote(version.number, safe='')}"
    return (Ask(f"{base.rstrip('/')}/{path}", "application/json", EVIDENCE_LIMIT),)


def read_evidence(version: Version, page: Page) -> tuple[Attestation, ...]:
    """Each bundle, npm's own receipt among them; the subject must be this version."""
    return bundles(page.body, SOURCE, (f"{version.artifact.purl}@{version.number}",))


def look(artifact: Artifact, place: Place, memory: Memory) -> Conversation[Snapshot | Unreadable | None]:
    """One document shows everything."""
    return document(ask(artifact, place.base), artifact, lambda page: read(artifact, page, memory.now))


def gather(version: Version, place: Place, now: datetime) -> Conversation[tuple[Attestation, ...] | Unreadable]:
    """What is announced, document by document."""
    return attestations(version, ask_evidence(version, place.base), SOURCE, read_evidence, now)
