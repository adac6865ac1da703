"""`pyproject.toml`, `setup.cfg` and `setup.py`: the name a Python project is published under. Nothing is executed.

Source: packaging.python.org ("pyproject.toml specification"), the manuals of setuptools, Poetry, Flit and uv.
"""

from __future__ import annotations

import ast
import configparser
import warnings

from verifier.discovery import globs
from verifier.discovery.documents import from_toml, part, texts
from verifier.discovery.package import LeftOut, Package, artifact

NAMES = ("pyproject.toml", "setup.cfg", "setup.py")
"""In the order in which they are asked for the name."""
SETUP_BYTES = 256 * 1024
"""The largest `setup.cfg` and `setup.py` that are parsed: hostile ones cost their parsers more than they are long."""
COMPUTED = "it computes its name; .github/artifact-monitor.yml can say it"

_SETUP = ("setup", "setuptools.setup", "distutils.core.setup")


def read(folder: str, texts_of: dict[str, bytes], member: bool) -> Package | LeftOut:
    """The project of one folder ('' is the root), from those of its three files that are there."""
    at = f"{folder}/" if folder else ""
    project = from_toml(texts_of.get("pyproject.toml"))
    path = at + next((name for name in NAMES if name in texts_of), "pyproject.toml")
    reason = _unpublished(project)
    if reason:
        return LeftOut(path, reason)
    sources = (
        ("pyproject.toml", _pyproject_name(project)),
        ("setup.cfg", _cfg_name(texts_of.get("setup.cfg"))),
        ("setup.py", _setup_name(texts_of.get("setup.py"))),
    )
    for file, name in sources:
        if name:
            made = artifact("pypi", name)
            return LeftOut(at + file, "its name is none") if made is None else Package(made, at + file, member)
    computed = any(name == "" for _, name in sources)
    return LeftOut(f"{at}setup.py", COMPUTED) if computed else LeftOut(path, "it has no name")


def members(project: dict[str, object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The globs of a uv workspace: of its members, and of those it leaves out."""
    workspace = part(project, "tool", "uv", "workspace")
    return texts(part(workspace, "members"), globs.PATTERNS), texts(part(workspace, "exclude"), globs.PATTERNS)


def _unpublished(project: dict[str, object]) -> str:
    classifiers = texts(part(project, "project", "classifiers"), 500)
    if any(text.startswith("Private ::") for text in classifiers):
        return "its classifiers say that it is private"
    if part(project, "tool", "uv", "package") is False or part(project, "tool", "poetry", "package-mode") is False:
        return "it is no package"
    return ""


def _pyproject_name(project: dict[str, object]) -> object:
    flit = part(project, "tool", "flit", "metadata")
    return (
        part(project, "project", "name")
        or part(project, "tool", "poetry", "name")
        or part(flit, "dist-name")
        or part(flit, "module")
    )


def _cfg_name(text: bytes | None) -> str | None:
    if text is None or len(text) > SETUP_BYTES:
        return None
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text.decode("utf-8-sig"))
        return parser.get("metadata", "name", fallback=None) or None
    except (ValueError, configparser.Error, RecursionError):
        return None


def _setup_name(text: bytes | None) -> str | None:
    """The literal `name=` of a call of `setup`; '' where the name is computed, None where no call gives one."""
    if text is None or len(text) > SETUP_BYTES:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what its author wrote is not ours to complain about
            tree = ast.parse(text)
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node.func) in _SETUP]
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None
    given = [keyword for call in calls for keyword in call.keywords if keyword.arg in ("name", None)]
    values = (keyword.value for keyword in given if keyword.arg == "name")
    literal = (value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str))
    return next(literal, "" if given else None)


def _called(function: ast.expr) -> str:
    names = list[str]()
    while isinstance(function, ast.Attribute) and len(names) < 3:
        names.append(function.attr)
        function = function.value
    return ".".join([function.id, *reversed(names)]) if isinstance(function, ast.Name) else ""
