"""The doctor finds the mistakes that set-ups are most often made with, and says of each what to do."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import redis
import responses

from app.doctor import mistakes as doctor_mistakes
from app.doctor import report as doctor
from app.doctor.mistakes import app, door, eviction, hook, listeners, migrated, mount, refused, room, skew, worker
from app.doctor.routes import Found
from app.settings import Settings
from app.setup.manifest import load
from checks.base import Gone, Permanent
from verifier.ledger.revisions import known, newest

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MANIFEST = load()
SETTINGS = Settings(github_app_id="7", github_client_id="Iv1.abcdefgh", base_url="https://monitor.example")
APP = {
    "id": 7,
    "client_id": "Iv1.abcdefgh",
    "permissions": MANIFEST["default_permissions"],
    "events": MANIFEST["default_events"],
}
HOOK = {"url": "https://monitor.example/webhooks", "secret": "********", "content_type": "json", "insecure_ssl": "0"}
MOUNTS = r"""/dev/vda / ext4 rw 0 0
server:/x /srv/data nfs4 rw 0 0
/dev/vdb /srv/data/local xfs rw 0 0
server:/y /a\040b cifs rw 0 0
"""


def bad(found: list[Found]) -> list[str]:
    """The sentences of what is wrong; each says what to do."""
    assert all(advice for ok, _, advice in found if ok is False)
    return [sentence for ok, sentence, _ in found if ok is False]


def at(offset: timedelta) -> str:
    return format_datetime(NOW + offset, usegmt=True)


def test_an_app_as_it_should_be_is_well() -> None:
    assert [True] == [ok for ok, _, _ in app(APP, SETTINGS, MANIFEST)]
    assert [True] == [ok for ok, _, _ in hook(HOOK, SETTINGS)]
    assert [] == bad(list(app(APP, replace(SETTINGS, github_app_id="Iv1.abcdefgh"), MANIFEST)))
    more = dict.fromkeys(MANIFEST["default_permissions"], "admin")
    assert [] == bad(list(app(APP | {"permissions": more}, SETTINGS, MANIFEST)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"client_id": "Iv1.other000"}, "GITHUB_CLIENT_ID is of another App"),
        ({"id": 8, "client_id": "Iv1.other000"}, "the key belongs to another App than GITHUB_APP_ID"),
        ({"permissions": {**APP["permissions"], "issues": "read"}}, "the App lacks permissions: issues: write"),
        ({"permissions": {}}, "the App lacks permissions: actions: read, attestations: read, checks: write"),
        ({"events": ["push"]}, "the App is not told of: check_run, create, delete"),
    ],
)
def test_what_is_wrong_with_the_app_is_found(change: dict[str, Any], said: str) -> None:
    assert any(sentence.startswith(said) for sentence in bad(list(app(APP | change, SETTINGS, MANIFEST))))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": ""}, "the App has no webhook address"),
        ({"url": "https://monitor.example/"}, "which does not end in /webhooks"),
        ({"secret": None}, "has no secret, so every delivery is refused"),
        ({"content_type": "form"}, "webhooks are sent as forms"),
    ],
)
def test_what_is_wrong_with_the_webhook_is_found(change: dict[str, Any], said: str) -> None:
    (sentence,) = bad(list(hook(HOOK | change, SETTINGS)))
    assert said in sentence


def test_a_webhook_at_another_host_and_an_unchecked_certificate_are_noted() -> None:
    found = list(hook(HOOK | {"url": "https://hooks.example/webhooks", "insecure_ssl": "1"}, SETTINGS))
    assert [None, None] == [ok for ok, _, _ in found]


def test_an_app_that_github_does_not_know_names_the_key_the_address_and_the_clock() -> None:
    ok, _, advice = refused(Permanent("401"), SETTINGS)
    assert ok is False
    for word in ("GITHUB_PRIVATE_KEY", "GITHUB_API_URL", "clock"):
        assert word in advice


@pytest.mark.parametrize("offset", [timedelta(0), timedelta(seconds=29), timedelta(seconds=-29)])
def test_a_clock_that_is_right_is_well(offset: timedelta) -> None:
    assert skew(at(offset), NOW)[0]


@pytest.mark.parametrize(
    ("offset", "said", "zone"),
    [
        (timedelta(minutes=-2), "120 seconds ahead", False),
        (timedelta(minutes=7), "420 seconds behind", False),
        (timedelta(hours=2, seconds=3), "behind", True),
        (timedelta(hours=-5, minutes=-30), "ahead", True),
    ],
)
def test_a_wrong_clock_is_found_and_a_time_zone_is_told_apart(offset: timedelta, said: str, zone: bool) -> None:
    (sentence,) = bad([skew(at(offset), NOW)])
    assert said in sentence
    assert zone == ("time zone" in sentence)
    assert skew("yesterday", NOW)[0] is None


def test_a_database_of_another_form_is_found() -> None:
    assert [True, False, False, False] == [migrated(r)[0] for r in (newest(), known()[-2], "", "9999")]
    assert "artifact-monitor migrate" in migrated("")[2]
    assert "NEWER_DATABASE" in migrated("9999")[2]


def test_workers_that_are_not_there_are_found() -> None:
    assert [True, False, False] == [
        worker(last, NOW)[0] for last in (NOW - timedelta(minutes=5), NOW - timedelta(minutes=6), None)
    ]
    assert [False, True] == [listeners(number)[0] for number in (0, 2)]
    assert "REDIS_URL" in listeners(0)[2]


def test_a_redis_that_drops_keys_is_noted() -> None:
    assert [None, True, True] == [eviction(policy)[0] for policy in ("allkeys-lru", "noeviction", "")]


def test_a_disk_that_is_nearly_full_is_found() -> None:
    here = Path("/srv")
    assert [False, None, True, False] == [room(free, 100, here)[0] for free in (2, 9, 11, 0)]
    assert room(0, 0, here)[0] is False


@pytest.mark.parametrize(
    ("path", "ok"),
    [("/srv/data", False), ("/srv/data/x", False), ("/srv/data/local/x", True), ("/srv", True), ("/a b/x", False)],
)
def test_sqlite_on_a_network_disk_is_found_by_the_nearest_mount(path: str, ok: bool) -> None:
    assert ok == mount(Path(path), MOUNTS)[0]


@responses.activate
@pytest.mark.parametrize(
    ("status", "body", "ok"),
    [(200, '{"status":"ok"}\n', True), (200, "<html>", False), (301, "", False), (502, "", False)],
)
def test_a_base_url_that_leads_elsewhere_is_found(status: int, body: str, ok: bool) -> None:
    responses.get("https://monitor.example/livez", body=body, status=status)
    ((found, _, advice),) = doctor_mistakes.look_at_door(SETTINGS)
    assert (ok, not ok) == (found, bool(advice))


@responses.activate
def test_a_base_url_that_nobody_answers_at_is_noted() -> None:
    ((ok, _, _),) = doctor_mistakes.look_at_door(SETTINGS)
    assert ok is None
    assert door(0, b"", "x")[0] is None
    assert [] == list(doctor_mistakes.look_at_door(Settings()))


def test_the_doctor_looks_at_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what cannot be looked at hides nothing of the rest."""
    unknown, elsewhere = refused(Permanent("401"), SETTINGS), door(502, b"", "https://x.example")
    monkeypatch.setattr(doctor_mistakes, "look_at_github", lambda settings, now: iter([unknown]))
    monkeypatch.setattr(doctor_mistakes, "look_at_door", lambda settings: iter([elsewhere]))
    checks = list(doctor._mistakes(Settings(data_dir=tmp_path / "data", redis_url="redis://127.0.0.1:1")))

    assert [("app", False), ("redis", None)] == [(check.name, check.ok) for check in checks[:2]]
    assert [("disk", True)] == [(check.name, check.ok) for check in checks if "SQLite" in check.sentence]
    assert ("address", False) == (checks[-1].name, checks[-1].ok)


