"""Documents that hold several attestations, taken apart into single ones. None is looked into.

What cannot be taken apart becomes an attestation with a `problem`: announced is never the same as absent.
Source: github.com/npm/registry docs/REGISTRY-API.md; PEP 740, "Provenance objects".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice

from verifier.document import Malformed, items, mapping, parse
from verifier.model import Attestation, Form

MOST = 64
"""The most attestations of one document that are taken, however it groups them."""


def written(value: dict[str, object]) -> bytes:
    """An object as JSON of its own: the same bytes for the same content. Raises Malformed when it nests too deep."""
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    except RecursionError as error:
        raise Malformed("it nests too deep") from error


def bundles(body: bytes, source: str, names: tuple[str, ...] = ()) -> tuple[Attestation, ...]:
    """A list of Sigstore bundles, as npm serves it. The `predicateType` beside a bundle is unsigned: ignored."""
    try:
        listed = items(mapping(parse(body), "the document").get("attestations"), "attestations", MOST)
    except Malformed as error:
        return (Attestation(source, names=names, problem=f"{error}."),)
    return tuple(_bundle(entry, source, names) for entry in listed)


def provenance(body: bytes, source: str, names: tuple[str, ...] = ()) -> tuple[Attestation, ...]:
    """A provenance object of PEP 740. The publisher beside its attestations is the index's unsigned word: ignored."""
    try:
        listed = items(mapping(parse(body), "the document").get("attestation_bundles"), "attestation_bundles", MOST)
    except Malformed as error:
        return (Attestation(source, Form.PEP740, names=names, problem=f"{error}."),)
    found = (attestation for entry in listed for attestation in _of_publisher(entry, source, names))
    taken = tuple(islice(found, MOST + 1))
    if len(taken) > MOST:
        problem = f"attestation_bundles hold more than {MOST} attestations; at most so many are read."
        return (Attestation(source, Form.PEP740, names=names, problem=problem),)
    return taken


def _bundle(entry: object, source: str, names: tuple[str, ...]) -> Attestation:
    try:
        bundle = mapping(mapping(entry, "an attestation").get("bundle"), "bundle")
        return Attestation(source, Form.BUNDLE, written(bundle), names)
    except Malformed as error:
        return Attestation(source, names=names, problem=f"{error}.")


def _of_publisher(entry: object, source: str, names: tuple[str, ...]) -> Iterator[Attestation]:
    try:
        listed = items(mapping(entry, "an attestation bundle").get("attestations"), "attestations", MOST)
    except Malformed as error:
        yield Attestation(source, Form.PEP740, names=names, problem=f"{error}.")
        return
    for each in listed:
        yield _attestation(each, source, names)


def _attestation(entry: object, source: str, names: tuple[str, ...]) -> Attestation:
    try:
        return Attestation(source, Form.PEP740, written(mapping(entry, "an attestation")), names)
    except Malformed as error:
        return Attestation(source, Form.PEP740, names=names, problem=f"{error}.")
