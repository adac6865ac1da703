"""Files of published archives that honest releases have and their source has not, or has otherwise: by ecosystem.

Every rule costs sight: what it leaves out, nobody compares. The share of files that could be compared says how much is
left. What a single project's build adds is no rule: the verdict leaves out paths that its earlier versions had too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from verifier.evidence.archives import Form

_PYTHON = (Form.SDIST, Form.WHEEL)
_EVERY = tuple(Form)


@dataclass(frozen=True)
class Rule:
    """Paths that are not compared, whether or not the source has them. The whole path must match."""

    forms: tuple[Form, ...]
    pattern: re.Pattern[str]
    reason: str


def _rule(forms: tuple[Form, ...], pattern: str, reason: str) -> Rule:
    return Rule(forms, re.compile(pattern, re.DOTALL | re.IGNORECASE), reason)


RULES = (
    _rule(_EVERY, r"(.*/)?[^/]+\.(md|markdown|rst|txt|adoc|po|mo|pot)", "read by people; nobody runs them"),
    _rule(_EVERY, r"(.*/)?(readme|licen[cs]e|copying|notice|authors|changelog|changes)[^/.]*", "read by people"),
    _rule(_EVERY, r"(.*/)?(__pycache__|\.(pytest|mypy|ruff)_cache)/.*", "left behind by tests and checks"),
    _rule((Form.WHEEL,), r"[^/]+\.dist-info/.*", "metadata that the build writes"),
    _rule((Form.WHEEL,), r"[^/]+\.data/scripts/.*", "their first line is rewritten"),
    _rule(_PYTHON, r"(.*/)?[^/]+\.egg-info/.*", "metadata that setuptools writes"),
    _rule((Form.SDIST,), r"PKG-INFO|setup\.cfg", "written anew by setuptools"),
    _rule((Form.SDIST,), r"pyproject\.toml|Cargo\.(toml|lock)", "rewritten by build backends (poetry, maturin)"),
    _rule(_PYTHON, r"(.*/)?_*version_*\.pyi?", "written from the tag (setuptools-scm, hatch-vcs, versioneer)"),
    _rule(_PYTHON, r"(.*/)?\.git_archival\.(txt|json)", "git writes the commit into it (export-subst)"),
    _rule(_PYTHON, r"(.*/)?[^/]+_pb2(_grpc)?\.pyi?", "made by protoc"),
    _rule((Form.NPM,), r"package\.json", "rewritten at publishing; install scripts are looked at apart"),
    _rule((Form.NPM,), r"(.*/)?(dist|build|out)/.*", "what builds write, even where the source keeps a copy"),
    _rule((Form.NPM,), r"(.*/)?[^/]+\.(map|tsbuildinfo|d\.[cm]?ts|min\.[cm]?js|min\.css)", "made by compilers"),
)

_FOLDERS = re.compile(
    r"lib|lib-\w+|_?(es|esm|cjs|umd|iife|amd|node|browser|web|types|typings|commonjs|modules?|legacy|bundles?)"
    r"|f?esm?\d{1,4}|output|compiled|generated|target|pkg|release|public|static"
)
"""Folders that builds write on npm, where the source has none of that name."""
_JS = (".js", ".cjs", ".mjs", ".jsx", ".css")
_JS_SOURCES = (*_JS, ".ts", ".tsx", ".mts", ".cts", ".coffee", ".vue", ".svelte", ".res", ".scss", ".sass", ".less")
_PY = (".py", ".pyi", ".c", ".cc", ".cpp", ".h")
_PY_SOURCES = (".in", ".tmpl", ".template", ".j2", ".jinja", ".mako", ".proto", ".thrift", ".fbs", ".g4", ".pyx", ".ui")
_WEB = (".js", ".mjs", ".css", ".html", ".json", ".svg", ".map", ".ts")
"""What bundlers put into Python packages."""


def left_out(form: Form, path: str) -> bool:
    """A file of this path is never compared."""
    return any(form in rule.forms and rule.pattern.fullmatch(path) for rule in RULES)


def sources(form: Form, names: Collection[str]) -> frozenset[str]:
    """Of these files' names, without extensions, those that something may be compiled from."""
    suffixes = _JS_SOURCES if form is Form.NPM else _PY_SOURCES
    return frozenset(stem(name) for name in names if name.endswith(suffixes))


def stem(name: str) -> str:
    """A file's name up to its first dot: `parser` for `parser.py.in`."""
    return name.split(".", 1)[0]


def made(form: Form, path: str, has_folder: Callable[[str], bool], compiled: Collection[str]) -> bool:
    """A build may have made a file that the source does not have at this path.

    `has_folder` tells whether the source has a folder; `compiled` are the names that `sources` found in it.
    """
    *folders, name = path.split("/")
    if form is not Form.NPM:
        return name.endswith(_WEB) or (name.endswith(_PY) and stem(name) in compiled)
    named = [end for end, folder in enumerate(folders, 1) if _FOLDERS.fullmatch(folder)]
    in_output = any(not has_folder("/".join(folders[:end])) for end in named)
    return in_output or (name.endswith(_JS) and stem(name) in compiled)
