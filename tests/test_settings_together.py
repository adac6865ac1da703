"""Settings that need one another: what is set by halves is refused before anything starts."""

from __future__ import annotations

import pytest

from app.settings import BadSetting, Settings, read, require_login, require_subscriptions

MAIL = {"SMTP_URL": "smtp://127.0.0.1:25", "MAIL_FROM": "alerts@monitor.example"}
WHOLE = {**MAIL, "BASE_URL": "https://monitor.example", "SUBSCRIBE_SECRET": "s" * 32}


@pytest.mark.parametrize("missing", WHOLE)
def test_nobody_may_subscribe_where_nobody_could_be_told_or_end_it(missing: str) -> None:
    environment = {name: value for name, value in WHOLE.items() if name != missing}
    require_subscriptions(read(environment))
    with pytest.raises(BadSetting, match=missing) as refused:
        require_subscriptions(read({"SUBSCRIBE_DOMAINS": "people.example", **environment}))

    assert "s" * 32 not in str(refused.value)


def test_links_in_mails_are_encrypted_except_on_this_machine() -> None:
    asked = {**WHOLE, "SUBSCRIBE_DOMAINS": "*"}
    require_subscriptions(read(asked))
    require_subscriptions(read({**asked, "BASE_URL": "http://127.0.0.1:8750"}))
    with pytest.raises(BadSetting, match="https://"):
        require_subscriptions(read({**asked, "BASE_URL": "http://monitor.example"}))


@pytest.mark.parametrize(
    ("api", "website"),
    [
        ("https://api.github.com", "https://github.com"),
        ("https://ghes.example/api/v3", "https://ghes.example"),
        ("https://ghes.example:8443/api/v3", "https://ghes.example:8443"),
        ("https://api.octo.ghe.example", "https://octo.ghe.example"),
        ("http://127.0.0.1:5000/api/v3", "http://127.0.0.1:5000"),
    ],
)
def test_githubs_website_follows_from_its_api(api: str, website: str) -> None:
    assert website == Settings(github_api_url=api).website
    assert "https://other.example" == Settings(github_api_url=api, github_url="https://other.example").website


LOGIN = {
    "GITHUB_CLIENT_ID": "Iv23liAbCdEf",
    "GITHUB_CLIENT_SECRET": "secret",
    "BASE_URL": "https://monitor.example",
}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"GITHUB_CLIENT_SECRET": ""}, "GITHUB_CLIENT_SECRET is not set"),
        ({"BASE_URL": ""}, "BASE_URL is not set, but GITHUB_CLIENT_ID is"),
        ({"BASE_URL": "http://monitor.example"}, "is not https"),
        ({"BASE_URL": "https://monitor.example/under"}, "has a path"),
    ],
)
def test_a_login_that_is_set_up_by_halves_is_refused(changes: dict[str, str], word: str) -> None:
    with pytest.raises(BadSetting, match=word):
        require_login(read({**LOGIN, **changes}))


def test_a_login_needs_https_but_on_this_machine() -> None:
    require_login(read({}))
    require_login(read(LOGIN))
    for host in ("localhost", "127.0.0.1:8750", "[::1]:8750"):
        require_login(read({**LOGIN, "BASE_URL": f"http://{host}"}))
