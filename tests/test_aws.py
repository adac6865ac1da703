"""One call of Amazon's API: what may be called, what an answer becomes, and what is never told."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from boto3.session import Session
from botocore import exceptions as kinds
from botocore.config import Config
from botocore.stub import Stubber

from app.network import aws
from app.network.aws import NO_LOGIN, READS, Aws, NotARead
from verifier.registries.base import Absent, Answer, Call, Page, Unreadable

DIGEST = "sha256:" + "a" * 64
ABOUT = {"registryId": "123456789012", "repositoryName": "team/widget"}
CALL = Call("ecr", "eu-west-1", "describe_images", {**ABOUT, "maxResults": 1000})
NAME = "aws:ecr/eu-west-1/describe_images"
SECRET = "hunter2hunter2"


def client(service: str = "ecr", region: str = "eu-west-1") -> Any:
    """A real client with a login that must stand nowhere."""
    session = Session(aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key=SECRET)
    return session.client(service, region_name=region, config=Config(retries={"total_max_attempts": 1}))


def stubbed(stub: Callable[[Stubber], None], call: Call = CALL) -> Answer:
    """The answer to a call, of a client that answers as it is told."""
    made = client(call.service, call.region)
    with Stubber(made) as stubber:
        stub(stubber)
        return Aws(lambda service, region: made)(call)


def refused(code: str, status: int = 400, **more: Any) -> Answer:
    message = f"User: arn:aws:sts::123456789012:assumed-role/ci/{SECRET} is not authorized"
    return stubbed(lambda stub: stub.add_client_error("describe_images", code, message, status, **more))


def test_a_response_becomes_a_page_with_its_times_in_utc() -> None:
    at = datetime(2026, 3, 1, 13, tzinfo=timezone(timedelta(hours=1)))
    response = {"imageDetails": [{"imageDigest": DIGEST, "imageTags": ["1.0.0"], "imagePushedAt": at}]}
    answer = stubbed(
        lambda stub: stub.add_response(
            "describe_images", {**response, "ResponseMetadata": {"RequestId": "r-1"}}, {**ABOUT, "maxResults": 1000}
        )
    )
    shown = {"imageDigest": DIGEST, "imageTags": ["1.0.0"], "imagePushedAt": "2026-03-01T12:00:00+00:00"}

    assert isinstance(answer, Page)
    assert (NAME, 200, {"imageDetails": [shown]}) == (answer.url, answer.status, json.loads(answer.body))


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("ecr", "put_image"),
        ("ecr", "batch_delete_image"),
        ("ecr", "get_authorization_token"),
        ("ecr", "_make_api_call"),
        ("s3", "get_object"),
        ("ecr-public", "describe_images"),
    ],
)
def test_nothing_but_the_reads_on_the_list_is_ever_called(service: str, operation: str) -> None:
    def none(service: str, region: str) -> Any:
        raise AssertionError("a client was made")

    with pytest.raises(NotARead):
        Aws(none)(Call(service, "eu-west-1", operation, {}))


@pytest.mark.parametrize(("service", "operation"), READS)
def test_every_read_on_the_list_is_an_operation_that_amazon_has(service: str, operation: str) -> None:
    made = client(service, "us-east-1")

    assert made.can_paginate("describe_images") and callable(getattr(made, operation))
    assert READS[service, operation] == f"{service}:{made.meta.method_to_api_mapping[operation]}"


@pytest.mark.parametrize("code", ["RepositoryNotFoundException", "ImageNotFoundException"])
def test_what_is_not_there_is_absent(code: str) -> None:
    assert Absent(NAME) == refused(code)


@pytest.mark.parametrize(
    ("code", "status", "words", "wait"),
    [
        ("AccessDeniedException", 400, "Allow ecr:BatchGetImage and ecr:DescribeImages on the repository", None),
        ("ThrottlingException", 400, "fewer calls", 60.0),
        ("ThrottlingException", 503, "fewer calls", 60.0),
        ("TooManyRequestsException", 429, "fewer calls", 60.0),
        ("ExpiredTokenException", 400, "does not accept this login (ExpiredTokenException); renew it", None),
        ("UnrecognizedClientException", 400, "does not accept this login", None),
        ("ServerException", 500, "a problem of its own (ServerException)", None),
        ("InvalidParameterException", 400, "refuses the call (InvalidParameterException)", None),
        (SECRET + " <b>", 400, "refuses the call (an error without a name)", None),
    ],
)
def test_a_refusal_says_what_to_do_and_repeats_nothing_but_its_code(
    code: str, status: int, words: str, wait: float | None
) -> None:
    answer = refused(code, status)

    assert isinstance(answer, Unreadable)
    assert words in answer.problem
    assert (NAME, status if wait is None else 429, wait) == (answer.url, answer.status, answer.retry_after)
    assert not [told for told in (SECRET, "arn:", "AKIA", "ci/") if told in repr(answer)]


@pytest.mark.parametrize(("said", "wait"), [("7", 7.0), ("99999999", 86400.0), ("soon", 60.0)])
def test_throttling_waits_as_long_as_amazon_says_at_most_a_day(said: str, wait: float) -> None:
    answer = refused("ThrottlingException", response_meta={"HTTPHeaders": {"retry-after": said}})

    assert isinstance(answer, Unreadable)
    assert wait == answer.retry_after


class Broken:
    """A client whose calls raise."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def describe_images(self, **_: object) -> None:
        raise self.error


