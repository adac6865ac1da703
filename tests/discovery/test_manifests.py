"""Which packages the manifests of a repository name, and which are left out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.discovery import manifests
from verifier.discovery.manifests import MANIFESTS, SKIPPED, Survey, concerns_discovery, survey

PUBLIC = "https://registry.example"
BOTH = ("npm", "pypi")


def look(files: dict[str, Any], types: tuple[str, ...] = BOTH) -> Survey:
    """The survey of these files; a value that is no text or bytes is written as JSON."""
    held = {
        path: value
        if isinstance(value, bytes)
        else value.encode()
        if isinstance(value, str)
        else json.dumps(value).encode()
        for path, value in files.items()
    }
    return survey(held.keys(), held.get, PUBLIC, types)


def found(files: dict[str, Any], types: tuple[str, ...] = BOTH) -> dict[str, tuple[str, bool]]:
    return {p.artifact.purl: (p.found_in, p.member) for p in look(files, types).packages}


def reason(files: dict[str, Any]) -> str:
    """Why the only manifest is left out."""
    survey_ = look(files)
    assert () == survey_.packages
    (left_out,) = survey_.left_out
    return left_out.reason


def test_the_package_at_the_root_is_found():
    assert {"pkg:npm/%40alice/widget": ("package.json", True)} == found({"package.json": {"name": "@alice/widget"}})


@pytest.mark.parametrize(
    "root",
    [
        {"package.json": {"private": True, "workspaces": ["packages/*"]}},
        {"package.json": {"private": True, "workspaces": {"packages": ["./packages/*/"]}}},
        {
            "package.json": {"private": True},
            "pnpm-workspace.yaml": "packages:\n  - 'packages/**'\n  - '!packages/x/**'\n",
        },
        {"package.json": {"private": True}, "lerna.json": {"version": "1.0.0"}},
        {"package.json": {"private": True}, "lerna.json": {"packages": ["{libs,packages}/*"]}},
    ],
    ids=["npm", "yarn", "pnpm", "lerna-default", "lerna"],
)
def test_what_a_workspace_lists_is_a_member_and_nothing_else_is(root):
    files = root | {"packages/core/package.json": {"name": "core"}, "tools/gen/package.json": {"name": "gen"}}

    assert {"pkg:npm/core": ("packages/core/package.json", True), "pkg:npm/gen": ("tools/gen/package.json", False)} == (
        found(files)
    )


def test_a_workspace_takes_out_what_it_negates():
    root = {"name": "all", "workspaces": ["packages/*", "!packages/secret"]}
    files = {"package.json": root, "packages/secret/package.json": {"name": "secret"}}

    assert ("packages/secret/package.json", False) == found(files)["pkg:npm/secret"]


def test_what_lists_a_workspace_is_not_taken_for_a_package_without_asking():
    files = {"package.json": {"name": "monorepo", "workspaces": ["packages/*"]}}

    assert {"pkg:npm/monorepo": ("package.json", False)} == found(files)


def test_a_workspace_below_the_root_counts_from_where_it_stands():
    files = {"js/package.json": {"workspaces": ["libs/*"]}, "js/libs/a/package.json": {"name": "a"}}

    assert {"pkg:npm/a": ("js/libs/a/package.json", True)} == found(files)


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ({"name": "a", "private": True}, "private"),
        ({"name": "a", "publishConfig": {"registry": "https://npm.pkg.github.com"}}, "another registry"),
        ({"version": "1.0.0"}, "no name"),
        ({"name": "JSONStream"}, "cannot be watched|can be watched"),
        ({"name": "../x"}, "can be watched"),
        ({"name": ["a"]}, "can be watched"),
        ([], "not a JSON object"),
        ("{", "not a JSON object"),
        (b"\xff\xfe", "not a JSON object"),
        ("[" * 100_000, "not a JSON object"),
    ],
)
def test_what_is_not_published_to_the_registry_is_left_out(manifest, words):
    assert any(word in reason({"package.json": manifest}) for word in words.split("|"))


def test_a_registry_that_is_ours_in_other_words_is_ours():
    files = {"package.json": {"name": "a", "publishConfig": {"registry": "https://Registry.example/"}}}

    assert ["pkg:npm/a"] == list(found(files))


def test_an_npmrc_sends_a_scope_elsewhere():
    npmrc = "@corp:registry=https://npm.corp.example/\n//npm.corp.example/:_authToken=${TOKEN}\n"
    files = {"package.json": {"name": "@corp/a"}, "js/package.json": {"name": "@other/b"}, ".npmrc": npmrc}

    assert ["pkg:npm/%40other/b"] == list(found(files))


@pytest.mark.parametrize("folder", sorted(SKIPPED))
def test_manifests_in_folders_of_tests_examples_and_foreign_code_are_not_looked_at(folder):
    assert SKIPPED[folder] == reason({f"packages/{folder.capitalize()}/x/package.json": {"name": "x"}})


@pytest.mark.parametrize("folder", [".yarn", "{{cookiecutter.name}}", "__name__"])
def test_manifests_of_hidden_folders_and_templates_are_not_looked_at(folder):
    assert reason({f"{folder}/package.json": {"name": "x"}})


def test_of_two_manifests_of_one_name_the_member_counts():
    files = {
        "a/package.json": {"name": "x"},
        "libs/x/package.json": {"name": "x"},
        "package.json": {"workspaces": ["libs/*"]},
    }

    assert {"pkg:npm/x": ("libs/x/package.json", True)} == found(files)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", '[project]\nname = "Wid_Get"\n'),
        ("pyproject.toml", '[tool.poetry]\nname = "wid_get"\n'),
        ("pyproject.toml", '[tool.flit.metadata]\nmodule = "wid_get"\n'),
        ("pyproject.toml", '[tool.flit.metadata]\nmodule = "other"\ndist-name = "wid-get"\n'),
        ("setup.cfg", "[metadata]\nname = wid_get\n"),
        ("setup.py", "from setuptools import setup\nsetup(name='wid-get', version=open('v').read())\n"),
        ("setup.py", "import setuptools\nsetuptools.setup(**{}, name='wid-get')\n"),
    ],
)
def test_a_python_project_is_found_under_its_normalised_name(file, text):
    assert {"pkg:pypi/wid-get": (file, True)} == found({file: text})


def test_the_name_stands_in_the_first_file_that_gives_one():
    files = {
        "pyproject.toml": "[build-system]\nrequires = []\n",
        "setup.cfg": "[metadata]\nname = a\n",
        "setup.py": "setup()",
    }

    assert {"pkg:pypi/a": ("setup.cfg", True)} == found(files)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"pyproject.toml": '[project]\nname="a"\nclassifiers=["Private :: Do Not Upload"]\n'}, "private"),
        ({"pyproject.toml": '[project]\nname="a"\n[tool.uv]\npackage=false\n'}, "no package"),
        ({"pyproject.toml": '[tool.poetry]\nname="a"\npackage-mode=false\n'}, "no package"),
        ({"pyproject.toml": "[tool.ruff]\nline-length = 100\n"}, "no name"),
        ({"pyproject.toml": '[project]\nname="-a-"\n'}, "its name is none"),
        ({"setup.py": "NAME = 'a' + SUFFIX\nsetup(name=NAME)\n"}, "computes its name"),
        ({"setup.py": "setup(name="}, "no name"),
        ({"setup.py": "x = " + "(" * 5_000}, "no name"),
        ({"setup.py": b"\0"}, "no name"),
        ({"pyproject.toml": "a = " + "[" * 50_000}, "no name"),
        ({"setup.cfg": "[metadata\n"}, "no name"),
    ],
)
def test_a_python_project_without_a_name_to_publish_is_left_out(files, words):
    assert words in reason(files)


def test_nothing_of_a_setup_py_is_executed(tmp_path):
    mark = tmp_path / "executed"
    text = f"open({str(mark)!r}, 'w')\nsetup(name='a')\n"

    assert ["pkg:pypi/a"] == list(found({"setup.py": text}))
    assert not mark.exists()


@pytest.mark.parametrize(
    "text",
    [
        "a." * 200 + "b = 1\n[project]\nname='x'\n",
        "x = {" + "a." * 200 + "b = 1}\n[project]\nname='x'\n",
        "'=" + "'.a" * 200 + " = 1\n[project]\nname='x'\n",
        "[" + "a." * 200 + "b]\n[project]\nname='x'\n",
        "#" * 300_000 + "\n[project]\nname='x'\n",
    ],
)
def test_toml_that_would_keep_its_parser_busy_is_not_parsed(text):
    assert "it has no name" == reason({"pyproject.toml": text})


def test_honest_toml_with_many_dots_in_its_values_is_read():
    text = f'[project]\nname = "x"\ndependencies = {json.dumps(["a >= 1.2.3"] * 60)}\nurl = "{"a." * 40}"\n'

    assert ["pkg:pypi/x"] == list(found({"pyproject.toml": text}))


def test_members_of_a_uv_workspace_are_members():
    root = '[tool.uv.workspace]\nmembers = ["libs/*"]\nexclude = ["libs/b"]\n'
    files = {"pyproject.toml": root} | {f"libs/{n}/pyproject.toml": f'[project]\nname="{n}"\n' for n in "ab"}

    assert {"pkg:pypi/a": ("libs/a/pyproject.toml", True), "pkg:pypi/b": ("libs/b/pyproject.toml", False)} == found(
        files
    )


def test_below_the_root_only_what_some_workflow_publishes_is_read():
    read = list[str]()
    paths = ("package.json", "pyproject.toml", "js/package.json", "py/pyproject.toml")
    survey(paths, lambda path: read.append(path), PUBLIC, ("pypi",))

    assert {"package.json", "pyproject.toml", "py/pyproject.toml"} == set(read)


def test_no_more_manifests_are_read_than_the_bound(monkeypatch):
    monkeypatch.setattr(manifests, "MANIFESTS", 3)
    survey_ = look({f"{'d/' * depth}package.json": {"name": f"p{depth}"} for depth in range(5)})

    assert ["p0", "p1", "p2"] == [package.artifact.name for package in survey_.packages]
    assert 2 == sum("more than" in one.reason for one in survey_.left_out)
    assert MANIFESTS >= 2_000


@pytest.mark.parametrize(
    ("path", "concerns"),
    [
        ("package.json", True),
        ("packages/a/package.json", True),
        (".github/workflows/ci.yml", True),
        ("tools/act/action.yml", True),
        ("pnpm-workspace.yaml", True),
        ("src/index.js", False),
        ("node_modules/x/package.json", False),
        ("package.json.md", False),
    ],
)
def test_a_push_concerns_discovery_when_it_touches_a_manifest_or_a_workflow(path, concerns):
    assert concerns is concerns_discovery(["README.md", path])


NAMES = ("name", "private", "workspaces", "packages", "publishConfig", "registry", "project", "tool")
PATHS = [
    *("package.json", "a/package.json", "lerna.json", "pnpm-workspace.yaml", ".npmrc"),
    *("pyproject.toml", "setup.cfg", "setup.py", "a/b/setup.py"),
]
TEXTS = st.binary(max_size=200) | st.text(max_size=200).map(str.encode)
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
).map(lambda value: json.dumps(value).encode())


@given(st.dictionaries(st.sampled_from(PATHS), TEXTS | JSONS))
def test_hostile_manifests_never_raise_and_nothing_is_found_that_is_not_there(files):
    seen = look(files)

    assert {package.found_in for package in seen.packages} <= set(files)
    assert {one.found_in for one in seen.left_out} <= set(files)
    assert len({package.artifact for package in seen.packages}) == len(seen.packages)
