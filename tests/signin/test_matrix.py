"""Every address that we answer × everybody who may ask: what they get, and whose repositories they read about.

A new route without an entry here fails. Its entry says what each of six kinds of people get; `shown` is about a page
that shows what belongs to repositories.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.settings import Settings
from app.signin.gate import OPEN
from app.signin.sessions import key_of
from tests.signin.place import ELSEWHERE, NAMES, NOW, SECRET_WIDGET, WIDGET, deps_of, repositories
from tests.webhooks.site import SECRET
from verifier.ledger import memory_ledger
from verifier.ledger.sessions import Right, Session
from verifier.model import Repository, RepositorySeen

ROLES = {
    "member of another organisation": {ELSEWHERE: "admin"},
    "reader": {WIDGET: "read", SECRET_WIDGET: "read"},
    "maintainer": {WIDGET: "maintain", SECRET_WIDGET: "maintain"},
    "admin": {WIDGET: "admin", SECRET_WIDGET: "admin"},
}
ANONYMOUS, OPERATOR = "anonymous", "operator"
PEOPLE = (ANONYMOUS, *ROLES, OPERATOR)
OCTO = frozenset({"open-widget", "secret-widget"})
SEES = {
    ANONYMOUS: frozenset[str](),
    "member of another organisation": frozenset({"foreign-thing"}),
    "reader": OCTO,
    "maintainer": OCTO,
    "admin": OCTO,
    OPERATOR: frozenset(NAMES.values()),
}


@dataclass(frozen=True)
class Entry:
    """One route. `answers` are statuses by who asks; `shown`: it shows exactly what each of them may see.

    `about`: it shows this one thing, to who gets it at all.
    """

    path: str
    answers: dict[str, int]
    shown: bool = False
    about: str = ""
    """The one repository that a page is about, whose name everybody reads there who may see the page at all."""


def alike(status: int, **others: int) -> dict[str, int]:
    """The same for all, but for those named."""
    return {who: others.get(who.split()[0], status) for who in PEOPLE}


def hidden(status: int) -> dict[str, int]:
    """About the private repository: this for who may see it, and for others as if it were not there."""
    return alike(status, anonymous=401, member=404)


PRIVATE = "pkg:npm/secret-widget"
MATRIX = {
    "GET overview.overview": Entry("/", alike(200, anonymous=302), shown=True),
    "GET artifact.artifact": Entry("/artifact?purl=pkg%3Anpm%2Fnothing", alike(404, anonymous=302)),
    "GET version.version": Entry("/version?purl=pkg%3Anpm%2Fnothing&number=1", alike(404, anonymous=302)),
    "POST version.recheck": Entry("/version/recheck?purl=pkg%3Anpm%2Fnothing&number=1", alike(403, anonymous=401)),
    "GET incidents.incidents": Entry("/incidents", alike(200, anonymous=302), shown=True),
    "GET incident.incident": Entry(
        "/incidents/secret-widget", alike(200, anonymous=302, member=404), about="secret-widget"
    ),
    "POST incident.command": Entry("/incidents/secret-widget/commands", alike(403, anonymous=401)),
    "GET incident.export": Entry(
        "/incidents/secret-widget/export/json", alike(200, anonymous=302, member=404), about="secret-widget"
    ),
    "GET runs.runs": Entry("/runs", alike(200, anonymous=302), shown=True),
    "GET activity.activity": Entry("/activity", alike(200, anonymous=302), shown=True),
    "GET add.form": Entry("/add", alike(200, anonymous=302), shown=True),
    # without a token of a form of ours
    "POST add.ask": Entry("/add", alike(403, anonymous=401)),
    "POST add.halt": Entry("/add/halt", alike(403, anonymous=401)),
    # what nobody but who asked for it finds
    "GET adding.adding": Entry("/add/0123456789abcdef", alike(404, anonymous=302)),
    "GET troubles.troubles": Entry("/health", alike(200, anonymous=302)),
    "POST troubles.test": Entry("/health/test", alike(403, anonymous=401)),
    "GET style.sheet": Entry("/style.css", alike(200)),
    "GET health.healthz": Entry("/healthz", alike(200)),
    "GET health.livez": Entry("/livez", alike(200)),
    "GET health.readyz": Entry("/readyz", alike(200)),
    "POST webhooks.webhooks": Entry("/webhooks", alike(401)),
    "POST hints.from_sns": Entry("/hints/sns", alike(404)),
    "POST hints.from_docker_hub": Entry("/hints/docker-hub/a-secret-that-is-none", alike(404)),
    "GET signin.login": Entry("/login", alike(302, anonymous=200, operator=200)),
    "GET signin.start": Entry("/login/start", alike(302)),
    "GET signin.callback": Entry("/login/callback?code=a&state=b", alike(400)),
    "GET setup.setup": Entry("/setup", alike(200, anonymous=302)),
    "GET subscribe.form": Entry("/subscribe", alike(404)),
    "POST subscribe.ask": Entry("/subscribe", alike(404)),
    "GET subscriptions.look": Entry("/subscriptions/none/secret", alike(404)),
    "POST subscriptions.confirm": Entry("/subscriptions/none/secret/confirm", alike(404)),
    "POST subscriptions.end": Entry("/subscriptions/none/secret/end", alike(404)),
    "POST signin.logout": Entry("/logout", alike(403)),
    "GET api.openapi": Entry("/api/v1/openapi.json", alike(200)),
    "GET api.artifacts": Entry("/api/v1/artifacts", alike(200, anonymous=401), shown=True),
    "GET api.artifact": Entry(f"/api/v1/artifact?purl={PRIVATE}", hidden(200), about="secret-widget"),
    "GET api.versions": Entry(f"/api/v1/versions?purl={PRIVATE}", hidden(200)),
    "GET api.version": Entry(f"/api/v1/version?purl={PRIVATE}&version=1.0.0", alike(404, anonymous=401)),
    "GET api.incidents": Entry("/api/v1/incidents", alike(200, anonymous=401), shown=True),
    "GET api.incident": Entry("/api/v1/incidents/secret-widget", hidden(200), about="secret-widget"),
    "GET api.runs": Entry("/api/v1/runs", alike(200, anonymous=401), shown=True),
    "GET api.backfills": Entry("/api/v1/backfills", alike(200, anonymous=401)),
    "GET api.deeds": Entry("/api/v1/deeds", alike(200, anonymous=401)),
    # only a token acts, whoever else one is
    "POST api.recheck": Entry(f"/api/v1/version/recheck?purl={PRIVATE}&version=1.0.0", alike(401)),
    "POST api.acknowledge": Entry("/api/v1/incidents/secret-widget/acknowledge", alike(401)),
    "POST api.mine": Entry("/api/v1/incidents/secret-widget/mine", alike(401)),
    "POST api.mute": Entry("/api/v1/incidents/secret-widget/mute", alike(401)),
    "GET badge.badge": Entry(f"/badge?purl={PRIVATE}", hidden(200), about="secret-widget"),
    "GET feed.atom": Entry("/incidents.atom", alike(200, anonymous=401), shown=True),
    "GET metrics.metrics": Entry("/metrics", alike(401, operator=200)),
}


def visitor(who: str, data_dir: Path, **changes: Any) -> FlaskClient:
    """Their browser, in front of a monitor on which people log in; the operator's: on one on which nobody does."""
    ledger = memory_ledger()
    repositories(ledger)
    login: dict[str, Any] = {
        "github_client_id": "Iv23liAbCdEf",
        "github_client_secret": "s",
        "base_url": "http://localhost",
    }
    settings = Settings(
        data_dir=data_dir, github_webhook_secret=SECRET, **({} if who == OPERATOR else login), **changes
    )
    client = create_app(deps_of(settings, ledger, lambda: NOW)).test_client()
    if who in ROLES:
        rights = tuple(Right(number, role) for number, role in ROLES[who].items())
        with ledger.writing() as book:
            book.sessions.begin(Session(key_of("c"), 7, "mona", "sealed", NOW, NOW, NOW, rights))
        client.set_cookie("artifact-monitor", "c")
    return client


