"""A message of Amazon SNS, taken for what it says only after its signature holds.

A message names the certificate that its signature is checked with. So the address of that counts for as much as the
signature: it must be SNS's own host in the region of a topic that the settings name. The file holds no chain to an
authority; what vouches for it, as in Amazon's own libraries, is the encrypted connection to that host.
Source: docs.aws.amazon.com/sns, "Verifying the signatures of Amazon SNS messages"; the names in certificates: the AWS
SDK for Java 2, sns-message-manager, SnsHostProvider.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from app.variables import TOPIC
from verifier.document import Malformed, decoded, mapping, moment, strict

LIMIT = 256 * 1024
"""The largest message we take, in bytes; Amazon's own limit."""
WINDOW = timedelta(hours=1)
"""How far a message's time may be from ours. An older one is no use as a hint, and may come from whoever kept it."""

_CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9a-f]{32}\.pem")
_LINE = re.compile(r"[\x20-\x7e]{1,2048}")
_SUBJECT = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]{1,400}")
_HALF = re.compile("[\ud800-\udfff]")
"""Half a character: JSON can write it, and nobody can sign it."""
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_SHORTEST_KEY = 2048
_SIGNATURE = 2048


class Refused(ValueError):
    """A message that is not taken; says why and repeats nothing of it."""


@dataclass(frozen=True)
class Message:
    """What SNS says. `subscribe_url` confirms a subscription, and is '' in every other message."""

    type: str
    topic: str
    text: str
    subscribe_url: str = ""


def opened(body: bytes, topics: tuple[str, ...], now: datetime, certificate: Callable[[str], bytes]) -> Message:
    """The message of a body. Raises Refused.

    1. It is JSON of the documented fields, each on one line but the text itself, so that the signed text can be read
    in one way only. 2. Its topic is one of ours. 3. Its time is within `WINDOW` of now. 4. Its certificate is asked for
    on SNS's host of the topic's region, and nowhere else. 5. The certificate is SNS's and valid now. 6. The signature
    holds. `certificate` gives the file at an address; it may raise Refused.
    """
    fields = _fields(body)
    topic = TOPIC.fullmatch(fields["TopicArn"])
    if topic is None or fields["TopicArn"] not in topics:
        raise Refused("Its topic is not one that SNS_TOPICS names.")
    try:
        at = moment(fields["Timestamp"], "Timestamp")
    except Malformed as error:
        raise Refused("Its Timestamp is not a time.") from error
    if abs(now - at) > WINDOW:
        raise Refused("Its Timestamp is more than an hour away from our clock.")
    region, address = topic["region"], fields["SigningCertURL"]
    if not _CERTIFICATE.fullmatch(_path(address, region)):
        raise Refused("Its SigningCertURL is not an address of SNS in the topic's region.")
    _check(fields, _key(certificate(address), region, now))
    return Message(fields["Type"], fields["TopicArn"], fields["Message"], _confirmation(fields, region))


def _fields(body: bytes) -> dict[str, str]:
    """The fields that are signed, and those that say how. Anything else in a message is not signed, and not read."""
    try:
        held = mapping(strict(body, LIMIT), "the message")
    except Malformed as error:
        raise Refused("It is not a message of SNS.") from error
    kind = held.get("Type")
    signed = _SIGNED.get(kind) if isinstance(kind, str) else None
    if signed is None:
        raise Refused("Its Type is none that SNS sends.")
    found = dict[str, str]()
    for name in (*signed, "SignatureVersion", "Signature", "SigningCertURL"):
        value = held.get(name)
        if name == "Subject" and value is None:
            continue
        if not isinstance(value, str) or not _usable(name, value):
            raise Refused(f"Its {name} is missing or is not as SNS writes it.")
        found[name] = value
    return found


def _usable(name: str, value: str) -> bool:
    if name == "Message":
        return _HALF.search(value) is None
    return (_SUBJECT if name == "Subject" else _LINE).fullmatch(value) is not None


def _suffix(region: str) -> str:
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def _path(address: str, region: str) -> str:
    """What follows SNS's host in this region; '' for an address that is anywhere else."""
    here = f"https://sns.{region}.{_suffix(region)}/"
    return address.removeprefix(here[:-1]) if address.startswith(here) else ""


def _key(pem: bytes, region: str, now: datetime) -> rsa.RSAPublicKey:
    """The key of a certificate that names SNS in this region and is valid now."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        key, names = certificate.public_key(), _names(certificate)
    except (ValueError, TypeError, x509.UnsupportedGeneralNameType) as error:
        raise Refused("Its certificate cannot be read.") from error
    if not names & _signers(region):
        raise Refused("Its certificate is not that of SNS.")
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Refused("Its certificate is not valid now.")
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _SHORTEST_KEY:
        raise Refused(f"Its certificate has no RSA key of {_SHORTEST_KEY} bits.")
    return key


def _names(certificate: x509.Certificate) -> set[str]:
    """The hosts that a certificate is for; the common name only where no other is given."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return {str(name.value) for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)}
    return set(names.get_values_for_type(x509.DNSName))


def _signers(region: str) -> set[str]:
    suffix = _suffix(region)
    names = {f"sns.{region}.{suffix}", f"sns-signing.{region}.{suffix}", f"sns-{region}.{suffix}"}
    if region.startswith("us-gov-"):
        return names | {"sns-us-gov-west-1.amazonaws.com"}
    return names if region.startswith("cn-") else names | {"sns.amazonaws.com"}


def _check(fields: dict[str, str], key: rsa.RSAPublicKey) -> None:
    algorithm: hashes.HashAlgorithm
    match fields["SignatureVersion"]:
        case "1":
            algorithm = hashes.SHA1()  # noqa: S303  # what a topic signs with unless its owner sets version 2
        case "2":
            algorithm = hashes.SHA256()
        case _:
            raise Refused("Its SignatureVersion is neither 1 nor 2.")
    text = "".join(f"{name}\n{fields[name]}\n" for name in _SIGNED[fields["Type"]] if name in fields)
    try:
        signature = decoded(fields["Signature"], "Signature", _SIGNATURE)
        key.verify(signature, text.encode(), padding.PKCS1v15(), algorithm)
    except (InvalidSignature, Malformed) as error:
        raise Refused("Its signature does not hold.") from error


def _confirmation(fields: dict[str, str], region: str) -> str:
    """The address that confirms a subscription to this very topic; '' in every other message."""
    if fields["Type"] != "SubscriptionConfirmation":
        return ""
    address = fields["SubscribeURL"]
    before, _, query = _path(address, region).partition("?")
    asked = parse_qs(query)
    if before != "/" or asked.get("Action") != ["ConfirmSubscription"]:
        raise Refused("Its SubscribeURL is not an address of SNS that confirms a subscription.")
    if asked.get("TopicArn") != [fields["TopicArn"]]:
        raise Refused("Its SubscribeURL is about another topic.")
    return address
