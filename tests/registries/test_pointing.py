"""What tags point at: digests, manifests that are not what they should be, and what is attested."""

from __future__ import annotations

import pytest

from tests.registries.documents import READ_AT
from tests.registries.shelf import (
    BASE,
    BUNDLE,
    INDEX,
    POLL,
    Shelf,
    Watcher,
    child,
    document,
    filled,
    index,
    one,
    sha256,
    watched,
)
from verifier.registries.base import Absent, Page, Unreadable
from verifier.registries.distribution import manifests, pointing
from verifier.registries.documents import SETTLES_WITHIN


def test_a_tag_that_is_listed_in_turn_and_not_there_is_gone() -> None:
    shelf = filled(10)
    watcher = watched(shelf)
    shelf.odd["HEAD"] = Absent(BASE)
    shelf.odd["manifests/1.0.3"] = Absent(BASE)

    assert ("1.0.3",) == watcher.look().gone
    assert watcher.version("1.0.3").removed_at == READ_AT + POLL


def test_a_registry_that_does_not_say_digests_is_hashed() -> None:
    shelf = filled(2)
    shelf.silent = True
    watcher = watched(shelf)

    assert shelf.tags == {tag: watcher.digest(tag) for tag in shelf.tags}


def test_a_page_of_a_proxy_is_not_hashed_for_a_manifest() -> None:
    """A hotel's page answers 200 to everything."""
    shelf = filled(2)
    watcher = watched(shelf)
    shelf.odd["manifests/1.0.1"] = Page(BASE, 200, b"<html>welcome</html>")
    before = watcher.digest("1.0.1")
    seen = watcher.look()

    assert before == watcher.digest("1.0.1")
    assert ["The tag 1.0.1: What the tag 1.0.1 points at could not be read: it is not JSON"] == [
        sentence.partition(" (")[0] for sentence in seen.unread
    ]


def test_a_body_that_is_not_what_its_digest_says_is_said_and_nothing_of_it_is_kept() -> None:
    shelf = filled(2)
    watcher = watched(shelf)
    before = watcher.digest("1.0.1")
    digest = shelf.push("1.0.1", one("replaced"))
    shelf.held[digest] = one("other")
    seen = watcher.look()

    assert before == watcher.digest("1.0.1")
    assert [f"does not have the digest {digest}" in sentence for sentence in seen.unread] == [True]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (index({**child("linux/amd64", "a"), "mediaType": INDEX}), "is an index inside the index; it is not followed"),
        (index(*[child("linux/amd64", str(n)) for n in range(manifests.PARTS + 1)]), "manifests has 201 entries"),
        (index({"digest": "x"}), "manifests[0].digest is not a digest"),
        (b"[" * 5000, "it is not JSON"),
        (document({"manifests": 7}), "manifests is a number where a list belongs"),
    ],
)
def test_a_tag_that_points_at_what_cannot_be_read_is_kept_with_its_digest_and_said(body: bytes, said: str) -> None:
    """It must not stay hidden that a tag points elsewhere."""
    shelf = filled(1)
    watcher = watched(shelf)
    digest = shelf.hold(body)
    head = Page(BASE, 200, b"", {"docker-content-digest": digest, "content-type": INDEX})
    shelf.odd["manifests/1.0.0"] = head
    shelf.odd[f"manifests/{digest}"] = Page(BASE, 200, body)
    seen = watcher.look()

    assert digest == watcher.digest("1.0.0")
    assert any(said in sentence for sentence in seen.unread), seen.unread


def test_a_manifest_too_large_is_refused_and_the_tag_is_kept_with_its_digest() -> None:
    shelf = filled(1)
    watcher = watched(shelf)
    digest = shelf.push("1.0.0", one("replaced"))
    shelf.odd[f"manifests/{digest}"] = Unreadable(
        BASE, f"Its body is larger than the {manifests.LIMIT} bytes.", status=200
    )
    seen = watcher.look()

    assert digest == watcher.digest("1.0.0")
    assert ["The manifest of the tag 1.0.0 could not be read: Its body is larger than the 4194304 bytes."] == list(
        seen.unread
    )
    assert {4194304} == {ask.limit for ask in shelf.asked if "/manifests/" in ask.url}


