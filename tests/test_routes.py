"""The routes file: read strictly, with the line of what is wrong, and no secret in any sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import routes
from app.build import build
from app.mail_server import server
from app.routes import load
from app.settings import Settings, read
from app.variables import BadSetting
from checks import OUTSIDE
from checks.outside import Route
from verifier import purls
from verifier.model import Filter, Severity

SECRET = "xoxb-0000-hunter2"
SLACK = f"- {{name: team, kind: slack, channel: C1, token: {SECRET}}}"

FULL = f"routes:\n- name: a\n  kind: slack\n  channel: C1\n  token: {SECRET}\n"


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "routes.yml"
    path.write_text(text)
    path.chmod(mode)
    return path


def found(folder: Path, text: str, environment: dict[str, str] | None = None, mode: int = 0o600) -> tuple[Route, ...]:
    return load(written(folder, text, mode), environment or {}, OUTSIDE)


def refusal(folder: Path, text: str, environment: dict[str, str] | None = None, mode: int = 0o600) -> str:
    with pytest.raises(BadSetting) as raised:
        found(folder, text, environment, mode)
    assert "hunter2" not in str(raised.value)
    return str(raised.value)


def test_a_file_with_every_field(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    text = """
routes:
  - name: security-team
    kind: slack
    channel: C0123456789
    token: {env: SLACK_TOKEN}
    organisations: [alice]
    repositories: ["alice/*"]
    artifacts: ["pkg:npm/*"]
    outcomes: [non_compliant, suspect]
    severity: medium
  - {name: week, kind: slack, channel: "#all", token: {file: secret}, weekly: true}
  - name: siem
    kind: syslog
    host: siem.example
    port: 6514
