"""The file of logins, as docker and podman write it: read strictly, and never repeated."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.network.logins import LIMIT, Login, Logins, file, open_to_others, read
from app.settings import BadSetting

SECRET = "hunter2-of-alice"
PACKED = b64encode(f"alice:{SECRET}".encode()).decode()
ALICE = Login("alice", SECRET)


def written(folder: Path, document: object) -> Path:
    path = folder / "auth.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def entry(folder: Path, key: str = "registry.example", **fields: object) -> Path:
    return written(folder, {"auths": {key: fields or {"auth": PACKED}}})


def test_without_a_file_there_is_no_login():
    assert Logins() == read(None)


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("registry.example", ("https", "registry.example", 443)),
        ("Registry.Example:443", ("https", "registry.example", 443)),
        ("https://registry.example/v2/", ("https", "registry.example", 443)),
        ("registry.example", ("http", "registry.example", 80)),
        ("registry.example:5000", ("https", "registry.example", 5000)),
        ("https://index.docker.io/v1/", ("https", "registry-1.docker.io", 443)),
        ("docker.io", ("https", "registry-1.docker.io", 443)),
        ("docker.io", ("https", "index.docker.io", 443)),
    ],
)
def test_a_login_is_for_the_place_that_its_key_names(tmp_path, key, place):
    assert ALICE == read(entry(tmp_path, key)).of(place)


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("registry.example", ("https", "registry.example", 5000)),
        ("registry.example:5000", ("https", "registry.example", 443)),
        ("example", ("https", "registry.example", 443)),
        ("registry.example", ("https", "evil.registry.example", 443)),
        ("docker.io", ("https", "registry-1.docker.io", 8443)),
        ("docker.io", ("https", "docker.io.example", 443)),
    ],
)
def test_a_login_is_for_no_other_place(tmp_path, key, place):
    assert read(entry(tmp_path, key)).of(place) is None


def test_an_identity_token_is_kept_apart_from_a_password(tmp_path):
    found = read(entry(tmp_path, auth=b64encode(b"alice:").decode(), identitytoken=SECRET))

    assert {"registry.example": Login("alice", identity=SECRET)} == found.by_host


def test_credential_helpers_are_seen_and_hold_no_login_here(tmp_path):
    """Docker leaves an empty entry where a helper keeps the login."""
    found = read(written(tmp_path, {"auths": {"registry.example": {}}, "credsStore": "desktop"}))

    assert Logins({}, helpers=True) == found


def test_a_password_may_hold_colons_and_any_letters(tmp_path):
    packed = b64encode("alice:a:b:ü".encode()).decode()
    (login,) = read(entry(tmp_path, auth=packed)).by_host.values()

    assert ("alice", "a:b:ü") == (login.user, login.password)
    assert f"Basic {packed}" == login.basic


BROKEN = [
    f"{{{SECRET}",
    f'["{SECRET}"]',
    {"auths": [SECRET]},
    {"auths": {"registry.example": SECRET}},
    {"auths": {"registry.example": {"username": "alice", "password": SECRET}}},
    {"auths": {"registry.example": {"registrytoken": SECRET}}},
    {"auths": {"registry.example": {"auth": SECRET}}},
    {"auths": {"registry.example": {"auth": b64encode(SECRET.encode()).decode()}}},
    {"auths": {"registry.example": {"auth": b64encode(f":{SECRET}".encode()).decode()}}},
    {"auths": {"registry.example": {"auth": b64encode(f"alice:{SECRET}\r\nX: y".encode()).decode()}}},
    {"auths": {"registry.example": {"auth": b64encode(b"alice:\xff" + SECRET.encode()).decode()}}},
    {"auths": {"registry.example": {"auth": [SECRET]}}},
    {"auths": {"registry.example": {"identitytoken": f"{SECRET}\n"}}},
    {"auths": {"registry.example": {"identitytoken": {"a": SECRET}}}},
    {"auths": {f"alice:{SECRET}@registry.example": {"auth": PACKED}}},
    {"auths": {"registry.example/alice": {"auth": PACKED}}},
    {"auths": {"docker.io": {"auth": PACKED}, "https://index.docker.io/v1/": {"auth": "YTpi"}}},
    '{"auths": {"registry.example": {"auth": "YTpi"}, "registry.example": {"auth": "YTpj"}}}',
    " " * (LIMIT + 1),
]


@pytest.mark.parametrize("document", BROKEN)
def test_a_file_that_is_not_as_they_write_it_is_refused_in_words_without_what_is_in_it(tmp_path, document):
    path = written(tmp_path, document)

    with pytest.raises(BadSetting) as refused:
        file("REGISTRY_AUTH_FILE", str(path))

    assert "REGISTRY_AUTH_FILE" in str(refused.value)
    assert [] == [s for s in (SECRET, PACKED, b64encode(SECRET.encode()).decode()) if s in str(refused.value)]


def test_a_file_that_is_gone_is_a_sentence(tmp_path):
    with pytest.raises(BadSetting, match="REGISTRY_AUTH_FILE cannot be read"):
        read(tmp_path / "gone.json")


def test_what_is_printed_of_a_login_holds_no_secret(tmp_path):
    shown = repr(read(entry(tmp_path))) + repr(Login("alice", SECRET, SECRET))

    assert [] == [s for s in (SECRET, PACKED, "alice") if s in shown]


@pytest.mark.parametrize(("mode", "expected"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_a_file_that_others_may_read_is_told(tmp_path, mode, expected):
    path = entry(tmp_path)
    path.chmod(mode)

    assert expected == open_to_others(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=400)
    | st.dictionaries(st.sampled_from(["auth", "identitytoken", "email"]), st.text(max_size=30)).map(
        lambda fields: json.dumps({"auths": {"registry.example": fields}}).encode()
    )
)
def test_any_bytes_get_an_answer(tmp_path, body):
    path = tmp_path / "auth.json"
    path.write_bytes(body)
    try:
        assert isinstance(read(path), Logins)
    except BadSetting as refused:
        assert "REGISTRY_AUTH_FILE" in str(refused)