ENDPOINT = {"endpoint_url": f"https://{SECRET}.example"}


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (kinds.NoCredentialsError(), "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE"),
        (kinds.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), "No login for Amazon"),
        (kinds.ProfileNotFound(profile=SECRET), "The profile that AWS_PROFILE names"),
        (kinds.CredentialRetrievalError(provider="x", error_msg=SECRET), "could not be fetched"),
        (kinds.EndpointConnectionError(**ENDPOINT), "could not be reached"),
        (kinds.ConnectTimeoutError(**ENDPOINT), "did not answer in time"),
        (kinds.ReadTimeoutError(**ENDPOINT), "did not answer in time"),
        (kinds.SSLError(**ENDPOINT, error=SECRET), "encrypted connection"),
        (kinds.ConnectionClosedError(**ENDPOINT), "could not be reached"),
        (kinds.ParamValidationError(report=SECRET), "no repository or image of such a name"),
        (kinds.BotoCoreError(), "could not be read"),
        (RuntimeError(SECRET), "could not be read (RuntimeError)"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_silence_is_said_in_plain_words(error: Exception, words: str) -> None:
    answer = Aws(lambda service, region: Broken(error))(CALL)

    assert isinstance(answer, Unreadable)
    assert words in answer.problem
    assert SECRET not in repr(answer)


@pytest.mark.parametrize("shape", [{"imageDetails": object()}, {"imageDetails": [b"bytes"]}, {1j: 1}])
def test_an_answer_of_another_shape_is_an_answer_too(shape: dict[Any, Any]) -> None:
    class Odd:
        def describe_images(self, **_: object) -> dict[Any, Any]:
            return shape

    answer = Aws(lambda service, region: Odd())(CALL)

    assert isinstance(answer, Unreadable)
    assert "could not be read" in answer.problem


def test_an_answer_larger_than_is_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws, "LIMIT", 10)
    answer = stubbed(lambda stub: stub.add_response("describe_images", {"imageDetails": []}))

    assert isinstance(answer, Unreadable)
    assert "larger than the 10 bytes" in answer.problem


def test_there_is_one_client_for_each_service_and_region() -> None:
    made = list[tuple[str, str]]()

    def connect(service: str, region: str) -> Any:
        made.append((service, region))
        return Broken(RuntimeError())

    calls = Aws(connect)
    for region in ("eu-west-1", "eu-west-1", "us-east-1", "eu-west-1"):
        calls(Call("ecr", region, "describe_images", {}))

    assert [("ecr", "eu-west-1"), ("ecr", "us-east-1")] == made


def test_regions_out_of_a_configuration_file_do_not_pile_up_clients() -> None:
    calls = Aws(lambda service, region: Broken(RuntimeError()))
    for n in range(100):
        calls(Call("ecr", f"xx-nowhere-{n}", "describe_images", {}))

    assert 32 >= len(calls._clients)


def test_a_client_made_without_a_login_is_made_anew_when_there_is_one() -> None:
    clients = iter([Broken(kinds.NoCredentialsError()), Broken(RuntimeError())])
    calls = Aws(lambda service, region: next(clients))
    first, second = calls(CALL), calls(CALL)

    assert isinstance(first, Unreadable) and isinstance(second, Unreadable)
    assert NO_LOGIN == first.problem != second.problem


def test_a_real_client_is_patient_within_bounds_and_says_who_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    config = aws.connected("ecr", "eu-west-1").meta.config

    assert (10, 20) == (config.connect_timeout, config.read_timeout)
    assert 2 == config.retries["total_max_attempts"]
    assert "artifact-monitor" in config.user_agent


def test_clients_share_what_the_library_knows_of_the_services_and_no_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 9 MB, and a monitor may watch images in many regions."""
    regions = ("eu-west-1", "us-east-1")
    for region in regions:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", region)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        assert region == aws.connected("ecr", region)._get_credentials().access_key

    tracemalloc.start()
    try:
        kept = [aws.connected("ecr", region) for region in regions]
        assert tracemalloc.get_traced_memory()[0] < 3_000_000, kept
    finally:
        tracemalloc.stop()


def test_a_region_that_is_none_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    assert isinstance(Aws()(Call("ecr", "not a region", "describe_images", {})), Unreadable)


def test_amazons_library_is_not_loaded_before_it_is_used() -> None:
    code = (
        "import sys, app.build, app.network.aws; app.network.aws.make_aws(); "
        "print([name for name in ('boto3', 'botocore') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]\n" == answer.stdout


def test_times_are_written_in_utc() -> None:
    assert "2026-03-01T12:00:00+00:00" == aws._written(datetime(2026, 3, 1, 12, tzinfo=UTC))