"""
    team, week, siem = found(tmp_path, text, {"SLACK_TOKEN": SECRET})
    assert (
        Filter(("alice",), ("alice/*",), ("pkg:npm/*",), ("non_compliant", "suspect"), Severity.MEDIUM) == team.filter
    )
    assert ("security-team", "slack", SECRET, False) == (team.name, team.kind, team.target.token, team.weekly)
    assert (SECRET, True, Filter()) == (week.target.token, week.weekly, week.filter)
    assert ("siem.example", 6514, True) == (siem.target.host, siem.target.port, siem.target.tls)
    assert SECRET not in repr((team, week))


def test_artifacts_are_named_as_they_are_here_however_they_are_written(tmp_path: Path) -> None:
    names = ["pkg:npm/@alice/*", "pkg:npm/@alice/gear", "pkg:pypi/Some_Name", "pkg:npm/axio?"]
    (route,) = found(tmp_path, f"{FULL}  artifacts: {names}")
    assert (
        "pkg:npm/%40alice/*",
        "pkg:npm/%40alice/gear",
        "pkg:pypi/some-name",
        "pkg:npm/axio?",
    ) == route.filter.artifacts
    image = "pkg:oci/name?repository_url=ghcr.io/alice/name"
    (route,) = found(tmp_path, f"{FULL}  artifacts: ['{image}']\n  repositories: ['*', 'alice*']")
    assert [purls.artifact(image).purl] == list(route.filter.artifacts)


def test_without_a_file_there_are_no_routes() -> None:
    assert () == load(None, {}, OUTSIDE)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "empty; docs/channels.md"),
        ("routes:\n- name: a\n  kind: slack\n  artifacts:\n  - 'pkg:npm/*'\n  - axios", 6, "pkg:npm/"),
        ("routes:\n- name: a\n  kind: slack\n  artifacts: ['pkg:npm/axios@1.0.0']", 4, "names a version"),
        ("routes:\n- name: a\n  kind: slack\n  artifacts: ['pkg:npm/axios@*']", 4, "without a version"),
        ("routes:\n- name: a\n  kind: slack\n  artifacts: ['npm/*']", 4, "like 'pkg:npm/*'"),
        ("routes:\n- name: a\n  kind: slack\n  repositories: [widget]", 4, "owner/name"),
        ("routes:\n- name: a\n  kind: slack\n  organisations: [alice/widget]", 4, "its name alone"),
        (f"routes:\n- name: a\n  kind: pagerduty\n  routing_key: {'a' * 32}\n  weekly: true", 5, "summaries"),
        (f"{FULL}  outcomes: [notice]\n  severity: critical", 7, "write severity: high"),
        ("routes:\n- name: a\n  kind: email\n  to:\n  - a@x.example\n  - b@", 5, "address number 2"),
        ("routes:\n- name: a\n  kind: syslog\n  host: siem.example\n  ca: nowhere.pem", 5, "not there"),
        ("routes:\n- name: a\n  kind: syslog\n  host: siem.example\n  port: 0", 5, "whole number"),
        ("routes:\n- name: a\n  kind: syslog\n  hots: siem.example", 4, "did you mean host?"),
        ("routes:\n- name: a\n  kind: syslog\n  organizations: [a]", 4, "did you mean organisations?"),
        ("routes:\n- name: a\n  kind: syslog\n  chanel: a", 4, "severity, weekly"),
        ("routes: []", 1, "empty list"),
        ("route: []", 1, "did you mean routes"),
        ("routes:\n- x", 2, "list of keys"),
        ("routes:\n- {kind: slack}", 2, "needs a name"),
        ("routes:\n- {name: a}", 2, "needs a kind"),
        ("routes:\n- {name: A b, kind: slack}", 2, "small letters"),
        ("routes:\n- {name: a, kind: slak}", 2, "did you mean slack"),
        ("routes:\n- {name: a, name: b, kind: slack}", 2, "twice"),
        ("routes:\n- name: a\n  kind: slack\n  severity: hi", 4, "severity is one of info, low, "),
        ("routes:\n- name: a\n  kind: slack\n  outcomes: [rogue]", 4, "an outcome is one of non_compliant, "),
        ("routes:\n- name: a\n  kind: slack\n  weekly: often", 4, "true or false"),
        *(
            (f"routes:\n- name: a\n  kind: slack\n  weekly: {old}", 4, "weekly is true or false")
            for old in ("yes", "on", "off", "True", "'true'")
        ),
        ("routes:\n- name: a\n  kind: slack\n  channel: off", 4, "in quotes it would be text"),
        ("routes:\n- name: a\n  kind: slack\n  organisations: alice", 4, "must be a list"),
        ("routes:\n- name: a\n  kind: slack\n  token: {env: NOT_SET}", 4, "NOT_SET, which is not set"),
        ("routes:\n- name: a\n  kind: slack\n  token: {env: 'a b'}", 4, "not the name"),
        ("routes:\n- name: a\n  kind: slack\n  token: {file: nowhere}", 4, "cannot be read"),
        ('routes:\n- name: a\n  kind: slack\n  token: {file: "a\\0b"}', 4, "cannot be read"),
        ("routes:\n- name: a\n  kind: slack\n  token: &x y", 4, "anchors"),
        ("routes:\n- name: a\n  kind: slack\n  token: !!str y", 4, "tags"),
        ("routes:\n- name: a\n  kind: slack\n  token:", 4, "must be text"),
        (f"routes:\n{SLACK}\n{SLACK}", 3, "two routes"),
        (f"routes:\n- {{name: a, kind: slack, channel: C1, token: {SECRET}, extra: 1}}", 2, "Unknown field"),
        ("routes:\n- name: a\n  kind: slack\n  token: [[[[[x]]]]]", 4, "nested too deep"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    sentence = refusal(tmp_path, text)
    assert f"line {line}: " in sentence
    assert words in sentence


@pytest.mark.parametrize("held", ["", "two\nlines", " padded", "x" * 9000])
def test_a_secret_elsewhere_is_one_line(tmp_path: Path, held: str) -> None:
    (tmp_path / "secret").write_text(held + "\n")
    assert "line 2" in refusal(tmp_path, "routes:\n- {name: a, kind: slack, channel: C1, token: {file: secret}}")


def test_a_secret_in_the_open_needs_a_file_that_nobody_else_reads(tmp_path: Path) -> None:
    text = f"routes:\n{SLACK}"
    assert 1 == len(found(tmp_path, text, mode=0o600))
    for mode in (0o644, 0o640, 0o604):
        sentence = refusal(tmp_path, text, mode=mode)
        assert "line 2" in sentence
        assert "chmod 600" in sentence
    kept = "routes:\n- {name: a, kind: slack, channel: C1, token: {env: SLACK_TOKEN}}"
    assert 1 == len(found(tmp_path, kept, {"SLACK_TOKEN": SECRET}, mode=0o644))


def test_mail_needs_a_mail_server_and_comes_from_it(tmp_path: Path) -> None:
    path = written(tmp_path, "routes:\n- {name: mail, kind: email, to: [a@x.example]}", 0o644)
    with pytest.raises(BadSetting, match="SMTP_URL"):
        routes.of(Settings(routes=path), {})
    settings = Settings(routes=path, smtp_url=server("SMTP_URL", "smtp://127.0.0.1"), mail_from="alerts@x.example")
    (route,) = routes.of(settings, {})
    assert "alerts@x.example" == route.target.sender


def test_the_monitor_does_not_start_with_a_file_that_it_cannot_read(tmp_path: Path) -> None:
    path = written(tmp_path, "routes: 5")
    with pytest.raises(BadSetting, match="line 1"):
        build(read({"ROUTES": str(path), "DATA_DIR": str(tmp_path)}), {})
    with pytest.raises(BadSetting, match="ROUTES"):
        read({"ROUTES": str(tmp_path / "nowhere.yml")})


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: b.decode("latin-1")))
def test_nothing_but_routes_or_a_refusal_comes_of_any_file(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("routes")
    for content in (text, f"routes:\n- {{name: a, kind: slack, {text}}}"):
        path = folder / "routes.yml"
        path.write_text(content, encoding="utf-8", errors="replace")
        try:
            assert all(isinstance(route, Route) for route in load(path, {}, OUTSIDE))
        except BadSetting:
            continue
