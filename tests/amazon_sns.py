"""Messages as Amazon SNS sends them, signed with a key and a certificate made here."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
TOPIC = "arn:aws:sns:eu-west-1:123456789012:images"
HOST = "https://sns.eu-west-1.amazonaws.com"
CERTIFICATE = f"{HOST}/SimpleNotificationService-{'0a' * 16}.pem"
CONFIRM = f"{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336412f37"
EVENT = {
    "version": "0",
    "id": "13cde686-328b-6117-af20-0e5566167482",
    "detail-type": "ECR Image Action",
    "source": "aws.ecr",
    "account": "123456789012",
    "time": "2026-03-03T11:59:58Z",
    "region": "eu-west-1",
    "resources": [],
    "detail": {
        "result": "SUCCESS",
        "repository-name": "team/widget",
        "image-digest": "sha256:" + "a" * 64,
        "action-type": "PUSH",
        "image-tag": "1.0.0",
    },
}

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key of SNS's; making one takes its time, so each size is made once."""
    return rsa.generate_private_key(65537, bits)


@dataclass(frozen=True)
class Signer:
    """A key and what its certificate says. `common` alone names the host where `names` is empty."""

    private: Key = field(default_factory=key)
    names: tuple[str, ...] = ("sns.amazonaws.com",)
    common: str = "sns.amazonaws.com"
    since: datetime = NOW - timedelta(days=30)
    until: datetime = NOW + timedelta(days=30)

    def pem(self) -> bytes:
        """The certificate, signed by itself: SNS's file holds no chain either."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.common)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.private.public_key())
            .serial_number(7)
            .not_valid_before(self.since)
            .not_valid_after(self.until)
        )
        if self.names:
            alternative = x509.SubjectAlternativeName([x509.DNSName(name) for name in self.names])
            builder = builder.add_extension(alternative, critical=False)
        return builder.sign(self.private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def signed(self, message: dict[str, str]) -> dict[str, str]:
        """The message with its signature, over the fields that SNS signs in the order in which it does."""
        between = ("Subject",) if message["Type"] == "Notification" else ("SubscribeURL",)
        order = ("Message", "MessageId", *between, "Timestamp", "Token", "TopicArn", "Type")
        text = "".join(f"{name}\n{message[name]}\n" for name in order if name in message).encode()
        algorithm = hashes.SHA1() if message["SignatureVersion"] == "1" else hashes.SHA256()
        if isinstance(self.private, rsa.RSAPrivateKey):
            signature = self.private.sign(text, padding.PKCS1v15(), algorithm)
        else:
            signature = self.private.sign(text, ec.ECDSA(algorithm))
        return {**message, "Signature": base64.b64encode(signature).decode()}


SNS = Signer()


def notification(**changes: str) -> dict[str, str]:
    """A notification of a push, unsigned; by default with a subject, and signed with version 2."""
    return {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Subject": "My First Message",
        "Message": json.dumps(EVENT),
        "Timestamp": "2026-03-03T11:59:59.655Z",
        "SignatureVersion": "2",
        "SigningCertURL": CERTIFICATE,
        "UnsubscribeURL": f"{HOST}/?Action=Unsubscribe",
        **changes,
    }


def confirmation(**changes: str) -> dict[str, str]:
    """The question whether we want the messages of a topic, unsigned."""
    return {
        "Type": "SubscriptionConfirmation",
        "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
        "Token": "2336412f37",
        "TopicArn": TOPIC,
        "Message": "You have chosen to subscribe to the topic.\nVisit the SubscribeURL.",
        "SubscribeURL": CONFIRM,
        "Timestamp": "2026-03-03T11:59:59.655Z",
        "SignatureVersion": "1",
        "SigningCertURL": CERTIFICATE,
        **changes,
    }


def body(message: dict[str, str]) -> bytes:
    """As it is posted."""
    return json.dumps(message, indent=2).encode()
