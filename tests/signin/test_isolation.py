"""Two organisations on one monitor: nothing of one's private repository stands anywhere that the other may look.

Every text of the private repository holds one word. Every address that can be read is asked, by whoever may not see it,
with everything that an attacker would try; the routes are the app's own, so that a new one is asked too.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.cli.incidents import FORMATS
from app.deeds import tokens
from app.settings import Settings
from app.signin.sessions import key_of
from tests.pages.examples import dossier, run, verdict
from tests.pages.examples import member as member_of
from tests.signin.place import NOW, deps_of
from tests.webhooks.site import SECRET
from verifier.ledger import Ledger, memory_ledger
from verifier.ledger.protocol import Posted, Stood, Watch
from verifier.ledger.sessions import Right, Session
from verifier.ledger.tokens import Scope
from verifier.model import (
    Account,
    AccountKind,
    Acknowledgement,
    Answer,
    Artifact,
    ArtifactsProposed,
    Bulletin,
    BulletinKind,
    Command,
    CommandAnswered,
    CommandGiven,
    Conduct,
    ConductSet,
    ForcedPush,
    ForcedPushSeen,
    Incident,
    IncidentState,
    LineMuted,
    Mute,
    Notice,
    NoticeKind,
    Outcome,
    Proposal,
    Publisher,
    PublishersSet,
    Ref,
    Release,
    Repository,
    RepositorySeen,
    RunKey,
    Subscription,
    Verb,
    Waiver,
    WaiverGiven,
)
from verifier.model.backfill import Gap

WORD = "quagga"
"""Stands in every text of the private repository, and in no question that is asked."""
OURS, THEIRS = 1, 2
MINE, HIDDEN, SHARED = Artifact("pkg:npm/mine"), Artifact("pkg:npm/hidden"), Artifact("pkg:npm/shared")
NAMED = Artifact(f"pkg:npm/{WORD}-name")
LOGIN: dict[str, Any] = {"github_client_id": "Iv1", "github_client_secret": "s", "base_url": "http://localhost"}


def fill(ledger: Ledger) -> None:
    """Organisation A's repository, and B's private one, whose every word is the one we look for."""
    w = WORD
    until = NOW.replace(year=2027)
    with ledger.writing() as book:
        book.record(RepositorySeen(Repository(OURS, 1, "a/mine", NOW, "main", True)), NOW)
        book.record(RepositorySeen(Repository(THEIRS, 2, f"b/{w}", NOW, w, True)), NOW)
        mine = tuple(Publisher(a, OURS, 1, ("publish.yml",)) for a in (MINE, SHARED))
        book.record(PublishersSet(OURS, "server", mine), NOW)
        theirs = tuple(
            Publisher(a, THEIRS, 2, (f"{w}.yml",), (f"refs/{w}",), environment=w) for a in (HIDDEN, NAMED, SHARED)
        )
        book.record(PublishersSet(THEIRS, "server", theirs), NOW)
        book.record(ArtifactsProposed(THEIRS, (Proposal(NAMED.purl, (w,), w, False, w),)), NOW)
        book.repositories.put_stood(THEIRS, (Stood(NOW, f"# {w}"),))
        book.repositories.put_gap(THEIRS, Gap(NOW, NOW))
        for artifact in (MINE, SHARED):
            book.versions.put_watch(Watch(artifact, NOW, False, NOW))
            book.versions.put(
                dossier(artifact, "1.0.0", NOW, verdict(Outcome.COMPLIANT, "fine", run=RunKey(OURS, 1, 1)))
            )
        for artifact in (HIDDEN, NAMED):
            book.versions.put_watch(Watch(artifact, NOW, False, NOW, channels=((w, w),), problem=w))
            rogue = verdict(Outcome.NON_COMPLIANT, w, run=RunKey(THEIRS, 1, 1))
            book.versions.put(
                dossier(artifact, "1.0.0", NOW, rogue, incident_id="theirs", account=Account(w, AccountKind.PERSON))
            )
            book.versions.put(dossier(artifact, f"2.0.0-{w}", NOW, rogue, incident_id="theirs"))
        # Of what both publish, a version that B's run accounts for.
        book.versions.put(
            dossier(
                SHARED,
                "2.0.0",
                NOW,
                verdict(Outcome.COMPLIANT, "a run of it", run=RunKey(THEIRS, 1, 1)),
                incident_id="theirs",
            )
        )
        book.runs.put(run(RunKey(OURS, 1, 1)))
        told = run(
            RunKey(THEIRS, 1, 1),
            title=w,
            actor=w,
            triggering_actor=w,
            head_branch=w,
            workflow=f"{w}.yml",
            url=f"https://github.example/{w}",
        )
        book.runs.put(told)
        book.refs.put_tag(Ref(THEIRS, w, "b" * 40, NOW, w))
        book.refs.put_release(Release(THEIRS, 1, w, w, NOW, NOW))
        book.record(ForcedPushSeen(ForcedPush(THEIRS, w, "a" * 40, "b" * 40, NOW, w)), NOW)
        named = replace(member_of(NAMED, f"1.0-{w}"), account=w, sentences=(w,))
        held = Acknowledgement(w, w, NOW, until)
        book.incidents.put(
            Incident("theirs", THEIRS, NOW, IncidentState.ACKNOWLEDGED, True, (named, member_of(SHARED, "2.0.0")), held)
        )
        book.incidents.add_notice(Notice(NoticeKind.ROGUE, "theirs", NAMED, w, NOW, w, w))
        book.incidents.put_posted(Posted("theirs", "issue", "1", f"https://github.example/{w}", "d", True, NOW))
        book.incidents.put_bulletin(Bulletin("b", BulletinKind.CONFIG_CHANGED, THEIRS, NOW, w, (w,), w, w, "theirs"))
        book.record(WaiverGiven(Waiver(HIDDEN, "1.0.0", "f", w, w, NOW, until)), NOW)
        book.record(
            LineMuted(Mute(HIDDEN, dossier(HIDDEN, "1.0.0", NOW, None).version.line, w, w, NOW, NOW, until)), NOW
        )
        book.record(ConductSet(THEIRS, Conduct(labels=(w,))), NOW)
        book.record(CommandGiven(Command("c/1", "theirs", THEIRS, Verb.MINE, 9, w, NOW, w)), NOW)
        book.record(CommandAnswered(Answer("c/1", "theirs", True, w, NOW)), NOW)
        book.subscriptions.put(Subscription("s1", f"{w}@mail.example", *_subscribed()))
        book.health.report(f"poll {w}", w, NOW)


def _subscribed() -> tuple[Any, ...]:
    from verifier.model import Filter

    return Filter(), "sha256:0", NOW


class Asking:
    """Somebody with what they send along."""

    def __init__(self, client: FlaskClient, headers: dict[str, str] | None = None) -> None:
        self.client, self.headers = client, headers or {}

    def text(self, path: str) -> str:
        answer = self.client.get(path, headers=self.headers)
        assert answer.status_code < 500
        return answer.get_data().decode("utf-8", "replace") + repr(list(answer.headers))


def asking(who: str, **changes: Any) -> Asking:
    ledger = memory_ledger()
    fill(ledger)
    login = {} if who == "operator" else LOGIN
    place = Path("/nonexistent")
    settings = Settings(data_dir=place, github_webhook_secret=SECRET, session_secret="s" * 40, **login, **changes)
    client = create_app(deps_of(settings, ledger, lambda: NOW)).test_client()
    if who in ("member", "admin"):
        right = Right(OURS, "admin" if who == "admin" else "read")
        with ledger.writing() as book:
            book.sessions.begin(Session(key_of("c"), 7, "mona", "sealed", NOW, NOW, NOW, (right,)))
        client.set_cookie("artifact-monitor", "c")
    if who in ("read", "act", "metrics"):
        of = () if who == "metrics" else ("a/mine",)
        text, _ = tokens.create(ledger, "ci", Scope(who), of, False, 30, NOW)
        return Asking(client, {"Authorization": f"Bearer {text}"})
    return Asking(client)


QUESTIONS = {
    "purl": [a.purl for a in (MINE, HIDDEN, SHARED)],
    "number": ["1.0.0", "2.0.0"],
    "version": ["1.0.0", "2.0.0"],
    "repository_id": [str(OURS), str(THEIRS)],
    "q": ["qua", "hid", "%", "_"],
    "list": ["tags", "releases"],
    "state": ["all", "open", "acknowledged", "resolved"],
    "standing": ["non-compliant", "compliant"],
    "sort": ["worst", "name", "published"],
    "incident": ["theirs"],
}
FILLS = {"incident_id": ["theirs"], "id": ["theirs"], "kind": list(FORMATS), "format": list(FORMATS)}


def addresses(client: FlaskClient) -> list[str]:
    """Every address that can be read, with what an attacker would ask there."""
    found = []
    for rule in client.application.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint.startswith(("signin.", "setup.")):
            continue
        for values in product(*(FILLS.get(name, ["theirs"]) for name in sorted(rule.arguments))):
            path = rule.rule
            for name, value in zip(sorted(rule.arguments), values, strict=True):
                path = path.replace(f"<{name}>", value).replace(f"<string:{name}>", value)
            found.append(path)
            found += [f"{path}?{name}={quote(v, safe='')}" for name, all_ in QUESTIONS.items() for v in all_]
            for number in ("1.0.0", "2.0.0"):
                for artifact in (HIDDEN, SHARED):
                    purl = quote(artifact.purl, safe="")
                    found += [f"{path}?purl={purl}&{name}={number}" for name in ("number", "version")]
    return found


@pytest.mark.parametrize(
    ("who", "public"),
    [*((who, False) for who in ("admin", "act", "metrics", "anonymous")), ("member", True), ("anonymous", True)],
)
def test_nothing_of_a_private_repository_stands_where_others_may_look(who: str, public: bool) -> None:
    somebody = asking(who, public=public)

    assert [] == [path for path in addresses(somebody.client) if WORD in somebody.text(path)]


def test_whoever_runs_the_monitor_finds_it_in_all_those_places() -> None:
    """What is looked for above is there to be found."""
    operator = asking("operator")
    told = {path.partition("?")[0] for path in addresses(operator.client) if WORD in operator.text(path)}

    expected = {"/", "/artifact", "/version", "/incidents", "/incidents/theirs", "/runs", "/activity", "/health"}
    expected |= {f"/incidents/theirs/export/{kind}" for kind in FORMATS if kind != "osv"}  # a ZIP
    expected |= {f"/api/v1/{name}" for name in ("artifacts", "artifact", "versions", "version", "runs", "deeds")}
    expected |= {"/api/v1/incidents", "/api/v1/incidents/theirs", "/incidents.atom"}
    assert set() == expected - told


def test_of_what_two_organisations_publish_each_sees_the_versions_and_nothing_of_the_others_runs() -> None:
    page = asking("member").text(f"/version?purl={quote(SHARED.purl, safe='')}&number=2.0.0")

    assert "a run of it" in page
    assert f"b/{WORD}" not in page


@pytest.mark.parametrize("who", ["member", "admin", "act"])
def test_nobody_silences_what_is_another_organisations(who: str) -> None:
    """An administrator of one repository, and a token that may act there, at the other's incident and version."""
    somebody = asking(who)
    purl = quote(HIDDEN.purl, safe="")
    paths = ["/incidents/theirs/commands", f"/version/recheck?purl={purl}&number=1.0.0"]
    paths += [f"/api/v1/incidents/theirs/{verb}" for verb in ("acknowledge", "mine", "mute")]
    paths += [f"/api/v1/version/recheck?purl={purl}&version=1.0.0"]
    body = {"reason": "mine", "purl": HIDDEN.purl, "version": "1.0.0", "line": "release 1", "by": "mona", "days": 1}

    for path in paths:
        answer = somebody.client.post(path, json=body, headers={**somebody.headers, "Origin": "http://localhost"})
        assert answer.status_code in (400, 401, 403, 404, 415)
        assert WORD not in answer.get_data(as_text=True)
