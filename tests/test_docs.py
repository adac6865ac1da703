"""What the documents say about the code is so: links, commands, defaults, thresholds, paths."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import timedelta

import click
import pytest
from click.testing import CliRunner

from app.settings import VARIABLES, Settings
from checks import answers
from handlers.commands import MOST, REASON
from tests.documents import ROOT, anchor, code, document, headings, links, section, table
from verifier.model import DAYS, Verb
from verifier.verdict import REASONS, commands, habit, incident, suspicion

TOP = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
DOCUMENTS = sorted([*TOP, *(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))])
DECISIONS = [name for name in DOCUMENTS if name.startswith("docs/decisions/")]
DECISION_LINES = 30

_PATH = re.compile(r"(?:app|handlers|verifier|checks|sandbox|scenarios|tests|docs|benchmarks)(?:/[\w.-]+)*/?[\w.-]*")


def default(name: str) -> str:
    """A setting's default as the table of settings writes it, in the unit of its variable."""
    value = next(field.default for field in fields(Settings) if field.name == name.lower())
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value.total_seconds():g}" if isinstance(value, timedelta) else str(value or "")


def leads_somewhere(name: str, link: str) -> bool:
    """The file that a link of this document means is in the repository, and has the anchor."""
    path, _, fragment = link.partition("#")
    target = ((ROOT / name).parent / path if path else ROOT / name).resolve()
    if not target.is_relative_to(ROOT.resolve()) or not target.exists():
        return False
    return not fragment or fragment in [anchor(heading) for _, heading in headings(target.read_text("utf-8"))]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_within_the_repository_leads_somewhere(name: str) -> None:
    inside = [link for link in links(document(name)) if not re.match(r"[a-z]+:", link)]

    assert [] == [link for link in inside if not leads_somewhere(name, link)]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_that_a_document_shows_exists(name: str) -> None:
    """At a terminal, or in a comment at GitHub, where a slash stands before it."""
    from app.cli.main import main

    texts = [" " + text for text in code(document(name))]
    shown = {
        word for text in texts for word in re.findall(r"(?:^|[\s=…]|\S/)artifact-monitor ([a-z]+(?:-[a-z]+)*)", text)
    }
    said = {word for text in texts for word in re.findall(r"\s/artifact-monitor ([a-z]+)", text)}

    assert set() == shown - set(main.commands)
    assert set() == said - {verb.value for verb in Verb}


def demanded(words: list[str]) -> set[str]:
    """The options without which this command does nothing, by click or by its own refusal."""
    from app.cli.main import main

    command: click.Command = main
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    by_click = {name for one in command.params if isinstance(one, click.Option) and one.required for name in one.opts}
    refusal = CliRunner().invoke(main, ["watch", "pkg:npm/widget"]).output if command.name == "watch" else ""
    return by_click | set(re.findall(r"--[a-z]+", refusal.partition("Error: ")[2]))


