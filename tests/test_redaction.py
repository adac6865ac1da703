"""Whatever looks like a secret, and every secret of the settings, is taken out of a log, wherever in an event it is."""

from __future__ import annotations

import io
import json
import logging
from dataclasses import fields
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from app.logs import events as logs
from app.logs.redaction import CUT, LONGEST, MOST, Redaction, secrets_of
from app.mail_server import server
from app.settings import Settings
from tests.test_logs import stream as stream  # the fixture

BODY = "Zx9" + "aB3dE5fG7hJ9" * 3
# Parted, so that nobody who scans this repository for secrets finds one.
LOOKS = [
    *(f"{kind}_{BODY}" for kind in ("ghs", "ghp", "gho", "ghu", "ghr", "github" + "_pat", "npm", "dckr" + "_pat")),
    f"pypi-AgE{BODY}",
    "xox" + f"b-123-456-{BODY}",
    "xapp" + f"-1-{BODY}",
    "AK" + "IA" + "Q3EGRZ7XT2LMN4PB",
    f"eyJ{BODY}.eyJ{BODY}.{BODY}",
    "-----BEGIN RSA " + f"PRIVATE KEY-----\n{BODY}\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN " + f"PRIVATE KEY-----\\n{BODY}",
]
SAID = [
    f"Authorization: Bearer {BODY}",
    f"{{'authorization': 'Basic {BODY}'}}",
    f"sent with bearer {BODY}",
    f'Authorization: "Splunk {BODY}"',
    f"https://user:{BODY}@registry.example/a?b=c",
    f"https://user:p@{BODY}@registry.example/a",
    f"https://user:p,q;{BODY}&r@registry.example/a",
    f"postgresql+psycopg://{BODY}@db.example:5432/ledger",
    f"https://hooks.slack.com/services/T0/B0/{BODY}",
    f"https://team.webhook.office.com/webhookb2/{BODY}",
    f"https://discord.com/api/webhooks/1/{BODY}",
    f"https://bucket.example/a?X-Amz-Signature={BODY}&x=1",
    f"https://flow.example/run?api-version=1&sig={BODY}",
    f"GET /login/callback?code={BODY}&state=1",
    f"https://monitor.example/subscriptions/ab12/{BODY}",
    f"aws_secret_access_key = {BODY}",
    f'{{"access_token":"{BODY}"}}',
]
CLEAN = Redaction()


@pytest.mark.parametrize("secret", [*LOOKS, *SAID])
@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_secret_by_its_look_reaches_no_log(stream: io.StringIO, log_format: str, secret: str) -> None:
    logs.configure(Settings(log_format=log_format), stream)
    log = structlog.get_logger()
    log.info(f"event {secret}", text=f"it said “{secret}” there", deep=[{"a": ({"b": secret},)}], **{secret: 1})
    logging.getLogger("urllib.something").warning("asked %s", secret)
    try:
        try:
            raise KeyError(secret)
        except KeyError as error:
            raise RuntimeError(f"no answer: {secret}") from error
    except RuntimeError:
        log.exception("failed", error=RuntimeError(secret), raw=secret.encode())

    assert BODY not in stream.getvalue()
    assert "Q3EGRZ7XT2LMN4PB" not in stream.getvalue()
    assert "RuntimeError" in stream.getvalue()


OURS = Settings(
    database_url="postgresql://monitor:correct%20horse@db.example/ledger",
    redis_url="redis://:batterystaple@redis.example/0",
    github_private_key="-----BEGIN RSA " + f"PRIVATE KEY-----\n{BODY}\n-----END RSA PRIVATE KEY-----\n",
    github_webhook_secret="hook with a space",
    github_client_secret="client/secret",
    session_secret="s3ss10n" * 6,
    docker_hub_hint_secret="hint-hint-hint",
    subscribe_secret="subscribe-me",
    github_token="token-of-a-reader",
    smtp_url=server("SMTP_URL", "smtps://mona:mail%2Bpassword@mail.example"),
)


def test_no_setting_that_is_a_secret_reaches_a_log_wherever_it_stands(stream: io.StringIO) -> None:
    logs.configure(OURS, stream)
    told = ["correct horse", "batterystaple", "hook with a space", "client/secret", "s3ss10n" * 6]
    told += [
        "hint-hint-hint",
        "subscribe-me",
        "token-of-a-reader",
        "mail+password",
        "client%2Fsecret",
        "hook%20with%20a%20space",
    ]
    for secret in told:
        structlog.get_logger().info(f"a{secret}b", at=f"https://monitor.example/hints/{secret}", values=(secret,))

    assert [] == [secret for secret in told if secret in stream.getvalue()]


def test_every_setting_kept_out_of_repr_is_kept_out_of_logs() -> None:
    hidden = {f.name for f in fields(Settings) if not f.repr} - {"registry_ca_file", "outbound_ca_file"}
    given = {name for name in hidden if getattr(OURS, name)}

    assert hidden == given
    assert len(hidden) <= len(secrets_of(OURS))


@pytest.mark.parametrize(
    "text",
    [
        "3 of 4 tags of pkg:npm/%40acme/widget@1.0.0 were read",
        "https://registry.example/@acme/widget/-/widget-1.0.0.tgz",
        "sha256:" + "0123456789abcdef" * 4,
        "mona@mail.example asked, see https://monitor.example/incidents/4f2a",
        "Basic authentication is refused",
        "hash=" + "ab" * 32 + " sequence=12",
        "pypi-attestations and npm_config_cache",
    ],
)
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert text == CLEAN.text(text)


NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(NESTED, st.sampled_from(LOOKS), st.text(max_size=5))
def test_any_event_stays_an_event_and_holds_no_secret(value: Any, secret: str, around: str) -> None:
    event = {"event": f"{around} {secret}\n{around}", "value": value, "more": {"of": [value, secret]}}

    cleaned = CLEAN(None, "info", event)

    assert {"event", "value", "more"} == set(cleaned)
    assert BODY not in json.dumps(cleaned, default=repr)


def test_what_no_line_of_a_log_has_a_use_for_is_cut() -> None:
    deep: Any = "end"
    for _ in range(5000):
        deep = [deep]
    wide = {"x": [[str(n) for n in range(50)] for _ in range(10_000)]}
    cleaned = CLEAN(None, "info", {"event": "a" * 10_000_000, "deep": deep, "wide": wide})

    assert LONGEST + len(CUT) + 1 == len(cleaned["event"])
    assert CUT in json.dumps(cleaned["deep"])
    assert len(json.dumps(cleaned["wide"])) < 100 * MOST


def test_an_object_that_cannot_be_shown_does_not_cost_the_line() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError("no")

    assert "cannot be shown: RuntimeError" in CLEAN(None, "info", {"event": "e", "it": Broken()})["it"]
