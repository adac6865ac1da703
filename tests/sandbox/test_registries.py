"""The pretended registries are read by the monitor's own readers, and keep what real ones keep."""

from __future__ import annotations

from typing import Any

from sandbox import provenance
from tests.registries.talk import talk
from tests.sandbox.github import Asked, at
from verifier.evidence import Trust, verify
from verifier.model import AccountKind, Artifact, Evidence, RunKey, Standing, Version
from verifier.registries import REGISTRIES
from verifier.registries.base import Ask, Call, Memory, Page, Place, Snapshot

NPM, PYPI = Artifact("pkg:npm/%40octo/widget"), Artifact("pkg:pypi/gear-box")
PLACES = {"npm": Place("http://localhost/npm"), "pypi": Place("http://localhost/pypi/simple/")}


def page(asked: Asked, question: Ask | Call) -> Page:
    assert isinstance(question, Ask)
    url = question.url
    answer = asked.client.get(url.removeprefix("http://localhost"), headers={"Accept": question.accept})
    assert 200 == answer.status_code
    return Page(url, 200, answer.data, {key.lower(): value for key, value in answer.headers})


def snapshot(asked: Asked, artifact: Artifact) -> Snapshot:
    look = REGISTRIES[artifact.type].look(artifact, PLACES[artifact.type], Memory(asked.world.now))
    read = talk(look, lambda question: page(asked, question))
    assert isinstance(read, Snapshot), read
    return read


def evidence(asked: Asked, version: Version) -> list[Evidence]:
    registry, trust = REGISTRIES[version.artifact.type], Trust.read([provenance.trust_root()])
    gather = registry.gather(version, PLACES[version.artifact.type], asked.world.now)
    served = talk(gather, lambda question: page(asked, question))
    assert isinstance(served, tuple), served
    return [found for attestation in served if (found := verify(attestation, trust)) is not None]


def test_npm_versions_carry_account_time_digests_and_attested() -> None:
    seen = {v.number: v for v in snapshot(Asked("small-rogue", "2026-03-02T04:00:00"), NPM).versions}
    by_ci, by_hand = seen["1.4.0"], seen["1.4.1"]

    assert by_ci.account is not None
    assert by_hand.account is not None
    assert (AccountKind.TRUSTED_PUBLISHER, AccountKind.PERSON) == (by_ci.account.kind, by_hand.account.kind)
    assert ("mona", True, False) == (by_hand.account.name, by_hand.install_scripts, by_hand.attested)
    assert (True, at("2026-03-01T10:02:30")) == (by_ci.attested, by_ci.published_at)
    assert ["sha1", "sha512"] == sorted(digest.split(":")[0] for digest in by_ci.files[0].digests)


def test_an_unpublished_npm_version_keeps_its_time() -> None:
    shown = snapshot(Asked("small-rogue", "2026-03-02T06:00:00"), NPM)

    assert "1.4.1" not in [version.number for version in shown.versions]
    assert [("1.4.1", at("2026-03-02T03:00:10"))] == [(v.number, v.published_at) for v in shown.removed]
    assert ("latest", "1.4.0") in shown.channels


def test_a_page_that_has_not_changed_is_answered_304() -> None:
    asked = Asked("small-rogue", "2026-03-01T12:00:00")
    etag = asked.client.get("/npm/@octo%2fwidget").headers["ETag"]
    same = asked.client.get("/npm/@octo%2fwidget", headers={"If-None-Match": etag})
    asked.world.advance(at("2026-03-02T04:00:00"))
    other = asked.client.get("/npm/@octo%2fwidget", headers={"If-None-Match": etag})

    assert (304, b"", 200) == (same.status_code, same.data, other.status_code)


def test_npm_provenance_names_run_attempt_repository_and_digest() -> None:
    asked = Asked("small-rogue", "2026-03-01T12:00:00")
    version = next(v for v in snapshot(asked, NPM).versions if v.number == "1.4.0")
    (found,) = evidence(asked, version)

    assert (Standing.VERIFIED, RunKey(4711, 100, 1)) == (found.standing, found.run)
    assert (".github/workflows/publish.yml", "refs/tags/v1.4.0", "push") == (found.workflow, found.ref, found.event)
    assert set(found.digests) <= set(version.files[0].digests)


def test_a_late_file_appears_when_it_is_uploaded() -> None:
    def files(moment: str) -> int:
        shown = snapshot(Asked("small-pypi", moment), PYPI)
        return next(len(v.files) for v in shown.versions if v.number == "2.0")

    assert (1, 2) == (files("2026-03-01T11:02:30"), files("2026-03-01T11:03:00"))


def test_every_file_of_pypi_has_provenance_that_names_the_attempt() -> None:
    asked = Asked("small-pypi", "2026-03-01T12:00:00")
    version = next(v for v in snapshot(asked, PYPI).versions if v.number == "2.0")
    found = evidence(asked, version)

    assert 2 == len(found)
    assert {(7, 2)} == {(e.run.run_id, e.run.attempt) for e in found if e.run is not None}
    assert {digest for file in version.files for digest in file.digests} == {d for e in found for d in e.digests}


def test_yank_and_quarantine_are_shown() -> None:
    yanked = next(v for v in snapshot(Asked("small-pypi", "2026-03-02T07:00:00"), PYPI).versions if v.number == "1.1")
    hidden = snapshot(Asked("small-pypi", "2026-03-03T01:00:00"), PYPI)

    assert {True} == {file.yanked for file in yanked.files}
    assert (True, ()) == (hidden.quarantined, tuple(v for v in hidden.versions if v.files))


def test_what_is_not_there_is_404() -> None:
    asked = Asked("small-rogue", "2026-03-02T04:00:00")
    paths = ("/npm/nothing", "/npm/-/npm/v1/attestations/@octo%2fwidget@1.4.1", "/pypi/simple/nothing/")

    assert [404, 404, 404] == [asked.client.get(path).status_code for path in paths]


def test_no_document_names_another_host() -> None:
    text: Any = Asked("small-rogue", "2026-03-02T04:00:00").client.get("/npm/@octo%2fwidget").json
    hosts = {v["dist"]["tarball"].split("/")[2] for v in text["versions"].values()}

    assert {"localhost"} == hosts
