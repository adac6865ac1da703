"""Hints: what makes a tag be looked at now, who may say so, how often, and that nothing else comes of it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app import create_app
from app.deps import Deps
from app.settings import Settings
from app.web.allowance import Allowance
from app.web.certificates import KEPT, MOST, Certificates, Unavailable
from app.web.hints import LIMIT
from app.web.hints import MOST as MOST_HINTS
from tests.amazon_sns import CERTIFICATE, CONFIRM, EVENT, NOW, SNS, TOPIC, Signer, body, confirmation, key, notification
from tests.webhooks.site import DeadLedger, Woken
from verifier.ledger import memory_ledger
from verifier.ledger.hints import MOST_WAITING, hint
from verifier.ledger.protocol import Watch
from verifier.model import Artifact
from verifier.registries.base import Absent, Ask, Page, Unreadable

HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
ECR = Artifact(f"pkg:oci/widget?repository_url={HOST}/team/widget")
FIPS = Artifact(f"pkg:oci/widget?repository_url={HOST.replace('.ecr.', '.ecr-fips.')}/team/widget")
OTHER = Artifact(f"pkg:oci/gadget?repository_url={HOST}/team/gadget")
HUB = Artifact("pkg:docker/octo/widget")
NPM = Artifact("pkg:npm/widget")
WATCHED = (ECR, FIPS, OTHER, HUB, NPM)
SECRET = "correct-horse-battery-staple"


@dataclass
class Place:
    """The web side with a ledger in memory, the messages of one topic, and Amazon's hosts."""

    settings: Settings = field(
        default_factory=lambda: Settings(github_webhook_secret="x", sns_topics=(TOPIC,), docker_hub_hint_secret=SECRET)
    )
    ledger: Any = field(default_factory=memory_ledger)
    answers: dict[str, Page | Absent | Unreadable] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    wake: Woken = field(default_factory=Woken)
    time: Any = NOW
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.answers.setdefault(CERTIFICATE, Page(CERTIFICATE, 200, SNS.pem()))
        if not isinstance(self.ledger, DeadLedger):
            with self.ledger.writing() as book:
                for artifact in WATCHED:
                    book.versions.put_watch(Watch(artifact, NOW))
        self.client = create_app(cast(Deps, self)).test_client()

    def now(self) -> Any:
        return self.time

    def fetch(self, ask: Ask, etag: str | None = None) -> Page | Absent | Unreadable:
        self.asked.append(ask.url)
        return self.answers.get(ask.url, Absent(ask.url))

    def post(self, path: str, sent: bytes) -> tuple[int, str]:
        answer = self.client.post(path, data=sent)
        return answer.status_code, answer.get_data(as_text=True)

    def sns(self, message: dict[str, str], signer: Signer = SNS) -> tuple[int, str]:
        return self.post("/hints/sns", body(signer.signed(message)))

    def hub(self, name: str = "octo/widget", tag: str = "1.0.0", secret: str = SECRET) -> tuple[int, str]:
        return self.post(f"/hints/docker-hub/{secret}", pushed(name, tag))

    def due(self) -> set[str]:
        """What is to be looked at."""
        with self.ledger.reading() as book:
            return {task.key for task in book.work.all("poll")}


def pushed(name: str, tag: str) -> bytes:
    """Docker Hub's own example, with other names."""
    return json.dumps(
        {
            "callback_url": "https://registry.example/hook",
            "push_data": {"pushed_at": 1417566161, "pusher": "trustedbuilder", "tag": tag},
            "repository": {"name": name.rpartition("/")[2], "repo_name": name, "status": "Active"},
        }
    ).encode()


def event(**detail: str) -> str:
    return json.dumps({**EVENT, "detail": {**cast(dict[str, str], EVENT["detail"]), **detail}})


@pytest.fixture
def place() -> Place:
    return Place()


# --- Amazon SNS ---


@pytest.mark.parametrize("action", ["PUSH", "DELETE"])
def test_a_push_to_ecr_has_its_tag_looked_at_under_every_name_that_is_watched(place: Place, action: str) -> None:
    answer = place.sns(notification(Message=event(**{"action-type": action})))

    assert (202, "Heard.\n") == answer
    assert {f"{ECR.purl} 1.0.0", f"{FIPS.purl} 1.0.0"} == place.due()
    assert ["poll"] == place.wake.steps


@pytest.mark.parametrize(
    "text",
    [
        event(**{"image-tag": ""}),
        event(result="FAILURE"),
        event(**{"action-type": "REPLICATE"}),
        event(**{"repository-name": "team/nobody"}),
        event(**{"image-tag": "no tag"}),
        event(**{"image-tag": "a" * 129}),
        json.dumps({**EVENT, "account": "999999999999"}),
        json.dumps({**EVENT, "region": "us-east-1"}),
        json.dumps({**EVENT, "source": "aws.ecs"}),
        json.dumps({**EVENT, "detail-type": "ECR Image Scan"}),
    ],
)
def test_any_other_event_is_heard_and_nothing_comes_of_it(place: Place, text: str) -> None:
    status, _ = place.sns(notification(Message=text))

    assert (202, set(), []) == (status, place.due(), place.wake.steps)


