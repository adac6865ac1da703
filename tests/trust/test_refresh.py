"""The trust root through TUF, from a repository of our own on loopback: what is renewed, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.trust.refresh import Source, good_until, public, refresh
from app.trust.root import COPY
from checks.base import Temporary
from tests.http.server import Server, fetcher
from tests.trust.conftest import NEW, OLD
from tests.trust.repository import ROLES, Repository


class Client:
    """A data folder that is renewed from the repository."""

    def __init__(self, repository: Repository, server: Server, folder: Path) -> None:
        self.source = Source(repository.url, repository.first)
        self.folder, self._server = folder, server

    def refresh(self) -> bytes:
        refresh(self.folder, fetcher(self._server), self.source)
        return self.copy

    def refused(self) -> str:
        with pytest.raises(Temporary) as refused:
            self.refresh()
        return str(refused.value)

    @property
    def copy(self) -> bytes:
        return (self.folder / COPY).read_bytes()


@pytest.fixture
def client(repository: Repository, server: Server, tmp_path: Path) -> Client:
    made = Client(repository, server, tmp_path / "trust")
    assert OLD == made.refresh()
    return made


def test_a_new_root_arrives_and_an_unchanged_one_is_not_fetched_again(repository, server, client):
    assert OLD == client.refresh()
    assert 1 == sum("/targets/" in path for path, _ in server.asked)

    repository.publish(NEW)

    assert NEW == client.refresh()


def test_it_follows_when_every_key_of_the_repository_is_rotated_and_vouched_for_by_the_old(repository, client):
    for _ in range(3):
        repository.rotate()
    repository.publish(NEW)

    assert NEW == client.refresh()


def test_a_client_that_begins_anew_follows_every_rotation_since_the_shipped_metadata(repository, server, tmp_path):
    repository.rotate()
    repository.rotate()
    repository.publish(NEW)

    assert NEW == Client(repository, server, tmp_path / "another").refresh()


def test_new_keys_that_the_old_ones_do_not_vouch_for_are_refused(repository, client):
    repository.rotate(signed_by_old=False)
    repository.publish(NEW)

    assert "UnsignedMetadataError" in client.refused()
    assert OLD == client.copy


def test_a_repository_that_was_rolled_back_is_refused(repository, client):
    earlier = repository.state()
    repository.publish(NEW)
    client.refresh()
    repository.roll_back(earlier)

    assert "BadVersionNumberError" in client.refused()
    assert NEW == client.copy


@pytest.mark.parametrize("role", ROLES)
def test_metadata_that_has_expired_is_refused(repository, client, role):
    getattr(repository, role).expires = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    if role == "root":
        repository.rotate()
    repository.publish(NEW)

    assert "ExpiredMetadataError" in client.refused()
    assert OLD == client.copy


def test_a_file_that_is_not_the_one_signed_for_is_refused(repository, server, client):
    repository.publish(NEW)
    [path] = [path for path in server.answers if "/targets/" in path and path not in dict(server.asked)]
    for body in (NEW.replace(b"sigstore", b"sigst0re"), NEW + b" ", b""):
        repository.serve({path.removeprefix("/tuf/"): body})

        assert client.refused()
        assert OLD == client.copy


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
def test_metadata_that_was_changed_after_it_was_signed_is_refused(repository, client, role):
    repository.publish(NEW)
    name = role if role == "timestamp" else f"{getattr(repository, role).version}.{role}"
    signed = repository.files[f"{name}.json"]
    repository.serve({f"{name}.json": signed.replace(b'"_type"', b'"more": 1, "_type"')})

    assert "UnsignedMetadataError" in client.refused()
    assert OLD == client.copy


def test_a_root_that_cannot_be_read_is_refused_though_it_is_signed(repository, client):
    repository.publish(b'{"mediaType": "something else"}')

    assert "trust root" in client.refused()
    assert OLD == client.copy


def test_a_repository_that_serves_no_trust_root_is_refused(repository, client):
    repository.publish(NEW, name="something_else.json")

    assert f"has no {COPY}" in client.refused()
    assert OLD == client.copy


def test_a_repository_that_does_not_answer_leaves_the_copy_as_it_is(repository, server, client):
    server.answers.clear()

    assert client.refused()
    assert OLD == client.copy


def test_a_repository_without_end_is_cut_off(repository, server, client):
    repository.serve({"timestamp.json": b" " * (1024 * 1024)})

    assert "DownloadLengthMismatchError" in client.refused()
    assert OLD == client.copy


def test_what_vouches_for_the_copy_says_until_when_it_is_good(repository, client, tmp_path):
    assert repository.targets.expires == good_until(client.folder, client.source)
    assert repository.root.expires == good_until(tmp_path / "never refreshed", client.source)

    (client.folder / "tuf" / "targets.json").write_bytes(b"spoilt")

    assert repository.root.expires == good_until(client.folder, client.source)


def test_the_public_repository_begins_with_the_metadata_that_the_sigstore_package_ships(tmp_path):
    source = public()

    assert source.url.startswith("https://")
    assert datetime(2024, 1, 1, tzinfo=UTC) < good_until(tmp_path, source)
