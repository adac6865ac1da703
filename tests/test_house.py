"""What holds the house together: the lists that must agree, and what must stand nowhere."""

from __future__ import annotations

import ast
import base64
import binascii
import configparser
import os
import re
import subprocess
from dataclasses import fields
from functools import cache
from pathlib import Path

import click
import pytest
import yaml

from app.settings import VARIABLES, Settings
from tests.documents import ROOT, anchor, document, headings, section, table
from verifier.verdict import REASONS
from verifier.verdict.reasons import Reason

ROOMS = ("app", "handlers", "verifier", "checks", "tests")
"""The top-level packages that the product's shape names."""
MOST_LINES = 400

# Names and endings apart, so that this file does not name what it looks for.
_HOSTS = (
    ("npmjs", "org|com"),
    ("pypi", "org"),
    ("pythonhosted", "org"),
    (r"pypi\.python", "org"),
    ("debian", "org|net"),
)
_ANY_HOST = "|".join(rf"{name}\.(?:{endings})" for name, endings in _HOSTS)
FORBIDDEN_HOST = re.compile(rf"(?<![a-z0-9-])(?:{_ANY_HOST})(?![a-z0-9-])", re.IGNORECASE)
"""The hosts of the npm registry, of PyPI and of Debian, with everything below them."""
MACHINE_PATH = re.compile(r"(?<![\w.:*~$}<)/-])/(?:work|tmp|root|home(?=/(?!runner/)))(?=[/\"'`\s]|$)")
"""A folder of the machine that a file was written on. GitHub's own runners print `home/runner` in their logs."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{40,}={0,2}")
_DEEPEST = 2
"""Encodings within encodings that are looked into: an attestation within a bundle within a document."""


@cache
def repository() -> tuple[Path, ...]:
    """Every file that is, or would be, part of the repository."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    return tuple(path for name in sorted(listed.split("\0")) if name and (path := ROOT / name).is_file())


@cache
def modules() -> tuple[Path, ...]:
    """Every Python file of the repository."""
    return tuple(path for path in repository() if path.suffix == ".py")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def decoded(content: bytes, depth: int = _DEEPEST) -> list[str]:
    """The content as text, and what its Base64 parts hold."""
    found = [content.decode("utf-8", "replace")]
    for run in _BASE64.findall(content) if depth else ():
        padded = run.rstrip(b"=") + b"=" * (-len(run.rstrip(b"=")) % 4)
        try:
            inside = base64.b64decode(padded, altchars=b"-_" if b"-" in run or b"_" in run else None)
        except binascii.Error:
            continue
        found += decoded(inside, depth - 1)
    return found


def commands() -> dict[str, click.Command]:
    from app.cli.main import main

    return dict(main.commands)


def test_every_reason_has_its_section_and_every_section_its_reason() -> None:
    """A link from an alert to `docs/reasons.md#<id>` leads somewhere, and nothing there is stale."""
    sections = [anchor(heading) for level, heading in headings(document("docs/reasons.md")) if level == 2]

    assert sorted(REASONS) == sorted(sections)


@pytest.mark.parametrize("reason", REASONS.values(), ids=lambda reason: reason.id)
def test_a_reasons_section_says_what_was_seen_and_what_to_do(reason: Reason) -> None:
    text = section(document("docs/reasons.md"), reason.id)

    assert "**Seen:**" in text
    assert "**To do:**" in text


@pytest.mark.parametrize("weight", ["contradicts", "absent", "suspects", "anomaly"])
def test_whatever_can_alarm_names_the_honest_release_that_looks_the_same(weight: str) -> None:
    text = document("docs/reasons.md")
    reasons = [reason.id for reason in REASONS.values() if reason.weight.value == weight]
    silent = [reason for reason in reasons if "**Legitimate look-alike:**" not in section(text, reason)]

    assert [] == silent


def test_the_reasons_by_weight_are_those_of_the_code() -> None:
    rows = table(document("docs/reasons.md"), "weight")
    listed = {row[0]: sorted(re.findall(r"\[([a-z-]+)\]", row[2])) for row in rows}
    weights = {reason.weight.value for reason in REASONS.values()}

    assert {w: sorted(r.id for r in REASONS.values() if r.weight.value == w) for w in weights} == listed


def test_every_setting_is_documented_and_nothing_else() -> None:
    rows = table(document("docs/install.md"), "variable")

    assert sorted(field.name.upper() for field in fields(Settings)) == sorted(row[0].strip("`") for row in rows)
    assert sorted(VARIABLES) == sorted(row[0].strip("`") for row in rows)


def test_every_permission_and_event_of_the_app_is_documented_with_its_reason() -> None:
    manifest = yaml.safe_load(document("app.yml"))
    permissions = table(document("docs/install.md"), "permission")
    events = table(document("docs/install.md"), "event")

    assert manifest["default_permissions"] == {row[0].strip("`"): row[1] for row in permissions}
    assert sorted(manifest["default_events"]) == sorted(e for row in events for e in re.findall(r"`(\w+)`", row[0]))


def test_every_command_is_in_the_readme() -> None:
    rows = table(document("README.md"), "command")

    assert sorted(commands()) == sorted(row[0].strip("`").split()[1] for row in rows)


