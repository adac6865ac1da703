"""An Enterprise Server whose certificate one's own authority signed is asked where `SSL_CERT_FILE` names that."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, jsonify
from werkzeug.serving import make_server

from app.network import dial
from app.settings import Settings
from app.signin import calls
from app.signin.calls import NoAnswer, converse
from tests.http.hosts import REGISTRY, certificates


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A GitHub under a name of its own, over TLS, whose authority stands in `authority.pem`."""
    authority, served = certificates()
    (tmp_path / "authority.pem").write_bytes(authority)
    (tmp_path / "served.pem").write_bytes(served)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "served.pem")
    app = Flask("ghes")
    app.add_url_rule("/api/v3/user", "user", lambda: jsonify({"id": 7, "login": "mona"}))
    server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setattr(dial, "resolve", lambda host, port: [(socket.AF_INET, "127.0.0.1", port)])
    calls._own_authorities.cache_clear()
    yield Settings(github_api_url=f"https://{REGISTRY}:{server.server_port}/api/v3")
    calls._own_authorities.cache_clear()
    server.shutdown()
    thread.join()
    server.server_close()


def test_ones_own_authority_counts_where_it_is_named(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))

    with converse(settings) as conversation:
        assert {"id": 7, "login": "mona"} == conversation.get("/user", "ghu_secret").data


def test_a_certificate_that_nobody_known_signed_is_no_answer(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)

    with converse(settings) as conversation, pytest.raises(NoAnswer, match="SSLError"):
        conversation.get("/user", "ghu_secret")
