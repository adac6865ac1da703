"""Every setting is read strictly; what is wrong is named, with what to do, and no secret is repeated."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from packageurl.contrib import purl2url
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from app.settings import (
    VARIABLES,
    BadSetting,
    Settings,
    npm_default,
    read,
    require_webhook_secret,
)
from tests.http.hosts import certificates


def _pem() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    form, plain = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, plain).decode()


PEM = _pem()


def test_every_field_has_its_variable() -> None:
    assert {field.name.upper() for field in fields(Settings)} == set(VARIABLES)


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings() == read({})


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings() == read(dict.fromkeys(VARIABLES, ""))


def test_variables_of_other_names_are_none_of_ours() -> None:
    assert Settings() == read({"PATH": "/bin", "NPM_TOKEN": "x", "port": "1"})


def test_everything_can_be_set(tmp_path: Path) -> None:
    public, own, keys = (tmp_path / name for name in ("public.json", "own.json", "keys.json"))
    for path in (public, own, keys):
        path.write_text("{}")
    authority = tmp_path / "authority.pem"
    authority.write_bytes(certificates()[0])
    auth = tmp_path / "auth.json"
    auth.write_text('{"auths": {"registry.example": {"auth": "YWxpY2U6aHVudGVyMg=="}}}')
    expected = Settings(
        data_dir=Path("/srv/monitor"),
        database_url="postgresql://user:password@db.example/monitor",
        redis_url="redis://redis.example:6379/0",
        github_api_url="https://ghes.example/api/v3",
        github_app_id="12345",
        github_private_key=PEM,
        github_webhook_secret="It's a Secret to Everybody",
        github_url="https://ghes.example",
        github_client_id="Iv23liAbCdEf",
        github_client_secret="client's secret",
        session_secret="0123456789abcdef0123456789abcdef",
        public=True,
        npm_registry="http://127.0.0.1:4873",
        pypi_index="https://registry.example/simple/",
        docker_hub="https://hub.example",
        docker_registry="http://127.0.0.1:5000",
        oci_registries=(("ghcr.io", "https://mirror.example/ghcr"), ("registry.internal:5000", "http://10.0.0.5:5000")),
        registry_ca_file=authority.read_text(),
        registry_auth_file=auth,
        token_realms=(("registry.example", "gitlab.example"), ("registry.internal:5000", "10.0.0.6:8443")),
        tag_checks=1000,
        sns_topics=("arn:aws:sns:eu-west-1:123456789012:images", "arn:aws-cn:sns:cn-north-1:123456789012:images"),
        docker_hub_hint_secret="correct-horse-battery-staple",
        trust_root=(public, own),
        npm_keys=keys,
        tuf_refresh=False,
        poll_interval=timedelta(seconds=1.5),
        grace=timedelta(0),
        tagged_grace=timedelta(hours=1),
        clock_skew=timedelta(seconds=30),
        blind_limit=timedelta(days=1),
        base_url="https://monitor.example/prefix",
        subscribe_domains=("people.example", "*"),
        subscribe_secret="correct-horse-battery-staple-again",
        host="0.0.0.0",
        port=80,
        web_workers=4,
        log_format="json",
    )

    assert expected == read(
        {
            "DATA_DIR": "/srv/monitor",
            "DATABASE_URL": "postgresql://user:password@db.example/monitor",
            "REDIS_URL": "redis://redis.example:6379/0",
            "GITHUB_API_URL": "https://ghes.example/api/v3/",
            "GITHUB_APP_ID": "12345",
            "GITHUB_PRIVATE_KEY": PEM,
            "GITHUB_WEBHOOK_SECRET": "It's a Secret to Everybody",
            "GITHUB_URL": "https://ghes.example/",
            "GITHUB_CLIENT_ID": "Iv23liAbCdEf",
            "GITHUB_CLIENT_SECRET": "client's secret",
            "SESSION_SECRET": "0123456789abcdef0123456789abcdef",
            "PUBLIC": "on",
            "NPM_REGISTRY": "http://127.0.0.1:4873/",
            "PYPI_INDEX": "https://registry.example/simple",
            "DOCKER_HUB": "https://hub.example/",
            "DOCKER_REGISTRY": "http://127.0.0.1:5000",
            "OCI_REGISTRIES": "Registry.Internal:5000=http://10.0.0.5:5000/, ghcr.io=https://mirror.example/ghcr",
            "REGISTRY_CA_FILE": str(authority),
            "REGISTRY_AUTH_FILE": str(auth),
            "TOKEN_REALMS": "registry.internal:5000=10.0.0.6:8443, Registry.example:443=gitlab.example",
            "TAG_CHECKS": "1000",
            "SNS_TOPICS": (
                "arn:aws:sns:eu-west-1:123456789012:images, arn:aws-cn:sns:cn-north-1:123456789012:images,"
                "arn:aws:sns:eu-west-1:123456789012:images"
            ),
            "DOCKER_HUB_HINT_SECRET": "correct-horse-battery-staple",
            "TRUST_ROOT": f"{public}, {own}",
            "NPM_KEYS": str(keys),
            "TUF_REFRESH": "off",
            "POLL_INTERVAL": "1.5",
            "GRACE": "0",
            "TAGGED_GRACE": "3600",
            "CLOCK_SKEW": "30",
            "BLIND_LIMIT": "86400",
            "BASE_URL": "https://monitor.example/prefix//",
            "SUBSCRIBE_DOMAINS": "People.example, *, people.example",
            "SUBSCRIBE_SECRET": "correct-horse-battery-staple-again",
            "HOST": "0.0.0.0",
            "PORT": "80",
            "WEB_WORKERS": "4",
            "LOG_FORMAT": "json",
        }
    )


BAD = [
    ("DATABASE_URL", "mysql://user:hunter2@db.example/x"),
    ("DATABASE_URL", "/var/lib/monitor.db"),
    ("REDIS_URL", "http://:hunter2@redis.example"),
    ("GITHUB_API_URL", "api.github.com"),
    ("GITHUB_API_URL", "https://github.com"),
    ("GITHUB_APP_ID", "artifact-monitor"),
    ("GITHUB_APP_ID", "0"),
    ("GITHUB_PRIVATE_KEY", "-----BEGIN PRIVATE KEY-----\nhunter2!\n-----END PRIVATE KEY-----"),
    ("GITHUB_PRIVATE_KEY", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nhunter2\n-----END ENCRYPTED PRIVATE KEY-----"),
    ("GITHUB_PRIVATE_KEY", PEM[:100]),
    ("GITHUB_PRIVATE_KEY", "/no/such/file.pem"),
    ("GITHUB_WEBHOOK_SECRET", "hunter2\n"),
    ("GITHUB_WEBHOOK_SECRET", " hunter2"),
    ("GITHUB_URL", "github.com"),
    ("GITHUB_CLIENT_ID", "an id"),
    ("GITHUB_CLIENT_SECRET", "hunter2\n"),
    ("SESSION_SECRET", "hunter2"),
    ("PUBLIC", "yes"),
    ("NPM_REGISTRY", "ftp://registry.example"),
    ("NPM_REGISTRY", "https://user:hunter2@registry.example"),
    ("NPM_REGISTRY", "https://registry.example/?a=b"),
    ("NPM_REGISTRY", "https://registry.example:port/"),
    ("NPM_REGISTRY", "https://[registry.example/"),
    ("PYPI_INDEX", "https:///simple/"),
    ("PYPI_INDEX", "https://registry.example/sim ple/"),
    ("DOCKER_HUB", "https://alice:hunter2@hub.example"),
    ("DOCKER_REGISTRY", "registry.example"),
    ("OCI_REGISTRIES", "registry.example"),
    ("OCI_REGISTRIES", "registry.example=https://alice:hunter2@registry.example"),
    ("OCI_REGISTRIES", "https://registry.example=https://registry.example"),
    ("OCI_REGISTRIES", "registry.example=https://registry.example,"),
    ("OCI_REGISTRIES", "registry.example=registry.example"),
    ("REGISTRY_CA_FILE", "/no/such/authority.pem"),
    ("REGISTRY_AUTH_FILE", "/no/such/auth.json"),
    ("TOKEN_REALMS", "registry.example"),
    ("TOKEN_REALMS", "registry.example=https://gitlab.example"),
    ("TOKEN_REALMS", "registry.example=alice:hunter2@gitlab.example"),
    ("TOKEN_REALMS", "registry.example=gitlab.example:99999"),
    ("TAG_CHECKS", "0"),
    ("TAG_CHECKS", "1001"),
    ("SNS_TOPICS", "images"),
    ("SNS_TOPICS", "arn:aws:sns:eu-west-1:123456789012:images,"),
    ("SNS_TOPICS", "arn:aws:sns:eu-west-1:123456789012:images.fifo"),
    ("SNS_TOPICS", "arn:aws:sqs:eu-west-1:123456789012:images"),
    ("DOCKER_HUB_HINT_SECRET", "hunter2"),
    ("DOCKER_HUB_HINT_SECRET", "hunter2/hunter2/hunter2"),
    ("DOCKER_HUB_HINT_SECRET", "hunter2" * 40),
    ("TRUST_ROOT", "/no/such/root.json"),
    ("TRUST_ROOT", ","),
    ("TRUST_ROOT", "a" * 5000),
    ("NPM_KEYS", "/no/such/keys.json"),
    ("TUF_REFRESH", "yes"),
    ("POLL_INTERVAL", "0"),
    ("POLL_INTERVAL", "5m"),
    ("GRACE", "-1"),
    ("GRACE", "nan"),
    ("TAGGED_GRACE", "inf"),
    ("CLOCK_SKEW", "1e99"),
    ("BLIND_LIMIT", "2678401"),
    ("BASE_URL", "javascript:alert(1)"),
    ("SUBSCRIBE_DOMAINS", "alice@people.example"),
    ("SUBSCRIBE_DOMAINS", "people.example,"),
    ("SUBSCRIBE_DOMAINS", "*.people.example"),
    ("SUBSCRIBE_DOMAINS", "a" * 250 + ".example"),
    ("SUBSCRIBE_SECRET", "hunter2"),
    ("HOST", "a b"),
    ("PORT", "0"),
    ("PORT", "65536"),
    ("PORT", "８０"),
    ("WEB_WORKERS", "two"),
    ("LOG_FORMAT", "xml"),
    ("DATA_DIR", "a\x00b"),
]


@pytest.mark.parametrize(("name", "text"), BAD)
def test_an_unusable_setting_is_named_and_its_secret_not_repeated(name: str, text: str) -> None:
    with pytest.raises(BadSetting) as refused:
        read({name: text})

    assert str(refused.value).startswith(name + " ")
    assert "hunter2" not in str(refused.value)


def test_the_private_key_may_be_the_path_of_its_file(tmp_path: Path) -> None:
    file = tmp_path / "app.pem"
    file.write_text(PEM)

    assert PEM == read({"GITHUB_PRIVATE_KEY": str(file)}).github_private_key


@pytest.mark.parametrize("text", [PEM.replace("\n", "\\n"), PEM.replace("\n", "\r\n"), PEM.strip(), "\n" + PEM + "\n"])
def test_the_private_key_is_one_key_however_its_lines_are_broken(text: str) -> None:
    """One-line .env files write \\n; Windows writes \\r\\n."""
    assert PEM == read({"GITHUB_PRIVATE_KEY": text}).github_private_key


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "app.pem"
    file.write_bytes(b"\xff" * 100_000)

    with pytest.raises(BadSetting, match="GITHUB_PRIVATE_KEY is not"):
        read({"GITHUB_PRIVATE_KEY": str(file)})


def test_a_file_of_authorities_may_hold_several_and_words_between(tmp_path: Path) -> None:
    """What is no certificate in it, a key left there by mistake say, is not kept."""
    file, (one, served) = tmp_path / "authorities.pem", certificates()
    another = certificates("Another authority")[0]
    file.write_bytes("# Übergang\n".encode() + one + b"\nsubject=/CN=x\n" + another + served)

    kept = read({"REGISTRY_CA_FILE": str(file)}).registry_ca_file

    assert 3 == kept.count("BEGIN CERTIFICATE")
    assert "PRIVATE KEY" not in kept


@pytest.mark.parametrize("held", [b"", PEM.encode(), b"\xff" * 100, certificates()[0][:200], b" " * 2_000_000])
def test_a_file_without_a_certificate_is_refused_at_the_start(tmp_path: Path, held: bytes) -> None:
    file = tmp_path / "authority.pem"
    file.write_bytes(held)

    with pytest.raises(BadSetting, match="REGISTRY_CA_FILE names a file that holds no certificates"):
        read({"REGISTRY_CA_FILE": str(file)})


def test_a_certificate_that_is_none_inside_is_refused_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "authority.pem"
    file.write_text("-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----\n")

    with pytest.raises(BadSetting, match="REGISTRY_CA_FILE"):
        read({"REGISTRY_CA_FILE": str(file)})


def test_a_pair_without_its_address_is_answered_with_the_whole_form() -> None:
    with pytest.raises(BadSetting, match=r"https://10\.0\.0\.5:5000"):
        read({"OCI_REGISTRIES": "registry.internal:5000=10.0.0.5:5000"})


def test_a_trust_root_pinned_by_hand_is_never_replaced_by_a_fetched_one(tmp_path: Path) -> None:
    root = tmp_path / "root.json"
    root.write_text("{}")

    assert read({}).refreshes_trust
    assert not read({"TRUST_ROOT": str(root)}).refreshes_trust
    assert not read({"TUF_REFRESH": "off"}).refreshes_trust


def test_a_client_id_serves_as_app_id() -> None:
    assert "Iv23liAbCdEf123456" == read({"GITHUB_APP_ID": "Iv23liAbCdEf123456"}).github_app_id


def test_secrets_stay_out_of_the_representation() -> None:
    settings = read(
        {
            "DATABASE_URL": "postgresql://user:hunter2@db.example/x",
            "REDIS_URL": "redis://:hunter2@redis.example",
            "GITHUB_WEBHOOK_SECRET": "hunter2",
            "GITHUB_PRIVATE_KEY": PEM,
        }
    )

    assert "hunter2" not in repr(settings)
    assert "BEGIN" not in repr(settings)


def test_the_app_needs_a_webhook_secret_and_says_how_to_get_one() -> None:
    with pytest.raises(BadSetting, match=r"GITHUB_WEBHOOK_SECRET is not set.*openssl rand -hex 32"):
        require_webhook_secret(Settings())

    require_webhook_secret(Settings(github_webhook_secret="x"))


def test_the_default_npm_registry_is_the_root_under_which_the_library_finds_tarballs() -> None:
    assert f"{npm_default()}/name/-/name-1.0.0.tgz" == purl2url.get_download_url("pkg:npm/name@1.0.0")
    assert not npm_default().endswith("/")


def test_a_library_without_that_address_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.settings.purl2url.get_download_url", lambda purl: None)

    with pytest.raises(BadSetting, match="NPM_REGISTRY"):
        npm_default()


def test_the_default_index_is_the_librarys() -> None:
    assert PYPI_SIMPLE_ENDPOINT == Settings().pypi_index


@given(st.sampled_from(VARIABLES), st.text(max_size=40))
def test_any_text_is_a_setting_or_one_clear_error(name: str, text: str) -> None:
    try:
        read({name: text})
    except BadSetting as error:
        assert str(error).startswith(name + " ")
