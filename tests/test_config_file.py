"""The config file: strict, with the line of what is wrong; the schema for editors says the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import resources

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from verifier.discovery import config, strict
from verifier.discovery.config import Config, artifacts, read
from verifier.discovery.strict import BadConfig
from verifier.model import Artifact, Publisher, Repository
from verifier.model.github import EVENTS

REPOSITORY = Repository(7, 3, "alice/widget", datetime(2026, 1, 1, tzinfo=UTC), "main")
SCHEMA = json.loads(resources.files("verifier.discovery").joinpath("schema.json").read_text())

ONE = "version: 1\nartifacts:\n  - purl: pkg:npm/widget\n    workflows: [publish.yml]\n"

IMAGE = ONE.replace("pkg:npm/widget", "pkg:docker/alice/widget")
GHCR = "pkg:oci/widget?repository_url=ghcr.io/alice/widget"

WAIVER = (
    f"waivers: [{{purl: pkg:npm/a, version: '1.2.3', digest: 'sha256:{'0' * 64}', reason: x, until: '2027-03-31'}}]\n"
)

GOOD = {
    "one artifact": ONE,
    "images": f"""
version: 1
workflows: [push.yml]
moving: ["nightly-*"]
artifacts:
  - purl: pkg:docker/alice/widget
    mirrors: ["{GHCR}", "pkg:docker/x?repository_url=registry.example/alice"]
  - purl: {GHCR}
    moving: ["3.*", edge]
  - purl: pkg:npm/widget
""",
    "everything": """
version: 1
workflows: [.github/workflows/release.yaml]
refs: ["refs/tags/v*"]
events: [push]
manual: false
artifacts:
  - purl: pkg:npm/%40alice/widget
  - purl: pkg:pypi/widget
    workflows: [publish.yml, .github/workflows/nightly.yml]
    refs: [refs/heads/main]
    events: [schedule, pull_request]
    manual: true
""",
    "another CI system": """
version: 1
artifacts:
  - purl: pkg:pypi/widget
    environment: pypi
    signer: {issuer: "https://gitlab.com", identity: "https://gitlab.com/a/b//.gitlab-ci.yml@refs/tags/*"}
""",
    "how it wants to be spoken to": ONE
    + """grace: 2h
confidence: medium
report:
  check_runs: false
  issues: true
  advisories: false
  labels: [security, supply chain]
  assignees: [alice, bob_corp]
  preview: true
commands: {role: admin, four_eyes: true}
waivers:
  - purl: pkg:npm/widget
    version: 1.2.3
    digest: sha256:0123456789012345678901234567890123456789012345678901234567890123
    reason: published by hand, CI was down
    until: "2027-03-31"
