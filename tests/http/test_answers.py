"""The one guarded GET, against a real server on loopback: what its answers become."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import responses

from app.network.http import make_fetch
from app.settings import Settings
from tests.http.server import LIMIT, fetcher, get, no_names, problem
from verifier.registries.base import Absent, Ask, Page, Unreadable


def test_a_page_comes_back_with_its_body_and_validator(server):
    answer = get(server, lambda h: h.send(200, b'{"a":1}', ETag='"v1"'))

    assert isinstance(answer, Page)
    assert (f"{server.url}/x", 200, b'{"a":1}', '"v1"') == (answer.url, answer.status, answer.body, answer.etag)


def test_it_says_who_asks_and_what_it_wants(server):
    get(server, lambda h: h.send(200))

    [(_, headers)] = server.asked
    assert headers["user-agent"].startswith("artifact-monitor/")
    assert ("application/json", "gzip", None) == (headers["accept"], headers["accept-encoding"], headers.get("cookie"))


@pytest.mark.parametrize("size", [100, 2048, 60_000])
def test_a_link_is_kept_at_any_length_so_that_a_list_never_seems_complete(server, size):
    link = f'</x?last={"x" * size}>; rel="next"'
    answer = get(server, lambda h: h.send(200, b"{}", Link=link, Other="x" * 2049))

    assert isinstance(answer, Page)
    assert (link, None) == (answer.headers.get("link"), answer.headers.get("other"))


def test_an_escaped_slash_in_a_scoped_name_stays_escaped(server):
    server.answers["/@alice%2Fwidget"] = lambda h: h.send(200, b"{}")

    assert isinstance(fetcher(server)(Ask(f"{server.url}/@alice%2fwidget", "application/json", LIMIT)), Page)


def test_an_unchanged_page_is_told_by_its_validator(server):
    answer = get(server, lambda h: h.send(304, ETag='"v1"'), etag='"v1"')

    assert isinstance(answer, Page)
    assert (304, b"", '"v1"') == (answer.status, answer.body, answer.etag)
    assert '"v1"' == server.asked[0][1]["if-none-match"]


def test_unchanged_is_no_answer_to_who_never_saw_the_page(server):
    assert "304" in problem(get(server, lambda h: h.send(304)))


@pytest.mark.parametrize("etag", ["a\r\nX-Evil: 1", "\u20ac", "x" * 5000])
def test_a_validator_that_is_no_header_does_no_harm(server, etag):
    """It came from the registry's last answer."""
    get(server, lambda h: h.send(200, b"{}"), etag=etag)

    assert all("x-evil" not in headers and "if-none-match" not in headers for _, headers in server.asked)


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_absent(server, status):
    assert Absent(f"{server.url}/x") == get(server, lambda h: h.send(status))


@pytest.mark.parametrize("status", [204, 206, 400, 401, 403, 418, 429, 500, 502, 503])
def test_every_other_status_is_unreadable_and_names_it(server, status):
    assert str(status) in problem(get(server, lambda h: h.send(status)))


def test_a_refusal_says_how_it_was_said(server):
    """What it says about logging in and about limits is for those who asked."""
    answer = get(server, lambda h: h.send(401, WWW_Authenticate='Bearer realm="x"', X_Large="y" * 3000))

    assert isinstance(answer, Unreadable)
    assert (401, 'Bearer realm="x"', None) == (
        answer.status,
        answer.headers["www-authenticate"],
        answer.headers.get("x-large"),
    )


def test_a_question_about_the_headers_alone_reads_no_body(server):
    """The length that a HEAD announces is that of the body a GET would have."""
    server.answers["/x"] = lambda h: h.send(200, Content_Length=str(LIMIT + 1), Docker_Content_Digest="sha256:1")

    answer = fetcher(server)(Ask(f"{server.url}/x", "application/json", LIMIT, "HEAD"))

    assert isinstance(answer, Page)
    assert (b"", "sha256:1", ["HEAD"]) == (answer.body, answer.headers["docker-content-digest"], server.methods)


@pytest.mark.parametrize(("status", "kind"), [(404, Absent), (429, Unreadable), (401, Unreadable)])
def test_a_question_about_the_headers_alone_is_refused_as_any_other(server, status, kind):
    server.answers["/x"] = lambda h: h.send(status)

    assert isinstance(fetcher(server)(Ask(f"{server.url}/x", "application/json", LIMIT, "HEAD")), kind)


def test_a_question_about_the_headers_alone_stays_one_after_a_redirect(server):
    server.answers["/y"] = lambda h: h.send(200)
    server.answers["/x"] = lambda h: h.send(303, Location="/y")

    fetcher(server)(Ask(f"{server.url}/x", "application/json", LIMIT, "HEAD"))

    assert ["HEAD", "HEAD"] == server.methods


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"X_Retry_After": str(int(datetime.now(UTC).timestamp()) + 600)}, 1, 600),
        ({"X_Retry_After": "1000000000"}, 0, 0),
        ({"X_Retry_After": "9" * 40}, 86400, 86400),
        ({"Retry_After": "7", "X_Retry_After": "9" * 12}, 7, 7),
    ],
)
def test_docker_hub_says_in_unix_time_when_to_come_back(server, headers, least, most):
    answer = get(server, lambda h: h.send(429, **headers))

    assert isinstance(answer, Unreadable)
    assert answer.retry_after is not None
    assert least <= answer.retry_after <= most


@pytest.mark.parametrize(
    ("value", "expected"),
    [("120", 120.0), ("0", 0.0), ("9" * 30, 86400.0), ("Fri, 01 Jan 2100 00:00:00 GMT", 86400.0), ("soon", None)],
)
@pytest.mark.parametrize("status", [429, 503])
def test_when_to_come_back_is_kept_within_a_day(server, status, value, expected):
    answer = get(server, lambda h: h.send(status, Retry_After=value))

    assert isinstance(answer, Unreadable)
    assert expected == answer.retry_after


def test_a_date_to_come_back_at_becomes_the_seconds_until_then(server):
    at = datetime.now(UTC) + timedelta(hours=1)

    answer = get(server, lambda h: h.send(503, Retry_After=at.strftime("%a, %d %b %Y %H:%M:%S GMT")))

    assert isinstance(answer, Unreadable)
    assert answer.retry_after is not None
    assert 0 < answer.retry_after <= 3600


@responses.activate
def test_faked_answers_go_the_same_way():
    """Tests elsewhere fake registries with the responses library."""
    responses.get("https://registry.example/x", body=b"{}", headers={"ETag": '"v1"'})

    answer = make_fetch(Settings(npm_registry="https://registry.example"), resolve=no_names)(
        Ask("https://registry.example/x", "application/json", LIMIT)
    )

    assert isinstance(answer, Page)
    assert (b"{}", '"v1"') == (answer.body, answer.etag)


def test_no_cookie_is_kept_from_one_answer_to_the_next(server):
    server.answers["/y"] = lambda h: h.send(200, b"{}", Set_Cookie="b=2")
    server.answers["/x"] = lambda h: h.send(302, Location="/y", Set_Cookie="a=1")
    fetch = fetcher(server)

    for _ in range(2):
        assert isinstance(fetch(Ask(f"{server.url}/x", "application/json", LIMIT)), Page)

    assert 4 == len(server.asked)
    assert all("cookie" not in headers for _, headers in server.asked)


def test_the_environment_chooses_neither_proxy_nor_login(server, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login alice password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert isinstance(get(server, lambda h: h.send(200, b"{}")), Page)
    assert "authorization" not in server.asked[0][1]
