"""The contract of every channel, and what each promises beyond it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checks import CHANNELS, advisory, check_run, issue
from checks.base import Channel, Permanent, Post, Subject
from checks.plan import Close, Create, Nothing, Update, plan
from tests.checks.examples import AT, CASES, HOSTILE, incident, member, subject, suspect
from tests.checks.fake import FakeGitHub
from verifier.ledger.protocol import Posted
from verifier.model import Artifact, Conduct, Incident, IncidentState, Outcome

GOLDEN = Path(__file__).with_name("golden")
every_channel = pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.NAME)
VERSION = re.compile("^- (`+) ?.+? ?\\1 .* on npm", re.MULTILINE)
"""A version in a line of its own."""
LIMITS = {"issue": ("body", 65_536), "advisory": ("description", 65_535)}


def shown(post: Post) -> str:
    """A post as one text file: each field under its name, long texts as they stand."""
    parts = [f"open: {post.open}"]
    for key, value in sorted(post.body.items()):
        if isinstance(value, dict):
            parts += [f"===== {key}.{k}\n{v}" for k, v in value.items()]
        elif isinstance(value, str):
            parts.append(f"===== {key}\n{value}")
        else:
            parts.append(f"===== {key}\n{json.dumps(value, indent=1)}")
    return "\n".join(parts) + "\n"


ASKED: dict[str, Subject] = {
    **{case: subject(held) for case, held in CASES.items()},
    "preview": subject(CASES["rogue"], conduct=Conduct(preview=True)),
    "good-version": subject(CASES["rogue"], good={Artifact("pkg:npm/axios"): "1.14.0"}),
    "issue-repository": subject(CASES["rogue"], conduct=Conduct(issue_repository="axios/alerts")),
}


@every_channel
@pytest.mark.parametrize("case", ASKED)
def test_the_text_is_what_was_read_and_agreed_on(channel: Channel, case: str) -> None:
    """Rewrite after a change of words with UPDATE_GOLDEN=1, and read the difference as the maintainer would."""
    about = ASKED[case]
    if not channel.wants(about):
        pytest.skip(f"{channel.NAME} does not speak about {case}")
    text, path = shown(channel.render(about)), GOLDEN / f"{channel.NAME}-{case}.md"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == text


def posted_as(channel: Channel, about: Subject, post: Post, ref: str) -> Posted:
    return Posted(about.incident.id, channel.NAME, ref, "https://github.example/1", post.digest, post.open, AT)


@every_channel
def test_a_post_is_made_found_again_changed_and_closed(channel: Channel) -> None:
    github, about = FakeGitHub(), subject(CASES["rogue"])
    post = channel.render(about)
    assert channel.find(about, post, github) is None

    ref, url = channel.create(about, post, github)
    assert url.startswith("https://")
    assert channel.find(about, post, github) == (ref, url)

    more = subject(incident(member(), member("1.14.2")))
    changed, posted = channel.render(more), posted_as(channel, about, post, ref)
    assert plan(changed, posted) == Update(changed)
    channel.update(more, changed, posted, github)

    settled = subject(CASES["cleared"])
    last, posted = channel.render(settled), posted_as(channel, more, changed, ref)
    assert plan(last, posted) == Close(last)
    channel.update(settled, last, posted, github)

    assert plan(last, posted_as(channel, settled, last, ref)) == Nothing()
    assert [1] == [len(items) for items in github.items.values() if items]


@every_channel
def test_another_incident_is_never_mistaken_for_this_one(channel: Channel) -> None:
    github, about = FakeGitHub(), subject(CASES["rogue"])
    channel.create(about, channel.render(about), github)
    other = subject(replace(CASES["rogue"], id="4f2a9c0d1e3b5a6"))

    assert channel.find(other, channel.render(other), github) is None


@pytest.mark.parametrize("channel", [check_run, issue], ids=lambda channel: channel.NAME)
def test_a_marker_that_somebody_copied_is_not_taken_for_ours(channel: Channel) -> None:
    """Whoever holds a maintainer's account could otherwise put an alert of their own in our place."""
    github, about = FakeGitHub(), subject(CASES["rogue"])
    post = channel.render(about)
    channel.create(about, post, github)
    for item in (i for items in github.items.values() for i in items):
        item |= {"app": {"id": 8}, "performed_via_github_app": None}

    assert channel.find(about, post, github) is None