def test_the_table_of_commands_shows_every_option_that_must_be_given() -> None:
    """What is copied from README runs, once the words in capitals are replaced."""
    shown = [re.sub(r"^`artifact-monitor (.*)`$", r"\1", row[0]) for row in table(document("README.md"), "command")]
    missing = {line: demanded(line.split()) - set(line.split()) for line in shown}

    assert {} == {line: options for line, options in missing.items() if options}
    assert {"--repo", "--workflow"} == demanded(["watch"])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_everything_to_make_that_a_document_shows_can_be_made(name: str) -> None:
    targets = set(re.findall(r"(?m)^([a-z0-9-]+):", document("Makefile")))
    shown = {word for text in code(document(name)) for word in re.findall(r"^make ([a-z0-9-]+)", text)}

    assert set() == shown - targets


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_setting_that_a_document_names_exists(name: str) -> None:
    """Whatever is written like an environment variable is one of ours, or one that a library reads."""
    amazons = {"ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "PROFILE", "ENDPOINT_URL", "CA_BUNDLE"}
    known = {*VARIABLES, "HTTPS_PROXY", "SSL_CERT_FILE", *(f"AWS_{name}" for name in amazons)}
    shown = {
        word for text in code(document(name)) for word in re.findall(r"^(?:export )?([A-Z]+_[A-Z_]+)(?:=.*)?$", text)
    }

    assert set() == shown - known


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", *DECISIONS])
def test_every_path_that_a_document_names_exists(name: str) -> None:
    shown = [text for text in code(document(name)) if _PATH.fullmatch(text) and "/" in text]

    assert [] == [path for path in shown if not (ROOT / path).exists()]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_has_one_title_and_no_heading_twice(name: str) -> None:
    """Anchors must be unambiguous. The changelog repeats its own headings, as its format says."""
    found = headings(document(name))

    assert 1 == sum(level == 1 for level, _ in found)
    if name != "CHANGELOG.md":
        assert len({anchor(heading) for _, heading in found}) == len(found)


@pytest.mark.parametrize("variable", sorted(set(VARIABLES) - {"NPM_REGISTRY", "PYPI_INDEX"}))
def test_a_settings_default_is_the_documented_one(variable: str) -> None:
    """The two addresses that come from libraries are described in words."""
    row = next(row for row in table(document("docs/install.md"), "variable") if row[0] == f"`{variable}`")
    value = default(variable)
    if row[2] == "days":
        value = str(int(float(value)) // 86_400)

    assert f"`{value}`" == row[1] if value else row[1].startswith("empty")


def test_the_patience_of_a_verdict_is_the_documented_one() -> None:
    rows = {row[2]: row[1] for row in table(document("docs/verdicts.md"), "what is waited for")}
    settings = Settings()

    assert {"`GRACE`", "`TAGGED_GRACE`", "`BLIND_LIMIT`", "`CLOCK_SKEW`"} == set(rows)
    for variable, told in rows.items():
        span: timedelta = getattr(settings, variable.strip("`").lower())
        words = f"{span // timedelta(hours=1)} hours" if span >= timedelta(hours=1) else f"{span.seconds // 60} minutes"
        assert told.startswith(words)


def test_the_thresholds_in_the_documents_are_those_of_the_code() -> None:
    verdicts, reasons = document("docs/verdicts.md"), document("docs/reasons.md")

    assert {str(habit.LAST)} == set(re.findall(r"last (\d+) versions", verdicts + reasons))
    assert f"while it has fewer than {habit.LAST} versions" in verdicts
    assert f"within {suspicion.NEAR.days} days" in verdicts
    assert f"within {suspicion.NEAR.days} days" in section(reasons, "near-incident")
    assert f"within {suspicion.HOUR // timedelta(hours=1)} hour" in verdicts
    assert f"within {suspicion.HOUR // timedelta(hours=1)} hour" in section(reasons, "burst")
    assert f"noticed within {incident.TOGETHER // timedelta(hours=1)} hours" in verdicts


def test_the_bounds_of_commands_are_those_of_the_code() -> None:
    text = " ".join(document("docs/commands.md").split())
    acknowledge, mute = DAYS[Verb.ACKNOWLEDGE], DAYS[Verb.MUTE]

    for said in (
        f"1 to {acknowledge.most} days, {acknowledge.usual} if not said",
        f"1 to {mute.most} days, {mute.usual} if not said",
        f"after {commands.WAIVED.days} days; then the alert stands open again",
        f"{commands.NOTICE // timedelta(hours=1)} hours later",
        f"within {commands.SECOND.days} days",
        f"at most {REASON} characters",
        f"At most {MOST} commands of one comment",
        f"the newest {answers.SHOWN}, which",
        f"the newest {answers.REFUSED} are shown",
    ):
        assert said in text


def test_every_reason_that_the_page_on_verdicts_links_exists() -> None:
    linked = {link.partition("#")[2] for link in links(document("docs/verdicts.md")) if link.startswith("reasons.md#")}

    assert set() == linked - set(REASONS)
    assert linked


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_is_a_short_page_of_context_decision_and_consequence(name: str) -> None:
    text = document(name)
    number = int(name.removeprefix("docs/decisions/")[:4])
    title = next(heading for level, heading in headings(text) if level == 1)

    assert ["Context", "Decision", "Consequence"] == [heading for level, heading in headings(text) if level == 2]
    assert title.startswith(f"{number}. ")
    assert len(text.splitlines()) <= DECISION_LINES


def test_decisions_are_numbered_without_a_gap() -> None:
    assert list(range(1, len(DECISIONS) + 1)) == [int(name.removeprefix("docs/decisions/")[:4]) for name in DECISIONS]
