"""The pretended GitHub logs people in and makes Apps as GitHub does, and refuses what GitHub refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from sandbox.app import create
from sandbox.github.people import People
from sandbox.github.rim import PREFIX
from sandbox.world import World
from tests.sandbox.github import at, keys, scenario

BACK = "https://monitor.example/login/callback"
VERIFIER, CHALLENGE = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""RFC 7636, appendix B."""


class Asked:
    def __init__(self) -> None:
        self.people = People([BACK])
        self.mona = self.people.add("mona", _4711="push")
        world = World([scenario("small-rogue")])
        world.advance(at("2026-03-02T12:00:00"))
        self.client = Client(create(world, keys(), people=self.people))

    def agree(self, **changes: str) -> TestResponse:
        said = {
            "client_id": self.people.client_id,
            "redirect_uri": BACK,
            "state": "s",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "person": "mona",
        }
        return self.client.post("/login/oauth/authorize", data={**said, **changes})

    def exchange(self, **changes: str) -> Any:
        code = self.people.agreed(self.mona, BACK, CHALLENGE)
        said = {
            "client_id": self.people.client_id,
            "client_secret": self.people.client_secret,
            "code": code,
            "redirect_uri": BACK,
            "code_verifier": VERIFIER,
        }
        return self.client.post("/login/oauth/access_token", data={**said, **changes}).json

    def user(self, token: str, path: str = "/user") -> TestResponse:
        return self.client.get(PREFIX + path, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def asked() -> Asked:
    return Asked()


def test_a_code_leads_back_to_a_registered_address_alone(asked: Asked) -> None:
    assert asked.agree().headers["Location"].startswith(f"{BACK}?code=")
    assert "error=access_denied" in asked.agree(person="").headers["Location"]
    refused = [
        asked.agree(redirect_uri="https://evil.example/"),
        asked.agree(redirect_uri=f"{BACK}/more"),
        asked.agree(code_challenge=""),
        asked.agree(code_challenge_method="plain"),
        asked.agree(client_id="other"),
    ]
    assert [400, 400, 400, 400, 404] == [answer.status_code for answer in refused]


def test_a_code_is_exchanged_with_its_verifier_once(asked: Asked) -> None:
    assert asked.exchange()["access_token"].startswith("ghu_")
    assert {"error": "bad_verification_code"} == asked.exchange(code_verifier="another")
    assert {"error": "bad_verification_code"} == asked.exchange(code_verifier="")
    assert {"error": "bad_verification_code"} == asked.exchange(code="another")
    assert {"error": "incorrect_client_credentials"} == asked.exchange(client_secret="another")
    assert {"error": "redirect_uri_mismatch"} == asked.exchange(redirect_uri="https://evil.example/")


def test_a_refresh_token_counts_once_and_ends_its_predecessors(asked: Asked) -> None:
    first = asked.exchange()
    second = asked.exchange(grant_type="refresh_token", refresh_token=first["refresh_token"])

    assert 401 == asked.user(first["access_token"]).status_code
    assert "mona" == (asked.user(second["access_token"]).json or {})["login"]
    assert {"error": "bad_refresh_token"} == asked.exchange(
        grant_type="refresh_token", refresh_token=first["refresh_token"]
    )


def test_somebody_sees_their_repositories_and_nobody_elses(asked: Asked) -> None:
    token = asked.exchange()["access_token"]
    (installation,) = (asked.user(token, "/user/installations").json or {})["installations"]
    path = f"/user/installations/{installation['id']}/repositories"
    (repository,) = (asked.user(token, path).json or {})["repositories"]

    assert (4711, True, False) == (
        repository["id"],
        repository["permissions"]["push"],
        repository["permissions"]["maintain"],
    )
    asked.mona.roles.clear()
    assert 404 == asked.user(token, path).status_code
    assert 401 == asked.user("ghu_made_up").status_code


MANIFEST = {
    "name": "Monitor",
    "url": "https://monitor.example",
    "hook_attributes": {"url": "https://monitor.example/webhooks"},
    "redirect_url": "http://127.0.0.1:1/setup/made",
    "default_permissions": {},
    "default_events": [],
}


@pytest.mark.parametrize(
    "changes",
    [
        {"unknown": 1},
        {"name": "n" * 35},
        {"name": ""},
        {"url": "monitor.example"},
        {"redirect_url": "x"},
        {"hook_attributes": {}},
        {"default_events": ["ping"]},
        {"callback_urls": [BACK] * 11},
    ],
)
def test_a_manifest_that_github_would_not_take_is_refused(asked: Asked, changes: dict[str, Any]) -> None:
    def post(manifest: dict[str, Any]) -> int:
        return asked.client.post("/settings/apps/new", data={"manifest": json.dumps(manifest)}).status_code

    assert [200, 422] == [post(MANIFEST), post({**MANIFEST, **changes})]


def test_credentials_are_given_out_once(asked: Asked) -> None:
    back = asked.client.post("/sandbox/apps", data={"manifest": json.dumps(MANIFEST), "state": "s"}).headers["Location"]
    code = back.partition("code=")[2].partition("&")[0]
    path = f"{PREFIX}/app-manifests/{code}/conversions"

    first, second = asked.client.post(path), asked.client.post(path)
    assert (201, 404) == (first.status_code, second.status_code)
    assert {"id", "client_id", "client_secret", "webhook_secret", "pem", "html_url"} <= (first.json or {}).keys()