@every_channel
def test_the_same_facts_give_the_same_text_and_any_shown_fact_changes_it(channel: Channel) -> None:
    base = CASES["rogue"]
    told = base.members[0]
    changes: list[dict[str, Any]] = [
        {"number": "1.14.2"},
        {"sentences": ("Another.",)},
        {"removed": True},
        {"account": "mallory"},
        {"digests": ("sha256:" + "f" * 64,)},
        {"published_at": AT.replace(hour=1), "detected_at": AT.replace(hour=2)},
    ]
    digests = [channel.render(subject(incident(replace(told, **change)))).digest for change in changes]
    before = channel.render(subject(base)).digest

    assert channel.render(subject(replace(base))).digest == before
    assert len({before, *digests}) == 1 + len(changes)


def test_a_new_commit_on_the_default_branch_changes_nothing_that_is_posted() -> None:
    one, other = subject(CASES["rogue"]), subject(CASES["rogue"], head_sha="d" * 40)

    assert check_run.render(one).digest == check_run.render(other).digest


def test_a_check_run_is_red_for_a_rogue_version_neutral_for_suspects_and_green_when_settled() -> None:
    found = {case: check_run.render(subject(CASES[case])).body["conclusion"] for case in ("rogue", "suspect", "waived")}

    assert found == {"rogue": "failure", "suspect": "neutral", "waived": "success"}


def test_a_check_run_needs_a_commit() -> None:
    assert not check_run.wants(subject(CASES["rogue"], head_sha=""))


def test_suspects_alone_make_no_public_issue_and_no_advisory() -> None:
    about = subject(incident(suspect()))

    assert (issue.wants(about), advisory.wants(about)) == (False, False)


def test_only_public_repositories_have_advisories() -> None:
    assert not advisory.wants(subject(CASES["rogue"], private=True))


def test_an_advisory_is_never_published_and_a_published_one_is_never_touched() -> None:
    github, about = FakeGitHub(), subject(CASES["rogue"])
    post = advisory.render(about)
    ref, _ = advisory.create(about, post, github)
    assert "state" not in github.asked[-1][2]

    github.items["security-advisories"][0]["state"] = "published"
    settled = subject(CASES["cleared"])
    advisory.update(settled, advisory.render(settled), posted_as(advisory, about, post, ref), github)
    assert github.items["security-advisories"][0]["state"] == "published"
    assert github.asked[-1][0] == "GET"


def test_a_draft_outlives_an_alert_that_ended_because_the_version_was_taken_down() -> None:
    """Whoever installed it has it still: that is when people need the advisory."""
    gone, cleared = (replace(member(str(n)), removed=True, gone=True) for n in (1, 2))
    held = incident(gone, replace(cleared, outcome=Outcome.COMPLIANT), state=IncidentState.RESOLVED)
    waived = replace(held, members=(replace(gone, waived=True),))
    shown = advisory.render(subject(held))

    assert shown.open
    assert ["= 1"] == [entry["vulnerable_version_range"] for entry in shown.body["vulnerabilities"]]
    assert "What users should do" in shown.body["description"]
    assert "taken down since; whoever installed it has it" in shown.body["description"]
    assert "ettled" not in shown.body["summary"] + shown.body["description"]
    assert not issue.render(subject(held)).open
    assert issue.STAYS in issue.render(subject(held)).body["body"]
    assert not advisory.render(subject(waived)).open
    assert issue.STAYS not in issue.render(subject(waived)).body["body"]


@pytest.mark.parametrize(("state", "then"), [("draft", "draft"), ("closed", "closed"), ("published", "published")])
def test_a_draft_that_is_closed_stays_so_when_the_version_is_gone(state: str, then: str) -> None:
    """By a person, by an older version of this program, or because it was waived until today."""
    github, about = FakeGitHub(), subject(CASES["rogue"])
    post = advisory.render(about)
    ref, _ = advisory.create(about, post, github)
    github.items["security-advisories"][0]["state"] = state
    gone = subject(CASES["settled-by-removal"])
    advisory.update(gone, advisory.render(gone), posted_as(advisory, about, post, ref), github)

    assert github.items["security-advisories"][0]["state"] == then


