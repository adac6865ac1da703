"""npm: what its documents mean to us."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from tests.registries.documents import (
    COMMIT,
    INTEGRITY,
    NPM,
    READ_AT,
    SCOPED,
    SHA1,
    SHA512,
    manifest,
    packument,
    page,
    version,
)
from verifier.model import Account, AccountKind, Artifact, File, Line
from verifier.registries import npm
from verifier.registries.base import Ask, Snapshot, Unreadable


def read(document: object) -> Snapshot:
    answer = npm.read(SCOPED, page(document), READ_AT)
    assert isinstance(answer, Snapshot), answer
    return answer


def only(**changes: object):
    [found] = read(packument({"1.0.0": manifest("1.0.0", **changes)})).versions
    return found


def test_the_full_document_is_asked_for_with_the_scope_escaped():
    ask = npm.ask(SCOPED, NPM + "/")

    assert "https://registry.example/@alice%2fwidget" == ask.url
    assert "application/json" == ask.accept


def test_a_version_is_shown_with_its_file_digests_time_and_account():
    found = only()

    assert ("1.0.0", Line("release", 1), READ_AT) == (found.number, found.line, found.first_seen_at)
    assert datetime(2026, 2, 1, 12, tzinfo=UTC) == found.published_at
    assert Account("alice", AccountKind.PERSON) == found.account
    assert (File("widget-1.0.0.tgz", (f"sha1:{SHA1}", f"sha512:{SHA512}"), found.published_at),) == found.files
    assert not found.attested
    assert not found.install_scripts
    assert not found.placeholder


def test_several_digests_of_one_file_are_all_kept():
    sha256 = "sha256-" + base64.b64encode(bytes(32)).decode()

    found = only(dist={"integrity": f"{INTEGRITY}?option  {sha256}"})

    assert (f"sha256:{'00' * 32}", f"sha512:{SHA512}") == found.files[0].digests


def test_a_trusted_publisher_is_told_from_a_person():
    user = {"name": "GitHub Actions", "trustedPublisher": {"id": "github", "oidcConfigId": "oidc:1"}}

    assert Account("GitHub Actions", AccountKind.TRUSTED_PUBLISHER) == only(_npmUser=user).account


def test_another_providers_trusted_publisher_does_not_pass_for_one_of_githubs():
    user = {"name": "GitLab CI/CD", "trustedPublisher": {"id": "gitlab"}}

    assert Account("GitLab CI/CD", AccountKind.PERSON) == only(_npmUser=user).account


def test_the_person_who_approved_a_staged_version_is_kept():
    user = {"name": "GitHub Actions", "trustedPublisher": {"id": "github"}, "approver": {"name": "bob"}}

    assert Account("GitHub Actions", AccountKind.TRUSTED_PUBLISHER, "bob") == only(_npmUser=user).account


def test_a_version_says_that_the_registry_holds_provenance_for_it():
    dist = {"integrity": INTEGRITY, "attestations": {"url": "https://elsewhere.example", "provenance": {}}}

    assert only(dist=dist).attested


@pytest.mark.parametrize("name", ["preinstall", "install", "postinstall"])
def test_scripts_that_run_at_installation_are_seen(name):
    assert only(scripts={name: "node x.js"}).install_scripts


def test_scripts_that_run_at_other_times_are_not_install_scripts():
    assert not only(scripts={"test": "x", "prepare": "y"}).install_scripts


def test_the_registrys_own_word_about_install_scripts_counts():
    assert only(hasInstallScript=True).install_scripts


def test_versions_that_time_still_names_are_removed_ones():
    """The registry keeps the time of an unpublished version: it was there, and is judged too."""
    document = packument({"1.0.0": manifest("1.0.0")})
    document["time"]["1.0.1"] = "2026-02-20T09:00:00.000Z"

    [gone] = read(document).removed

    assert ("1.0.1", datetime(2026, 2, 20, 9, tzinfo=UTC), READ_AT) == (gone.number, gone.published_at, gone.removed_at)
    assert () == gone.files


def test_a_package_that_was_taken_down_whole_shows_all_its_versions_as_removed():
    taken_down = {"name": "alice", "time": "2026-02-20T09:00:00.000Z", "versions": ["1.0.0", "1.0.1"]}
    document = {"name": SCOPED.name, "time": {"1.0.0": "2026-02-01T12:00:00Z", "unpublished": taken_down}}

    found = read(document)

    assert () == found.versions
    first, second = datetime(2026, 2, 1, 12, tzinfo=UTC), datetime(2026, 2, 20, 9, tzinfo=UTC)
    assert [("1.0.0", first), ("1.0.1", second)] == [(gone.number, gone.published_at) for gone in found.removed]


def test_a_version_that_only_begins_like_a_stand_in_is_judged():
    [found] = read(packument({"0.0.0-stage-pwn": manifest("0.0.0-stage-pwn")})).versions

    assert not found.placeholder


@pytest.mark.parametrize("number", ["0.0.1-security", "0.0.1-security.3", "0.0.0-stage"])
def test_the_registrys_own_stand_ins_are_placeholders(number):
    [found] = read(packument({number: manifest(number)})).versions

    assert found.placeholder


@pytest.mark.parametrize("number", ["0.0.1-security-fix", "0.0.1", "0.0.0", "1.0.0-stage"])
def test_a_version_that_only_resembles_a_stand_in_is_judged(number):
    [found] = read(packument({number: manifest(number)})).versions

    assert not found.placeholder


def test_a_stand_in_that_runs_code_at_installation_is_judged():
    document = packument({"0.0.1-security": manifest("0.0.1-security", scripts={"postinstall": "node x.js"})})

    assert not read(document).versions[0].placeholder


def test_dist_tags_are_channels():
    document = packument({"1.0.0": manifest("1.0.0")}, **{"dist-tags": {"next": "2.0.0-rc.1", "latest": "1.0.0"}})

    assert (("latest", "1.0.0"), ("next", "2.0.0-rc.1")) == read(document).channels


@pytest.mark.parametrize("repository", [{"url": "git+https://github.com/a/b.git"}, "git+https://github.com/a/b.git"])
def test_the_repository_is_what_the_publisher_says(repository):
    assert "git+https://github.com/a/b.git" == read(packument({}, repository=repository)).repository


def test_where_a_mirror_names_none_for_the_whole_the_newest_versions_counts():
    named = manifest("1.0.0", repository={"url": "git+https://github.com/a/b.git"})
    document = packument({"1.0.0": named}, repository=None, **{"dist-tags": {"latest": "1.0.0"}})

    assert "git+https://github.com/a/b.git" == read(document).repository
    for tags in ({}, {"latest": "2.0.0"}, {"latest": ["1.0.0"]}, 7):
        assert "" == read({**document, "dist-tags": tags}).repository


@pytest.mark.parametrize("repository", [None, 7, [], {"url": 7}, "x" * 5000, "a\nb"])
def test_a_repository_that_makes_no_sense_is_none(repository):
    found = read(packument({}, repository=repository))

    assert "" == found.repository
    assert () == found.unread


def test_a_document_without_times_still_shows_its_versions():
    """A proxy in between may strip fields; data that is missing is missing, not wrong."""
    document = packument({"1.0.0": manifest("1.0.0")})
    del document["time"]

    found = read(document)

    assert [None] == [v.published_at for v in found.versions]
    assert ("time is missing where an object belongs",) == found.unread


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"_npmUser": "alice"}, "versions['1.0.1']._npmUser is text where an object belongs"),
        ({"_npmUser": {"name": "a\x00b"}}, "versions['1.0.1']._npmUser.name holds characters that cannot be shown"),
        ({"dist": []}, "versions['1.0.1'].dist is a list where an object belongs"),
        ({"dist": {"integrity": "sha512-!!!"}}, "versions['1.0.1'].dist.integrity is not Base64"),
        ({"dist": {"integrity": "md5-AAAA"}}, "versions['1.0.1'].dist.integrity is not a digest"),
        ({"dist": {"shasum": "xyz"}}, "versions['1.0.1'].dist.shasum is not a digest"),
    ],
)
def test_a_field_that_cannot_be_read_hides_neither_its_version_nor_the_others(changes, complaint):
    """A publisher writes some of these fields: a bad one must not make a version invisible."""
    document = packument({"1.0.0": manifest("1.0.0"), "1.0.1": manifest("1.0.1", **changes)})

    found = read(document)

    assert ["1.0.0", "1.0.1"] == [v.number for v in found.versions]
    assert (complaint,) == found.unread


@pytest.mark.parametrize("wrong", [None, 7, "text", [], True])
def test_a_version_that_is_no_object_is_still_shown(wrong):
    found = read(packument({"1.0.0": manifest("1.0.0"), "1.0.1": wrong}))

    assert ["1.0.0", "1.0.1"] == [v.number for v in found.versions]
    assert "versions['1.0.1']" in found.unread[0]


@pytest.mark.parametrize(
    "time", [7, "yesterday", "2026-02-01T12:00:00", "2026-02-01", "0001-01-01T00:00:00+14:00", None]
)
def test_a_time_that_is_none_is_missing_and_named(time):
    document = packument({"1.0.0": manifest("1.0.0")})
    document["time"]["1.0.0"] = time

    found = read(document)

    assert [None] == [v.published_at for v in found.versions]
    assert ["time['1.0.0']"] == [complaint.split(" ")[0] for complaint in found.unread]


@pytest.mark.parametrize("name", ["1.0.0 evil", "1.0.0\n", "x" * 300, "", "\u202e1.0.0", "\ud800"])
def test_a_name_that_can_be_no_version_is_left_out_and_named(name):
    found = read(packument({"1.0.0": manifest("1.0.0"), name: manifest("x")}))

    assert ["1.0.0"] == [v.number for v in found.versions]
    assert any("a name in versions" in complaint for complaint in found.unread)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (b"", "not JSON"),
        (b"\x1f\x8b\x08\x00", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "the document"),
        (b"NaN", "the document"),
        ({"error": "Not found"}, "name"),
        (packument({}, name="other"), "name"),
        ({**packument({}), "versions": []}, "versions"),
        ({**packument({}), "versions": None}, "versions"),
    ],
)
def test_a_document_that_is_none_is_unreadable_and_says_why(document, field):
    answer = npm.read(SCOPED, page(document), READ_AT)

    assert isinstance(answer, Unreadable)
    assert field in answer.problem


def test_what_one_version_nests_too_deep_hides_no_other():
    """A publisher may write any field into a version; thousands of brackets would stop the parser."""
    deep = '{"x":' * 5_000 + "1" + "}" * 5_000
    body = (
        f'{{"name":"{SCOPED.name}","time":{{}},"versions":'
        f'{{"1.0.0":{{"custom":{deep},"hasInstallScript":true}},"1.0.1":{{"dist":{{"shasum":"{SHA1}"}}}}}}}}'
    ).encode()

    found = read(body)

    assert [("1.0.0", True), ("1.0.1", False)] == [(v.number, v.install_scripts) for v in found.versions]
    assert (f"sha1:{SHA1}",) == found.versions[1].files[0].digests


def test_a_number_of_thousands_of_digits_hides_no_version():
    body = f'{{"name":"{SCOPED.name}","time":{{}},"versions":{{"1.0.0":{{"custom":{"9" * 100_000}}}}}}}'.encode()

    assert ["1.0.0"] == [v.number for v in read(body).versions]


def test_wrong_bytes_hide_no_version():
    body = f'{{"name":"{SCOPED.name}","time":{{}},"versions":{{"1.0.0":{{"description":"'.encode() + b'\xff\xfe"}}}'

    assert ["1.0.0"] == [v.number for v in read(body).versions]


def test_of_two_equal_keys_the_last_counts_as_it_does_for_installers():
    body = f'{{"name":"x","name":"{SCOPED.name}","versions":{{"1.0.0":7}},"versions":{{"2.0.0":{{}}}},"time":{{}}}}'

    assert ["2.0.0"] == [v.number for v in read(body.encode()).versions]


def test_a_hundred_thousand_versions_are_read():
    many = {f"1.0.{patch}": {"dist": {"shasum": "wrong"}} for patch in range(100_000)}

    found = read(packument(many))

    assert 100_000 == len(found.versions)
    assert "more fields could not be read" in found.unread[-1]
    assert len(found.unread) <= 101


def test_provenance_is_asked_for_on_our_own_base():
    """The address in the document is data: following it would let data choose whom we ask."""
    document = packument({"1.0.0": manifest("1.0.0", dist={"attestations": {"url": "https://elsewhere.example/x"}})})
    [attested] = read(document).versions

    assert (
        Ask(
            "https://registry.example/-/npm/v1/attestations/@alice%2fwidget@1.0.0",
            "application/json",
            npm.EVIDENCE_LIMIT,
        ),
    ) == npm.ask_evidence(attested, NPM)


def test_nothing_is_asked_about_a_version_without_provenance():
    assert () == npm.ask_evidence(version(files=(File("widget-1.0.0.tgz"),)), NPM)


def test_an_unscoped_name_is_read_too():
    document = {"name": "widget", "time": {}, "versions": {"1.0.0": {"gitHead": COMMIT}}}

    answer = npm.read(Artifact("pkg:npm/widget"), page(document), READ_AT)

    assert isinstance(answer, Snapshot)
    assert "widget-1.0.0.tgz" == answer.versions[0].files[0].name