def routes(client: FlaskClient) -> list[str]:
    return sorted(
        {
            f"{method} {rule.endpoint}"
            for rule in client.application.url_map.iter_rules()
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        }
    )


def test_every_route_has_its_entry_and_every_entry_its_route(tmp_path: Path) -> None:
    assert sorted(MATRIX) == routes(visitor(ANONYMOUS, tmp_path))


def test_what_is_open_is_a_route_that_exists(tmp_path: Path) -> None:
    assert set() == OPEN - {route.split()[1] for route in routes(visitor(ANONYMOUS, tmp_path))}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("route", sorted(MATRIX))
def test_everybody_gets_what_the_matrix_says(tmp_path: Path, route: str, who: str) -> None:
    entry = MATRIX[route]
    answer = visitor(who, tmp_path).open(entry.path, method=route.split()[0])

    assert entry.answers[who] == answer.status_code
    text = answer.text.replace(entry.path, "")
    told = {name for name in NAMES.values() if name in text}
    read = {entry.about} - {""} if entry.about else SEES[who] if entry.shown else set()
    assert (read if answer.status_code == 200 else set()) == told


@pytest.mark.parametrize("route", sorted(route for route in MATRIX if route.split()[1] not in OPEN))
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_nobody_gets_past_the_gate_by_another_method(tmp_path: Path, route: str, method: str) -> None:
    answer = visitor(ANONYMOUS, tmp_path).open(MATRIX[route].path, method=method)

    assert answer.status_code in (302, 401, 405)


