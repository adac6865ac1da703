"""Python indexes: what their pages mean to us."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.registries.documents import PYPI, READ_AT, SAMPLE, SHA256, file, page, project, version
from verifier.model import File, Line
from verifier.registries import pypi
from verifier.registries.base import Snapshot, Unreadable

WHEEL, SDIST = "sample_project-1.0-py3-none-any.whl", "sample_project-1.0.tar.gz"


def read(document: object, **headers: str) -> Snapshot:
    answer = pypi.read(SAMPLE, page(document, **headers), READ_AT)
    assert isinstance(answer, Snapshot), answer
    return answer


def test_the_json_page_of_the_normalised_name_is_asked_for():
    ask = pypi.ask(SAMPLE, PYPI)

    assert "https://registry.example/simple/sample-project/" == ask.url
    assert "application/vnd.pypi.simple.v1+json" == ask.accept


def test_the_files_of_a_release_are_one_version():
    late = file(WHEEL, **{"upload-time": "2026-02-09T08:00:00Z"})

    [found] = read(project(late, file(SDIST), versions=["1.0"])).versions

    assert ("1.0", Line("release", 1), READ_AT) == (found.number, found.line, found.first_seen_at)
    assert [WHEEL, SDIST] == [f.name for f in found.files]
    assert ((f"sha256:{SHA256}",),) * 2 == tuple(f.digests for f in found.files)


def test_a_late_file_keeps_its_own_time_and_the_version_that_of_its_first():
    late = file(WHEEL, **{"upload-time": "2026-02-09T08:00:00Z"})

    [found] = read(project(late, file(SDIST))).versions

    assert datetime(2026, 2, 1, 12, 0, 0, 123456, tzinfo=UTC) == found.published_at
    assert datetime(2026, 2, 9, 8, tzinfo=UTC) == found.files[0].published_at


def test_spellings_of_one_version_are_one_version_named_as_the_index_names_it():
    files = file("sample_project-1.0rc1-py3-none-any.whl"), file("sample-project-1.0.0-rc.1.tar.gz")

    [found] = read(project(*files, versions=["1.0.0rc1"])).versions

    assert ("1.0.0rc1", 2) == (found.number, len(found.files))


def test_without_a_list_of_versions_the_first_file_names_the_version():
    """Else a file uploaded later could rename a version that we know."""
    late = file("sample_project-1.0.0-py3-none-any.whl", **{"upload-time": "2026-02-09T08:00:00Z"})
    document = project(late, file(SDIST))
    del document["versions"]

    assert ["1.0"] == [v.number for v in read(document).versions]


@pytest.mark.parametrize(
    "name",
    [
        "sample-project-1.0.zip",
        "Sample.Project-1.0.tar.gz",
        "sample_project-1.0-7-cp311-cp311-manylinux_2_17_x86_64.whl",
        "sample_project-1.0-py2.7.egg",
        "sample-project-1.0.tar.bz2",
        "sample-project-1.0.win32-py2.7.exe",
    ],
)
def test_every_kind_of_distribution_names_its_version(name):
    assert ["1.0"] == [v.number for v in read(project(file(name))).versions]


@pytest.mark.parametrize(
    ("yanked", "expected"), [(False, False), (True, True), ("broken", True), ("", True), (None, False)]
)
def test_a_yanked_file_is_marked_with_or_without_a_reason(yanked, expected):
    [found] = read(project(file(SDIST, yanked=yanked))).versions

    assert expected is found.files[0].yanked


def test_a_file_says_that_the_index_holds_provenance_for_it():
    attested = file(WHEEL, provenance="https://elsewhere.example/provenance")

    [found] = read(project(attested, file(SDIST))).versions

    assert [True, False] == [f.attested for f in found.files]
    assert not found.attested


def test_a_release_without_files_is_a_removed_one():
    found = read(project(file(SDIST), versions=["1.0", "1.1"]))

    assert ["1.0"] == [v.number for v in found.versions]
    assert [("1.1", READ_AT, None)] == [(v.number, v.removed_at, v.published_at) for v in found.removed]


def test_a_release_is_not_called_removed_while_a_file_could_not_be_placed():
    """The file that we could not read may be that release's."""
    found = read(project(file(SDIST), file("strange"), versions=["1.0", "1.1"]))

    assert () == found.removed
    assert ["1.0", "1.1"] == [v.number for v in found.versions]
    assert ("files['strange'].filename is not that of a distribution",) == found.unread


@pytest.mark.parametrize(("status", "expected"), [("quarantined", True), ("active", False), ("archived", False)])
def test_quarantine_is_seen(status, expected):
    assert expected is read(project(**{"project-status": {"status": status}})).quarantined


def test_an_older_api_without_times_versions_or_status_is_read():
    """Proxies and small index servers speak version 1.0 of the API."""
    document = {"meta": {"api-version": "1.0"}, "name": "sample-project", "files": [{"filename": SDIST, "hashes": {}}]}

    found = read(document)

    assert [("1.0", None, (File(SDIST),))] == [(v.number, v.published_at, v.files) for v in found.versions]
    assert () == found.unread


def test_a_version_outside_of_the_standard_is_shown_on_the_unknown_line():
    [found] = read(project(file("sample-project-2004d-legacy.tar.gz"))).versions

    assert ("2004d-legacy", Line("unknown", 2004), ()) == (found.number, found.line, found.rank)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"hashes": None}, f"files['{WHEEL}'].hashes is missing where an object belongs"),
        ({"hashes": {"sha256": "xyz"}}, f"files['{WHEEL}'].hashes.sha256 is not a hexadecimal digest"),
        ({"upload-time": 7}, f"files['{WHEEL}'].upload-time is a number where text belongs"),
        ({"filename": None}, "files[1].filename is missing where text belongs"),
        ({"filename": "other-1.0.tar.gz"}, "files['other-1.0.tar.gz'].filename is of another project"),
        ({"filename": "a" + "-" * 200 + ".whl"}, f"files['a{'-' * 79}\\u2026'].filename is not that of a distribution"),
    ],
)
def test_what_cannot_be_read_of_one_file_hides_no_other(changes, complaint):
    found = read(project(file(SDIST), {**file(WHEEL), **changes}))

    assert SDIST in {f.name for v in found.versions for f in v.files}
    assert (complaint,) == found.unread


def test_an_index_that_only_speaks_html_is_told_apart():
    answer = pypi.read(SAMPLE, page(b"<html>", **{"content-type": "text/html; charset=utf-8"}), READ_AT)

    assert isinstance(answer, Unreadable)
    assert "PEP 691" in answer.problem


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (b"", "not JSON"),
        (b'{"name":', "not JSON"),
        (b"7", "the document"),
        (project(name="other"), "name"),
        (project(name=None), "name"),
        (project(files={}), "files"),
    ],
)
def test_a_page_that_is_none_is_unreadable_and_says_why(document, field):
    answer = pypi.read(SAMPLE, page(document), READ_AT)

    assert isinstance(answer, Unreadable)
    assert field in answer.problem


@pytest.mark.parametrize("base", [PYPI, "https://registry.example/simple"])
def test_provenance_is_asked_for_file_by_file_on_our_own_base(base):
    files = File(WHEEL, attested=True), File(SDIST)

    asks = pypi.ask_evidence(version(SAMPLE, "1.0+x", files=files), base)

    assert [f"https://registry.example/integrity/sample-project/1.0%2Bx/{WHEEL}/provenance"] == [a.url for a in asks]
