"""The role of whoever commands is what GitHub says at that moment, of exactly that account."""

from __future__ import annotations

from typing import Any

import pytest

from app.github.installation import GitHub
from app.github.people import role_of
from checks.base import Permanent, Temporary
from tests.github_api.examples import REPOSITORY
from tests.github_api.pretend import Pretend

PATH = "/repos/owner/name/collaborators/carol/permission"


def said(role: Any = "maintain", permission: Any = "write", user: Any = 5) -> dict[str, Any]:
    return {"permission": permission, "role_name": role, "user": {"id": user, "login": "carol"}}


@pytest.mark.parametrize(
    ("answer", "role"),
    [
        (said(), "maintain"),
        (said("admin", "admin"), "admin"),
        (said("triage", "read"), "triage"),
        (said("release-team", "write"), "write"),
        (said("Admin", "read"), "read"),
        (said(None, "admin"), "admin"),
        (said("none", "none"), ""),
        (said("admin", "none"), ""),
        (said(user=6), ""),
        ({**said(), "user": None}, ""),
    ],
    ids=str,
)
def test_the_role_is_the_one_that_github_names(pretend: Pretend, github: GitHub, answer: Any, role: str) -> None:
    pretend.on("GET", PATH, answer)

    assert role == role_of(github, REPOSITORY, 5, "carol")


def test_an_account_that_github_does_not_know_here_has_none(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", PATH, {"message": "Not Found"}, 404)

    assert "" == role_of(github, REPOSITORY, 5, "carol")


def test_a_repository_that_we_may_not_see_any_more_says_nothing_about_roles(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", PATH, {"message": "Not Found"}, 404)
    pretend.on("GET", "/repositories/10", {"message": "Not Found"}, 404)

    with pytest.raises(Permanent, match="no longer shows"):
        role_of(github, REPOSITORY, 5, "carol")


def test_silence_is_no_answer(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", PATH, {"message": "Bad Gateway"}, 502)

    with pytest.raises(Temporary):
        role_of(github, REPOSITORY, 5, "carol")


@pytest.mark.parametrize("answer", [[], {"user": {"id": 5}}, {"permission": 5, "user": {"id": 5}}])
def test_an_answer_that_cannot_be_read_is_no_role_and_no_refusal(pretend: Pretend, github: GitHub, answer: Any) -> None:
    pretend.on("GET", PATH, answer)

    with pytest.raises(Permanent, match="cannot be read"):
        role_of(github, REPOSITORY, 5, "carol")


@pytest.mark.parametrize("login", ["", "x[bot]", "a/b", "..", "a b", "ä", "x" * 200, "-x"])
def test_what_is_no_persons_login_is_not_asked_about(pretend: Pretend, github: GitHub, login: str) -> None:
    assert "" == role_of(github, REPOSITORY, 5, login)
    assert [] == pretend.requests
