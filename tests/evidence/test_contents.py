"""Published files against their source: attacks show, and what honest builds do stays quiet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.packed import git_id
from verifier.evidence.archives import Content, Form
from verifier.evidence.built import RULES
from verifier.evidence.contents import compare
from verifier.model.source import PATHS, Comparison

AT = datetime(2026, 6, 1, tzinfo=UTC)
COMMIT = "c" * 40

Files = Mapping[str, str]


def content(text: str) -> Content:
    plain = text.encode()
    unix = plain.replace(b"\r\n", b"\n")
    return Content((git_id(plain), git_id(unix), git_id(unix.replace(b"\n", b"\r\n"))), "\0" not in text)


def compared(form: Form, published: Files, source: Files, *, complete: bool = True) -> Comparison:
    entries = {path: content(text) for path, text in published.items()}
    blobs = {path: git_id(text.encode()) for path, text in source.items()}
    return compare([(form, entries)], blobs, COMMIT, AT, complete=complete)


def odd(form: Form, published: Files, source: Files) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What differs and what is missing."""
    found = compared(form, published, source)
    assert "" == found.problem
    return found.differing, found.missing


ULTRALYTICS = {
    "ultralytics/__init__.py": "__version__ = '8.3.41'\n",
    "ultralytics/utils/downloads.py": "def safe_download(): ...\n",
    "ultralytics/models/yolo/model.py": "class YOLO: ...\n",
    "docs/index.md": "# Docs\n",
    "pyproject.toml": "[project]\n",
}


def test_ultralytics_8_3_41_two_modules_carried_what_the_commit_did_not() -> None:
    """The cache of its build was poisoned: the run was approved, the files were not those of the commit."""
    wheel = {
        "ultralytics/__init__.py": ULTRALYTICS["ultralytics/__init__.py"],
        "ultralytics/utils/downloads.py": "def safe_download(): ...\ndef safe_run(path): ...\n",
        "ultralytics/models/yolo/model.py": "environment = {}\nclass YOLO: ...\n",
        "ultralytics-8.3.41.dist-info/RECORD": "",
    }
    differing = ("ultralytics/models/yolo/model.py", "ultralytics/utils/downloads.py")

    found = compared(Form.WHEEL, wheel, ULTRALYTICS)

    assert (differing, ()) == (found.differing, found.missing)
    assert (4, 3, COMMIT) == (found.files, found.compared, found.commit)


@pytest.mark.parametrize(
    ("form", "path"),
    [
        (Form.WHEEL, "ultralytics/evil.py"),
        (Form.WHEEL, "evil.pth"),
        (Form.WHEEL, "evil/__init__.py"),
        (Form.SDIST, "setup.py"),
        (Form.SDIST, "ultralytics/utils/evil.py"),
    ],
)
def test_a_file_of_python_that_the_source_does_not_have_is_missing_from_it(form: Form, path: str) -> None:
    published = {**ULTRALYTICS, path: "import os\n"}

    assert ((), (path,)) == odd(form, published, ULTRALYTICS)


WIDGET = {"package.json": "{}", "index.js": "module.exports = 1\n", "lib/a.js": "a\n", "README.md": "w\n"}


@pytest.mark.parametrize(
    ("path", "differing"), [("index.js", True), ("lib/evil.js", False), ("setup_bun.js", False), ("binding.gyp", False)]
)
def test_code_of_npm_that_is_changed_or_added_shows(path: str, differing: bool) -> None:
    found = odd(Form.NPM, {**WIDGET, path: "require('child_process')\n"}, WIDGET)

    assert (((path,), ()) if differing else ((), (path,))) == found


def test_a_script_added_beside_what_typescript_was_compiled_to_shows() -> None:
    """TanStack and Shai-Hulud put one file into packages whose code is otherwise built."""
    source = {"package.json": "{}", "src/index.ts": "export {}\n", "LICENSE": "MIT\n"}
    published = {
        "package.json": '{"version":"1"}',
        "dist/index.js": "1\n",
        "dist/index.d.ts": "2\n",
        "index.js": "3\n",
        "LICENSE": "MIT\n",
        "router_init.js": "evil\n",
    }

    assert ((), ("router_init.js",)) == odd(Form.NPM, published, source)


