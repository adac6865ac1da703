"""Which machine the guarded question really reaches, told by the sockets: nothing that data says leads inside.

Everything here runs against the real way out; only the resolver is the test's, and it lies as an attacker's would.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.network import dial
from app.network.addresses import Unusable, origin
from app.network.http import make_fetch
from app.network.login import make_login
from app.settings import Settings
from tests.documents import ROOT
from tests.http.hosts import NOW, bearer, guarded
from tests.http.server import LIMIT, Server, problem, redirect
from verifier.registries.base import Ask, Page

PUBLIC = "8.8.8.8"


class Dialled:
    """Every address that anything connected to, by whatever library; only loopback ones are let through."""

    def __init__(self) -> None:
        self.to: list[tuple[str, int]] = []

    def connect(self, connection: socket.socket, address: Any) -> None:
        self.to.append(address[:2])
        if not address[0].startswith("127."):
            raise ConnectionRefusedError
        REAL_CONNECT(connection, address)


REAL_CONNECT = socket.socket.connect


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> Dialled:
    watched = Dialled()
    monkeypatch.setattr("socket.socket.connect", lambda connection, address: watched.connect(connection, address))
    return watched


class Rebinding:
    """A name server that says something else each time; the last answer for ever."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, host: str, port: int) -> list[dial.Address]:
        address = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [(socket.AF_INET6 if ":" in address else socket.AF_INET, address, port)]


def ask(url: str, resolve: dial.Resolve = dial.resolve, **changes: Any) -> str:
    """What it says when asked without a setting that names the place."""
    fetch = make_fetch(Settings(host_interval=timedelta(), **changes), resolve=resolve)
    return problem(fetch(Ask(url, "application/json", LIMIT)))