def test_a_new_alert_opens_a_closed_draft_again() -> None:
    github, about = FakeGitHub(), subject(CASES["rogue"])
    post = advisory.render(about)
    ref, _ = advisory.create(about, post, github)
    github.items["security-advisories"][0]["state"] = "closed"
    advisory.update(about, post, posted_as(advisory, about, post, ref), github)

    assert github.items["security-advisories"][0]["state"] == "draft"


def test_no_draft_is_made_for_what_was_taken_down_before_anything_was_said() -> None:
    assert not advisory.wants(subject(CASES["settled-by-removal"]))


def test_an_advisory_lists_each_version_under_its_ecosystem() -> None:
    held = incident(
        member(), member("8.3.45", "pkg:pypi/ultralytics"), member("3.4.0", "pkg:docker/kong/kic"), suspect()
    )
    found = advisory.render(subject(held)).body["vulnerabilities"]

    assert [("npm", "axios", "= 1.14.1"), ("pip", "ultralytics", "= 8.3.45"), ("other", "kong/kic", "= 3.4.0")] == [
        (v["package"]["ecosystem"], v["package"]["name"], v["vulnerable_version_range"]) for v in found
    ]


def test_a_server_without_advisories_is_said_with_what_to_do() -> None:
    github, about = FakeGitHub(absent=("security-advisories",)), subject(CASES["rogue"])

    for do in (advisory.find, advisory.create):
        with pytest.raises(Permanent, match="permission"):
            do(about, advisory.render(about), github)


def test_issues_that_are_switched_off_are_said_with_what_to_do() -> None:
    about = subject(CASES["rogue"])

    with pytest.raises(Permanent, match="switch them on"):
        issue.create(about, issue.render(about), FakeGitHub(off=("issues",)))
    with pytest.raises(Permanent, match="grant it this repository"):
        issue.create(about, issue.render(about), FakeGitHub(absent=("issues",)))


def test_an_issue_keeps_the_labels_that_people_gave_it() -> None:
    github, about = FakeGitHub(), subject(CASES["rogue"])
    post = issue.render(about)
    ref, _ = issue.create(about, post, github)
    github.items["issues"][0]["labels"] = ["artifact-monitor", "security"]
    issue.update(about, post, posted_as(issue, about, post, ref), github)

    assert github.items["issues"][0]["labels"] == ["artifact-monitor", "security"]


def crowd(size: int) -> Incident:
    """An incident of many versions with names as long and odd as can be."""
    return incident(
        *(
            member(f"{n}.{HOSTILE[n % len(HOSTILE)]}", f"pkg:npm/{'n' * 200}{n}", sentences=(HOSTILE[-n % 7],) * 9)
            for n in range(size)
        )
    )


@every_channel
@pytest.mark.parametrize("size", [1, 5, 84, 3000])
@pytest.mark.parametrize("plain", [True, False])
def test_the_text_stays_within_githubs_limits_and_says_what_it_left_out(
    channel: Channel, size: int, plain: bool
) -> None:
    held = incident(*(member(f"1.{n}.0") for n in range(size))) if plain else crowd(size)
    body = channel.render(subject(held)).body
    if channel.NAME == "check_run":
        texts = [body["output"]["summary"], body["output"]["text"]]
        title = body["output"]["title"]
    else:
        texts, title = [body[LIMITS[channel.NAME][0]]], body.get("title") or body["summary"]

    assert all(len(text.encode()) <= 65_535 for text in texts)
    assert len(title) <= 255
    listed = len(VERSION.findall(texts[0]))
    left_out = size - listed
    if left_out:
        assert f"- … and {left_out} more" in texts[0] or size <= 5
    assert listed > 10 or size <= 5


def test_all_84_versions_of_tanstack_are_listed_in_one_issue() -> None:
    text = issue.render(subject(CASES["many"])).body["body"]

    assert all(m.artifact.name in text and m.number in text for m in CASES["many"].members)
    assert len(VERSION.findall(text)) == 84
    assert "and 79 more" in text


@every_channel
def test_of_many_versions_a_reader_sees_the_reason_once_and_the_list_only_after_opening_it(channel: Channel) -> None:
    post = shown(channel.render(subject(CASES["many"])))
    view = re.sub("<details>.*?</details>", "", post.split("===== vulnerabilities")[0], flags=re.DOTALL)

    assert 1 == post.count("was skipped in run 25613093674/4")
    assert "<details><summary>All 84 versions</summary>\n\n- `@tanstack/part-00` `1.161.9` on npm" in post
    assert 5 == view.count("`@tanstack/part-")
    assert [] == VERSION.findall(view)