def test_every_command_has_help_with_an_example() -> None:
    without = [
        name
        for name, command in commands().items()
        if f"Example:  artifact-monitor {name}" not in (command.help or "")
        and not re.search(rf"Example:  (?:[A-Z_]+=\S+ )+artifact-monitor {name}\b", command.help or "")
    ]

    assert [] == without


def test_the_glossarys_words_are_words_of_the_code() -> None:
    """A word that the verifier and the ledger do not use explains nothing."""
    rows = table(document("README.md"), "word")
    words = [row[0].strip("*") for row in rows]
    code = "\n".join(
        path.read_text("utf-8").lower() for path in modules() if named(path).split("/")[0] in ("verifier", "checks")
    )

    assert len(set(words)) == len(words) > 0
    assert [] == [word for word in words if not re.search(rf"\b{re.escape(word)}", code)]


def test_what_stands_at_the_top_is_there() -> None:
    names = [
        *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "SECURITY.md", "Makefile", "Procfile", "app.yml"),
        *("requirements.txt", "requirements-dev.txt", "setup.cfg", ".ci/run"),
        *(f"{room}/__init__.py" for room in ROOMS),
    ]

    assert [] == [name for name in names if ROOT / name not in repository()]
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_the_license_is_apache_2_in_full() -> None:
    text = document("LICENSE")

    assert re.search(r"Apache License\s+Version 2\.0, January 2004", text)
    assert [str(number) for number in range(1, 10)] == re.findall(r"^   (\d)\. [A-Z]", text, re.MULTILINE)
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_changelog_knows_the_version() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")

    assert f"## [{setup['metadata']['version']}]" in document("CHANGELOG.md")


def test_the_processes_are_commands_that_exist() -> None:
    lines = dict(line.split(": ", 1) for line in document("Procfile").splitlines() if line)

    assert {"release", "web", "worker", "clock"} == set(lines)
    assert [] == [
        line for line in lines.values() if line.split()[0] == "artifact-monitor" and line.split()[1] not in commands()
    ]


def test_no_file_names_a_registrys_host() -> None:
    """Addresses of registries come from libraries and settings, so that a mirror is never bypassed."""
    found = {
        f"{named(path)}: {match[0]}"
        for path in repository()
        for text in decoded(path.read_bytes())
        for match in FORBIDDEN_HOST.finditer(text)
    }

    assert set() == found


@pytest.mark.parametrize("ending", ["js.org", "js.com"])
def test_a_registrys_host_would_be_found(ending: str) -> None:
    """The search above finds one in the open, inside Base64, and inside Base64 within that."""
    plain = b'{"at": "https://registry.npm' + ending.encode() + b'/x", "more": 1}'
    once = base64.b64encode(plain)
    twice = base64.urlsafe_b64encode(b'{"payload": "' + once + b'"}')

    for content in (plain, b"payload: " + once, b"payload: " + twice):
        assert any(FORBIDDEN_HOST.search(text) for text in decoded(content))


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    found = [
        f"{named(path)}:{number}: {line.strip()[:120]}"
        for path in repository()
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]

    assert [] == found


@pytest.mark.parametrize("path", ["work/main", "tmp/x.json", "root/.cache", "home/alice/code"])
def test_a_path_of_the_machine_would_be_found(path: str) -> None:
    assert MACHINE_PATH.search(f'open("/{path}")')
    assert MACHINE_PATH.search(f"see /{path}")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_with_hashes_and_names_no_index(name: str) -> None:
    text = document(name)
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n?", "", text).strip())
    pinned = re.compile(r"[\w.-]+(?:\[[\w,-]+\])?==[\w.!+]+(?: \\\n    --hash=sha256:[0-9a-f]{64})+")

    assert len(entries) > 1
    assert [] == [entry for entry in entries if not pinned.fullmatch(entry)]
    assert "://" not in text


def test_no_python_file_is_longer_than_it_can_be_read() -> None:
    lines = {named(path): len(path.read_text("utf-8").splitlines()) for path in modules()}

    assert {} == {name: count for name, count in lines.items() if count > MOST_LINES}


def test_every_module_says_what_it_is() -> None:
    silent = [
        named(path)
        for path in modules()
        if named(path).split("/")[0] != "tests" and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]

    assert [] == silent


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "manager", "service", "common", "misc"}

    assert [] == [named(path) for path in modules() if drawers & {path.stem, *path.relative_to(ROOT).parts[:-1]}]


def test_every_test_that_knows_postgresql_or_redis_runs_on_them_in_ci() -> None:
    knows = re.compile("DATABASE_URL|REDIS_URL")
    files = [path for path in (ROOT / "tests").rglob("*.py") if "e2e" not in path.parts and path != Path(__file__)]
    named = re.findall(r"tests/[\w/.]+", (ROOT / ".ci/run").read_text("utf-8"))
    known = [path.relative_to(ROOT).as_posix() for path in files if knows.search(path.read_text("utf-8"))]

    assert [] == [path for path in known if not any(path == name or path.startswith(f"{name}/") for name in named)]
