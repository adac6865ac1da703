"""The contract of every export, and what each promises beyond it."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from checks.exports import EXPORTS, csv_rows, openvex, osv, whole_json
from checks.exports.base import CaseFile, Export, NothingToExport
from checks.exports.products import purl
from tests.checks.examples import AT, CASES, incident, member, suspect
from tests.checks.exports.cases import FILES, FORMULAS, HOSTILE, NOW, case, held, hostile
from tests.checks.exports.schemas import OPENVEX, OSV
from verifier import purls
from verifier.model import Artifact, Outcome, Waiver

GOLDEN = Path(__file__).with_name("golden")
every_export = pytest.mark.parametrize("export", EXPORTS.values(), ids=EXPORTS)
texts = st.sampled_from((*HOSTILE, *FORMULAS, "../../../etc/x", "\0", "…")) | st.text(max_size=300)


def entries(content: bytes) -> dict[str, str]:
    """The files of an archive by their names."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def records(of: CaseFile) -> list[dict[str, Any]]:
    return [json.loads(text) for text in entries(osv.export(of)).values()]


def statements(of: CaseFile) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(openvex.export(of))["statements"]
    return found


def table(of: CaseFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_rows.export(of).decode(), newline=""), strict=True))


def readable(export: Export, content: bytes) -> str:
    """An export as one text file."""
    if export is not osv:
        return content.decode().replace("\r\n", "\n")
    return "".join(f"===== {name}\n{text}" for name, text in entries(content).items())


def kinds(text: str) -> set[str]:
    """What Markdown makes of a text, blocks and HTML of any kind."""
    tokens = MarkdownIt("commonmark").parse(text)
    inside = {child.type for token in tokens for child in token.children or () if "html" in child.type}
    return {token.type.removesuffix("_open").removesuffix("_close") for token in tokens} | inside


def made(export: Export, of: CaseFile) -> bytes | None:
    """The export; None where it has no words for it."""
    try:
        return export.export(of)
    except NothingToExport:
        return None


@every_export
def test_a_format_names_itself_its_media_type_and_its_ending(export: Export) -> None:
    assert export is EXPORTS[export.NAME]
    assert "/" in export.MEDIA_TYPE
    assert export.SUFFIX.startswith(".")


@every_export
@pytest.mark.parametrize("name", [name for name in FILES if name != "many"])
def test_the_file_is_what_was_read_and_agreed_on(export: Export, name: str) -> None:
    """Rewrite after a change with UPDATE_GOLDEN=1, and read the difference as the responder would."""
    content = made(export, FILES[name])
    if content is None:
        pytest.skip(f"{export.NAME} has no words for {name}")
    text, path = readable(export, content), GOLDEN / f"{export.NAME}-{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == text


@every_export
@pytest.mark.parametrize("name", FILES)
def test_the_same_case_file_gives_the_same_bytes(export: Export, name: str) -> None:
    assert made(export, FILES[name]) == made(export, replace(FILES[name]))


@every_export
@pytest.mark.parametrize("name", FILES)
def test_what_must_be_known_before_it_is_used_is_said_in_sentences(export: Export, name: str) -> None:
    said = export.notes(FILES[name])

    assert said
    assert [] == [note for note in said if not note.endswith(".") or "\n" in note]


@every_export
@given(texts)
@example("x" * 65_536)
@example("=cmd|' /C calc'!A0")
@example("-->\n```\n# x\n<script>")
@example("../../../../etc/passwd")
def test_hostile_text_stays_text(export: Export, text: str) -> None:
    """Whatever strangers write, the file has the shape it has without them."""
    content = made(export, hostile(text))
    assert content is not None
    if export is osv:
        (name,) = entries(content)
        assert not PurePosixPath(name).is_absolute()
        assert ".." not in PurePosixPath(name).parts
        assert name.startswith("osv/malicious/npm/")
        (record,) = records(hostile(text))
        assert ["npm"] == [affected["package"]["ecosystem"] for affected in record["affected"]]
        assert len(record["details"].encode()) <= osv.LIMIT
        assert {"paragraph", "inline", "heading", "bullet_list", "list_item"} >= kinds(record["details"])
        assert 1 == record["details"].count("\n### ")
    elif export is csv_rows:
        (row,) = table(hostile(text))
        assert set(csv_rows.COLUMNS) == set(row)
        assert [] == [v for v in row.values() if v.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]
        assert all(value.isprintable() for value in row.values())
    elif export is openvex:
        assert ["under_investigation"] == [statement["status"] for statement in statements(hostile(text))]
    else:
        assert text == json.loads(content)["versions"][0]["member"]["number"]


@pytest.mark.parametrize("name", FILES)
def test_every_record_is_one_of_osv_as_malicious_packages_wants_it(name: str) -> None:
    content = made(osv, FILES[name])
    for text in entries(content).values() if content is not None else ():
        assert [] == [error.message for error in Draft202012Validator(OSV).iter_errors(json.loads(text))]


