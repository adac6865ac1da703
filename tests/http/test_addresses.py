"""Whom the guarded GET dials: the hosts that settings name, public addresses otherwise, and never what data hides."""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
from datetime import UTC, datetime, timedelta

import pytest
import requests
import responses
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.network import dial
from app.network.http import REDIRECTS, make_fetch
from app.settings import Settings
from tests.http.server import LIMIT, Server, fetcher, get, no_names, problem, redirect
from verifier.registries.base import Ask, Page, Unreadable


def test_a_closed_port_is_unreadable(server):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

    answer = make_fetch(Settings(npm_registry=f"http://127.0.0.1:{port}"), resolve=no_names)(
        Ask(f"http://127.0.0.1:{port}/x", "application/json", LIMIT)
    )

    assert "could not be reached" in problem(answer)


def test_a_name_that_does_not_resolve_is_unreadable(server):
    def nothing(host: str, port: int) -> list[dial.Address]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    answer = fetcher(server, resolve=nothing)(Ask("https://registry.example/x", "application/json", LIMIT))

    assert "registry.example could not be reached" in problem(answer)


def test_a_certificate_that_nobody_vouches_for_is_not_accepted():
    with Server() as server, tempfile.NamedTemporaryFile(suffix=".pem") as pem:
        pem.write(self_signed())
        pem.flush()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem.name)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.answers["/x"] = lambda h: h.send(200, b"{}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"https://127.0.0.1:{server.server_port}"

        answer = make_fetch(Settings(npm_registry=url), resolve=no_names)(Ask(f"{url}/x", "text/plain", LIMIT))
        server.shutdown()
        thread.join()

    assert "certificate was not accepted" in problem(answer)
    assert [] == server.asked


def self_signed() -> bytes:
    """A key and a certificate for 127.0.0.1, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_place_is_followed(server, status):
    server.answers["/y"] = lambda h: h.send(200, b"{}")

    answer = get(server, redirect("/y", status))

    assert isinstance(answer, Page)
    assert f"{server.url}/x" == answer.url
    assert ["/x", "/y"] == [path for path, _ in server.asked]


def test_a_redirect_from_one_configured_registry_to_the_other_is_followed(server):
    with Server() as other:
        thread = threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        other.answers["/y"] = lambda h: h.send(200, b"{}")
        server.answers["/x"] = redirect(f"{other.url}/y")
        fetch = make_fetch(Settings(npm_registry=server.url, pypi_index=f"{other.url}/simple/"), resolve=no_names)

        answer = fetch(Ask(f"{server.url}/x", "application/json", LIMIT))
        other.shutdown()
        thread.join()

    assert isinstance(answer, Page)


def test_redirects_in_a_circle_end(server):
    assert "more than 5 times" in problem(get(server, redirect("/x")))
    assert REDIRECTS + 1 == len(server.asked)


PRIVATE = [
    "169.254.169.254",
    "10.0.0.1",
    "192.168.1.1",
    "172.16.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "[::1]",
    "[::]",
    "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::a00:1]",
    "[2002:a00:1::1]",
    "[2001:0:a00:1::1]",
    "[fd00::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
]


@pytest.mark.parametrize("host", PRIVATE)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_redirect_to_a_private_address_is_refused(server, scheme, host):
    """Metadata services, the operator's own network, tunnels into it: data may not send us there."""
    found = problem(get(server, redirect(f"{scheme}://{host}:1/latest/meta-data")))

    assert {"http": "without encryption", "https": "not a public address"}[scheme] in found


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_redirect_to_another_port_of_the_same_private_host_is_refused(server, scheme):
    with Server() as other:
        assert problem(get(server, redirect(f"{scheme}://127.0.0.1:{other.server_port}/x"))).startswith("It ")
    assert [] == other.asked


def test_a_redirect_to_a_public_address_without_encryption_is_refused(server):
    assert "without encryption" in problem(get(server, redirect("http://8.8.8.8/x")))


def test_a_registry_that_nobody_named_cannot_send_us_to_a_private_one_that_somebody_did(hosts):
    """What the settings name may be private; that opens it to nobody else."""
    hosts.names["registry.internal.example"] = "10.0.0.5"
    hosts.pages["stranger.example", "/x"] = redirect("https://registry.internal.example/v2/")
    fetch = hosts.login(named=(("registry.internal.example", "https://registry.internal.example"),))

    answer = fetch(Ask("https://stranger.example/x", "application/json", LIMIT))

    assert "registry.internal.example leads to 10.0.0.5, which is not a public address" in problem(answer)


def test_the_registries_of_images_that_settings_name_may_be_private(server):
    for settings in (
        Settings(docker_hub=server.url),
        Settings(docker_registry=server.url),
        Settings(oci_registries=(("registry.example", server.url),)),
    ):
        server.answers["/v2/"] = lambda h: h.send(200)

        assert isinstance(make_fetch(settings, resolve=no_names)(Ask(f"{server.url}/v2/", "*/*", LIMIT)), Page)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_to_a_private_address_is_refused(server, address):
    def lying(host: str, port: int) -> list[dial.Address]:
        return no_names(address.strip("[]"), port)

    answer = fetcher(server, resolve=lying)(Ask("https://elsewhere.example/x", "application/json", LIMIT))

    assert "not a public address" in problem(answer)


def test_a_name_with_one_private_address_among_public_ones_is_refused(server):
    def mixed(host: str, port: int) -> list[dial.Address]:
        return no_names("8.8.8.8", port) + no_names("10.0.0.1", port)

    answer = fetcher(server, resolve=mixed)(Ask("https://elsewhere.example/x", "application/json", LIMIT))

    assert "10.0.0.1, which is not a public address" in problem(answer)


def test_the_address_that_is_checked_is_the_one_that_is_dialled(server, monkeypatch):
    """A name that turns private between the check and the call (DNS rebinding) is resolved only once."""
    answers = iter(["8.8.8.8", "127.0.0.1"])
    dialled = []

    def turning(host: str, port: int) -> list[dial.Address]:
        return no_names(next(answers), port)

    class NoSocket:
        def __init__(self, *_: object) -> None: ...
        def settimeout(self, *_: object) -> None: ...
        def setsockopt(self, *_: object) -> None: ...
        def close(self) -> None: ...
        def connect(self, address: tuple[str, int]) -> None:
            dialled.append(address)
            raise ConnectionRefusedError

    monkeypatch.setattr("app.network.dial.socket.socket", NoSocket)
    answer = fetcher(server, resolve=turning)(Ask("https://elsewhere.example/x", "application/json", LIMIT))

    assert isinstance(answer, Unreadable)
    assert [("8.8.8.8", 443)] == dialled
    assert "127.0.0.1" == next(answers)


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://elsewhere.example/x",
        "gopher://elsewhere.example/x",
        "https://user:secret@elsewhere.example/x",
        "https://127.0.0.1\\@elsewhere.example/x",
        "https://",
        "https:///x",
        "https://[::1",
        "https://[zz]/x",
        "https://elsewhere.example:99999/x",
        "https://elsewhere.example:port/x",
        "https://\u2100.example@x/",
        "javascript:1",
    ],
)
def test_a_redirect_to_what_is_no_plain_address_is_refused(server, location):
    server.answers["/x"] = redirect(location.encode("ascii", "replace").decode())

    assert problem(get(server))
    assert 1 == len(server.asked)


