"""One call of Amazon's API: the only place that knows boto3, which is imported on first use because it is slow.

What comes back is a value (`Page`, `Absent`, `Unreadable`), never an exception, and only what reads is ever called.
Who we are there is found by boto3 in its usual places: the variables `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`,
a profile, the role of a web identity, of the container or of the machine. An answer says what is missing, and nothing
of what Amazon wrote beside its error's code: that names accounts and roles.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from verifier.registries.base import Absent, Answer, Call, Page, Unreadable
from verifier.registries.limits import LONGEST

READS = {
    ("ecr", "describe_images"): "ecr:DescribeImages",
    ("ecr", "batch_get_image"): "ecr:BatchGetImage",
    ("ecr-public", "describe_registries"): "ecr-public:DescribeRegistries",
    ("ecr-public", "describe_image_tags"): "ecr-public:DescribeImageTags",
}
"""What may be called, and the permission that it needs. Source: the service authorization reference of each service."""

LIMIT = 64 * 1024 * 1024
"""The largest answer we take, in bytes of JSON. Amazon's own pages hold a thousand images, a few hundred kB."""

_CONNECT_SECONDS, _READ_SECONDS, _ATTEMPTS = 10, 20, 2
_PAUSE = 60.0
_MOST_CLIENTS = 32
_CODE = re.compile(r"[A-Za-z0-9.]{1,64}")

_ABSENT = {"RepositoryNotFoundException", "ImageNotFoundException", "RegistryNotFoundException"}
_DENIED = {"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"}
_LOGIN = {
    *("UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch"),
    *("ExpiredTokenException", "ExpiredToken", "IncompleteSignature", "MissingAuthenticationToken"),
}
_SLOWER = {
    *("ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"),
    *("ThrottledException", "RequestThrottled", "RequestThrottledException", "LimitExceededException"),
}

NO_LOGIN = (
    "No login for Amazon was found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE, or let the monitor "
    "run under a role; see docs/amazon-ecr.md."
)


class NotARead(RuntimeError):
    """An operation was to be called that is none of `READS`: a fault of a registry's file."""


@dataclass
class Aws:
    """The calls, with one client for each service and region. Clients may be used by several threads at once.

    `connect` makes a client; it is for tests.
    """

    connect: Callable[[str, str], Any] | None = None
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, call: Call) -> Answer:
        """Call once. Raises NotARead, and nothing that Amazon or the network could cause."""
        if (call.service, call.operation) not in READS:
            raise NotARead(f"{call.service} {call.operation}")
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            client = self._client(call.service, call.region)
            return _page(call, getattr(client, call.operation)(**call.parameters))
        except ClientError as error:
            if _code(error.response) in _LOGIN:
                self._forget(call)
            return _refused(call, error.response)
        except BotoCoreError as error:
            self._forget(call)  # it may have been made without a login where there is one by now
            return Unreadable(call.url, _silence(call, error))
        except Exception as error:  # botocore's readers raise what they happen to meet in an answer of another shape
            return Unreadable(call.url, f"Amazon's answer could not be read ({type(error).__name__}).")

    def _client(self, service: str, region: str) -> Any:  # boto3 makes its classes as it runs; they have no types
        with self._lock:
            if (service, region) not in self._clients:
                if len(self._clients) >= _MOST_CLIENTS:
                    self._clients.clear()
                self._clients[service, region] = (self.connect or connected)(service, region)
            return self._clients[service, region]

    def _forget(self, call: Call) -> None:
        with self._lock:
            self._clients.pop((call.service, call.region), None)


def make_aws() -> Callable[[Call], Answer]:
    """The calls as boto3 makes them; where it looks for logins and addresses is its own business."""
    return Aws()


def connected(service: str, region: str) -> Any:
    """A client of one service in one region, patient within bounds.

    Each has a session of its own, so that it finds the login that is there when it is made.
    """
    import botocore.session
    from boto3.session import Session
    from botocore.config import Config

    session = botocore.session.Session()
    session.register_component("data_loader", _descriptions())

    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        user_agent_extra="artifact-monitor",
    )
    return Session(botocore_session=session).client(service, region_name=region, config=config)


@cache
def _descriptions() -> Any:
    """What botocore knows of Amazon's services, read once: 9 MB, which each client would keep for itself."""
    import botocore.session

    return botocore.session.Session().get_component("data_loader")


