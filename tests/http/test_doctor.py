"""What the doctor says about registries of images and the logins there."""

from __future__ import annotations

import json

import pytest

from app import doctor
from app.build import build
from app.login import LoggingIn
from app.settings import Settings
from tests.http.hosts import PASSWORD, logins


def registries(server, host: str = "registry.internal:5000") -> list[tuple[bool | None, str, str]]:
    settings = Settings(docker_hub=server.url, docker_registry=server.url, oci_registries=((host, server.url),))
    return [(check.ok, check.name, check.sentence) for check in doctor._images(settings)]


@pytest.mark.parametrize("status", [200, 401])
def test_a_registry_that_answers_or_wants_a_login_is_there(server, status):
    server.answers["/v2/"] = lambda h: h.send(status, WWW_Authenticate="Basic")

    assert [
        (True, "docker hub", f"{server.url} answers"),
        (True, "docker", f"{server.url} answers"),
        (True, "images", f"registry.internal:5000 at {server.url} answers"),
    ] == registries(server)


def test_what_is_no_registry_is_bad_where_a_setting_names_it(server):
    """Docker Hub's own API has no page there; that it answers is enough."""
    server.answers["/v2/"] = lambda h: h.send(404)

    assert [(True, "docker hub"), (None, "docker"), (False, "images")] == [(ok, n) for ok, n, _ in registries(server)]


def test_a_registry_in_trouble_is_said_to_be(server):
    server.answers["/v2/"] = lambda h: h.send(503)

    assert [None, None, False] == [ok for ok, _, _ in registries(server)]


def test_logins_are_named_by_host_and_never_shown(tmp_path):
    path = logins(tmp_path, "registry.example", "https://index.docker.io/v1/")
    path.chmod(0o600)

    checks = list(doctor._logins(Settings(registry_auth_file=path)))

    assert [(True, f"{path} holds a login for docker.io, registry.example")] == [(c.ok, c.sentence) for c in checks]
    assert PASSWORD not in doctor.shown(checks)


def test_a_file_of_logins_that_others_may_read_is_worth_a_note(tmp_path):
    path = logins(tmp_path, "registry.example")
    path.chmod(0o644)

    assert [(True, ""), (None, f"chmod 600 {path}")] == [
        (check.ok, check.advice) for check in doctor._logins(Settings(registry_auth_file=path))
    ]


def test_credential_helpers_are_said_not_to_be_run(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"auths": {"registry.example": {}}, "credsStore": "desktop"}))
    path.chmod(0o600)

    assert ["holds a login for no registry", "names credential helpers, which are not run"] == [
        check.sentence.removeprefix(f"{path} ") for check in doctor._logins(Settings(registry_auth_file=path))
    ]


def test_without_a_file_the_doctor_says_what_cannot_be_read():
    assert [None] == [check.ok for check in doctor._logins(Settings())]


def test_the_monitor_itself_logs_in(tmp_path):
    assert isinstance(build(Settings(data_dir=tmp_path)).fetch, LoggingIn)