def test_a_redirect_that_names_no_address_is_unreadable(server):
    assert "names no address" in problem(get(server, lambda h: h.send(302)))


def test_an_address_without_encryption_that_no_setting_names_is_not_asked(server):
    answer = fetcher(server)(Ask("http://elsewhere.example/x", "application/json", LIMIT))

    assert "without encryption" in problem(answer)


@responses.activate
def test_a_redirect_from_https_to_http_is_refused():
    responses.get("https://registry.example/x", status=302, headers={"Location": "http://registry.example/x"})

    answer = make_fetch(Settings(npm_registry="https://registry.example", host_interval=timedelta()), resolve=no_names)(
        Ask("https://registry.example/x", "application/json", LIMIT)
    )

    assert "without encryption" in problem(answer)
    assert 1 == len(responses.calls)


@pytest.mark.parametrize("url", ["", "x", "http://", "https://[", "https://user:secret@registry.example/x", "\x00"])
def test_an_address_that_is_none_is_unreadable(server, url):
    assert "Its address is not" in problem(fetcher(server)(Ask(url, "application/json", LIMIT)))


def test_a_login_for_one_place_reaches_no_other_though_readers_of_its_address_disagree(server):
    """Which place it is is asked of the connection itself."""
    with dial.Deadline(10) as deadline, requests.Session() as session:
        here = ("http", "127.0.0.1", server.server_port)
        for only in (("http", "registry.example", 80), ("https", *here[1:]), ("http", "127.0.0.1", 80)):
            session.mount("http://", dial.GuardedAdapter(frozenset({here}), deadline, 1.0, no_names, only))
            with pytest.raises(dial.Refused, match=r"does not go to 127\.0\.0\.1"):
                session.get(f"{server.url}/x")
    assert [] == server.asked
