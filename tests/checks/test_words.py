"""Every reason has its words, and every command can be pasted."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.commands import safe, steps
from checks.report import report, since
from checks.words import WORDS, words
from tests.checks.examples import AT, CASES, ECR, ECR_PUBLIC, HOSTILE, image, incident, member, subject
from verifier.model import Member, Outcome
from verifier.verdict.reasons import REASONS


def test_every_reason_has_words_and_no_words_are_left_over() -> None:
    assert set(REASONS) == set(WORDS)


@pytest.mark.parametrize("reason", WORDS)
def test_words_say_what_why_what_to_do_and_how_to_silence_it(reason: str) -> None:
    said = words(reason)

    assert all((said.title, said.why, said.act, said.silence, *said.silence))
    assert not said.title.endswith(".")
    assert all(text.endswith(".") for text in (said.why, said.act, *said.silence))


def test_a_reason_of_a_newer_version_is_shown_too() -> None:
    assert words("not-known-here").silence


@given(st.sampled_from(HOSTILE), st.sampled_from(HOSTILE), st.booleans())
def test_no_command_holds_what_a_shell_would_take_for_another(name: str, number: str, odd_name: bool) -> None:
    held = member(number if not odd_name else "1.0.0", f"pkg:npm/{name}" if odd_name else "pkg:npm/axios")
    for step in steps([held]):
        for command in step.commands:
            assert shlex.split(command, comments=True)[0] == "npm"
            assert not set(command) & set("$`;&|<>\n\\()")
    if not safe(held):
        assert "Write the command by hand" in "\n".join(report(subject(incident(held))).now)


def test_the_commands_for_npm_are_exact() -> None:
    commands = [command for step in steps([member("1.2.3", "pkg:npm/%40scope/name")]) for command in step.commands]

    assert 'npm deprecate @scope/name@1.2.3 "Not published by its maintainers. Do not use."' in commands
    assert "npm unpublish @scope/name@1.2.3" in commands
    assert "npm dist-tag add @scope/name@GOOD_VERSION latest" in commands
    assert "npm token revoke TOKEN_ID" in commands


ROGUE, GOOD = f"sha256:{'0' * 63}a", f"sha256:{'1' * 64}"
KONG = "docker.io/kong/kubernetes-ingress-controller"
GHCR = "oci/charts/app?repository_url=ghcr.io/alice/charts/app"


def lines(*members: Member) -> list[str]:
    """Every command that is offered about these."""
    return [command for step in steps(members) for command in step.commands]


def test_a_tag_that_was_replaced_is_pointed_back_by_the_digest_that_a_run_accounts_for() -> None:
    """One that is known keeps its digest: `--prefer-index=false` makes no new index around it."""
    create = "docker buildx imagetools create --prefer-index=false --tag"

    assert f"{create} {KONG}:3.4.0 {KONG}@{GOOD}" in lines(image())
    assert f"{create} {KONG}:3.4.0 {KONG}@sha256:GOOD_DIGEST" in lines(image(good_digest=""))
    assert not [line for line in lines(image(reasons=("no-run",), good_digest="")) if "imagetools" in line]


def test_good_bytes_are_copied_from_the_registry_that_has_them() -> None:
    """A tag that never held them cannot be pointed back within its own registry."""
    commands = lines(*CASES["image-mirror"].members)

    assert f"crane copy docker.io/mirrors/mirrors@{GOOD} ghcr.io/mirrors-org/mirrors:2.4.0" in commands
    assert {"docker login docker.io", "docker login ghcr.io"} <= set(commands)
    assert not [line for line in commands if "imagetools" in line]


def test_what_a_tag_held_before_is_named_also_where_no_run_accounts_for_it() -> None:
    (held,) = CASES["image-repushed"].members
    told = [step for step in steps([held]) if "Point the tag back" in step.sentence]

    assert [True] == [f"`{held.earlier_digest}`, if you know that to be yours" in step.sentence for step in told]
    assert f"{KONG}@{held.earlier_digest}" in told[0].commands[0]


def test_a_tag_that_was_moved_back_is_a_matter_of_access_and_not_of_the_build() -> None:
    said = report(subject(CASES["image-moved-back"]))
    text = "\n".join(said.now)

    assert "latest was moved back to older bytes of yours, and no run did it" in said.title
    assert "published by" not in said.title + said.lead
    assert text.index("Cut the access") < text.index("Point the tag forward again")
    assert not [word for word in ("Clean what the run built from", "higher number", "Take it away") if word in text]


def test_nothing_is_said_against_the_runs_where_one_may_have_moved_the_tag() -> None:
    (back,) = CASES["image-moved-back"].members
    by_run = incident(replace(back, reasons=("digest-known", "version-in-log")))

    assert report(subject(by_run)).title.endswith("latest was moved back to older bytes of yours")


def test_a_removed_tag_leaves_its_bytes_to_be_kept_and_deleted_and_a_waiver_to_be_given() -> None:
    said = report(subject(CASES["image-removed"]))
    text = "\n".join(said.now)

    assert "their bytes may still be pulled by digest" in said.lead
    assert "installed" not in said.lead
    assert "pulls this tag now" not in "".join(said.why)
    assert (
        text.index("Keep what was pushed") < text.index("Preview and delete") < text.index("Only if you want the tag")
    )
    assert "artifact-monitor waive 'pkg:docker/kong/kubernetes-ingress-controller' 3.4.1 --by NAME" in said.now[-1]
    assert not [line for line in lines(*CASES["image-removed"].members) if "/tags/" in line]


@pytest.mark.parametrize(
    ("name", "login"),
    [
        ("docker/a/b", "docker login docker.io"),
        ("oci/b?repository_url=harbor.example:8443/a/b", "docker login harbor.example:8443"),
        (
            f"oci/b?repository_url={ECR}/b",
            f"aws ecr get-login-password --region eu-central-1 | docker login --username AWS --password-stdin {ECR}",
        ),
        (
            f"oci/b?repository_url={ECR_PUBLIC}/a/b",
            "aws ecr-public get-login-password --region us-east-1 | docker login --username AWS --password-stdin "
            + ECR_PUBLIC,
        ),
    ],
)
def test_whoever_pastes_the_commands_has_logged_in_before(name: str, login: str) -> None:
    commands = lines(image(name=name))

    assert commands.index(login) < min(n for n, line in enumerate(commands) if "imagetools" in line)


def test_tags_that_hold_the_same_bytes_are_listed_once_with_the_releases_own_tag_first() -> None:
    seen = report(subject(CASES["image-aliases"])).seen

    assert seen[0] == "- `harbor.example/team/app` `3.4.0`, `3.4`, `latest` on `harbor.example`"
    assert 1 == "\n".join(seen).count("No run of .github/workflows/release")


def test_what_is_looked_at_again_is_not_said_to_be_cleared() -> None:
    (line,) = [line for line in report(subject(CASES["image-aliases"])).seen if "`edge`" in line and "on `" in line]

    assert line.endswith(" — being looked at again")


def test_no_time_is_given_for_all_where_a_registry_gives_none_for_some() -> None:
    (one, *others, _) = CASES["image-aliases"].members
    lead = report(subject(incident(replace(one, published_at=AT), *others))).lead

    assert "published to `harbor.example`, and not by your CI" in lead
    assert "noticed between 2026-03-31 00:21:58 UTC and 2026-03-31 00:23:58 UTC" in lead
    assert "`harbor.example` gives none for some of them" in lead


def test_what_was_pushed_is_kept_before_it_is_removed_and_removed_by_its_digest() -> None:
    name = "registry.example:5000/a/b"
    commands = lines(image(name=f"oci/b?repository_url={name}"))
    keep = f"skopeo copy --all --preserve-digests docker://{name}@{ROGUE} dir:evidence-000000000000"

    assert commands.index(keep) < commands.index(f"skopeo delete docker://{name}@{ROGUE}")


def test_bytes_of_another_release_are_never_removed() -> None:
    """The digest is that of a good image, and goes with all its tags."""
    for name in (f"oci/app?repository_url={ECR}/app", GHCR, "oci/b?repository_url=registry.example/a/b", "docker/a/b"):
        for reason in ("other-release-bytes", "tag-rolled-back"):
            assert not [line for line in lines(image(name=name, reasons=(reason,), good_digest="")) if ROGUE in line]


def test_the_commands_for_amazon_name_account_region_and_repository() -> None:
    private = lines(image(name=f"oci/app?repository_url={ECR}/team/app"))
    where = "--registry-id 123456789012 --region eu-central-1 --repository-name team/app"

    assert f"aws ecr batch-delete-image {where} --image-ids imageDigest={ROGUE}" in private
    lock = f"aws ecr put-image-tag-mutability {where} --image-tag-mutability IMMUTABLE"
    filters = "--image-tag-mutability-exclusion-filters filterType=WILDCARD,filter=latest"
    assert {lock, f"{lock}_WITH_EXCLUSION {filters}"} <= set(private)
    assert (
        "aws ecr-public batch-delete-image --region us-east-1 --repository-name app --image-ids imageTag=3.4.0"
        in lines(image(name=f"oci/app?repository_url={ECR_PUBLIC}/alias/app", digests=()))
    )


def test_the_commands_for_githubs_registry_name_the_package_and_not_its_folder() -> None:
    package = "/orgs/alice/packages/container/charts%2Fapp/versions"

    commands = lines(image(name=GHCR))

    assert f"gh api --paginate {package} --jq '.[] | select(.name == \"{ROGUE}\") | .id'" in commands
    assert f"gh api --method DELETE {package}/VERSION_ID" in commands


def test_on_docker_hub_a_new_tag_is_deleted_and_a_replaced_one_is_pointed_back() -> None:
    call = (
        'curl -X DELETE -H "Authorization: Bearer ACCESS_TOKEN" https://hub.docker.com/v2/repositories/a/b/tags/3.4.0/'
    )

    assert call in lines(image(name="docker/a/b", reasons=("no-run",), good_digest=""))
    assert call not in lines(image(name="docker/a/b"))


@given(st.sampled_from(HOSTILE), st.sampled_from(["name", "tag", "digest", "good", "from", "earlier"]))
def test_no_command_for_an_image_holds_hostile_text(text: str, where: str) -> None:
    odd: dict[str, dict[str, Any]] = {
        "digest": {"digests": (text,)},
        "good": {"good_digest": text},
        "from": {"good_image": text},
        "earlier": {"good_digest": "", "earlier_digest": text},
    }
    name = f"oci/x?repository_url=registry.example/{quote(text)}" if where == "name" else "docker/a/b"
    plain = image(name="docker/a/b", digests=(), good_digest="")

    commands = lines(image(text if where == "tag" else "3.4.0", name, **odd.get(where, {})))

    assert set(commands) <= {*lines(plain), *lines(replace(plain, good_digest=GOOD)), *lines(image(name="docker/a/b"))}


def test_the_access_is_cut_also_where_a_name_is_not_fit_for_a_command() -> None:
    assert any(step.access for step in steps([image("$(reboot)")]))


def test_what_is_taken_down_already_need_not_be_taken_down() -> None:
    commands = [command for step in steps([member(removed=True)]) for command in step.commands]

    assert not [command for command in commands if "unpublish" in command or "deprecate" in command]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "at once"),
        (0, "at once"),
        (1, "1 second later"),
        (59, "59 seconds later"),
        (60, "1 minute later"),
        (3600, "60 minutes later"),
        (7200, "2 hours later"),
        (86400 * 2, "2 days later"),
    ],
)
def test_how_long_it_took_to_notice_is_said_in_words(seconds: int, said: str) -> None:
    from datetime import timedelta

    assert said == since(AT, AT + timedelta(seconds=seconds))


def test_the_first_line_says_what_happened_with_which_version_when_and_how_late_it_was_noticed() -> None:
    lead = report(subject(CASES["rogue"])).lead

    assert "`axios` `1.14.1`" in lead
    assert "2026-03-31 00:21:58 UTC" in lead
    assert "3 minutes later" in lead


def test_a_settled_incident_asks_for_nothing() -> None:
    said = report(subject(CASES["waived"]))

    assert (said.why, said.now, said.yours) == ((), (), ())
    assert "waived" in said.lead


@pytest.mark.parametrize("reasons", [(), *((reason,) for reason in REASONS), tuple(REASONS), ("not-known-here",)])
@pytest.mark.parametrize("outcome", [Outcome.NON_COMPLIANT, Outcome.UNVERIFIABLE])
def test_every_step_of_an_alert_is_something_to_do(reasons: tuple[str, ...], outcome: Outcome) -> None:
    """Reasons that explain a version or are only context have nothing to do about them, and make no step."""
    held = member(reasons=reasons, outcome=outcome, suspect=outcome is Outcome.UNVERIFIABLE)
    steps = [line for line in report(subject(incident(held))).now if line[0].isdigit()]

    assert [f"{number}." for number in range(1, len(steps) + 1)] == [step.split()[0] for step in steps]
    assert [] == [step for step in steps if "Nothing" in step]
    assert "**" in steps[0]


def test_the_suspects_beside_a_rogue_version_are_asked_about_by_name() -> None:
    steps = report(subject(CASES["rogue-and-suspect"])).now

    assert [1] == [step.count("`axios` `0.30.4`") for step in steps if "Ask about the suspect version too" in step]
    assert not [step for step in steps if "deprecate axios@0.30.4" in step]


def test_who_does_not_answer_in_the_night_does_not_stop_the_work_on_a_rogue_version() -> None:
    assert "If nobody answers" in report(subject(CASES["rogue"])).now[0]
    assert "If nobody answers" not in "".join(report(subject(CASES["suspect"])).now)


def test_a_list_of_many_versions_begins_with_where_to_look() -> None:
    first = report(subject(CASES["many"])).seen[0]

    assert first.startswith("- Look at: [run 25613093674](")
    assert 1 == first.count("actions/runs")


def test_an_alert_about_what_is_down_already_says_that_it_is_and_who_has_it() -> None:
    said = report(subject(CASES["pypi-taken-down"]))

    assert "It was taken down since; whoever installed it has it." in said.lead
    assert "Stop it on PyPI" not in "".join(said.now)


def test_whatever_is_offered_that_loosens_says_that_it_acts_a_day_later() -> None:
    """Else somebody changes the file, publishes, and is told of an alert that the file seemed to allow."""
    for reason in REASONS:
        said = words(reason)
        for text in (said.act, *said.silence):
            if "`.github/artifact-monitor.yml`" in text and "publishes it" not in text:
                assert "24 hours later" in text, reason