@pytest.mark.parametrize(
    "text", ["hello", "[]", json.dumps({**EVENT, "detail": 7}), json.dumps({**EVENT, "region": 7})]
)
def test_a_message_that_is_no_event_as_amazon_documents_it_is_refused(place: Place, text: str) -> None:
    assert 400 == place.sns(notification(Message=text))[0]
    assert set() == place.due()


def test_a_message_that_is_not_signed_by_sns_is_refused_and_nothing_comes_of_it(place: Place) -> None:
    assert (403, "Its signature does not hold.\n") == place.sns(notification(), Signer(private=key(3072)))
    assert (set(), []) == (place.due(), place.wake.steps)


def test_without_topics_no_message_is_taken_and_nothing_is_fetched() -> None:
    place = Place(Settings(github_webhook_secret="x"))

    assert (404, "SNS_TOPICS is not set here, so no message of SNS is taken.\n") == place.sns(notification())
    assert [] == place.asked


def test_a_subscription_to_a_topic_of_ours_is_confirmed(place: Place) -> None:
    place.answers[CONFIRM] = Page(CONFIRM, 200, b"<ConfirmSubscriptionResponse/>")

    assert (202, "Confirmed.\n") == place.sns(confirmation())
    assert [CERTIFICATE, CONFIRM] == place.asked


def test_a_subscription_that_cannot_be_confirmed_is_asked_about_again(place: Place) -> None:
    assert 503 == place.sns(confirmation())[0]


def test_a_subscription_that_ended_is_not_taken_up_again(place: Place) -> None:
    assert 202 == place.sns(confirmation(Type="UnsubscribeConfirmation"))[0]
    assert [CERTIFICATE] == place.asked


def test_a_certificate_is_fetched_once_a_day(place: Place) -> None:
    for hours in (0, 0, 23):
        place.time = NOW + timedelta(hours=hours)
        place.sns(notification(Timestamp=f"{place.time:%Y-%m-%dT%H:%M:%SZ}"))
    assert [CERTIFICATE] == place.asked

    place.time = NOW + KEPT
    place.sns(notification(Timestamp=f"{place.time:%Y-%m-%dT%H:%M:%SZ}"))
    assert [CERTIFICATE] * 2 == place.asked


def test_a_stranger_cannot_make_us_dial_at_will(place: Place) -> None:
    """Each message names another certificate; none of them is there."""
    answers = set()
    for n in range(30):
        answers.add(place.sns(notification(SigningCertURL=CERTIFICATE.replace("0a" * 16, f"{n:032x}"))))

    assert 10 == len(place.asked)
    assert {503} == {status for status, _ in answers}
    assert set() == place.due()


def test_who_uses_up_the_certificates_does_not_silence_a_topic_that_was_heard_before(place: Place) -> None:
    place.sns(notification())
    place.time = NOW + KEPT
    sent = {"Timestamp": f"{place.time:%Y-%m-%dT%H:%M:%SZ}"}
    for n in range(30):
        place.sns(notification(SigningCertURL=CERTIFICATE.replace("0a" * 16, f"{n:032x}"), **sent))

    assert (202, "Heard.\n") == place.sns(notification(**sent))
    assert 1 == place.asked.count(CERTIFICATE)


def test_subscriptions_are_confirmed_no_more_often_than_hints_are_heard(place: Place) -> None:
    place.answers[CONFIRM] = Page(CONFIRM, 200, b"<ConfirmSubscriptionResponse/>")
    statuses = [place.sns(confirmation())[0] for _ in range(MOST_HINTS + 1)]

    assert [202] * MOST_HINTS + [429] == statuses
    assert MOST_HINTS == place.asked.count(CONFIRM)
    assert 429 == place.hub()[0]


def test_certificates_do_not_pile_up() -> None:
    certificates = Certificates(Allowance(1000, timedelta(hours=1)))
    give = certificates.through(lambda ask, etag=None: Page(ask.url, 200, b"x"), NOW)
    for n in range(MOST * 3):
        give(f"https://sns.example/{n}")

    assert MOST == len(certificates._kept)


def test_a_certificate_that_cannot_be_fetched_is_no_refusal() -> None:
    give = Certificates().through(lambda ask, etag=None: Unreadable(ask.url, "It is silent."), NOW)

    with pytest.raises(Unavailable):
        give(CERTIFICATE)


# --- Docker Hub ---


def test_a_push_to_docker_hub_has_its_tag_looked_at(place: Place) -> None:
    assert (202, "Heard.\n") == place.hub()
    assert ({f"{HUB.purl} 1.0.0"}, ["poll"]) == (place.due(), place.wake.steps)


@pytest.mark.parametrize("secret", ["", "x", SECRET[:-1], SECRET + "x", SECRET.upper(), "é", "%00"])
def test_without_the_secret_there_is_no_such_address(place: Place, secret: str) -> None:
    assert 404 == place.hub(secret=secret)[0]
    assert set() == place.due()