@pytest.mark.parametrize("name", FILES)
def test_every_document_is_one_of_openvex(name: str) -> None:
    document = json.loads(openvex.export(FILES[name]))

    assert [] == [error.message for error in Draft202012Validator(OPENVEX).iter_errors(document)]


def test_each_package_has_a_record_of_its_own_where_the_repository_keeps_it() -> None:
    found = entries(osv.export(FILES["many"]))

    assert 42 == len(found)
    assert "osv/malicious/npm/@tanstack/part-00/MAL-0000-4f2a9c0d1e3b5a67.json" in found
    assert {2} == {len(json.loads(text)["affected"][0]["versions"]) for text in found.values()}
    assert "osv/malicious/pypi/ultralytics/MAL-0000-4f2a9c0d1e3b5a67.json" in entries(osv.export(FILES["taken-down"]))


def test_a_record_says_first_that_a_person_must_look_and_that_only_the_origin_is_known() -> None:
    (record,) = records(FILES["rogue"])

    assert record["details"].startswith("**To do before filing: a person must look at the files.**")
    assert "not what is in them" in record["details"]
    assert "malicious" in " ".join(osv.notes(FILES["rogue"]))
    assert {"id", "summary", "aliases"}.isdisjoint(record)


def test_images_and_what_nobody_holds_against_a_version_are_left_out_of_osv_and_that_is_said() -> None:
    (axios, ultralytics) = records(FILES["packages-and-images"])

    assert ("npm", "PyPI") == tuple(r["affected"][0]["package"]["ecosystem"] for r in (axios, ultralytics))
    assert "Left out: 1 tag of images" in " ".join(osv.notes(FILES["packages-and-images"]))
    assert [["1.14.1"]] == [r["affected"][0]["versions"] for r in records(FILES["everything"])]
    assert "Left out: 2 versions" in " ".join(osv.notes(FILES["everything"]))


@pytest.mark.parametrize("name", ["images", "suspect", "cleared"])
def test_what_osv_has_no_words_for_is_refused_with_the_formats_that_have(name: str) -> None:
    with pytest.raises(NothingToExport, match="Use openvex, csv or json"):
        osv.export(FILES[name])


@pytest.mark.parametrize("flag", ["waived", "muted"])
def test_what_a_person_took_on_themselves_is_never_reported_to_osv(flag: str) -> None:
    taken: dict[str, Any] = {flag: True}
    with pytest.raises(NothingToExport):
        osv.export(case(incident(member(**taken))))


def test_a_record_links_nothing_of_a_private_repository() -> None:
    assert [[]] == [record["references"] for record in records(FILES["private"])]
    assert [1] == [len(record["references"]) for record in records(FILES["contradicted"])]


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_ever_stated_as_affected_or_fixed(name: str) -> None:
    """The monitor knows origins, not contents."""
    assert {s["status"] for s in statements(FILES[name])} <= {"under_investigation", "not_affected"}


def test_what_a_person_waived_is_not_affected_in_their_words_and_only_while_the_waiver_runs() -> None:
    mine = member(waived=True)
    waiver = Waiver(mine.artifact, mine.number, mine.fingerprint, "carol", "by hand", AT, AT + timedelta(days=30))

    def stated(at: Any = NOW, **changes: Any) -> dict[str, Any]:
        whole = case(incident(mine), False, "", replace(held(mine), waivers=(replace(waiver, **changes),)))
        (found,) = statements(replace(whole, at=at))
        return found

    assert "not_affected" == stated()["status"]
    assert "carol vouches for exactly these files" in stated()["impact_statement"]
    assert "2026-04-30" in stated()["impact_statement"]
    assert "under_investigation" == stated(at=AT + timedelta(days=30))["status"]
    assert "under_investigation" == stated(fingerprint="sha256:" + "1" * 64)["status"]
    assert "under_investigation" == statements(case(incident(mine)))[0]["status"]


def test_a_waiver_that_its_author_took_back_names_nobody() -> None:
    mine = member(waived=True)
    given_ = Waiver(mine.artifact, mine.number, mine.fingerprint, "carol", "by hand", AT, AT + timedelta(days=30))
    back = replace(given_, reason="no, not by us", given_at=AT + timedelta(hours=1), expires_at=AT + timedelta(hours=1))

    (found,) = statements(case(incident(mine), False, "", replace(held(mine), waivers=(given_, back))))

    assert "under_investigation" == found["status"]
    assert "carol" not in json.dumps(found)


