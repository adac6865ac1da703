"""The page about channel formats says what the code does: fields, limits, severities."""

from __future__ import annotations

import re

import pytest

from checks import OUTSIDE, facts, mail, slack_blocks, syslog, teams
from checks.messages import of_bulletin
from checks.outside import BadRoute
from checks.shown import badge
from tests.checks.voices import MESSAGES, REPOSITORY, bulletin
from tests.documents import document, section, table
from verifier.model import BulletinKind, Severity

PAGE = document("docs/channel-formats.md")
SECTIONS = {
    "slack": "Slack",
    "email": "E-mail",
    "syslog": "Syslog",
    "splunk": "Splunk",
    "webhook": "Webhook",
    "teams": "Microsoft Teams",
    "pagerduty": "PagerDuty",
}


@pytest.mark.parametrize("kind", OUTSIDE)
def test_the_fields_of_a_route_are_the_documented_ones(kind: str) -> None:
    with pytest.raises(BadRoute) as refused:
        OUTSIDE[kind].read({"?": 1})
    known = str(refused.value).partition("It has: ")[2].partition("; and every route")[0].split(", ")
    rows = table(section(PAGE, SECTIONS[kind]), "field")

    assert sorted(row[0].strip("`") for row in rows) == sorted(known)


@pytest.mark.parametrize(
    ("heading", "limit"),
    [
        ("Slack", slack_blocks.BLOCKS),
        ("Slack", slack_blocks.SECTION),
        ("Slack", slack_blocks.HEADER),
        ("E-mail", mail.SUBJECT),
        ("E-mail", mail.ROOM),
        ("E-mail", mail.MOST),
        ("Syslog", syslog.LIMIT),
        ("Syslog", syslog.VALUE),
        ("Facts", facts.ROOM),
        ("Facts", facts.NAME),
        ("Facts", facts.SENTENCE),
        ("Facts", facts.MANY),
        ("Microsoft Teams", teams.LIMIT),
    ],
)
def test_a_limit_is_the_documented_one(heading: str, limit: int) -> None:
    assert re.search(rf"(?<![\d,]){limit:,}(?![\d,])", section(PAGE, heading))


def test_the_facts_of_an_alert_are_the_documented_ones() -> None:
    words = set(re.findall(r"`([a-z_.]+)`", section(PAGE, "Facts")))
    found = facts.facts(MESSAGES["rogue"][0])
    (version,) = found["incident"]["versions"]

    assert set(found) <= words
    assert set(version) <= words
    assert set(found["incident"]) <= words


def test_the_severities_are_the_documented_ones() -> None:
    rows = {row[0].strip("`"): row for row in table(PAGE, "severity")}

    assert list(rows) == [severity.word for severity in sorted(Severity, reverse=True)]
    for case in ("rogue", "suspect", "anomaly", "test"):
        message, _ = MESSAGES[case]
        assert rows[message.severity.word][3] == badge(message)
    tampered = of_bulletin(bulletin(BulletinKind.TAMPERED), REPOSITORY).severity
    assert "tampering" in rows[tampered.word][2]