@pytest.mark.parametrize("who", PEOPLE[:-1])
@pytest.mark.parametrize("route", sorted(route for route in MATRIX if MATRIX[route].shown))
def test_on_a_public_instance_everybody_sees_public_repositories_besides_their_own(
    tmp_path: Path, route: str, who: str
) -> None:
    answer = visitor(who, tmp_path, public=True).get(MATRIX[route].path)

    public = {"open-widget", "foreign-thing"}
    assert 200 == answer.status_code
    assert SEES[who] | public == {name for name in NAMES.values() if name in answer.text}


def test_a_page_that_forgets_the_gate_is_closed(tmp_path: Path) -> None:
    """Whoever adds a page without a word about who may see it has closed it, not opened it."""
    client = visitor(ANONYMOUS, tmp_path)
    client.application.add_url_rule("/new", "new.page", lambda: "secret", methods=["GET", "POST"])

    assert [302, 401] == [client.get("/new").status_code, client.post("/new").status_code]


def test_nobody_acts_on_a_public_instance_without_a_login(tmp_path: Path) -> None:
    client = visitor(ANONYMOUS, tmp_path, public=True)
    client.application.add_url_rule("/new", "new.page", lambda: "changed", methods=["POST"])

    assert 401 == client.post("/new", headers={"Origin": "http://localhost"}).status_code


def test_a_repository_that_becomes_private_is_hidden_from_the_public(tmp_path: Path) -> None:
    time = [NOW]
    ledger = memory_ledger()
    repositories(ledger)
    settings = Settings(data_dir=tmp_path, github_webhook_secret=SECRET, public=True)
    client = create_app(deps_of(settings, ledger, lambda: time[0])).test_client()
    stranger: dict[str, Any] = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.1"}}
    assert "open-widget" in client.get("/", **stranger).text

    private = Repository(WIDGET, 1, "octo/open-widget", NOW, "main", private=True)
    with ledger.writing() as book:
        book.record(RepositorySeen(replace(private, named_at=NOW.replace(minute=1))), NOW)
    time[0] = NOW.replace(minute=1)

    page = client.get("/", **stranger).text
    assert "open-widget" not in page
    assert "foreign-thing" in page