HONEST = {
    "src layout": (Form.WHEEL, {"gear/a.py": "a"}, {"src/gear/a.py": "a"}),
    "two packages from two folders": (
        Form.WHEEL,
        {"one/a.py": "1", "two/a.py": "2", "three.py": "3"},
        {"src/one/a.py": "1", "lib/two/a.py": "2", "modules/three.py": "3"},
    ),
    "a package of a monorepo": (
        Form.NPM,
        {"package.json": "x", "index.js": "b", "cli.js": "b2"},
        {
            "package.json": "root",
            "index.js": "root",
            "packages/a/index.js": "a",
            "packages/a/cli.js": "a2",
            "packages/b/package.json": "b",
            "packages/b/index.js": "b",
            "packages/b/cli.js": "b2",
        },
    ),
    "line endings": (Form.SDIST, {"a.py": "x\r\ny\r\n", "b.py": "z\n"}, {"a.py": "x\ny\n", "b.py": "z\r\n"}),
    "a version written by the build": (
        Form.WHEEL,
        {"gear/a.py": "a", "gear/_version.py": "v", "gear/__version__.py": "v"},
        {"gear/a.py": "a", "gear/__version__.py": "old"},
    ),
    "protobuf": (Form.WHEEL, {"gear/a.py": "a", "gear/x_pb2.py": "x", "gear/x_pb2_grpc.py": "y"}, {"gear/a.py": "a"}),
    "a template": (Form.SDIST, {"a.py": "a", "config.py": "c"}, {"a.py": "a", "config.py.in": "@c@"}),
    "cython": (Form.SDIST, {"a.py": "a", "fast.c": "c"}, {"a.py": "a", "fast.pyx": "x"}),
    "compiled": (Form.WHEEL, {"gear/a.py": "a", "gear/fast.so": "\0"}, {"gear/a.py": "a"}),
    "metadata": (
        Form.SDIST,
        {"a.py": "a", "PKG-INFO": "x", "setup.cfg": "x", "a.egg-info/SOURCES.txt": "x", "pyproject.toml": "x"},
        {"a.py": "a", "setup.cfg": "y", "pyproject.toml": "y"},
    ),
    "git archive": (Form.SDIST, {"a.py": "a", ".git_archival.txt": "node: c"}, {"a.py": "a", ".git_archival.txt": "$"}),
    "a web page in a wheel": (Form.WHEEL, {"gear/a.py": "a", "gear/static/app.3f2a.js": "x"}, {"gear/a.py": "a"}),
    "scripts with another first line": (
        Form.WHEEL,
        {"gear/a.py": "a", "gear-1.data/scripts/run": "#!python"},
        {"gear/a.py": "a", "run": "#!/usr/bin/env python"},
    ),
    "babel": (Form.NPM, {"package.json": "x", "lib/a.js": "built", "LICENSE": "l"}, {"src/a.js": "a", "LICENSE": "l"}),
    "typescript beside its source": (
        Form.NPM,
        {"a.js": "built", "a.d.ts": "d", "b.js": "b"},
        {"a.ts": "a", "b.js": "b"},
    ),
    "a kept build": (Form.NPM, {"dist/x.js": "new", "a.js": "a"}, {"dist/x.js": "old", "a.js": "a"}),
    "bundles": (Form.NPM, {"esm/x.mjs": "x", "umd/x.js": "x", "a.js": "a", "a.js.map": "m"}, {"a.js": "a"}),
    "a manifest with another version": (
        Form.NPM,
        {"package.json": "2", "a.js": "a"},
        {"package.json": "1", "a.js": "a"},
    ),
    "files from elsewhere in the source": (
        Form.NPM,
        {"a.js": "a", "vendor/x.js": "x"},
        {"packages/a/a.js": "a", "third_party/x/x.js": "x"},
    ),
    "a submodule": (Form.SDIST, {"a.py": "a", "vendor/x/y.py": "y"}, {"a.py": "a", ".gitmodules": "vendor/x"}),
    "large files kept elsewhere": (
        Form.SDIST,
        {"a.py": "a", "model.bin": "\0weights"},
        {"a.py": "a", "model.bin": "ptr"},
    ),
    "left behind by tests": (Form.SDIST, {"a.py": "a", "tests/.pytest_cache/v/cache/nodeids": "[]"}, {"a.py": "a"}),
    "texts": (Form.NPM, {"a.js": "a", "README.md": "new", "LICENSE-MIT": "x"}, {"a.js": "a", "README.md": "old"}),
}