@pytest.mark.skipif(not os.environ.get("REDIS_URL"), reason="REDIS_URL is not set")
def test_a_redis_without_workers_is_found() -> None:
    settings = Settings(redis_url=os.environ["REDIS_URL"])
    with redis.Redis.from_url(settings.redis_url) as connection:
        connection.delete("rq:workers:am")
        assert [True, False] == [ok for ok, _, _ in doctor_mistakes.look_at_redis(settings)]
        connection.sadd("rq:workers:am", "rq:worker:x")
        assert [True, True] == [ok for ok, _, _ in doctor_mistakes.look_at_redis(settings)]
        connection.delete("rq:workers:am")


@responses.activate
def test_github_is_asked_for_the_time_the_app_and_the_webhook(monkeypatch: pytest.MonkeyPatch) -> None:
    class Answers:
        def call(self, method: str, path: str) -> Any:
            if path == "/app":
                return APP | {"events": []}
            raise Gone("404")

    monkeypatch.setattr("app.github.installation.clients", lambda settings: lambda installation: Answers())
    responses.head(SETTINGS.github_api_url, status=403, headers={"Date": at(timedelta(hours=1))})
    found = list(doctor_mistakes.look_at_github(replace(SETTINGS, github_private_key="x"), NOW))

    assert [False, False, None] == [ok for ok, _, _ in found]
    words = ("clock", "told of", "could not be read")
    assert all(word in sentence for word, (_, sentence, _) in zip(words, found, strict=True))
