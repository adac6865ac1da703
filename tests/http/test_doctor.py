"""What the doctor says about registries of images and the logins there."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest

from app.build import build
from app.doctor import report as doctor
from app.network.login import LoggingIn
from app.settings import Settings
from tests.http.hosts import NOW, PASSWORD, logins, running
from tests.subscribers import SETTINGS
from verifier.ledger import migrate, open_ledger
from verifier.ledger.protocol import Watch
from verifier.model import Artifact
from verifier.registries.base import Ask


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


def unused(folder, *hosts: str, **settings) -> list[tuple[str, str]]:
    checks = doctor._unused(Settings(registry_auth_file=logins(folder, *hosts), **settings))
    return [(check.sentence, check.advice) for check in checks]


def test_a_login_under_the_name_of_a_registry_that_is_elsewhere_is_never_used(tmp_path):
    mapped = (("harbor.example", "http://127.0.0.1:5999"),)

    assert [
        (
            "the login for harbor.example is never used: harbor.example is read at 127.0.0.1:5999",
            "Log in to 127.0.0.1:5999 instead.",
        )
    ] == unused(tmp_path, "harbor.example", oci_registries=mapped)
    assert [] == unused(tmp_path, "127.0.0.1:5999", oci_registries=mapped)
    assert [] == unused(tmp_path, "registry.example", oci_registries=mapped)


def test_a_login_at_the_place_that_is_asked_is_used(tmp_path):
    """Also where another registry's name leads there; Docker Hub's login is used as long as Docker Hub is asked."""
    both = (("harbor.example", "https://other.example"), ("another.example", "https://harbor.example"))

    assert [] == unused(tmp_path, "harbor.example", oci_registries=both)
    assert [] == unused(tmp_path, "docker.io")
    assert 1 == len(unused(tmp_path, "docker.io", docker_registry="https://mirror.example"))


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch, tmp_path):
    """A machine on which boto3 finds nothing, and no service for roles is dialled."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "nothing"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


def watching(folder, purl: str) -> Settings:
    settings = Settings(data_dir=folder)
    migrate(settings.database)
    with open_ledger(settings.database).writing() as book:
        book.versions.put_watch(Watch(Artifact(purl), NOW))
    return settings


ECR = "pkg:oci/widget?repository_url=123456789012.dkr.ecr.eu-west-1.amazonaws.com/widget"


def test_amazons_login_is_named_by_where_it_was_found_and_never_shown(amazon, tmp_path):
    amazon.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    amazon.setenv("AWS_SECRET_ACCESS_KEY", PASSWORD)

    (check,) = doctor._amazon(Settings(data_dir=tmp_path))

    assert (True, "a login was found (env); it was not tried") == (check.ok, check.sentence)
    assert "AKIAEXAMPLE" not in doctor.shown([check])
    assert PASSWORD not in doctor.shown([check])


def test_that_there_is_none_is_bad_where_an_image_of_amazons_is_watched(amazon, tmp_path):
    assert [None] == [check.ok for check in doctor._amazon(Settings(data_dir=tmp_path))]
    assert [False] == [check.ok for check in doctor._amazon(watching(tmp_path, ECR))]


def test_a_profile_that_is_not_there_is_a_sentence(amazon, tmp_path):
    amazon.setenv("AWS_PROFILE", "nobody")

    (check,) = doctor._amazon(Settings(data_dir=tmp_path))
    assert (None, "The login for Amazon could not be fetched (ProfileNotFound).") == (check.ok, check.sentence)


def test_who_has_nothing_to_do_with_amazon_hears_nothing_of_it(amazon, tmp_path):
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        amazon.delenv(name)

    assert [] == list(doctor._amazon(watching(tmp_path, "pkg:docker/alice/widget")))


def test_a_refused_certificate_is_answered_with_the_setting_that_helps(tmp_path, monkeypatch):
    with running(tmp_path, monkeypatch, trusted=False) as server:
        url = f"https://127.0.0.1:{server.server_port}"
        settings = Settings(docker_hub=url, docker_registry=url, oci_registries=(("registry.example", url),))
        bad = [check for check in doctor._images(settings) if check.name == "images"]

    assert "REGISTRY_CA_FILE" in doctor.shown(bad)


def test_where_a_certificate_is_refused_the_network_is_not_blamed(tmp_path, monkeypatch):
    """The network is well: what helps is the setting that the sentence names."""
    with running(tmp_path, monkeypatch, trusted=False) as server:
        url = f"https://127.0.0.1:{server.server_port}"
        settings = Settings(npm_registry=url, pypi_index=f"{url}/simple/", docker_hub=url, docker_registry=url)
        checks = [*doctor._registries(settings), *doctor._images(settings)]

    assert [("npm", False), ("pypi", False), ("docker hub", None), ("docker", None)] == [(c.name, c.ok) for c in checks]
    for check in checks:
        assert check.sentence.endswith("name that in REGISTRY_CA_FILE.")
        assert "" == check.advice


def test_the_monitor_itself_logs_in(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(LoggingIn, "__call__", lambda self, ask, etag=None: made.append(ask))
    asked = Ask("https://registry.example/v2/", "application/json", 1000)
    build(Settings(data_dir=tmp_path)).fetch(asked)

    assert [asked] == made


def test_who_may_subscribe_is_said_and_what_is_missing_for_it():
    whole = replace(SETTINGS, subscribe_domains=("people.example", "*"))
    (said,) = doctor._people(whole)
    (missing,) = doctor._people(replace(whole, smtp_url=None))

    assert [] == list(doctor._people(replace(whole, subscribe_domains=())))
    assert (True, "https://monitor.example/subscribe") == (said.ok, said.sentence.partition(": ")[0])
    assert "anybody at people.example to everything; anybody to what is public" in said.sentence
    assert (False, True) == (missing.ok, "SMTP_URL" in missing.sentence)
