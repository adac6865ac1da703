"""GitHub's registry of images: read like any other, and clear about what GitHub lets nobody read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.registries.documents import READ_AT, version
from tests.registries.shelf import BASE, PLACE, Shelf, Watcher
from tests.registries.talk import talk
from verifier.model import Artifact
from verifier.registries import ghcr, oci, registry_of
from verifier.registries.base import Page, Unreadable
from verifier.registries.distribution import manifests

IMAGE = Artifact("pkg:oci/app?repository_url=ghcr.io/alice/app")


def watcher(shelf: Shelf) -> Watcher:
    return Watcher(shelf, IMAGE, ghcr)


def test_it_serves_github_and_nobody_else() -> None:
    assert [True, False, False] == [ghcr.serves(host) for host in ("ghcr.io", "xghcr.io", "ghcr.io.registry.example")]
    assert ghcr is registry_of(IMAGE)
    assert oci is registry_of(Artifact("pkg:oci/app?repository_url=registry.example/alice/app"))


def test_a_public_image_is_read_like_any_other() -> None:
    shelf = Shelf()
    shelf.push("1.0.0")
    plain = Watcher(shelf, IMAGE)

    assert plain.look() == watcher(shelf).look()


@pytest.mark.parametrize("status", [401, 403])
def test_a_private_image_says_whose_token_reads_it(status: int) -> None:
    refusal = Unreadable(BASE, "It refuses us.", status=status)
    shelf = Shelf()
    shelf.push("1.0.0")
    known = replace(version(IMAGE), files=(manifests.image(shelf.tags["1.0.0"], attested=True),))
    answers: list[object] = []
    for at in ("n=1000", "manifests/1.0.0"):
        shelf.odd = {at: refusal}
        answers.append(watcher(shelf).ask())
    shelf.odd = {f"referrers/{shelf.tags['1.0.0']}": refusal}
    answers.append(talk(ghcr.gather(known, PLACE, READ_AT), shelf))

    said = (
        f"ghcr.io/alice/app is private, or is not there ({status}). GitHub lets no App read private packages with its "
        "own token: put a classic token with read:packages of a machine user into the registry logins, or make the "
        "package public."
    )
    assert [replace(refusal, problem=said)] * 3 == answers


def test_another_failure_keeps_its_own_words() -> None:
    shelf = Shelf()
    shelf.odd["n=1000"] = Unreadable(BASE, "It asks for fewer requests (429).", 60.0, 429)
    assert shelf.odd["n=1000"] == watcher(shelf).ask()

    shelf.odd["n=1000"] = Page(BASE, 200, b"<html>")
    assert isinstance(watcher(shelf).ask(), Unreadable)