def test_platforms_of_an_index_that_could_not_be_read_are_read_by_a_later_look() -> None:
    shelf = filled(1)
    watcher = watched(shelf)
    digest = shelf.push("1.0.0", index(child("linux/amd64", "a")))
    shelf.odd[f"manifests/{digest}"] = Unreadable(BASE, "It has a problem of its own (503).", status=503)
    watcher.look()
    assert () == watcher.version("1.0.0").files[0].parts

    shelf.odd.clear()
    watcher.look()
    assert ["linux/amd64"] == [part.platform for part in watcher.version("1.0.0").files[0].parts]


def test_attestation_children_of_an_index_are_left_out_and_no_word_hides_a_platform() -> None:
    named = {"annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
    shelf = Shelf()
    shelf.push(
        "1.0.0",
        index(
            child("linux/amd64", "a"),
            child("unknown/unknown", "b", **named),
            child("linux/s390x", "c", **named),
            {"mediaType": "x", "digest": sha256(b"d"), **named},
        ),
    )
    [version] = Watcher(shelf).look().versions

    assert ["any", "linux/amd64", "linux/s390x"] == [part.platform for part in version.files[0].parts]


@pytest.mark.parametrize("status", [401, 403, 429])
def test_a_refusal_of_one_tag_ends_the_look(status: int) -> None:
    shelf = filled(10)
    watcher = watched(shelf)
    shelf.odd["manifests/1.0.9"] = Unreadable(BASE, "No.", retry_after=60.0, status=status)

    assert shelf.odd["manifests/1.0.9"] == watcher.ask()
    assert 2 == len(shelf.requests())


def test_tags_that_cannot_be_asked_about_are_said_and_after_a_few_no_other_is_asked_about() -> None:
    shelf = filled(60)
    watcher = watched(shelf)
    shelf.odd = {f"manifests/{tag}": Unreadable(BASE, "It is down.", status=503) for tag in shelf.tags}
    seen = watcher.look()

    assert (pointing.FAILURES, ()) == (len(shelf.heads()), seen.versions)
    assert (pointing.FAILURES + 1, "The tags after it were not asked about.") == (len(seen.unread), seen.unread[-1])
    assert shelf.tags.keys() == {tag for tag, version in watcher.memory.versions.items() if not version.removed_at}


def test_a_new_digest_is_asked_once_whether_somebody_attested_it() -> None:
    shelf = filled(10)
    shelf.referring = {}
    watcher = watched(shelf)
    assert not any("referrers" in asked for asked in shelf.requests())
    digest = shelf.push("2.0.0")
    shelf.attest(digest, b"{}")
    watcher.look()

    assert watcher.version("2.0.0").attested
    assert 1 == sum("referrers" in asked for asked in shelf.requests())
    watcher.look()
    assert not any("referrers" in asked for asked in shelf.requests())


def test_attestations_that_come_after_the_image_are_found_within_the_hour_and_then_not_looked_for() -> None:
    shelf = filled(10)
    shelf.referring = {}
    watcher = watched(shelf)
    digest = shelf.push("2.0.0")
    shelf.push("2.0.1")
    watcher.look()
    assert not watcher.version("2.0.0").attested

    shelf.attest(digest, b"{}")
    watcher.look()
    assert (True, False) == (watcher.version("2.0.0").attested, watcher.version("2.0.1").attested)
    for _ in range(SETTLES_WITHIN // POLL):
        watcher.look()
    shelf.requests()
    watcher.look()
    assert not any("referrers" in asked for asked in shelf.requests())


def test_where_a_registry_has_no_referrers_the_tag_that_keeps_them_says_so() -> None:
    shelf = filled(10)
    watcher = watched(shelf)
    digest = shelf.push("2.0.0")
    shelf.push(digest.replace(":", "-"), index({"digest": sha256(b"x"), "artifactType": BUNDLE}))
    watcher.look()

    assert watcher.version("2.0.0").attested
    assert not any("referrers" in asked for asked in shelf.requests())


def test_where_the_list_is_paged_the_tag_that_keeps_attestations_is_asked_about() -> None:
    shelf = filled(300, size=100)
    watcher = watched(shelf)
    digest = shelf.push("1.0.50", one("replaced"))
    shelf.push(digest.replace(":", "-") + ".att")
    watcher.look(hint="1.0.50")

    assert watcher.version("1.0.50").attested


def test_who_cannot_say_whether_there_are_attestations_is_asked_for_them() -> None:
    shelf = filled(10)
    watcher = watched(shelf)
    digest = shelf.push("2.0.0")
    shelf.odd[f"referrers/{digest}"] = Unreadable(BASE, "It is down.", status=503)
    watcher.look()

    assert watcher.version("2.0.0").attested
