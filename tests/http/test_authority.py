"""REGISTRY_CA_FILE: an authority of one's own is trusted for the addresses that settings name, and for no stranger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.network.addresses import origin
from app.network.http import Fetcher, make_fetch
from app.settings import Settings, read
from tests.http.hosts import REGISTRY, STRANGER, Hosts, certificates, running
from tests.http.server import LIMIT, problem, redirect
from verifier.registries.base import Ask, Page

HERE = ((REGISTRY, f"https://{REGISTRY}"),)


@pytest.fixture
def unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hosts]:
    """Hosts whose certificates an authority signed that nobody knows; `authority.pem` is its own."""
    with running(tmp_path, monkeypatch, trusted=False) as server:
        for host in (REGISTRY, STRANGER):
            server.pages[host, "/x"] = lambda h: h.send(200, b"{}")
        yield server


def asking(server: Hosts, authority: str, named: tuple[tuple[str, str], ...] = HERE) -> Fetcher:
    settings = Settings(oci_registries=named, registry_ca_file=authority, host_interval=timedelta())
    return make_fetch(settings, resolve=server.resolve)


def page(host: str, path: str = "/x") -> Ask:
    return Ask(f"https://{host}{path}", "application/json", LIMIT)


def own(folder: Path) -> str:
    """The setting as the operator writes it, read."""
    return read({"REGISTRY_CA_FILE": str(folder / "authority.pem")}).registry_ca_file


def test_a_registry_of_that_authority_is_read_where_a_setting_names_it(unknown, tmp_path):
    assert isinstance(asking(unknown, own(tmp_path))(page(REGISTRY)), Page)


def test_without_the_setting_the_refusal_names_it(unknown):
    answer = problem(asking(unknown, "")(page(REGISTRY)))

    assert "certificate was not accepted. Where an authority of your own signed it" in answer
    assert answer.endswith("name that in REGISTRY_CA_FILE.")
    assert [] == unknown.received


def test_another_authority_than_the_given_one_is_to_be_added(unknown, tmp_path):
    other, _ = certificates("Another authority")
    (tmp_path / "authority.pem").write_bytes(other)

    assert "by the authorities of REGISTRY_CA_FILE neither" in problem(asking(unknown, own(tmp_path))(page(REGISTRY)))


def test_a_registry_that_no_setting_says_is_to_be_named_first(unknown):
    answer = problem(asking(unknown, "")(page(STRANGER)))

    assert "certificate was not accepted. An authority of your own counts only for registries of the settings" in answer
    assert "name the registry in OCI_REGISTRIES and the authority in REGISTRY_CA_FILE" in answer


@pytest.mark.parametrize("name", ["npm_registry", "pypi_index", "docker_hub", "docker_registry"])
def test_the_authority_counts_for_the_defaults_too(name):
    """A proxy that opens connections shows its own certificate in place of the public registries'."""
    assert origin(getattr(Settings(), name)) in make_fetch(Settings()).trusted


def test_no_stranger_can_show_a_certificate_of_that_authority(unknown, tmp_path):
    assert "certificate was not accepted" in problem(asking(unknown, own(tmp_path))(page(STRANGER)))
    assert [] == unknown.received


def test_nor_can_one_to_whom_a_named_registry_sends_us(unknown, tmp_path):
    unknown.pages[REGISTRY, "/x"] = redirect(f"https://{STRANGER}/x")

    assert "certificate was not accepted" in problem(asking(unknown, own(tmp_path))(page(REGISTRY)))
    assert [] == unknown.to(STRANGER)


def test_another_port_of_a_named_host_is_a_stranger(unknown, tmp_path):
    answer = asking(unknown, own(tmp_path))(page(f"{REGISTRY}:8443"))

    assert "certificate was not accepted" in problem(answer)


def test_the_usual_authorities_count_as_before(hosts, tmp_path):
    """The setting adds one; it takes none away."""
    other, _ = certificates("Another authority")
    (tmp_path / "other.pem").write_bytes(other)
    hosts.pages[REGISTRY, "/x"] = lambda h: h.send(200, b"{}")
    added = read({"REGISTRY_CA_FILE": str(tmp_path / "other.pem")}).registry_ca_file

    assert isinstance(asking(hosts, added)(page(REGISTRY)), Page)
    assert isinstance(asking(hosts, "")(page(REGISTRY)), Page)


def test_what_speaks_no_tls_is_not_called_a_bad_certificate(server):
    url = server.url.replace("http:", "https:")
    settings = Settings(oci_registries=(("registry.example", url),))

    answer = problem(make_fetch(settings)(Ask(f"{url}/x", "application/json", LIMIT)))

    assert "does not speak TLS" in answer
    assert "REGISTRY_CA_FILE" not in answer