@pytest.mark.parametrize("secret", ["x", SECRET])
def test_where_no_secret_is_set_there_is_no_such_address_either(secret: str) -> None:
    place = Place(Settings(github_webhook_secret="x", sns_topics=(TOPIC,)))

    assert (404, "404 Not Found\n") == place.hub(secret=secret)
    assert place.post("/hints/nowhere", b"") == place.hub(secret=secret)


@pytest.mark.parametrize(
    ("name", "tag"), [("octo/nobody", "1.0.0"), ("octo/widget", "no tag"), ("octo/widget", "-x"), ("octo/widget", "é")]
)
def test_whether_an_image_is_watched_is_not_told(place: Place, name: str, tag: str) -> None:
    assert (202, "Heard.\n") == place.hub(name, tag)
    assert (set(), []) == (place.due(), place.wake.steps)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        pushed("widget", "1.0.0"),
        pushed("octo/widget?x=1", "1.0.0"),
        pushed("octo/widget@1", "1.0.0"),
        pushed("a/b/c", "1.0.0"),
        pushed("", "1.0.0"),
        pushed("octo/widget", ""),
        pushed("octo/widget", "a\nb"),
        pushed("o/" + "x" * 600, "1.0.0"),
    ],
)
def test_what_is_no_webhook_of_docker_hubs_is_refused_and_not_repeated(place: Place, sent: bytes) -> None:
    answer = place.post(f"/hints/docker-hub/{SECRET}", sent)

    assert (400, "It is not a webhook as Docker Hub documents it.\n") == answer
    assert set() == place.due()


# --- both ---


@pytest.mark.parametrize("path", ["/hints/sns", f"/hints/docker-hub/{SECRET}"])
@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_over_the_limit_is_refused_unread(place: Place, path: str, chunked: bool) -> None:
    sent = b" " * (LIMIT + 1)
    environ: dict[str, Any] = {"wsgi.input": io.BytesIO(sent), "wsgi.input_terminated": True}
    environ |= {"HTTP_TRANSFER_ENCODING": "chunked"} if chunked else {"CONTENT_LENGTH": str(len(sent))}

    assert 413 == place.client.open(path, method="POST", environ_overrides=environ).status_code


def test_a_body_shorter_than_its_length_is_refused(place: Place) -> None:
    environ = {"wsgi.input": io.BytesIO(b"{"), "CONTENT_LENGTH": "99"}

    assert 400 == place.client.open("/hints/sns", method="POST", environ_overrides=environ).status_code


def test_hints_are_heard_so_often_within_a_minute_and_then_again(place: Place) -> None:
    statuses = [place.hub(tag=f"1.0.{n}")[0] for n in range(MOST_HINTS + 1)]
    place.time = NOW + timedelta(minutes=1)

    assert [202] * MOST_HINTS + [429] == statuses
    assert 202 == place.hub()[0]


def test_a_flood_of_hints_makes_a_bounded_number_of_looks(place: Place) -> None:
    for n in range(MOST_WAITING + 30):
        place.hub(tag=f"1.0.{n}")

    assert MOST_WAITING == len(place.due())


def test_the_same_hint_again_is_the_same_look(place: Place) -> None:
    for _ in range(3):
        place.hub()

    assert {f"{HUB.purl} 1.0.0"} == place.due()


@pytest.mark.parametrize("path", ["/hints/sns", f"/hints/docker-hub/{SECRET}"])
def test_a_database_that_does_not_answer_has_it_sent_again(path: str) -> None:
    place = Place(ledger=DeadLedger())
    sent = body(SNS.signed(notification())) if path == "/hints/sns" else pushed("octo/widget", "1.0.0")

    assert (503, "It could not be kept; please send it again.\n") == place.post(path, sent)
    assert [] == place.wake.steps


def test_the_secret_is_not_shown() -> None:
    assert SECRET not in repr(Settings(docker_hub_hint_secret=SECRET))


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=9) | st.just("octo/widget"),
    lambda inner: st.dictionaries(st.sampled_from(["push_data", "tag", "repository", "repo_name", "Type"]), inner),
    max_leaves=9,
)


@given(st.binary(max_size=99) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_get_an_answer(sent: bytes) -> None:
    place = Place()

    assert place.post("/hints/sns", sent)[0] == 403
    assert place.post(f"/hints/docker-hub/{SECRET}", sent)[0] in (202, 400)
    assert place.due() <= {key for key in place.due() if key.startswith(f"{HUB.purl} ")}


def test_only_a_tag_of_an_image_that_is_watched_is_a_hint() -> None:
    place = Place()
    with place.ledger.writing() as book:
        taken = [
            hint(book, artifact, tag, NOW)
            for artifact, tag in (
                (HUB, "1.0.0"),
                (NPM, "1.0.0"),
                (Artifact("pkg:docker/octo/nobody"), "1.0.0"),
                (HUB, ""),
                (HUB, "a b"),
                (HUB, "a\n"),
                (HUB, "sha256:" + "a" * 64),
            )
        ]

    assert [True, False, False, False, False, False, False] == taken
    assert {f"{HUB.purl} 1.0.0"} == place.due()