""",
    "nothing but how it wants to be spoken to": "version: 1\nreport: {preview: true}\n",
    "of one artifact": ONE + "    grace: 31d\n    confidence: high\n",
    "by hand, without a workflow": "version: 1\nmanual: true\nartifacts: [{purl: pkg:npm/widget}]",
    "JSON is YAML": '{"version": 1, "artifacts": [{"purl": "pkg:npm/a", "workflows": ["p.yml"]}]}',
    "comments and a byte order mark": "\ufeff# ours\n" + ONE,
}

# What both the reader and the schema refuse, with the line the reader names.
BAD = {
    "empty list of artifacts": (2, "version: 1\nartifacts: []\n"),
    "no version": (1, "artifacts: [{purl: pkg:npm/a, workflows: [p.yml]}]"),
    "another version": (1, ONE.replace("1", "2", 1)),
    "version as text": (1, ONE.replace("1", '"1"', 1)),
    "no artifacts": (1, "version: 1"),
    "unknown key": (5, ONE + "ref: [refs/heads/main]\n"),
    "unknown key of an artifact": (5, ONE + "    workflow: publish.yml\n"),
    "signer without its issuer": (5, ONE + "    signer: {identity: me@example.com}\n"),
    "signer that is an address without a scheme": (5, ONE + "    signer: {issuer: gitlab.com, identity: me}\n"),
    "GitHub Actions as another signer": (
        5,
        ONE + "    signer: {issuer: 'https://token.actions.githubusercontent.com', identity: me}\n",
    ),
    "environment as a list": (5, ONE + "    environment: [npm]\n"),
    "no purl": (3, "version: 1\nartifacts:\n  - workflows: [p.yml]\n"),
    "purl of a type nobody reads": (3, ONE.replace("npm", "nmp")),
    "purl that is a list": (3, ONE.replace("pkg:npm/widget", "[a]")),
    "workflows as text": (4, ONE.replace("[publish.yml]", "publish.yml")),
    "workflow elsewhere": (4, ONE.replace("publish.yml", "scripts/publish.yml")),
    "workflow above": (4, ONE.replace("publish.yml", ".github/workflows/../publish.yml")),
    "workflow that is no YAML": (4, ONE.replace("publish.yml", "publish.sh")),
    "workflow of another repository": (4, ONE.replace("publish.yml", "o/r/.github/workflows/publish.yml@main")),
    "no workflows in the list": (4, ONE.replace("publish.yml", "")),
    "number as workflow": (4, ONE.replace("publish.yml", "12")),
    "short ref": (5, ONE + "    refs: [main]\n"),
    "ref without a name": (5, ONE + "    refs: [refs/]\n"),
    "unknown event": (5, ONE + "    events: [pull_requests]\n"),
    "manual as a word": (5, ONE + "    manual: never\n"),
    "manual as text": (5, ONE + '    manual: "true"\n'),
    "moving tags of a package": (5, ONE + "    moving: [edge]\n"),
    "mirrors of a package": (5, ONE + f"    mirrors: ['{GHCR}']\n"),
    "a package as mirror": (5, IMAGE + "    mirrors: [pkg:npm/widget]\n"),
    "mirrors for all": (5, IMAGE + f"mirrors: ['{GHCR}']\n"),
    "a pattern that no tag can fit": (5, IMAGE + "    moving: [a/b]\n"),
    "a number as a pattern": (5, IMAGE + "    moving: [3]\n"),
    "a pattern for every tag": (5, IMAGE + "    moving: ['*']\n"),
    "a pattern for every tag in other words": (5, IMAGE + "    moving: ['**']\n"),
    "a pattern for every tag in more letters": (5, IMAGE + "    moving: [edge, '?*']\n"),
    "no pattern": (5, IMAGE + "    moving: []\n"),
    "a token": (5, IMAGE + "    token: abc\n"),
    "a grace without a unit": (5, ONE + "grace: 10\n"),
    "a grace in words": (5, ONE + "    grace: two hours\n"),
    "confidence in numbers": (5, ONE + "confidence: 3\n"),
    "confidence that is none": (5, ONE + "    confidence: certain\n"),
    "a report as a word": (5, ONE + "report: everything\n"),
    "an unknown switch": (6, ONE + "report:\n  issue: false\n"),
    "a switch as text": (5, ONE + 'report: {issues: "false"}\n'),
    "a weekly summary, which routes and subscriptions have": (5, ONE + "report: {digest: weekly}\n"),
    "a label with a comma": (5, ONE + "report: {labels: ['a,b']}\n"),
    "too many labels": (5, ONE + "report: {labels: [a, b, c, d, e, f, g, h, i, j, k]}\n"),
    "an assignee with an at": (5, ONE + "report: {assignees: ['@alice']}\n"),
    "an unknown role": (5, ONE + "commands: {role: owner}\n"),
    "a waiver without its digest": (
        5,
        ONE + "waivers: [{purl: pkg:npm/a, version: '1', reason: x, until: '2027-01-01'}]\n",
    ),
    "a waiver for any digest": (5, ONE + WAIVER.replace("sha256:" + "0" * 64, "*")),
    "a waiver without an end": (5, ONE + WAIVER.replace("2027-03-31", "never")),
    "a waiver of no version": (5, ONE + WAIVER.replace("1.2.3", "")),
    "a list": (1, "- version: 1\n"),
    "a word": (1, "hello"),
    "too long a text": (4, ONE.replace("publish", "p" * 600)),
    "too many artifacts": (2, "version: 1\nartifacts: [" + "{purl: pkg:npm/a, workflows: [p.yml]}," * 1001 + "]"),
    "too many refs": (5, ONE + "    refs: [" + "refs/heads/a," * 101 + "]"),
}

# What a schema cannot see.
UNSEEN = {
    "twice the same key": (5, ONE + "    workflows: [other.yml]\n"),
    "twice the same artifact": (5, ONE + "  - {purl: pkg:npm/widget, workflows: [publish.yml]}\n"),
    "rules and nobody to hold to them": (1, "version: 1\nworkflows: [publish.yml]\n"),
    "no grace at all": (5, ONE + "grace: 0m\n"),
    "a grace of more than a month": (5, ONE + "grace: 32d\n"),
    "a day that never comes": (5, ONE + WAIVER.replace("2027-03-31", "2027-02-30")),
    "a version that is a number": (5, ONE + WAIVER.replace("'1.2.3'", "1.2")),
    "the organisation's word in a repository": (5, ONE + "report: {issue_repository: security}\n"),
    "an artifact of another repository": (5, ONE + "    repository: other\n"),
    "its own mirror": (5, IMAGE + "    mirrors: [pkg:docker/alice/widget]\n"),
    "an image that does not say where it is": (3, ONE.replace("pkg:npm/widget", "pkg:oci/widget")),
    "an image with a tag": (3, ONE.replace("pkg:npm/widget", "pkg:docker/alice/widget@1.0")),
    "moving tags where there is no image": (5, ONE + "moving: [edge]\n"),
    "a pattern that begins like an alias": (5, IMAGE + "    moving: [*-edge]\n"),
    "no workflow anywhere": (3, "version: 1\nartifacts:\n  - purl: pkg:npm/widget\n"),
    "purl with a version": (3, ONE.replace("widget", "widget@1.0.0")),
    "purl without a name": (3, ONE.replace("widget", "")),
    "manual in the old words": (5, ONE + "    manual: yes\n"),
    "an alias": (3, "version: 1\nrefs: [refs/heads/a]\nartifacts: &a [{purl: pkg:npm/a, workflows: [p.yml]}]\n"),
    "a tag": (1, "!!python/object/apply:os.getcwd []\n"),
    "a merge key": (3, "version: 1\nartifacts:\n  - <<: {purl: pkg:npm/a}\n"),
    "a second document": (5, ONE + "---\n" + ONE),
    "nothing": (1, ""),
    "a comment alone": (1, "# soon\n"),
    "broken flow": (3, "version: 1\nartifacts: [\n"),
    "a control character": (2, "version: 1\nartifacts: \x01\n"),
    "nested too deep": (1, "[" * 2000),
    "too many bytes": (1, ONE + "#" * 65_536),
    "an escape beyond Unicode": (1, 'a: "\\UFFFFFFFF"'),
    "a version of YAML with 5000 digits": (1, "%YAML 1." + "9" * 5000 + "\n---\na: 1\n"),
}


def test_it_names_publishers_of_this_repository_by_id() -> None:
    publishers = read(ONE.encode(), REPOSITORY).publishers

    assert (Publisher(Artifact("pkg:npm/widget"), 7, 3, (".github/workflows/publish.yml",)),) == publishers


def test_an_artifact_says_otherwise_than_the_top_of_the_file() -> None:
    scoped, python = read(GOOD["everything"].encode(), REPOSITORY).publishers

    release, nightly = ".github/workflows/release.yaml", ".github/workflows/nightly.yml"
    tags, main = ("refs/tags/v*",), ("refs/heads/main",)
    assert Publisher(Artifact("pkg:npm/%40alice/widget"), 7, 3, (release,), tags, ("push",), False) == scoped
    files = (".github/workflows/publish.yml", nightly)
    assert (
        Publisher(Artifact("pkg:pypi/widget"), 7, 3, files, main, ("schedule", "pull_request"), manual=True) == python
    )


def test_a_pull_request_may_publish_only_where_the_file_says_so() -> None:
    assert not any(event.startswith("pull_request") for event in EVENTS)
    assert read(ONE.encode(), REPOSITORY).publishers[0].events == EVENTS
    assert "pull_request" in read(GOOD["everything"].encode(), REPOSITORY).publishers[1].events


def test_images_say_which_tags_move_and_where_else_they_are() -> None:
    hub, ghcr, package = read(GOOD["images"].encode(), REPOSITORY).publishers

    assert ("nightly-*",) == hub.moving
    assert (GHCR, "pkg:oci/x?repository_url=registry.example/alice/x") == hub.mirrors
    assert (("3.*", "edge"), ()) == (ghcr.moving, ghcr.mirrors)
    assert ((), ()) == (package.moving, package.mirrors)


def test_an_image_is_kept_in_one_spelling() -> None:
    (publisher,) = read(
        ONE.replace("pkg:npm/widget", "'pkg:docker/Widget?repository_url=GHCR.io/alice'").encode(), REPOSITORY
    ).publishers

    assert Artifact(GHCR) == publisher.artifact


@pytest.mark.parametrize("key", ["token", "password", "credentials", "login", "username", "Registry_Token", "api_key"])
@pytest.mark.parametrize("where", ["    ", ""])
def test_a_secret_within_a_key_that_we_do_not_know_is_answered_in_the_same_way(key: str, where: str) -> None:
    within = f"{where}registries:\n{where}  - harbor.example:\n{where}      {key}: hunter2\n"

    with pytest.raises(BadConfig, match="Revoke what stood here") as caught:
        read((IMAGE + within).encode(), REPOSITORY)

    assert 7 == caught.value.line
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("key", ["token", "password", "credentials", "login", "username", "Registry_Token", "api_key"])
@pytest.mark.parametrize("where", ["    ", ""])
def test_a_secret_is_answered_with_where_it_belongs_and_never_repeated(key: str, where: str) -> None:
    with pytest.raises(BadConfig) as caught:
        read((IMAGE + f"{where}{key}: hunter2\n").encode(), REPOSITORY)

    assert 5 == caught.value.line
    assert "settings of the monitor's server" in caught.value.sentence
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("name", GOOD)
def test_the_schema_accepts_what_the_reader_accepts(name: str) -> None:
    assert Config() != read(GOOD[name].encode(), REPOSITORY)
    assert Draft202012Validator(SCHEMA).is_valid(yaml.safe_load(GOOD[name]))


@pytest.mark.parametrize("name", BAD)
def test_both_refuse_and_the_reader_names_the_line(name: str) -> None:
    line, text = BAD[name]

    with pytest.raises(BadConfig) as caught:
        read(text.encode(), REPOSITORY)

    assert line == caught.value.line
    assert str(caught.value).startswith(f"line {line}: ")
    assert not Draft202012Validator(SCHEMA).is_valid(yaml.safe_load(text))


@pytest.mark.parametrize("name", UNSEEN)
def test_the_reader_refuses_what_no_schema_can_see(name: str) -> None:
    line, text = UNSEEN[name]

    with pytest.raises(BadConfig) as caught:
        read(text.encode(), REPOSITORY)

    assert line == caught.value.line


def test_it_refuses_what_is_not_utf8() -> None:
    with pytest.raises(BadConfig, match="line 2: the file is not UTF-8"):
        read(b"version: 1\n# caf\xe9\n", REPOSITORY)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (ONE + "    ref: [refs/heads/main]\n", "did you mean refs?"),
        (ONE.replace("artifacts", "artefacts"), "did you mean artifacts?"),
        (ONE + "    events: [pull_requests]\n", "did you mean pull_request?"),
        (ONE.replace("npm", "nmp"), "did you mean npm?"),
    ],
)
def test_it_says_what_was_probably_meant(text: str, meant: str) -> None:
    with pytest.raises(BadConfig) as caught:
        read(text.encode(), REPOSITORY)

    assert meant in caught.value.sentence


def test_the_schema_knows_the_same_words_and_limits() -> None:
    artifact = SCHEMA["properties"]["artifacts"]["items"]["properties"]
    lists = [SCHEMA["$defs"][key] for key in ("workflows", "refs", "events", "moving", "mirrors")]

    assert list(config.TRIGGERS) == SCHEMA["$defs"]["events"]["items"]["enum"]
    assert "^pkg:({})/".format("|".join(config.TYPES)) == artifact["purl"]["pattern"]
    assert SCHEMA["properties"]["artifacts"]["maxItems"] == artifacts.MOST
    assert {config.ENTRIES} == {one["maxItems"] for one in lists}
    assert artifact["purl"]["maxLength"] == strict.LENGTH


def test_it_accepts_exactly_the_types_that_a_registry_reads() -> None:
    from verifier.registries import REGISTRIES

    assert set(REGISTRIES) == set(config.TYPES)


_WORDS = (
    "version: 1\n|artifacts:\n|  - purl: pkg:npm/a\n|    workflows: [p.yml]\n|&a |*a|!!str |[|{|- |: |? |---\n|"
    + "...\n|%YAML 1.1\n|'|\"|\\x|>\n|refs: |\t|\u2028|\n"
).split("|")
_words = st.sampled_from(_WORDS)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.lists(_words, max_size=20).map(lambda parts: "".join(parts).encode())))
@example(b"\xff\xfe")
@example(b"? [a]\n: b\n")
@example(b"version: 1\nartifacts: [{purl: 'pkg:npm/%zz%00', workflows: [p.yml]}]")
def test_any_bytes_give_publishers_or_one_clear_error(text: bytes) -> None:
    try:
        publishers = read(text, REPOSITORY).publishers
    except BadConfig as error:
        assert error.line >= 1
        assert error.sentence
    else:
        assert all(p.repository_id == REPOSITORY.id and (p.workflows or p.manual) for p in publishers)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_purl_gives_publishers_or_one_clear_error(purl: str) -> None:
    text = json.dumps({"version": 1, "artifacts": [{"purl": "pkg:npm/" + purl, "workflows": ["p.yml"]}]})
    try:
        (publisher,) = read(text.encode(), REPOSITORY).publishers
    except BadConfig as error:
        assert error.sentence
    else:
        assert publisher.artifact.purl.startswith("pkg:npm/")
