"""How a config file wants us to speak and to be commanded, its waivers, and what an organisation's file adds to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.test_config_file import GOOD, ONE, REPOSITORY, SCHEMA, WAIVER
from verifier.discovery.config import granted, parse, read, read_organisation
from verifier.discovery.strict import BadConfig
from verifier.model import Artifact, Conduct, Confidence, Publisher


def test_it_says_how_it_wants_to_be_spoken_to_and_who_may_command() -> None:
    config = read(GOOD["how it wants to be spoken to"].encode(), REPOSITORY)
    (publisher,), (waiver,) = config.publishers, config.unheeded

    assert (timedelta(hours=2), Confidence.MEDIUM) == (publisher.grace, publisher.confidence)
    assert (
        Conduct(
            check_runs=False,
            advisories=False,
            labels=("security", "supply chain"),
            assignees=("alice", "bob_corp"),
            role="admin",
            four_eyes=True,
            preview=True,
        )
        == config.conduct
    )
    assert datetime(2027, 4, 1, tzinfo=UTC) == waiver.until, "the whole of its last day"
    assert () == config.waivers, "two must agree, and a file is one person's word"


def test_an_unquoted_day_that_old_yaml_takes_for_something_else_is_read_as_it_stands() -> None:
    (waiver,) = read((ONE + WAIVER.replace("'2027-03-31'", "2027-03-31")).encode(), REPOSITORY).waivers

    assert datetime(2027, 4, 1, tzinfo=UTC) == waiver.until


ORGANISATION = """
version: 1
workflows: [release.yml]
manual: false
confidence: medium
grace: 1h
report: {issues: true, advisories: false, preview: false, issue_repository: security, labels: [org]}
commands: {role: maintain, four_eyes: true}
artifacts:
  - {purl: pkg:npm/widget, repository: Widget, workflows: [extra.yml]}
  - {purl: pkg:npm/gadget, repository: gadget}
"""


def test_own_words_take_the_place_of_the_organisations_where_they_are_not_looser() -> None:
    own = """
version: 1
manual: true
confidence: low
grace: 3h
report: {issues: false, advisories: true, preview: true, labels: [ours]}
commands: {role: write, four_eyes: false}
artifacts: [{purl: pkg:npm/a, confidence: high, grace: 10m}, {purl: pkg:npm/b, workflows: [own.yml]}]
"""
    config = read(own.encode(), REPOSITORY, ORGANISATION.encode())
    one, other = config.publishers

    assert (".github/workflows/release.yml",) == one.workflows
    assert (".github/workflows/own.yml",) == other.workflows
    assert [False, False] == [one.manual, other.manual]
    assert [Confidence.HIGH, Confidence.MEDIUM] == [one.confidence, other.confidence]
    assert [timedelta(minutes=10), timedelta(hours=1)] == [one.grace, other.grace]
    assert (
        Conduct(labels=("ours",), issue_repository="alice/security", role="maintain", four_eyes=True, advisories=True)
        == config.conduct
    )


def test_a_stricter_own_word_holds_against_the_organisations() -> None:
    config = read((ONE + "commands: {role: admin}\n").encode(), REPOSITORY, b"version: 1\ncommands: {role: write}\n")

    assert "admin" == config.conduct.role


def test_the_organisation_names_artifacts_by_the_repository_that_publishes_them() -> None:
    file = parse(ORGANISATION.encode(), organisation=True)
    (publisher,) = granted(file, REPOSITORY)

    assert (
        Publisher(
            Artifact("pkg:npm/widget"),
            7,
            3,
            (".github/workflows/extra.yml",),
            manual=False,
            grace=timedelta(hours=1),
            confidence=Confidence.MEDIUM,
        )
        == publisher
    )
    assert Draft202012Validator(SCHEMA).is_valid(yaml.safe_load(ORGANISATION))


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (3, "version: 1\nartifacts:\n  - {purl: pkg:npm/a, workflows: [a.yml]}\n"),
        (3, "version: 1\nartifacts:\n  - {purl: pkg:npm/a, repository: a}\n"),
        (2, "version: 1\nreport: {issue_repository: alice/security}\n"),
        (2, "version: 1\nrepositories: {}\n"),
    ],
    ids=["whose", "by nobody", "with its owner", "unknown"],
)
def test_an_organisations_file_is_read_as_strictly(line: int, text: str) -> None:
    with pytest.raises(BadConfig) as caught:
        read_organisation(text.encode(), REPOSITORY)

    assert line == caught.value.line


_PARTS = st.sampled_from(
    [
        *(
            "report:",
            "commands:",
            "waivers:",
            "artifacts:",
            "version: 1",
            "grace:",
            "confidence:",
            "\n",
            "  ",
            "- ",
            "{",
        ),
        *("}", "[", "]", ", ", "issues: ", "true", "off", "role: admin", "purl: pkg:npm/a", "until: 2027-01-01", "2h"),
        *(
            "digest: ",
            "sha256:" + "0" * 64,
            "99999d",
            "repository: a",
            "workflows: [a.yml]",
            "&a ",
            "*a",
            "!!int ",
            "'",
        ),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PARTS, max_size=30).map(lambda parts: "".join(parts).encode()), st.booleans())
@example(
    b"version: 1\nwaivers: [{purl: pkg:npm/a, version: '1', digest: 'sha256:0', reason: x, until: 9999-12-31}]\n", False
)
@example(b'version: 1\nreport: {labels: ["\\u202e"]}', True)
def test_any_words_give_a_config_or_one_clear_error(text: bytes, organisation: bool) -> None:
    try:
        if organisation:
            read_organisation(text, REPOSITORY)
        else:
            read(text, REPOSITORY)
    except BadConfig as error:
        assert 1 <= error.line <= text.count(b"\n") + 2
        assert error.sentence


def test_a_file_that_expands_without_end_is_refused_before_it_does() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*{'a' if i == 0 else f'b{i - 1}'}, x]\n" for i in range(50))
    for text in (bomb, "#" * 1_000_000, "[" * 60_000, "a: " * 20_000, "- " * 30_000, "{" * 60_000):
        with pytest.raises(BadConfig):
            read(text.encode(), REPOSITORY)