@pytest.mark.parametrize("private", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_a_name_that_is_public_first_and_private_then_leads_to_the_public_address_alone(dialled, private):
    names = Rebinding(PUBLIC, private)

    ask("https://rebind.example/x", names)

    assert (1, [(PUBLIC, 443)]) == (names.asked, dialled.to)


def test_a_name_that_turned_private_is_refused_before_anything_is_dialled(dialled):
    names = Rebinding(PUBLIC, "127.0.0.1")
    ask("https://rebind.example/x", names)

    assert "rebind.example leads to 127.0.0.1" in ask("https://rebind.example/x", names)
    assert [(PUBLIC, 443)] == dialled.to


def test_a_redirect_to_a_name_that_turns_private_between_two_questions_is_refused(server, dialled):
    """The registry that a setting names sends us on; the name was public while it was looked at."""
    names = Rebinding("127.0.0.1")
    inside = (server.server_address[0], server.server_port)
    server.answers["/x"] = redirect(f"https://rebind.example:{server.server_port}/y")
    fetch = make_fetch(Settings(npm_registry=server.url, host_interval=timedelta()), resolve=names)

    answer = problem(fetch(Ask(f"{server.url}/x", "application/json", LIMIT)))

    assert "rebind.example leads to 127.0.0.1, which is not a public address" in answer
    assert ([inside], ["/x"]) == (dialled.to, [path for path, _ in server.asked])


SPELT = [
    *(
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "0.0",
    ),
    *(
        "localhost",
        "localhost.",
        "LOCALHOST",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
    ),
    *("[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[::ffff:0:127.0.0.1]"),
    *("169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "[::ffff:169.254.169.254]"),
    *("[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[fd00:ec2::254]", "[fe80::1%25lo]", "127.0.0.1.", "①②⑦.⓪.⓪.①"),
]
"""This machine and a cloud's metadata in every spelling that the system's resolver, or another reader, may know."""


@pytest.mark.parametrize("host", SPELT)
def test_no_spelling_of_a_private_address_is_dialled(dialled, host):
    """The system's own resolver reads them here, as it does for real."""
    assert ask(f"https://{host}:8443/latest/meta-data")
    assert [] == dialled.to


@pytest.mark.parametrize("host", [h for h in SPELT if h.isascii()])
def test_no_spelling_of_a_private_address_is_reached_by_a_redirect(server, dialled, host):
    server.answers["/x"] = redirect(f"https://{host}:8443/latest/meta-data")
    fetch = make_fetch(Settings(npm_registry=server.url, host_interval=timedelta()))

    assert problem(fetch(Ask(f"{server.url}/x", "application/json", LIMIT)))
    assert [("127.0.0.1", server.server_port)] == dialled.to


@pytest.mark.parametrize(
    "url",
    [
        "https://registry.example@127.0.0.1:8443/x",
        "https://registry.example:443@127.0.0.1/x",
        "https://registry.example%40127.0.0.1/x",
        "https://127.0.0.1#@registry.example/x",
        "https://127.0.0.1\\@registry.example/x",
        "https://127.0.0.1?@registry.example/x",
        "https://registry.example\t@127.0.0.1/x",
        "https://\n127.0.0.1/x",
        "https://127.0.0.1%00.registry.example/x",
        "https:127.0.0.1/x",
        "https:/\\127.0.0.1/x",
        "//127.0.0.1/x",
    ],
)
def test_no_trick_with_who_logs_in_where_reaches_a_private_address(dialled, url):
    names = Rebinding("127.0.0.1")  # every name is this machine's: only a public answer would be dialled

    assert ask(url, names)
    assert [] == dialled.to


@pytest.mark.parametrize("port", [0, 22, 25, 6379, 65536, -1])
def test_no_port_of_this_machine_is_dialled(dialled, port):
    assert ask(f"https://127.0.0.1:{port}/")
    assert [] == dialled.to


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A proxy that the environment names for everything, and a file with logins for everywhere."""
    with Server() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.upper(), proxy.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.setenv(name, "")
        yield proxy


def test_a_proxy_that_the_environment_names_is_not_asked(server, proxied, dialled):
    """It would resolve names by itself, and nobody would see where they lead."""
    names = Rebinding(PUBLIC)
    server.answers["/x"] = lambda h: h.send(200, b"{}")
    inside = make_fetch(Settings(npm_registry=server.url, host_interval=timedelta()), resolve=Rebinding("127.0.0.1"))

    ask("https://elsewhere.example/x", names)
    assert isinstance(inside(Ask(f"{server.url}/x", "application/json", LIMIT)), Page)

    assert [(PUBLIC, 443), ("127.0.0.1", server.server_port)] == dialled.to
    assert [] == proxied.asked


def test_a_netrc_of_the_machine_is_not_read(server, monkeypatch, tmp_path: Path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login mona password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    server.answers["/x"] = lambda h: h.send(200, b"{}")

    make_fetch(Settings(npm_registry=server.url), resolve=Rebinding("127.0.0.1"))(Ask(f"{server.url}/x", "*/*", LIMIT))

    assert [None] == [headers.get("authorization") for _, headers in server.asked]


@pytest.mark.parametrize("host", ["localhost.", "127.1", "[::ffff:127.0.0.1]", "rebind.example"])
def test_a_token_realm_that_leads_inside_is_not_dialled(server, dialled, host):
    names = Rebinding("127.0.0.1")
    scope = "repository:alice/widget:pull"
    server.answers["/v2/x"] = guarded(bearer(f"https://{host}:8443/token"))
    place = server.url.removeprefix("http://")
    chosen = Settings(oci_registries=((place, server.url),), host_interval=timedelta())
    resolve = names if host == "rebind.example" else dial.resolve
    fetch = make_login(chosen, lambda: NOW, make_fetch(chosen, resolve=resolve))

    assert problem(fetch(Ask(f"{server.url}/v2/x", "application/json", LIMIT, scope=scope)))
    assert [("127.0.0.1", server.server_port)] == dialled.to


def test_nothing_dials_but_what_checks_what_it_dials():
    """A second way out would be one that nobody looks at: who else makes connections, and to whom, is listed here."""
    makes = re.compile(
        r"\brequests\.(?:get|post|put|head|request|Session)\(|\bhttpx\.\w*Client\(|urlopen\(|create_connection\("
    )
    found = {
        path.relative_to(ROOT).as_posix()
        for room in ("app", "handlers", "verifier", "checks")
        for path in (ROOT / room).rglob("*.py")
        if makes.search(path.read_text("utf-8"))
    }

    assert OPERATORS_WORD | {"app/network/http.py", "app/outbound/http.py"} == found


OPERATORS_WORD = {"app/signin/calls.py", "app/doctor/mistakes.py"}
"""Modules that dial places which only settings name: GitHub's website and API, for people's logins; and what `doctor`
looks at for the operator, GitHub's clock and our own address."""

ADDRESSES = st.ip_addresses()


@settings(max_examples=200, deadline=None)
@given(ADDRESSES)
def test_an_address_within_ipv6_is_as_public_as_the_address_itself(address):
    """IPv4 addresses mapped into IPv6; NAT64, 6to4 and what IPv4 is compatible with are never public."""
    if address.version == 4:
        assert dial.is_public(str(address)) == dial.is_public(f"::ffff:{address}")
        for hidden in (f"64:ff9b::{address}", f"::{address}", f"64:ff9b:1::{address}"):
            assert not dial.is_public(hidden)
        number = int(address)
        assert not dial.is_public(f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1")
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        assert not dial.is_public(str(address))


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=60)
    | st.builds("https://{}{}{}".format, st.text(max_size=20), st.sampled_from("@:/?#\\.[]%"), st.text(max_size=20))
)
def test_any_text_is_an_address_or_is_refused_in_words(text):
    try:
        scheme, host, port = origin(text)
    except Unusable:
        return
    assert scheme in ("http", "https")
    assert host
    assert 0 < port < 65536