def test_the_steps_about_many_versions_fit_on_a_screen_and_their_commands_are_one_block_each() -> None:
    text = issue.render(subject(CASES["many"])).body["body"]
    steps = text.split("### What to do now")[1].split("###")[0]
    blocks = re.findall(
        r"<details><summary>(\d+) commands</summary>\n\n +```sh\n(.*?)\n +```\n\n +</details>", steps, re.DOTALL
    )
    view = re.sub("<details>.*?</details>", "", steps, flags=re.DOTALL)

    assert [(84, 84), (42, 42), (84, 84)] == [(int(size), len(block.splitlines())) for size, block in blocks]
    assert len(view.strip().splitlines()) <= 30
    assert "What was seen" in text.split("### What to do now")[0]


def test_versions_that_different_reasons_speak_against_are_told_apart() -> None:
    skipped = CASES["many"].members
    waived = tuple(replace(one, waived=True) for one in skipped[:4])
    alone = member("2.0.0", "pkg:npm/alone", sentences=("No run of it is known.",))
    text = issue.render(subject(incident(alone, *waived, *skipped[4:]))).body["body"]
    seen = text.split("### What was seen")[1].split("###")[0]

    assert "- `alone` `2.0.0` on npm, published 2026-03-31 00:21:58 UTC. No run of it is known." in seen
    assert "- **80 versions on npm**: The publish step" in seen
    assert "- **4 versions on npm** — waived: The publish step" in seen
    assert len(VERSION.findall(text.split("<summary>All 85 versions")[1])) == 85


def test_of_sentences_that_differ_the_first_is_said_in_view_and_each_in_the_list() -> None:
    lines = [
        member(f"{n}.1.0", sentences=(f"No run accounts for it, and line {n}.x is published by CI.",)) for n in range(9)
    ]
    text = issue.render(subject(incident(*lines))).body["body"]

    assert "- **9 versions on npm**. Of the first: No run accounts for it, and line 0.x is" in text
    assert all(f"line {n}.x is published by CI" in text.split("<summary>All 9 versions")[1] for n in range(9))


def test_of_what_runs_account_for_and_is_odd_the_oddity_is_told_also_where_they_are_many() -> None:
    (odd,) = CASES["odd"].members
    held = incident(*(replace(odd, number=f"8.3.{n}") for n in range(7)))

    assert (
        "- **7 versions on PyPI**: 2 of its files differ from the source"
        in check_run.render(subject(held)).body["output"]["summary"]
    )


def test_reasons_without_end_are_counted() -> None:
    held = incident(*(member(f"1.{n}.0", reasons=(f"reason-{n}",)) for n in range(20)))
    text = issue.render(subject(held)).body["body"]

    assert "- … and 12 more versions, for other reasons" in text.split("###")[1]
    assert len(VERSION.findall(text.split("<summary>All 20 versions")[1])) == 20


def test_what_was_never_said_is_not_closed() -> None:
    assert plan(issue.render(subject(CASES["cleared"])), None) == Nothing()


def test_a_post_is_open_exactly_while_something_stands_against_a_version() -> None:
    for case, held in CASES.items():
        for channel in CHANNELS:
            open_ = any(m.open for m in held.members) or (channel is advisory and case == "settled-by-removal")
            assert channel.render(subject(held)).open == open_, case
            first = plan(channel.render(subject(held)), None)
            assert isinstance(first, Create if open_ else Nothing)


@pytest.mark.parametrize("state", IncidentState)
def test_an_empty_incident_is_settled_and_breaks_nothing(state: IncidentState) -> None:
    for channel in CHANNELS:
        assert not channel.render(subject(incident(state=state))).open


def test_a_check_run_is_no_longer_red_when_only_suspects_are_left() -> None:
    held = incident(member(outcome=Outcome.COMPLIANT), suspect(), rogue=True)

    assert check_run.render(subject(held)).body["conclusion"] == "neutral"


def test_outcomes_of_the_examples_are_what_they_say() -> None:
    assert CASES["rogue"].members[0].outcome is Outcome.NON_COMPLIANT
