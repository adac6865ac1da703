"""Attestations of images: found as referrers, under fallback tags and beside cosign's layers, and never believed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sandbox.sigstore.wire import b64
from tests.evidence.private import TRUST, bundle
from tests.evidence.test_procedure import layer
from tests.registries.documents import READ_AT, version
from tests.registries.shelf import (
    BASE,
    BUNDLE,
    ENVELOPE,
    IMAGE,
    MANIFEST,
    PLACE,
    Shelf,
    child,
    document,
    index,
    sha256,
)
from tests.registries.talk import talk
from verifier.evidence import verify
from verifier.model import Attestation, Form, Standing, Version
from verifier.registries import oci
from verifier.registries.base import Absent, Answer, Page, Unreadable
from verifier.registries.distribution import manifests, referrers
from verifier.registries.distribution.repository import repository
from verifier.registries.documents import SETTLES_WITHIN

LATER = READ_AT + SETTLES_WITHIN
PROVENANCE = {"annotations": {"dev.sigstore.bundle.predicateType": "https://slsa.dev/provenance/v1"}}


class Kept:
    """A registry that holds one image, whose attestations are asked for."""

    def __init__(self, *, knows_referrers: bool = True) -> None:
        self.shelf = Shelf()
        self.digest = self.shelf.push("1.0.0")
        self.name = self.digest.replace(":", "-")
        self.shelf.referring = {} if knows_referrers else None

    @property
    def version(self) -> Version:
        return replace(version(IMAGE), files=(manifests.image(self.digest, attested=True),))

    def gather(self, after: timedelta = SETTLES_WITHIN) -> tuple[Attestation, ...] | Unreadable:
        return talk(oci.gather(self.version, PLACE, READ_AT + after), self.shelf)

    def found(self) -> tuple[Attestation, ...]:
        gathered = self.gather()
        assert isinstance(gathered, tuple), gathered
        return gathered

    def problems(self) -> list[str]:
        return [attestation.problem for attestation in self.found()]

    def old(self, *layers: dict[str, Any]) -> None:
        """Attestations as cosign kept them before there were bundles."""
        self.shelf.push(f"{self.name}.att", document({"mediaType": MANIFEST, "layers": layers}))

    def envelope(self, value: object, **changes: Any) -> dict[str, Any]:
        body = document(value)
        return {"mediaType": ENVELOPE, "digest": self.shelf.hold(body), "size": len(body), **changes}


def test_a_bundle_that_refers_to_the_digest_is_handed_over_as_it_is() -> None:
    kept, body = Kept(), document(bundle())
    kept.shelf.attest(kept.digest, body)
    [found] = kept.found()

    assert Attestation("OCI attestation", Form.BUNDLE, body) == found
    evidence = verify(found, TRUST)
    assert evidence is not None
    assert (Standing.VERIFIED, "OCI attestation") == (evidence.standing, evidence.source)


def test_where_a_registry_knows_no_referrers_a_tag_keeps_them() -> None:
    kept = Kept(knows_referrers=False)
    about = kept.shelf.attest(kept.digest, b"{}")
    kept.shelf.referring = None
    kept.shelf.push(kept.name, index({"mediaType": MANIFEST, "digest": about, "artifactType": BUNDLE}))

    assert [b"{}"] == [attestation.document for attestation in kept.found()]


@pytest.mark.parametrize("status", [400, 405, 406, 415, 501])
def test_other_ways_of_not_knowing_referrers_are_understood(status: int) -> None:
    kept = Kept()
    kept.shelf.odd[f"referrers/{kept.digest}"] = Unreadable(BASE, "What?", status=status)

    assert () == kept.found()


@pytest.mark.parametrize("knows_referrers", [True, False])
def test_an_image_without_attestations_has_none(knows_referrers: bool) -> None:
    kept = Kept(knows_referrers=knows_referrers)

    assert () == kept.found()
    assert not any(ask.startswith("GET manifests/") for ask in kept.shelf.requests())


def test_a_tag_whose_digest_was_never_read_is_not_asked_about() -> None:
    kept = Kept()

    assert () == talk(oci.gather(version(IMAGE), PLACE, LATER), kept.shelf)
    assert [] == kept.shelf.requests()


def test_what_else_refers_to_the_digest_and_what_buildkit_put_into_the_index_are_none() -> None:
    kept = Kept()
    assert kept.shelf.referring is not None
    listed = child("unknown/unknown", "sbom", artifactType="application/spdx+json")
    kept.shelf.referring[kept.digest] = [listed, {**listed, "artifactType": None}]

    assert () == kept.found()


def test_what_cosign_kept_beside_the_image_is_handed_over_with_the_layer_that_holds_it() -> None:
    kept, made = Kept(), layer(bundle(media="v0.1", proof=False))
    kept.old(kept.envelope(made["envelope"], annotations=made["layer"]["annotations"]))
    [found] = kept.found()

    evidence = verify(found, TRUST)
    assert evidence is not None
    assert (Standing.PROMISED, "") == (evidence.standing, evidence.problem)


def test_layers_that_are_no_envelopes_are_left_out() -> None:
    kept = Kept()
    kept.old({**kept.envelope({}), "mediaType": "application/octet-stream"})

    assert () == kept.found()


def test_provenance_is_read_before_anything_else_that_refers_to_the_digest() -> None:
    kept = Kept()
    for number in range(referrers.MOST + 5):
        kept.shelf.attest(kept.digest, document({"n": number}))
    assert kept.shelf.referring is not None
    kept.shelf.referring[kept.digest][-1] |= PROVENANCE
    found = kept.found()

    assert {"n": referrers.MOST + 4} == json.loads(found[0].document)
    assert [""] * referrers.MOST + [f"It has more than {referrers.MOST} attestations; so many are read."] == [
        attestation.problem for attestation in found
    ]


def test_many_layers_of_one_manifest_are_bounded_too() -> None:
    kept = Kept()
    kept.old(*[kept.envelope({"n": number}) for number in range(500)])

    assert referrers.MOST + 1 == len(kept.found())
    assert referrers.MOST + 10 > len(kept.shelf.asked)


def test_a_list_of_several_pages_is_followed_on_its_own_place_only() -> None:
    kept = Kept()
    about = kept.shelf.attest(kept.digest, b"{}")
    listed = index({"mediaType": MANIFEST, "digest": about, "artifactType": BUNDLE})
    here = f"/v2/alice/app/referrers/{kept.digest}"
    kept.shelf.odd = {
        here: Page(BASE, 200, index(), {"link": f'<{here}?page=2>; rel="next"'}),
        "page=2": Page(BASE, 200, listed, {"link": f'<{here}?page=2>; rel="next"'}),
    }
    assert ["The list of its attestations could not be read: the Link to the next page leads nowhere."] == (
        kept.problems()
    )
    kept.shelf.odd["page=2"] = Page(BASE, 200, listed)
    assert [b"{}"] == [attestation.document for attestation in kept.found()]
    kept.shelf.odd[here] = Page(BASE, 200, listed, {"link": '<https://elsewhere.example/x?y>; rel="next"'})
    assert [True] == ["leads somewhere else" in problem for problem in kept.problems()]


def test_a_list_of_endless_pages_ends() -> None:
    kept, pages = Kept(), iter(range(10**6))

    def endless(ask: Any) -> Answer:
        if "referrers" not in ask.url:
            return kept.shelf(ask)
        link = f'</v2/alice/app/referrers/{kept.digest}?page={next(pages)}>; rel="next"'
        return Page(BASE, 200, index(), {"link": link})

    assert () == talk(oci.gather(kept.version, PLACE, LATER), endless)


def test_a_manifest_or_a_blob_that_is_not_what_its_digest_says_is_a_problem() -> None:
    kept = Kept()
    about = kept.shelf.attest(kept.digest, b"{}")
    right = kept.shelf.held[about]
    kept.shelf.held[about] = document({"layers": []})
    assert ["Its manifest could not be read: its body does not have the digest"] == [
        problem.partition(" sha256")[0] for problem in kept.problems()
    ]
    kept.shelf.held[about], kept.shelf.held[sha256(b"{}")] = right, b"[]"
    assert ["It could not be read: its body does not have the digest"] == [
        problem.partition(" sha256")[0] for problem in kept.problems()
    ]


def test_a_manifest_of_a_bundle_without_one_is_a_problem() -> None:
    kept = Kept()
    kept.shelf.attest(kept.digest, b"{}", kind=f"{BUNDLE};x")
    about = kept.shelf.hold(document({"layers": []}))
    assert kept.shelf.referring is not None
    kept.shelf.referring[kept.digest] = [{"mediaType": MANIFEST, "digest": about, "artifactType": BUNDLE}]

    assert ["Its manifest could not be read: it has no layer that is a bundle."] == kept.problems()


def test_what_is_announced_is_waited_for_and_missing_after_an_hour() -> None:
    kept = Kept()
    about = kept.shelf.attest(kept.digest, b"{}")
    for gone in (sha256(b"{}"), about):
        del kept.shelf.held[gone]
        waiting = kept.gather(SETTLES_WITHIN - timedelta(seconds=1))
        assert isinstance(waiting, Unreadable)
        assert "does not serve them yet" in waiting.problem
        assert ["It is announced, but not there."] == kept.problems()


def test_a_registry_that_does_not_answer_leaves_the_question_open() -> None:
    kept = Kept()
    about = kept.shelf.attest(kept.digest, b"{}")
    down = Unreadable(BASE, "It is down.", status=503)
    for at in (f"referrers/{kept.digest}", f"manifests/{about}", f"blobs/{sha256(b'{}')}", f"{kept.name}.att"):
        kept.shelf.odd = {at: down}
        assert down == kept.gather()


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"[]", document({"manifests": [7]})])
def test_a_list_that_is_none_is_a_problem_and_hides_nothing_else(body: bytes) -> None:
    kept = Kept()
    kept.old(kept.envelope({"payload": b64(b"x")}))
    kept.shelf.odd[f"referrers/{kept.digest}"] = Page(BASE, 200, body)

    assert [True, False] == [bool(problem) for problem in kept.problems()]


def test_an_empty_document_is_not_taken_for_none() -> None:
    kept = Kept()
    kept.shelf.attest(kept.digest, b"")
    [found] = kept.found()

    evidence = verify(found, TRUST)
    assert evidence is not None
    assert Standing.UNREADABLE == evidence.standing


def test_who_cannot_be_understood_is_asked_for_attestations() -> None:
    kept = Kept()
    here = repository(IMAGE, PLACE)
    answers: list[tuple[Answer, bool]] = [
        (Page(BASE, 200, b"<html>"), True),
        (Page(BASE, 200, index()), False),
        (Absent(BASE), False),
        (Unreadable(BASE, "What?", status=501), False),
        (Unreadable(BASE, "It is down."), True),
    ]
    for answer, announced in answers:
        kept.shelf.odd = {f"referrers/{kept.digest}": answer}
        assert announced == talk(referrers.announced(here, kept.digest, tags_listed=True), kept.shelf)


def test_many_manifests_of_many_layers_are_bounded_together() -> None:
    kept = Kept()
    layer = {"mediaType": BUNDLE, "digest": kept.shelf.hold(b"{}"), "size": 2}
    assert kept.shelf.referring is not None
    for number in range(referrers.MOST):
        about = kept.shelf.hold(document({"layers": [layer] * 100, "n": number}))
        described = {"mediaType": MANIFEST, "digest": about, "artifactType": BUNDLE}
        kept.shelf.referring.setdefault(kept.digest, []).append(described)

    assert referrers.MOST + 1 == len(kept.found())
    assert referrers.MOST + 10 > len(kept.shelf.asked)
