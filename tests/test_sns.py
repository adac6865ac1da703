"""A message of Amazon SNS counts when its signature holds, and in no other case."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from app.web.sns import LIMIT, Message, Refused, opened
from tests.amazon_sns import (
    CERTIFICATE,
    CONFIRM,
    HOST,
    NOW,
    SNS,
    TOPIC,
    Signer,
    body,
    confirmation,
    key,
    notification,
)


class Asked:
    """Whoever gives the certificate, and what it was asked for."""

    def __init__(self, pem: bytes) -> None:
        self.pem, self.addresses = pem, list[str]()

    def __call__(self, address: str) -> bytes:
        self.addresses.append(address)
        return self.pem


def read(message: dict[str, str] | bytes, signer: Signer = SNS, topics: tuple[str, ...] = (TOPIC,)) -> Message:
    given_in = message if isinstance(message, bytes) else body(message)
    return opened(given_in, topics, NOW, Asked(signer.pem()))


def refused(message: dict[str, str] | bytes, signer: Signer = SNS, topics: tuple[str, ...] = (TOPIC,)) -> str:
    with pytest.raises(Refused) as error:
        read(message, signer, topics)
    return str(error.value)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("subject", [True, False])
def test_a_notification_is_read_with_either_version_of_the_signature(version: str, subject: bool) -> None:
    message = notification(SignatureVersion=version)
    if not subject:
        del message["Subject"]

    assert Message("Notification", TOPIC, message["Message"]) == read(SNS.signed(message))


def test_a_subject_that_is_null_is_none() -> None:
    message = notification()
    del message["Subject"]
    sent = {**SNS.signed(message), "Subject": None}

    assert message["Message"] == read(json.dumps(sent).encode()).text


def test_a_confirmation_names_the_address_that_confirms_it() -> None:
    message = confirmation()

    assert Message("SubscriptionConfirmation", TOPIC, message["Message"], CONFIRM) == read(SNS.signed(message))


def test_the_end_of_a_subscription_is_read_and_its_address_is_not_followed() -> None:
    assert "" == read(SNS.signed(confirmation(Type="UnsubscribeConfirmation"))).subscribe_url


SIGNED = [
    (make, name)
    for make in (notification, confirmation)
    for name in ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
    if name in make()
]
OTHER = {
    "Timestamp": "2026-03-03T11:59:58.655Z",
    "TopicArn": "arn:aws:sns:eu-west-1:123456789012:others",
    "SubscribeURL": CONFIRM + "0",
}


@pytest.mark.parametrize(("make", "name"), SIGNED)
def test_whatever_field_is_changed_after_signing_the_message_is_refused(make: Any, name: str) -> None:
    sent = SNS.signed(make())
    sent[name] = OTHER.get(name, "UnsubscribeConfirmation" if name == "Type" else sent[name] + "x")
    topics = (TOPIC, OTHER["TopicArn"])
    if name == "TopicArn" and "SubscribeURL" in sent:
        sent["SubscribeURL"] = CONFIRM

    assert refused(sent, topics=topics)
    if name != "Type" or make is confirmation:
        assert "Its signature does not hold." == refused(sent, topics=topics)


@pytest.mark.parametrize(("make", "name"), [*SIGNED, (notification, "Signature"), (notification, "SigningCertURL")])
@pytest.mark.parametrize("value", [None, 7, ["x"], "", "a\nb", "\ud800", "\x00"], ids=repr)
def test_a_field_that_is_missing_or_in_another_shape_is_refused(make: Any, name: str, value: Any) -> None:
    if (name, value) in (("Message", "a\nb"), ("Subject", None)):
        return  # a text may have lines, and no message need have a subject
    sent: dict[str, Any] = {**SNS.signed(make()), name: value}

    assert refused(json.dumps(sent).encode())


@pytest.mark.parametrize("name", ["MessageId", "Subject", "Timestamp"])
def test_no_field_can_hold_the_beginning_of_the_next(name: str) -> None:
    """Names and values are signed line by line; a line break within one would let a message be read in two ways."""
    value = notification()[name] + "\nTopicArn\nx"

    assert f"Its {name} is missing or is not as SNS writes it." == refused(SNS.signed(notification(**{name: value})))


@pytest.mark.parametrize("make", [notification, confirmation])
def test_a_message_of_another_topic_is_refused_before_anything_is_fetched(make: Any) -> None:
    asked = Asked(SNS.pem())

    for topics in ((), ("arn:aws:sns:eu-west-1:123456789012:image",), (TOPIC + "s",)):
        with pytest.raises(Refused, match="SNS_TOPICS"):
            opened(body(SNS.signed(make())), topics, NOW, asked)
    assert [] == asked.addresses


@pytest.mark.parametrize("at", [NOW - timedelta(minutes=61), NOW + timedelta(minutes=61)])
def test_a_message_sent_again_after_an_hour_is_refused_before_anything_is_fetched(at: Any) -> None:
    asked = Asked(SNS.pem())
    sent = SNS.signed(notification(Timestamp=f"{at:%Y-%m-%dT%H:%M:%S.000Z}"))

    with pytest.raises(Refused, match="more than an hour"):
        opened(body(sent), (TOPIC,), NOW, asked)
    assert [] == asked.addresses


PEM = "/SimpleNotificationService-" + "0a" * 16 + ".pem"


@pytest.mark.parametrize(
    "address",
    [
        f"http://sns.eu-west-1.amazonaws.com{PEM}",
        f"https://sns.us-east-1.amazonaws.com{PEM}",
        f"https://sns.eu-west-1.amazonaws.com.attacker.example{PEM}",
        f"https://sns.eu-west-1.amazonaws.com.cn{PEM}",
        f"https://sns.eu-west-1.amazonaws.com@attacker.example{PEM}",
        f"https://sns.eu-west-1.amazonaws.com:444{PEM}",
        f"https://attacker.example/sns.eu-west-1.amazonaws.com{PEM}",
        f"https://s3.eu-west-1.amazonaws.com/sns{PEM}",
        f"https://SNS.eu-west-1.amazonaws.com{PEM}",
        f"{HOST}/../x{PEM}",
        f"{HOST}/x{PEM}",
        f"{HOST}{PEM}?x",
        f"{HOST}{PEM}#x",
        f"{HOST}{PEM}\n",
        f"{HOST}\\@attacker.example{PEM}",
        f"{HOST}/SimpleNotificationService-../../x.pem",
        f"{HOST}/SimpleNotificationService-.pem",
        f"{HOST}/?Action=GetFile",
        "file:///etc/passwd",
    ],
)
def test_a_certificate_is_fetched_from_no_other_place_than_snss_own(address: str) -> None:
    asked = Asked(SNS.pem())

    with pytest.raises(Refused, match="SigningCertURL"):
        opened(body(SNS.signed(notification(SigningCertURL=address))), (TOPIC,), NOW, asked)
    assert [] == asked.addresses


@pytest.mark.parametrize(
    ("region", "suffix", "partition", "names"),
    [
        ("eu-west-1", "amazonaws.com", "aws", ("sns.amazonaws.com",)),
        (
            "af-south-1",
            "amazonaws.com",
            "aws",
            ("sns-signing.af-south-1.amazonaws.com", "sns.af-south-1.amazonaws.com"),
        ),
        ("us-gov-east-1", "amazonaws.com", "aws-us-gov", ("sns-us-gov-west-1.amazonaws.com",)),
        ("cn-north-1", "amazonaws.com.cn", "aws-cn", ("sns-cn-north-1.amazonaws.com.cn",)),
    ],
)
def test_each_part_of_amazon_has_its_own_host_and_names(
    region: str, suffix: str, partition: str, names: tuple[str, ...]
) -> None:
    topic = f"arn:{partition}:sns:{region}:123456789012:images"
    signer = Signer(names=names)
    message = notification(TopicArn=topic, SigningCertURL=f"https://sns.{region}.{suffix}{PEM}")

    assert topic == read(signer.signed(message), signer, (topic,)).topic


@pytest.mark.parametrize(
    ("signer", "words"),
    [
        (Signer(names=("attacker.example",)), "not that of SNS"),
        (Signer(names=("attacker.example",), common="sns.amazonaws.com"), "not that of SNS"),
        (Signer(names=("sns.us-east-1.amazonaws.com",)), "not that of SNS"),
        (Signer(names=("sns-us-gov-west-1.amazonaws.com",)), "not that of SNS"),
        (Signer(names=(), common="sns.amazonaws.com.attacker.example"), "not that of SNS"),
        (Signer(until=NOW - timedelta(days=1)), "not valid now"),
        (Signer(since=NOW + timedelta(days=1)), "not valid now"),
        (Signer(private=key(1024)), "no RSA key of 2048 bits"),
        (Signer(private=ec.generate_private_key(ec.SECP256R1())), "no RSA key of 2048 bits"),
    ],
)
def test_a_certificate_that_is_not_that_of_sns_signs_nothing(signer: Signer, words: str) -> None:
    assert words in refused(signer.signed(notification()), signer)


def test_an_old_certificate_names_its_host_in_its_common_name() -> None:
    signer = Signer(names=())

    assert TOPIC == read(signer.signed(notification()), signer).topic


@pytest.mark.parametrize("pem", [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\xff" * 99])
def test_a_file_that_is_no_certificate_is_refused(pem: bytes) -> None:
    with pytest.raises(Refused, match="certificate"):
        opened(body(SNS.signed(notification())), (TOPIC,), NOW, Asked(pem))


def test_another_key_signs_nothing() -> None:
    assert "Its signature does not hold." == refused(SNS.signed(notification()), Signer(private=key(3072)))


@pytest.mark.parametrize("signature", ["AAAA", "!", "A" * 4096])
def test_a_signature_that_is_none_is_refused(signature: str) -> None:
    assert refused({**notification(), "Signature": signature})


@pytest.mark.parametrize("version", ["0", "3", "", "2 "])
def test_a_version_of_the_signature_that_nobody_knows_is_refused(version: str) -> None:
    assert "SignatureVersion" in refused({**SNS.signed(notification()), "SignatureVersion": version})


@pytest.mark.parametrize(("said", "meant"), [("1", "2"), ("2", "1")])
def test_a_version_of_the_signature_is_not_taken_for_the_other(said: str, meant: str) -> None:
    sent = {**SNS.signed(notification(SignatureVersion=meant)), "SignatureVersion": said}

    assert "Its signature does not hold." == refused(sent)


@pytest.mark.parametrize(
    "address",
    [
        CONFIRM.replace("https:", "http:"),
        CONFIRM.replace("eu-west-1.amazonaws.com", "eu-west-1.amazonaws.com.attacker.example"),
        CONFIRM.replace("sns.eu-west-1", "sns.us-east-1"),
        CONFIRM.replace("/?", "/x?"),
        CONFIRM.replace("/?", "?"),
        CONFIRM.replace("ConfirmSubscription", "DeleteTopic"),
        CONFIRM.replace("ConfirmSubscription", "DeleteTopic&Action=ConfirmSubscription"),
        CONFIRM.replace(":images", ":others"),
        CONFIRM.replace("&TopicArn", "&Topic"),
        "https://169.254.169.254/?Action=ConfirmSubscription",
    ],
)
def test_a_confirmation_leads_nowhere_but_to_sns_even_when_it_is_signed(address: str) -> None:
    assert "SubscribeURL" in refused(SNS.signed(confirmation(SubscribeURL=address)))


@pytest.mark.parametrize(
    "sent",
    [b"", b"{", b"[]", b"null", b'{"Type": "Notification", "Type": "Notification"}', b"\xff", b" " * (LIMIT + 1)],
    ids=["nothing", "half", "list", "null", "twice", "bytes", "long"],
)
def test_what_is_no_message_is_refused(sent: bytes) -> None:
    assert "It is not a message of SNS." == refused(sent)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner), max_leaves=5)


@given(st.binary(max_size=99) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_refused_in_words(sent: bytes) -> None:
    assert refused(sent).endswith(".")


@given(st.dictionaries(st.sampled_from(sorted(SNS.signed(notification()))), JSON, min_size=1, max_size=3))
def test_a_message_with_anything_in_its_fields_is_refused_or_is_the_one_that_was_signed(held: dict[str, Any]) -> None:
    signed = SNS.signed(notification())
    unsigned = {"UnsubscribeURL"}
    try:
        message = read(json.dumps({**signed, **held}).encode())
    except Refused as error:
        assert str(error).endswith(".")
    else:
        assert {name for name in held if held[name] != signed[name]} <= unsigned
        assert signed["Message"] == message.text


def test_the_certificate_is_asked_for_at_its_address() -> None:
    asked = Asked(SNS.pem())
    opened(body(SNS.signed(notification())), (TOPIC,), NOW, asked)

    assert [CERTIFICATE] == asked.addresses