def login_found() -> str:
    """By which of boto3's ways a login for Amazon was found, '' where none was. Nothing of the login itself is told.

    Nobody is asked whether it is good. Only a machine's own service for roles may be dialled, once and for a second.
    Raises ValueError, in words for people, where a way is set up and does not work.
    """
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    session = Session()
    session.set_config_variable("metadata_service_timeout", 1)
    session.set_config_variable("metadata_service_num_attempts", 1)
    try:
        found = session.get_credentials()
    except BotoCoreError as error:
        raise ValueError(f"The login for Amazon could not be fetched ({type(error).__name__}).") from error
    return str(found.method) if found is not None else ""


def _page(call: Call, response: dict[str, Any]) -> Answer:
    held = {key: value for key, value in response.items() if key != "ResponseMetadata"}
    body = json.dumps(held, default=_written).encode()
    if len(body) > LIMIT:
        return Unreadable(call.url, f"Amazon's answer is larger than the {LIMIT} bytes that are read.")
    return Page(call.url, 200, body)


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise ValueError(f"Amazon's answer holds a {type(value).__name__}")


def _refused(call: Call, response: dict[str, Any]) -> Absent | Unreadable:
    """What Amazon's error means. Its code is all of it that is repeated.

    `status` is 429 for every answer to slow down: Amazon sends most of them as 400.
    """
    code = _code(response)
    about = response.get("ResponseMetadata", {})
    status = about.get("HTTPStatusCode", 0)
    if code in _ABSENT:
        return Absent(call.url)
    if code in _SLOWER or status == 429:
        return Unreadable(call.url, f"Amazon asks for fewer calls ({code}).", _pause(about), 429)
    if code in _DENIED:
        sentence = (
            f"Amazon does not let this login call {READS[call.service, call.operation]} here. Allow "
            f"{' and '.join(sorted(_needed(call.service)))} on the repository, in the login's policy or the "
            "repository's; see docs/amazon-ecr.md."
        )
        return Unreadable(call.url, sentence, status=status)
    if code in _LOGIN:
        return Unreadable(call.url, f"Amazon does not accept this login ({code}); renew it.", status=status)
    problem = f"Amazon has a problem of its own ({code})." if status >= 500 else f"Amazon refuses the call ({code})."
    return Unreadable(call.url, problem, status=status)


def _code(response: dict[str, Any]) -> str:
    told = str(response.get("Error", {}).get("Code", ""))
    return told if _CODE.fullmatch(told) else "an error without a name"


def _needed(service: str) -> set[str]:
    return {permission for (of, _), permission in READS.items() if of == service}


def _pause(about: dict[str, Any]) -> float:
    """Seconds to wait: those that Amazon names, which it rarely does, at most a day."""
    named = str(about.get("HTTPHeaders", {}).get("retry-after", ""))
    return min(float(named[:10]), LONGEST.total_seconds()) if named.isascii() and named.isdigit() else _PAUSE


def _silence(call: Call, error: Exception) -> str:
    """Why there was no answer. The exception's own text may hold addresses and paths; only its kind counts."""
    from botocore import exceptions as kinds

    if isinstance(error, (kinds.NoCredentialsError, kinds.PartialCredentialsError)):
        return NO_LOGIN
    if isinstance(error, (kinds.ProfileNotFound, kinds.ConfigNotFound, kinds.ConfigParseError)):
        return "The profile that AWS_PROFILE names is not in Amazon's configuration file, or that cannot be read."
    if isinstance(
        error,
        (
            kinds.CredentialRetrievalError,
            kinds.TokenRetrievalError,
            kinds.SSOError,
            kinds.UnauthorizedSSOTokenError,
            kinds.MetadataRetrievalError,
            kinds.InvalidConfigError,
            kinds.LoginError,
        ),
    ):
        return f"The login for Amazon could not be fetched ({type(error).__name__}); log in again or check the role."
    if isinstance(error, kinds.SSLError):
        return f"The encrypted connection to Amazon in {call.region} could not be made."
    if isinstance(error, (kinds.ConnectTimeoutError, kinds.ReadTimeoutError)):
        return f"Amazon in {call.region} did not answer in time."
    if isinstance(error, (kinds.HTTPClientError, kinds.ConnectionError, kinds.EndpointResolutionError)):
        return f"Amazon in {call.region} could not be reached, or broke off ({type(error).__name__})."
    if isinstance(error, kinds.ParamValidationError):
        return "Amazon has no repository or image of such a name."
    return f"Amazon's answer could not be read ({type(error).__name__})."
