"""A scenario says what is wrong with it, where, and what to write instead."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.attempt import Run
from sandbox.events import Publish, Tag
from sandbox.scenario import FILE, load, scenarios_in
from sandbox.strict import ScenarioError
from tests.sandbox.github import SCENARIOS, at, scenario

GOOD = (SCENARIOS / "small-rogue" / FILE).read_text()
SOURCE = (SCENARIOS / "small-source" / FILE).read_text()
IMAGES = (SCENARIOS / "small-images" / FILE).read_text()


def written(folder: Path, text: str) -> Path:
    (folder / FILE).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version: 1.4.1, by", "verison: 1.4.1, by", "line 26: timeline[2].publish.verison: unknown key; did you mean"),
        ("class: T", "class: X", "class: must be one of T, W, R, H, F, N"),
        ("class: T\n", "", "'class' is missing"),
        ("2026-03-02T03:00:10Z", "2026-03-02T03:00:10+02:00", "must be a time in UTC"),
        ("2026-03-02T03:00:10Z", "2026-03-02", "must be a time in UTC"),
        ("until: 2026-03-03", "until: 2026-02-03", "must lie after `installed`"),
        ("until: 2026-03-03", "until: 2026-03-02", "until: lies before something in the timeline"),
        ("every: 7d", "every: 7 days", "must be a span like 30s"),
        ("every: 7d", "every: 60d", "its last version lies after `installed`"),
        ("by: mona", "by: [mona]", "timeline[2].publish.by: must be a text"),
        ("attested: {run: 100}", "attested: true", "say which run it names"),
        (
            "outcome: compliant}\n  - {artifact: pkg:npm/%40octo/widget, version: 1.4.1",
            "outcome: fine}\n  - {artifact: pkg:npm/%40octo/widget, version: 1.4.1",
            "must be one of compliant",
        ),
        ("version: 1.3.0, outcome", "version: 9.9.9, outcome", "is never published in this scenario"),
        ("reasons: [no-run]", "reasons: [no-rum]", "'no-rum' is no reason id"),
        ("repositories:\n  - name: octo/widget", "repositories:\n  - name: widget", "must be owner/name"),
        ("purl: pkg:npm/%40octo/widget", "purl: pkg:cargo/widget", "has registries for npm, pypi"),
        ("version: 1.4.1, by", "version: 1.4.0, by", "is published twice"),
        ("remove: {version: 1.4.1}}", "remove: {version: 1.4.1}, yank: {version: 1.4.1}}", "exactly one thing"),
        ("title: a", "title: &x a", "anchors and aliases are not read"),
        ("title: a", "title: {: a", "is not YAML"),
        ("class: T", "class: T\nclass: T", "class: stands here twice"),
        ("{id: 100, ref", "{id: -1, ref", "timeline[0].run.id: must be a whole number"),
    ],
)
def test_a_mistake_is_one_error_that_says_where_and_what_to_do(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(ScenarioError) as raised:
        load(written(tmp_path, GOOD.replace(old, new, 1)))

    assert said in str(raised.value)
    assert FILE in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{orphan: true}", "{orphan: true, branches: []}", "commit.orphan: no branch holds an orphan"),
        ("{orphan: true}", "{branches: [refs/tags/v9]}", "commit.branches: branches hold commits"),
        ("{orphan: true}", "{pull_requests: [none]}", "commit.pull_requests[0]: must be a whole number"),
        ("src/index.js: evil()", "/etc/passwd: evil()", "'/etc/passwd' is no path inside a folder"),
        ("src/index.js: evil()", "../index.js: evil()", "'../index.js' is no path inside a folder"),
        ("src/index.js: evil()", "package.json: evil()", "'package.json' stands here twice"),
        ("by: octo, contents", 'by: octo, digest: "sha1:0", contents', "have their own names and digests"),
        ("log: gone", "log: lost", "log: must be one of gone"),
        ("npm: [lathe@9.0.0]", "npm: [lathe]", "log.npm[0]: must be name@version"),
        ("npm: [lathe@9.0.0]", "pypi: [lathe@9.0.0]", "neither rehearses nor stages"),
        ("name: patch-1, by", "name: main, by", "does not let anybody delete the default branch"),
        ("attested: {run: 100}}", "attested: false}", "attestation.attested: say which run it names"),
    ],
)
def test_a_mistake_about_the_source_is_told_as_well(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in SOURCE
    with pytest.raises(ScenarioError) as raised:
        load(written(tmp_path, SOURCE.replace(old, new, 1)))

    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version: 1.12.0, attested", "version: 1.12.0, tag: next, attested", "publish.tag: is about packages"),
        ("version: 1.12.0, attested", "version: v/1, attested", "publish.version: is no tag of an image"),
        ("version: 1.12.0, by: mona", "version: 1.12.0", "Docker Hub shows who pushed"),
        ("[linux/amd64, linux/arm/v7]", "[linux]", "publish.platforms[0]: is no platform"),
        ("[linux/amd64, linux/arm/v7]", '{linux/amd64: "sha256:0"}', "go with the `digest` of their index"),
        ("bytes: a thief's", f'digest: "sha256:{64 * "0"}"', "only of Docker Hub digests are asked"),
        ('digest: "sha256:a0', 'bytes: x, digest: "sha256:a0', "publish.bytes: nobody has the bytes of a digest"),
        ('digest: "sha256:a0', 'digest: "sha256:A0', "publish.digest: must be sha256: and 64 hex digits"),
        ("from: 1.11.0", "from: 9.9.9", "retag.from: is no tag that is ever pushed"),
        ("at: 2026-03-01T12:00:00Z}}", "at: 2026-03-03T12:00:00Z}}", "retag.from.at: lies after the moment"),
        ('"octo/crate:1.12.0"', "octo/crate", "log.images[0]: must be namespace/name:tag"),
        ('"octo/crate:1.12.0"', '"Octo crate:1.12.0"', "log.images[0]: "),
        ('images: ["octo', 'dry: true, images: ["octo', "nothing that pushes images rehearses"),
        ("releases: true", "releases: false", "delete_releases: there are no releases to delete"),
    ],
)
def test_a_mistake_about_an_image_is_told_as_well(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in IMAGES
    with pytest.raises(ScenarioError) as raised:
        load(written(tmp_path, IMAGES.replace(old, new, 1)))

    assert said in str(raised.value)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from((GOOD, SOURCE, IMAGES)), st.floats(0, 1, exclude_max=True), st.text(max_size=6))
def test_whatever_stands_in_it_a_scenario_loads_or_says_why_not(
    tmp_path_factory: pytest.TempPathFactory, good: str, share: float, text: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    position = int(share * len(good))
    (folder / FILE).write_bytes((good[:position] + text + good[position + len(text) :]).encode("utf-8", "replace"))
    try:
        assert load(folder).events
    except ScenarioError as error:
        assert FILE in str(error)


def test_a_document_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="is larger than"):
        load(written(tmp_path, GOOD + "#" * 600_000))


def test_a_folder_without_scenarios_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="name a scenario directory"):
        scenarios_in([tmp_path])


def test_a_folder_of_scenarios_names_them_all_once() -> None:
    one = SCENARIOS / "small-rogue"

    others = [SCENARIOS / f"small-{kind}" for kind in ("images", "missed", "pypi", "source")]

    assert [one, *others] == scenarios_in([one, SCENARIOS])


def test_history_becomes_runs_tags_and_versions_with_the_publication_inside_the_step() -> None:
    events = [event for event in scenario("small-rogue").events if event.at < at("2026-02-01T00:00:00")]
    runs = [event for event in events if isinstance(event, Run)]
    tags = [event for event in events if isinstance(event, Tag)]
    versions = [event for event in events if isinstance(event, Publish)]

    assert ["1.0.0", "1.1.0", "1.2.0", "1.3.0"] == [version.version for version in versions]
    assert ["v1.0.0", "v1.1.0", "v1.2.0", "v1.3.0"] == [tag.name for tag in tags]
    for run, version, tag in zip(runs, versions, tags, strict=True):
        (step,) = run.jobs[0].steps
        assert step.starts < version.at < step.ends
        assert (f"refs/tags/{tag.name}", tag.sha) == (run.ref, run.sha)
        assert version.files[0].attested is not None
        assert version.files[0].attested.run == run.id


def test_a_version_needs_no_quotes() -> None:
    versions = [event.version for event in scenario("small-pypi").events if isinstance(event, Publish)]

    assert ["1.0", "1.1", "1.10", "2.0"] == versions


def test_a_rerun_keeps_id_commit_and_creation_and_has_its_own_start() -> None:
    one, two = (event for event in scenario("small-pypi").events if isinstance(event, Run) and event.id == 7)

    assert (one.created, one.sha, 1, 2) == (two.created, two.sha, one.attempt, two.attempt)
    assert timedelta(hours=1) == two.at - one.at


def test_the_same_names_give_the_same_numbers_in_every_play() -> None:
    assert scenario("small-pypi").events == load(SCENARIOS / "small-pypi").events


def test_numbered_versions_are_as_many_as_said(tmp_path: Path) -> None:
    text = GOOD.replace("versions: [1.0.0, 1.1.0, 1.2.0, 1.3.0]", 'versions: {pattern: "1.{}.0", from: 1, count: 3}')
    loaded = load(written(tmp_path, text))

    assert ["1.1.0", "1.2.0", "1.3.0"] == [e.version for e in loaded.events if isinstance(e, Publish)][:3]