@given(st.sampled_from(Outcome), st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_only_an_approved_run_or_a_persons_word_ends_an_investigation(
    outcome: Outcome, removed: bool, gone: bool, muted: bool, odd: bool
) -> None:
    of = member(outcome=outcome, removed=removed, gone=gone, muted=muted, odd=("burst",) if odd else ())
    (found,) = statements(case(incident(of)))

    accounted = outcome is Outcome.COMPLIANT and not odd
    assert ("not_affected" if accounted else "under_investigation") == found["status"]


def test_foreign_bytes_that_a_tag_held_before_are_stated_by_their_digest() -> None:
    found = {s["products"][0]["@id"]: s["status"] for s in statements(FILES["put-back"])}
    name = "pkg:oci/kubernetes-ingress-controller@sha256%3A{:064x}"
    where = "?repository_url=docker.io/kong/kubernetes-ingress-controller&tag=3.4.0"

    assert {
        name.format(1) + where: "not_affected",
        name.format(10) + where: "under_investigation",
    } == found


def test_a_document_that_says_something_else_has_another_id() -> None:
    one, other = (json.loads(openvex.export(case(CASES[name])))["@id"] for name in ("rogue", "cleared"))

    assert one != other
    assert one == json.loads(openvex.export(FILES["rogue"]))["@id"]


@pytest.mark.parametrize("number", ["1.14.1", "1.0.0+build", "1.0~rc", "0.0.1-a_b"])
@pytest.mark.parametrize("name", ["pkg:npm/%40scope/name", "pkg:pypi/widget"])
def test_a_packages_purl_is_the_one_of_the_specification(name: str, number: str) -> None:
    assert purls.versioned(Artifact(name), number) == purl(Artifact(name), number)


def test_an_image_without_a_known_digest_has_no_version_in_its_purl() -> None:
    artifact = purls.artifact("pkg:oci/app?repository_url=harbor.example:8443/team/app")

    assert "pkg:oci/app?repository_url=harbor.example:8443/team/app&tag=3.4" == purl(artifact, "3.4")


def test_the_table_has_a_row_for_each_file_of_each_version_and_of_what_a_tag_held_before() -> None:
    assert [("3.4.0", "now"), ("3.4.0", "before")] == [(r["version"], r["held"]) for r in table(FILES["put-back"])]
    assert ["0.30.4", "1.14.1", "1.14.2"] == sorted(row["version"] for row in table(FILES["everything"]))
    assert [("", "non_compliant")] == [(r["file"], r["outcome"]) for r in table(FILES["nothing-known"])]


def test_the_table_ends_its_lines_as_rfc_4180_says() -> None:
    content = csv_rows.export(FILES["rogue"])

    assert content.endswith(b'"\r\n')
    assert 2 == content.count(b"\r\n") == content.count(b"\n")
    content.decode("utf-8")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_cell_is_never_a_formula_and_still_shows_what_it_was(text: str) -> None:
    shown = csv_rows.cell(text)

    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r", "\n", " ", "＝"))
    assert "1" in shown or "cmd" in shown or "SUM" in shown


def test_the_whole_evidence_holds_every_shelf() -> None:
    document = json.loads(whole_json.export(FILES["everything"]))
    (rogue, asked, mine) = document["versions"]

    assert (1, "artifact-monitor.incident") == (document["format"], document["kind"])
    assert "verified" == rogue["now"]["attestations"][0]["standing"]
    assert rogue["now"]["version"]["files"][0]["digests"] == list(CASES["rogue"].members[0].digests)
    assert ["no-run", "trust-downgrade"] == [f["reason"] for f in rogue["verdicts"][0]["verdict"]["findings"]]
    assert ["1.x", "0.x"] == [rogue["now"]["version"]["line"], asked["mutes"][0]["line"]]
    assert "carol" == mine["waivers"][0]["by"]
    assert "acknowledge" == document["commands"][0]["command"]["verb"]
    assert document["commands"][0]["answer"]["accepted"]
    assert ["opened", "rogue"] == [notice["kind"] for notice in document["history"]]
    assert "tampered" == document["bulletins"][0]["kind"]
    assert "skipped" == document["runs"][0]["steps"][0]["conclusion"]
    assert (["issue"], 2) == ([post["channel"] for post in document["posts"]], document["told_elsewhere"])


def test_attestations_that_are_not_read_are_not_shown_as_none() -> None:
    of = held(member())
    assert of.dossier is not None
    unread = replace(of, dossier=replace(of.dossier, evidence=None))
    (version,) = json.loads(whole_json.export(case(incident(member()), False, "", unread)))["versions"]

    assert version["now"]["attestations"] is None


def test_what_has_no_form_yet_is_not_exported_by_accident() -> None:
    with pytest.raises(TypeError, match="bytes has no form"):
        whole_json.plain(b"secret")


def test_what_is_no_character_at_all_is_spelled_out() -> None:
    assert "pkg:npm/x@%5Cud800" == purl(Artifact("pkg:npm/x"), "\ud800")
    assert "‹U+D800›" == csv_rows.cell("\ud800")


def test_a_suspect_is_under_investigation_with_the_question_why() -> None:
    (found,) = statements(case(incident(suspect())))

    assert "never published it before" in found["status_notes"]
