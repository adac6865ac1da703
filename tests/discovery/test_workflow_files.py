"""Workflow files as hostile text: bounded, never raising, and never more than what stands there."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from verifier.discovery import publishing as module
from verifier.discovery.judged import NOTHING, UNKNOWN, yes
from verifier.discovery.publishing import Publishing, publishing
from verifier.discovery.yaml_in import BYTES, DEPTH, BadYaml, read

ROOT = ".github/workflows/publish.yml"


def told(text: str | bytes, **files: str) -> Publishing:
    held = {ROOT: text if isinstance(text, bytes) else text.encode()}
    held |= {path.replace("__", "/").replace("_", "."): content.encode() for path, content in files.items()}
    return publishing(ROOT, held.get)


def steps(*written: dict[str, Any], **job: Any) -> str:
    return yaml.safe_dump({"jobs": {"publish": {"steps": list(written), **job}}})


def only(text: str) -> Any:
    ((step,),) = (job.steps or () for job in told(text).jobs)
    return step.judged


@pytest.mark.parametrize("key", ["on", '"on"', "'on'", "true"])
def test_the_key_on_is_a_key_like_any_other(key: str) -> None:
    text = f"{key}: [push]\njobs: {{p: {{steps: [{{run: npm publish}}]}}}}"

    assert told(text).types == {"npm"}


def test_texts_stay_what_stands_there() -> None:
    assert read(b"a: 1.10\nb: on\nc: 0x1F\nd: null\ne: 'null'\nf: 2001-01-01\n? g\n: ~") == {
        "a": "1.10",
        "b": "on",
        "c": "0x1F",
        "d": "",
        "e": "null",
        "f": "2001-01-01",
        "g": "",
    }


def test_anchors_and_merges_are_followed_and_what_stands_nearer_wins() -> None:
    text = b"""
    a: &a {x: 1, y: 1}
    b: &b {y: 2, z: 2}
    c: {<<: [*a, *b], z: 3}
    d: {w: 4, <<: *b}
    """

    assert read(text) == {
        "a": {"x": "1", "y": "1"},
        "b": {"y": "2", "z": "2"},
        "c": {"x": "1", "y": "1", "z": "3"},
        "d": {"w": "4", "y": "2", "z": "2"},
    }


LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
BAD = {
    "a billion laughs": LAUGHS,
    "an alias to itself": "a: &a [*a]",
    "an alias to nothing": "a: *b",
    "too deep": "[" * 100_000,
    "deep in blocks": "- " * (DEPTH + 5) + "a",
    "too large": "a: " + "x" * BYTES,
    "broken": "a: [",
    "tabs": "a:\n\t- b",
    "a mapping as a key": "? {a: b}\n: c",
    "bytes that are no text": "\udcff",
    "an escape beyond Unicode": 'a: "\\UFFFFFFFF"',
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_a_file_that_cannot_be_read_says_so_in_words_and_nothing_else(text: str) -> None:
    content = text.encode("utf-8", "surrogateescape")

    with pytest.raises(BadYaml):
        read(content)
    answer = told(content)
    assert answer.jobs == ()
    assert [problem.startswith(f"{ROOT} cannot be read: ") for problem in answer.problems] == [True]


@pytest.mark.parametrize(
    "text", ["", "a", "[]", "jobs:", "jobs: []", "jobs: {p: }", "jobs: {p: {steps: 7}}", "--- \n---"]
)
def test_a_file_without_jobs_publishes_nothing(text: str) -> None:
    assert not told(text).publishes
    assert told(text).problems == ()


YAML = st.recursive(
    st.sampled_from(["npm publish", "./.github/workflows/publish.yml", "./a", "${{ inputs.x }}", "", "false", "steps"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["jobs", "steps", "run", "uses", "with", "env", "if", "name", "strategy", "matrix", "on"])
            | st.sampled_from(["runs", "using", "inputs", "workflow_call", "default", "shell", "defaults", "<<"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(st.dictionaries(st.sampled_from(["jobs", "env", "defaults", "on", "runs"]), YAML), YAML)
def test_whatever_stands_where_in_a_workflow_or_an_action_raises_nothing(top: Any, action: Any) -> None:
    files = {ROOT: yaml.safe_dump(top).encode(), "a/action.yml": yaml.safe_dump(action).encode()}

    assert isinstance(publishing(ROOT, files.get), Publishing)


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_raise(content: bytes) -> None:
    assert not told(content).publishes


@pytest.mark.parametrize(
    ("uses", "inputs", "judged"),
    [
        ("docker/build-push-action@v6", {}, NOTHING),
        ("docker/build-push-action@v6", {"push": False}, NOTHING),
        ("docker/build-push-action@v6", {"push": True}, yes("docker", "oci")),
        ("Docker/Build-Push-Action@v6", {"push": "${{ github.ref == 'x' }}"}, yes("docker", "oci")),
        ("docker/build-push-action@v6", {"outputs": "type=docker,dest=x"}, NOTHING),
        ("docker/build-push-action@v6", {"outputs": "type=registry"}, yes("docker", "oci")),
        ("docker/bake-action@v6", {"set": "*.output=type=registry"}, yes("docker", "oci")),
        ("elgohr/Publish-Docker-Github-Action@v5", {"no_push": "true"}, NOTHING),
        ("changesets/action@v1", {"version": "x"}, NOTHING),
        ("changesets/action@v1", {"publish": "pnpm release"}, yes("npm")),
        ("changesets/action/publish@v2", {}, yes("npm")),
        ("changesets/action/pack@v2", {}, NOTHING),
        ("JS-DevTools/npm-publish@v3", {}, yes("npm")),
        ("JS-DevTools/npm-publish@v3", {"dry-run": True}, NOTHING),
        ("cycjimmy/semantic-release-action@v4", {}, yes()),
        ("goreleaser/goreleaser-action@v6", {"args": "release --clean"}, yes()),
        ("goreleaser/goreleaser-action@v6", {"args": "build --snapshot"}, NOTHING),
        ("goreleaser/goreleaser-action@v6", {"args": "release --skip=publish"}, NOTHING),
        ("pypa/gh-action-pypi-publish@release/v1", {}, yes("pypi")),
        ("pypa/gh-action-pypi-publish@v1", {"repository_url": "https://test.example/legacy/"}, NOTHING),
        ("pypa/gh-action-pypi-publish@v1", {"repository-url": "https://latest.example/"}, yes("pypi")),
        ("PyO3/maturin-action@v1", {"command": "build"}, NOTHING),
        ("PyO3/maturin-action@v1", {"command": "publish"}, yes("pypi")),
        ("python-semantic-release/python-semantic-release@v7.34.6", {}, yes("pypi")),
        ("python-semantic-release/python-semantic-release@v9", {}, NOTHING),
        ("python-semantic-release/python-semantic-release@" + "a" * 40, {}, UNKNOWN),
        ("softprops/action-gh-release@v2", {}, NOTHING),
        ("actions/upload-artifact@v4", {}, NOTHING),
        ("actions/github-script@v7", {"script": "npm publish"}, UNKNOWN),
        ("example/publish@v1", {}, UNKNOWN),
        ("docker://alpine:3", {}, UNKNOWN),
        ("nick-fields/retry@v3", {"command": "npm publish"}, yes("npm")),
    ],
)
def test_an_action_publishes_under_its_own_conditions(uses: str, inputs: dict[str, Any], judged: Any) -> None:
    assert only(steps({"uses": uses, "with": inputs})) == judged


def test_a_step_or_job_that_never_runs_publishes_nothing() -> None:
    assert only(steps({"run": "npm publish", "if": "${{ false }}"})) == NOTHING
    assert only(steps({"run": "npm publish"}, **{"if": False})) == NOTHING
    assert only(steps({"run": "npm publish", "if": "github.ref == 'false'"})) == yes("npm")


def test_variables_of_workflow_job_and_step_say_where_a_tool_publishes_to() -> None:
    text = "env: {TWINE_REPOSITORY: testpypi}\njobs: {p: {steps: [{run: twine upload x}]}}"

    assert only(text) == NOTHING
    assert only(text.replace("{run:", "{env: {TWINE_REPOSITORY: pypi}, run:")) == yes("pypi")


def test_an_action_or_workflow_that_calls_itself_is_given_up() -> None:
    action = "runs: {using: composite, steps: [{uses: ./a}, {uses: ./a}]}"
    recursive = f"jobs: {{p: {{uses: ./{ROOT}}}, q: {{uses: ./{ROOT}}}}}"

    assert only_of(told(steps({"uses": "./a"}), a__action_yml=action)) == UNKNOWN
    assert {job.steps for job in told(recursive).jobs} == {None}


def only_of(answer: Publishing) -> Any:
    ((step,),) = (job.steps or () for job in answer.jobs)
    return step.judged


def test_an_action_that_is_a_program_cannot_be_told() -> None:
    action = "runs: {using: node20, main: dist/index.js}"

    assert only_of(told(steps({"uses": "./a"}), a__action_yml=action)) == UNKNOWN


def test_a_reusable_workflow_of_another_name_or_commit_is_not_read_as_our_own() -> None:
    files = {
        ROOT: b"jobs: {p: {uses: alice/widget/.github/workflows/x.yml@v1}}",
        ".github/workflows/x.yml": b"jobs: {q: {steps: [{run: npm publish}]}}",
    }
    named = "alice/widget/.github/workflows/x.yml@v1"

    assert publishing(ROOT, files.get, "alice/widget", [named]).publishes
    assert not publishing(ROOT, files.get, "alice/widget", []).publishes
    assert not publishing(ROOT, files.get, "mallory/widget", [named]).publishes
    assert not publishing(ROOT, files.get, "", [named]).publishes


def test_jobs_and_steps_are_read_up_to_a_limit_that_is_told() -> None:
    jobs = "jobs: {" + ", ".join(f"j{n}: {{steps: []}}" for n in range(400)) + "}"
    inner = "runs: {using: composite, steps: [" + "{run: ls}," * 200 + "]}"
    many = steps(*[{"uses": "./a"}] * 400)

    assert told(jobs).problems == (f"It has more than {module.JOBS} jobs.",)
    assert told(many, a__action_yml=inner).problems == (f"It has more than {module.STEPS} steps.",)
