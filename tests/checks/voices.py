"""Messages to say out of band, and places to say them in, shared by the tests of all such channels."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from hypothesis import strategies as st

from checks import OUTSIDE
from checks.gathered import of_digest, of_group
from checks.message import Message
from checks.messages import of_bulletin, of_incident, of_test
from checks.outside import HttpPost, Lines, Mail, Sending, SlackCall
from checks.report import settled
from tests.checks.examples import AT, CASES, HOSTILE, incident, member, subject, suspect
from verifier.ledger.protocol import Posted
from verifier.model import (
    Acknowledgement,
    Bulletin,
    BulletinKind,
    Incident,
    IncidentState,
    Member,
    Notice,
    NoticeKind,
    Repository,
)

NOW = AT + timedelta(hours=2)
REPOSITORY = Repository(10, 5, "axios/axios", AT, default_branch="main")
SECRET = "whsec_" + "c2VjcmV0" * 4
ROUTES: dict[str, dict[str, Any]] = {
    "slack": {"token": "xoxb-0000-example", "channel": "C0123456789"},
    "slack-webhook": {"url": "https://hooks.slack.example/services/T0/B0/x"},
    "email": {"to": ["alerts@team.example"], "from": "monitor@monitor.example"},
    "syslog-rfc5424": {"host": "siem.example"},
    "syslog-cef": {"host": "siem.example", "format": "cef"},
    "syslog-ocsf": {"host": "siem.example", "format": "ocsf"},
    "splunk": {"url": "https://splunk.example:8088", "token": "00000000-0000-0000-0000-000000000000"},
    "webhook": {"url": "https://hooks.team.example/x", "secret": SECRET},
    "teams": {"url": "https://flows.example/workflows/x"},
    "pagerduty": {"routing_key": "0" * 32},
}
"""Every kind of place, in each of its forms."""


def told(held: Incident, *, history: tuple[Notice, ...] | None = None, posted: bool = False, **more: Any) -> Message:
    """The message about an incident. `posted`: it was spoken of two minutes after it was opened."""
    if history is None:
        history = (*noticed(held.members), *([step(NoticeKind.RESOLVED, 60)] if settled(held) and posted else ()))
    issue = Posted(held.id, "issue", "1", "https://github.example/axios/axios/issues/1", "", True, AT)
    return of_incident(subject(held, **more), history, (issue,), POSTED.posted_at if posted else None)


def noticed(members: tuple[Member, ...]) -> tuple[Notice, ...]:
    return (
        Notice(NoticeKind.OPENED, "4f2a9c0d1e3b5a67", None, "", AT + timedelta(minutes=3, seconds=20)),
        *(Notice(NoticeKind.ROGUE, "4f2a9c0d1e3b5a67", m.artifact, m.number, m.detected_at) for m in members),
    )


def step(kind: NoticeKind, minutes: int, **more: Any) -> Notice:
    return Notice(kind, "4f2a9c0d1e3b5a67", None, "", AT + timedelta(minutes=minutes), **more)


POSTED = Posted(
    "4f2a9c0d1e3b5a67", "slack-team", "C0123456789/1774916600.000100", "", "sha256:0", True, AT + timedelta(minutes=5)
)
HELD = Acknowledgement("bob", "I look after it", AT + timedelta(minutes=30), AT + timedelta(days=3))


def bulletin(kind: BulletinKind = BulletinKind.TAMPERED, **more: Any) -> Bulletin:
    base: dict[str, Any] = {
        "id": "b1",
        "kind": kind,
        "repository_id": 10,
        "at": AT + timedelta(hours=1),
        "title": "mallory closed the issue about axios 1.14.1",
        "sentences": ("mallory may not end incidents here.", "The incident stands open, and so does the issue again."),
        "by": "mallory",
        "url": "https://github.example/axios/axios/issues/1",
        "incident_id": "4f2a9c0d1e3b5a67",
    }
    return Bulletin(**{**base, **more})


def storm(size: int = 30) -> Message:
    one = told(CASES["rogue"])
    many = [
        replace(one, key=f"incident:{n}", repository=replace(REPOSITORY, id=n, full_name=f"team/repository-{n % 7}"))
        for n in range(size - 2)
    ]
    return of_group([told(CASES["suspect"]), *many, told(CASES["odd"])], NOW, "https://monitor.example/")


def week() -> Message:
    old = incident(suspect(), id="0123", opened_at=AT - timedelta(days=9))
    found = of_digest(
        "team",
        [subject(CASES["rogue"]), subject(old), subject(CASES["cleared"])],
        [(bulletin(), REPOSITORY), (bulletin(BulletinKind.CONFIG_CHANGED, title="The config was changed"), None)],
        AT - timedelta(days=7),
        NOW,
    )
    assert found is not None
    return found


MESSAGES: dict[str, tuple[Message, bool]] = {
    "rogue": (told(CASES["rogue"]), False),
    "contradicted": (told(CASES["contradicted"]), False),
    "suspect": (told(CASES["suspect"]), False),
    "anomaly": (told(CASES["odd"]), False),
    "image": (told(CASES["image"]), False),
    "many": (told(CASES["many"]), False),
    "more": (
        told(incident(member(), member("1.14.2", detected_at=AT + timedelta(minutes=20))), posted=True),
        True,
    ),
    "acknowledged": (
        told(
            replace(CASES["rogue"], state=IncidentState.ACKNOWLEDGED, acknowledged=HELD),
            history=(
                *noticed(CASES["rogue"].members),
                step(NoticeKind.ACKNOWLEDGED, 30, by="bob", note="I look after it"),
            ),
            posted=True,
        ),
        True,
    ),
    "resolved": (told(CASES["cleared"], posted=True), True),
    "waived": (told(CASES["waived"], posted=True), True),
    "bulletin": (of_bulletin(bulletin(), REPOSITORY, CASES["rogue"]), False),
    "group": (storm(), False),
    "digest": (week(), False),
    "test": (of_test("team", NOW), False),
}
"""Every kind of message, and whether its key was spoken of before."""


def render(place: str, message: Message, posted: bool = False) -> tuple[Sending, ...]:
    """What is sent to one of `ROUTES`."""
    channel = OUTSIDE[place.partition("-")[0]]
    return channel.render(message, channel.read(ROUTES[place]), POSTED if posted else None, NOW)


def parsed(content: bytes) -> EmailMessage:
    found = message_from_bytes(content, policy=SMTP)
    assert isinstance(found, EmailMessage)
    return found


def bodies(content: bytes) -> tuple[str, str]:
    """The text and the HTML of a mail."""
    text, page = (part.get_content() for part in parsed(content).iter_parts())
    return text.replace("\r\n", "\n"), page.replace("\r\n", "\n")


def shown(sending: Sending) -> str:
    """What is sent as one readable text."""
    match sending:
        case HttpPost(url, headers, body):
            head = "\n".join(f"{name}: {value}" for name, value in headers)
            return f"POST {url}\n{head}\n\n{pretty(json.loads(body))}"
        case SlackCall(_, method, arguments):
            return f"{method}\n\n{pretty(arguments)}"
        case Mail(to, content, _):
            mail = parsed(content)
            head = "\n".join(f"{name}: {value}" for name, value in mail.items())
            text, page = bodies(content)
            return f"envelope: {to}\n{head}\n\n===== text\n{text}\n===== html\n{page}"
        case Lines(frames):
            return "\n".join(frame.decode() for frame in frames) + "\n"


def pretty(found: Any) -> str:
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


hostile = st.one_of(
    st.sampled_from((*HOSTILE, "<!channel> <@U012> <https://evil.example|x>", 'a|b=c\\d]"e', "x\r\nBcc: a@b.example")),
    st.text(max_size=200),
    st.text(alphabet="`*_[]()<>|~^$&@#!-+=.\\\n\r\t :/\"']}{1aw\u202e\ud800", max_size=60),
)
"""What strangers may call things."""
