"""Attestations of an image: those that point at its digest, and those that stand under a tag made of it.

Sigstore's bundles are referrers of the digest (OCI 1.1), under the tag `sha256-…` where a registry knows no referrers;
cosign before 3.0 kept envelopes as layers under `sha256-….att`. The attestations that BuildKit puts inside an index are
unsigned, and are none. Everything is fetched by digest, and must have it.
Source: opencontainers/distribution-spec, "Listing Referrers"; sigstore/cosign, specs/.
"""

from __future__ import annotations

from datetime import datetime

from verifier.document import Malformed, mapping, strict
from verifier.model import Attestation, Form, Version
from verifier.model.evidence import IMAGE_HELD
from verifier.registries.attestations import written
from verifier.registries.base import Absent, Answer, Ask, Conversation, Page, Unreadable
from verifier.registries.distribution import manifests
from verifier.registries.distribution.manifests import Descriptor
from verifier.registries.distribution.repository import Repository, following
from verifier.registries.documents import SETTLES_WITHIN

SOURCE = IMAGE_HELD
"""What attestations of images are called, whichever registry holds them."""
MOST = 20
"""The most attestations of one image that are fetched."""

_BUNDLE = "application/vnd.dev.sigstore.bundle"
_ENVELOPE = "application/vnd.dsse.envelope"
_LIMIT = 8 * 1024 * 1024
_REFERRERS = 1000
_PAGES = 10
_UNKNOWN = (400, 405, 406, 415, 501)
"""What registries answer that know no referrers, besides 404."""
_PREDICATE = "dev.sigstore.bundle.predicateType"
_PROVENANCE = "slsa.dev/provenance"


def announced(here: Repository, digest: str, tags_listed: bool) -> Conversation[bool]:
    """Whether a digest seems to have attestations. Who cannot say is asked again when they are fetched.

    `tags_listed`: the tags that could keep some were seen already, and there are none.
    """
    answer = yield here.referrers(digest)
    match answer:
        case Page():
            try:
                return any(map(_is_bundle, manifests.descriptors(answer.body, "manifests", _REFERRERS)))
            except Malformed:
                return True
        case _ if not _knows_none(answer):
            return True
    for tag in () if tags_listed else _tags(digest):
        answer = yield here.head(tag)
        if not isinstance(answer, Absent):
            return True
    return False


def gather(here: Repository, version: Version, now: datetime) -> Conversation[tuple[Attestation, ...] | Unreadable]:
    """The attestations of the digest that a tag points at."""
    found = list[Attestation]()
    for digest in sorted(digest for file in version.files for digest in file.digests):
        bundles = yield from _bundles(here, digest)
        if isinstance(bundles, Unreadable):
            return bundles
        if isinstance(bundles, Attestation):
            found.append(bundles)
            bundles = []
        held = [(here.manifest(each.digest), each.digest, _BUNDLE) for each in bundles]
        for tag in _tags(digest)[1:]:
            answer = yield here.head(tag)
            if isinstance(answer, Unreadable):
                return answer
            if isinstance(answer, Page):
                held.append((here.manifest(tag), "", _ENVELOPE))
        for ask, expected, kind in held[:MOST]:
            fetched = yield from _held(here, ask, expected, kind, _is_young(version, now))
            if isinstance(fetched, Unreadable):
                return fetched
            found += fetched
            if len(found) > MOST:
                break
        if len(found) > MOST or len(held) > MOST:
            problem = f"It has more than {MOST} attestations; so many are read."
            return (*found[:MOST], Attestation(SOURCE, problem=problem))
    return tuple(found)


def _bundles(here: Repository, digest: str) -> Conversation[list[Descriptor] | Attestation | Unreadable]:
    """What points at a digest and holds a bundle, provenance first; where a list of it cannot be read, why."""
    found, query, ask = list[Descriptor](), "", here.referrers(digest)
    for _ in range(_PAGES):
        answer = yield ask
        if not query and _knows_none(answer):
            for tag in _tags(digest)[:1]:
                answer = yield here.head(tag)
                if isinstance(answer, Page):
                    answer = yield here.manifest(tag)
        if isinstance(answer, Unreadable):
            return answer
        if isinstance(answer, Absent):
            break
        try:
            found += filter(_is_bundle, manifests.descriptors(answer.body, "manifests", _REFERRERS))
            query = following(ask, answer)
        except Malformed as error:
            return Attestation(SOURCE, problem=f"The list of its attestations could not be read: {error}.")
        if not query:
            break
        ask = here.referrers(digest, query)
    return sorted(found, key=lambda each: _PROVENANCE not in str(each.annotations.get(_PREDICATE)))


def _held(
    here: Repository, ask: Ask, expected: str, kind: str, young: bool
) -> Conversation[list[Attestation] | Unreadable]:
    """The attestations that are layers of one manifest; `expected` is its digest where it is asked for by that."""
    answer = yield ask
    if not isinstance(answer, Page):
        return _not_there(answer, young)
    try:
        if expected:
            manifests.confirm(answer.body, expected)
        layers = [
            layer
            for layer in manifests.descriptors(answer.body, "layers", _REFERRERS)
            if layer.media_type.startswith(kind)
        ]
        if not layers and expected:
            raise Malformed("it has no layer that is a bundle")
    except Malformed as error:
        return [Attestation(SOURCE, problem=f"Its manifest could not be read: {error}.")]
    found = list[Attestation]()
    for layer in layers[: MOST + 1]:
        blob = yield here.blob(layer.digest, _LIMIT)
        if not isinstance(blob, Page):
            missing = _not_there(blob, young)
            if isinstance(missing, Unreadable):
                return missing
            found += missing
            continue
        try:
            manifests.confirm(blob.body, layer.digest)
            found.append(Attestation(SOURCE, Form.BUNDLE, _document(blob.body, layer, kind)))
        except Malformed as error:
            found.append(Attestation(SOURCE, problem=f"It could not be read: {error}."))
    return found


def _document(body: bytes, layer: Descriptor, kind: str) -> bytes:
    """The attestation as `verifier.evidence` reads it: a bundle as it is, an envelope with the layer that holds it."""
    if kind == _BUNDLE:
        return body or b"{}"
    return written({"layer": layer.written, "envelope": mapping(strict(body, _LIMIT), "the envelope")})


def _not_there(answer: Absent | Unreadable, young: bool) -> list[Attestation] | Unreadable:
    if isinstance(answer, Unreadable):
        return answer
    if young:
        return Unreadable(answer.url, "the registry announces attestations and does not serve them yet")
    return [Attestation(SOURCE, problem="It is announced, but not there.")]


def _is_young(version: Version, now: datetime) -> bool:
    return now - version.at < SETTLES_WITHIN


def _is_bundle(descriptor: Descriptor) -> bool:
    return descriptor.artifact_type.startswith(_BUNDLE)


def _knows_none(answer: Answer) -> bool:
    """The registry has no list of what points at a digest: that part of the specification is newer than many."""
    return isinstance(answer, Absent) or (isinstance(answer, Unreadable) and answer.status in _UNKNOWN)


def _tags(digest: str) -> tuple[str, ...]:
    """The tags under which attestations of a digest stand by custom: its referrers, and cosign's."""
    algorithm, _, value = digest.partition(":")
    return (f"sha256-{value}", f"sha256-{value}.att") if algorithm == "sha256" else ()
