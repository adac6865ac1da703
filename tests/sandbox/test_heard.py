"""Who is told outside GitHub in the demo: what is heard is shown, and what is not signed is not heard."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from checks import messages, slack, webhook
from checks.outside import HttpPost
from sandbox import keys
from sandbox.app import create
from sandbox.heard import MOST, Heard
from sandbox.live import inherited
from sandbox.world import World
from tests.checks.examples import HOSTILE, incident, member, subject
from tests.sandbox.github import scenario

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MESSAGE = messages.of_incident(subject(incident(member())), ())


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def client(heard: Heard) -> FlaskClient:
    world = World([scenario("small-rogue")])
    return create(world, keys.make(), heard=heard).test_client()


def posted(client: FlaskClient, sending: object, path: str) -> int:
    assert isinstance(sending, HttpPost)
    return client.post(path, data=sending.body, headers=dict(sending.headers)).status_code


def test_what_the_monitor_says_to_slack_and_to_a_webhook_is_shown_the_newest_first(
    client: FlaskClient, heard: Heard
) -> None:
    key = base64.b64decode(heard.secret.removeprefix("whsec_"))
    (to_slack,) = slack.render(MESSAGE, slack.Target(url="http://x.example/heard/slack"), None, NOW)
    (signed,) = webhook.render(MESSAGE, webhook.Target("http://x.example/heard/webhook", (key,)), None, NOW)
    assert (200, 204) == (posted(client, to_slack, "/heard/slack"), posted(client, signed, "/heard/webhook"))

    page = client.get("/heard").get_data(as_text=True)
    assert 2 == page.count("<article>")
    assert page.index("Webhook, artifact-monitor.incident.open") < page.index("</strong>Slack")
    assert MESSAGE.title in page
    assert 'href="/heard"' in client.get("/").get_data(as_text=True)


def test_a_webhook_that_is_not_signed_by_the_key_is_not_heard(client: FlaskClient, heard: Heard) -> None:
    (forged,) = webhook.render(MESSAGE, webhook.Target("http://x.example/heard/webhook", (b"k" * 32,)), None, NOW)

    assert 401 == posted(client, forged, "/heard/webhook")
    assert 401 == client.post("/heard/webhook", data=b"{}").status_code
    assert [] == heard.newest_first


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_makes_no_markup_on_the_page(client: FlaskClient, text: str) -> None:
    client.post("/heard/slack", data=json.dumps({"text": text}))

    assert "<script" not in client.get("/heard").get_data(as_text=True)


def test_only_the_newest_are_kept(client: FlaskClient, heard: Heard) -> None:
    for number in range(MOST + 5):
        assert 200 == client.post("/heard/slack", data=json.dumps({"text": f"{number}"})).status_code
    assert 400 == client.post("/heard/slack", data=b"[1]").status_code

    assert (MOST, f"{MOST + 4}") == (len(heard.newest_first), heard.newest_first[0].title)


def test_the_demo_takes_over_no_setting_of_its_user() -> None:
    """An operator who tries the demo must not alarm the people whom their settings name."""
    needed = {"PATH": "/bin", "HOME": "/var/empty", "LC_ALL": "C.UTF-8", "PYTHONPATH": "src"}
    named = (
        "ROUTES SMTP_URL MAIL_FROM SLACK_API OUTBOUND_CA_FILE SUBSCRIBE_DOMAINS SUBSCRIBE_SECRET SNS_TOPICS "
        "DATABASE_URL DOCKER_HUB_HINT_SECRET GITHUB_APP_ID GITHUB_PRIVATE_KEY GITHUB_WEBHOOK_SECRET "
        "REDIS_URL AWS_PROFILE HTTPS_PROXY"
    )

    assert needed == inherited(needed | dict.fromkeys(named.split(), "real"))
