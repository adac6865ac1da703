"""GitHub's attestations of a file, by its digest. Anyone who may write to the repository can put some there.

Source: docs.github.com/rest/repos/attestations. Since API version 2026-03-10 an item holds no bundle but an address of
it, which serves Snappy's raw form.
"""

from __future__ import annotations

from dataclasses import dataclass

import cramjam

from app.deps import Fetch
from app.github.installation import GitHub, path_of
from checks.base import Gone, Permanent
from verifier.document import Malformed, mapping
from verifier.model import Attestation, Form, Repository
from verifier.registries.attestations import written
from verifier.registries.base import Absent, Ask, Page, Unreadable

SOURCE = "GitHub attestation"
MOST = 30
"""The most attestations of one digest that are looked at."""
LIMIT = 8 * 1024 * 1024


@dataclass(frozen=True)
class Held:
    """What GitHub holds for one digest. `unread` says of each that could not be fetched why; it may be there later."""

    attestations: tuple[Attestation, ...] = ()
    unread: tuple[str, ...] = ()


def held_for(github: GitHub, fetch: Fetch, repository: Repository, digest: str) -> Held:
    """The provenance that GitHub holds for a `sha256:…` digest in this repository; of free names, so it names none.

    Raises Temporary or Permanent when GitHub did not answer.
    """
    where = f"{path_of(repository.full_name)}/attestations/{digest}?predicate_type=provenance&per_page={MOST}"
    try:
        answer = github.call("GET", where)
    except Gone:
        github.still_there(repository)
        return Held()
    items = answer.get("attestations") if isinstance(answer, dict) else None
    if not isinstance(items, list):
        raise Permanent(f"GitHub's list of attestations of {repository.full_name} cannot be read.")
    read = [_read(fetch, item) for item in items[:MOST]]
    return Held(
        tuple(one for one in read if isinstance(one, Attestation)), tuple(one for one in read if isinstance(one, str))
    )


def _read(fetch: Fetch, item: object) -> Attestation | str:
    """One attestation; or why its bundle could not be fetched."""
    try:
        fields = mapping(item, "an attestation")
        if isinstance(fields.get("bundle"), dict):
            return Attestation(SOURCE, Form.BUNDLE, written(mapping(fields["bundle"], "bundle")))
        address = fields.get("bundle_url")
        if not isinstance(address, str):
            raise Malformed("it has neither a bundle nor the address of one")
        match fetch(Ask(address, "application/json, application/x-snappy", LIMIT)):
            case Page(body=body):
                return Attestation(SOURCE, Form.BUNDLE, unpacked(body))
            case Absent():
                return "It is listed, and not there."
            case Unreadable(problem=problem):
                return problem
    except Malformed as error:
        return Attestation(SOURCE, problem=f"{error}.")


def unpacked(body: bytes) -> bytes:
    """A bundle's JSON, in Snappy's raw form or plain. Raises Malformed when it is neither, or larger than `LIMIT`."""
    if body[:1] == b"{":  # in Snappy's form this byte would announce 123 bytes, and no bundle is so short
        return body
    try:
        size = cramjam.snappy.decompress_raw_len(body)
        if size > LIMIT:
            raise Malformed(f"its bundle has {size} bytes unpacked; at most {LIMIT} are read")
        return bytes(cramjam.snappy.decompress_raw(body))
    except cramjam.DecompressionError as error:
        raise Malformed("its bundle is neither JSON nor packed with Snappy") from error