@pytest.mark.parametrize("name", HONEST)
def test_what_honest_releases_do_is_not_told(name: str) -> None:
    form, published, source = HONEST[name]

    assert ((), ()) == odd(form, published, source)


def test_every_rule_names_its_reason_and_is_needed_by_no_code_that_attackers_added() -> None:
    attacks = ["setup_bun.js", "router_init.js", "evil.pth", "gear/evil.py", "setup.py", "binding.gyp", "index.js"]

    assert all(rule.reason for rule in RULES)
    assert [] == [(rule.reason, path) for rule in RULES for path in attacks if rule.pattern.fullmatch(path)]


def test_nothing_is_missing_from_a_tree_that_was_cut() -> None:
    published = {**ULTRALYTICS, "ultralytics/new.py": "x", "ultralytics/__init__.py": "y"}
    found = compared(Form.WHEEL, published, ULTRALYTICS, complete=False)

    assert (("ultralytics/__init__.py",), ()) == (found.differing, found.missing)


@pytest.mark.parametrize("source", [{}, {"other/thing.py": "x"}])
def test_an_archive_that_leads_nowhere_is_said_to_be_incomparable_and_nothing_is_held_against_it(source: Files) -> None:
    found = compared(Form.WHEEL, {"gear/a.py": "a"}, source)

    assert (0, (), ()) == (found.compared, found.differing, found.missing)
    assert "leads to" in found.problem


def test_the_share_that_could_be_compared_is_told_for_all_files_of_a_version_together() -> None:
    blobs = {path: git_id(text.encode()) for path, text in ULTRALYTICS.items()}
    wheel = {"ultralytics/__init__.py": content("other"), "x-1.dist-info/RECORD": content("")}
    sdist = {"PKG-INFO": content("x"), "ultralytics/utils/downloads.py": content("def safe_download(): ...\n")}
    found = compare([(Form.WHEEL, wheel), (Form.SDIST, sdist)], blobs, COMMIT, AT)

    assert (4, 2, ("ultralytics/__init__.py",)) == (found.files, found.compared, found.differing)


def test_of_many_paths_those_that_a_machine_runs_are_kept() -> None:
    many = {f"data/{n:03}.yml": "x" for n in range(PATHS * 3)}
    found = compared(Form.SDIST, {"a.py": "a", **many, "zz.py": "evil"}, {"a.py": "a"})

    assert ("zz.py", PATHS) == (found.missing[0], len(found.missing))
    assert PATHS * 3 + 2 == found.compared


NAMES = st.sampled_from(["a.py", "b.js", "c.bin", "gear/a.py", "gear/b.py", "src/gear/a.py", "dist/x.js", "é.pth"])
TREES = st.dictionaries(NAMES, st.sampled_from(["1", "2", "3\n", "\0"]), max_size=6)


@given(st.sampled_from(list(Form)), TREES, TREES)
def test_whatever_the_tree_holds_is_never_told_and_the_numbers_add_up(
    form: Form, published: Files, source: Files
) -> None:
    found = compared(form, published, source)
    held = set(source.values())
    told = {*found.differing, *found.missing}

    assert told <= {path for path, text in published.items() if text not in held}
    assert set(found.differing).isdisjoint(found.missing)
    assert len(told) <= found.compared <= found.files == len(published)


@given(st.sampled_from(list(Form)), TREES, TREES, st.randoms())
def test_the_order_of_files_never_matters(form: Form, published: Files, source: Files, random) -> None:
    items, blobs = list(published.items()), list(source.items())
    random.shuffle(items)
    random.shuffle(blobs)

    assert compared(form, published, source) == compared(form, dict(items), dict(blobs))


@given(st.sampled_from(list(Form)), TREES)
def test_what_was_published_as_it_stands_in_the_source_is_quiet(form: Form, source: Files) -> None:
    found = compared(form, source, source)

    assert ((), (), len(source)) == (found.differing, found.missing, found.compared)
