"""The badge, the feed and the figures: what they say, to whom, and that hostile names stay text."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api import badge, feed, metrics, wire
from app.pages.words import shown
from app.signin.sessions import key_of
from tests.api.site import EVIL, NOW, PUBLIC, SECRET_THING, Api
from tests.api.test_reading import PURL
from tests.ledger.examples import HOUR, MINUTE, T0, WIDGET
from tests.ledger.test_views import counted
from verifier.ledger import open_ledger
from verifier.ledger.protocol import Queue, Watch
from verifier.ledger.sessions import Right, Session
from verifier.ledger.tokens import Scope
from verifier.ledger.views import Summary, Totals
from verifier.model import Artifact, Incident, IncidentState, Severity
from verifier.model.standing import Standing

ATOM = "{http://www.w3.org/2005/Atom}"
STRANGER: dict[str, Any] = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.1"}}
summaries = st.builds(
    Summary,
    st.just(WIDGET),
    st.just(7),
    counts=st.dictionaries(st.sampled_from(Standing), st.integers(1, 3)),
    polled_at=st.none() | st.sampled_from([NOW, NOW - badge.STALE, NOW - badge.STALE - MINUTE]),
    problem=st.sampled_from(["", "no answer"]),
)


@given(summaries)
def test_a_badge_never_says_compliant_when_we_could_not_look(summary: Summary) -> None:
    looked = not summary.problem and summary.polled_at is not None and NOW - summary.polled_at <= badge.STALE
    said = badge.badge_of(summary, NOW).word

    assert (said == "compliant") == (looked and summary.standing is Standing.COMPLIANT)
    assert summary.standing is not Standing.NON_COMPLIANT or said == "non-compliant"


@given(st.text(max_size=120), st.text(max_size=30))
def test_a_name_in_a_badge_stays_text(name: str, word: str) -> None:
    made = badge.Badge(shown(name, badge.LABEL), shown(word), "✓")
    root = ElementTree.fromstring(badge.picture(made))

    assert made.label in [node.text or "" for node in root.iter()]
    assert {"svg", "title", "rect", "g", "text"} == {node.tag.rpartition("}")[2] for node in root.iter()}


@pytest.mark.parametrize("standing", Standing)
def test_a_badge_says_it_in_a_word_and_a_sign(standing: Standing) -> None:
    """Nobody has to see its colour, nor the picture: its label says the same."""
    summary = Summary(WIDGET, 7, counts={standing: 1}, polled_at=NOW)
    made = badge.badge_of(summary, NOW)
    root = ElementTree.fromstring(badge.picture(made))

    assert made.word
    assert f"{made.sign} {made.word}" in [node.text for node in root.iter()]
    assert f"@acme/widget: {made.word}" == root.attrib["aria-label"]


def test_everybody_sees_the_badge_of_what_is_public_and_of_nothing_else(tmp_path: Path) -> None:
    api = Api(tmp_path, changes={"public": True})
    public, hidden, absent = (
        api.get(f"/badge?purl={purl}") for purl in (PURL, SECRET_THING.purl, "pkg:npm/no-such-thing")
    )

    assert [200, 404, 404] == [answer.status_code for answer in (public, hidden, absent)]
    assert hidden.data == absent.data
    assert "non-compliant" in public.text
    assert "public, max-age=300" == public.headers["Cache-Control"]
    assert "cross-origin" == public.headers["Cross-Origin-Resource-Policy"]


def test_the_badge_of_what_is_private_is_for_a_token_and_for_no_shared_cache(api: Api) -> None:
    answer = api.get(f"/badge?purl={SECRET_THING.purl}", api.reader)

    assert (200, "image/svg+xml") == (answer.status_code, answer.mimetype)
    assert "private, max-age=300" == answer.headers["Cache-Control"]
    assert "same-origin" == answer.headers["Cross-Origin-Resource-Policy"]
    assert 401 == api.get(f"/badge?purl={SECRET_THING.purl}").status_code


def entries(text: str) -> dict[str, dict[str, str]]:
    root = ElementTree.fromstring(text)
    return {
        (entry.findtext(f"{ATOM}title") or ""): {node.tag.removeprefix(ATOM): node.text or "" for node in entry}
        for entry in root.iter(f"{ATOM}entry")
    }


def test_the_feed_tells_the_incidents_that_may_be_seen(api: Api) -> None:
    told = entries(api.get("/incidents.atom", api.reader).text)
    one = entries(api.get("/incidents.atom", api.token(Scope.READ, "acme/secret-thing")).text)

    assert ["high" in title or "critical" in title or "medium" in title for title in told] == [True, True]
    assert 1 == len(one)
    assert "secret-thing" in next(iter(one))


def test_the_public_is_told_what_is_non_compliant_and_no_suspicion(tmp_path: Path) -> None:
    """Who the repository is shown to by GitHub is told of suspicions too."""
    api = Api(tmp_path, changes={"public": True})
    with api.ledger.writing() as book:
        suspicion = book.incidents.get("i8")
        assert suspicion is not None
        book.incidents.put(replace(suspicion, id="i9", repository_id=PUBLIC))
        book.sessions.begin(Session(key_of("c"), 7, "mona", "s", NOW, NOW, NOW, (Right(PUBLIC, "read"),)))
    public = entries(api.get("/incidents.atom").text)
    api.client.set_cookie("artifact-monitor", "c")
    own = entries(api.get("/incidents.atom").text)

    assert [1, 2] == [len(public), len(own)]
    assert "was this you" not in str(public)


def test_an_entry_keeps_its_id_and_changes_its_time_when_something_changes(api: Api) -> None:
    from verifier.model import Notice, NoticeKind

    before = entries(api.get("/incidents.atom", api.reader).text)
    with api.ledger.writing() as book:
        book.incidents.add_notice(Notice(NoticeKind.CLEARED, "i7", WIDGET, "1.1.0", NOW))
    after = entries(api.get("/incidents.atom", api.reader).text)

    assert {e["id"] for e in before.values()} == {e["id"] for e in after.values()}
    changed = [title for title in before if before[title]["updated"] != after[title]["updated"]]
    assert ["2026-03-01T14:00:00Z"] == [after[title]["updated"] for title in changed]


def test_hostile_names_stay_text_in_the_feed() -> None:
    with_name = Incident("i1", 7, T0, IncidentState.OPEN, True, ())
    entry = replace(feed.entry_of(with_name, None, "https://x.example/incidents/i1"), title=shown(EVIL + "\0\ufffe"))
    root = ElementTree.fromstring(feed.feed([entry], "https://x.example"))

    title = root.findtext(f"{ATOM}entry/{ATOM}title") or ""
    assert "<img src=x>" in title
    assert not {"\0", "\u202e", "\ufffe"} & set(title)


def test_a_feed_costs_a_fixed_number_of_queries(tmp_path: Path, sqlite_url: str) -> None:
    ledger = open_ledger(sqlite_url)
    api, costs = Api(tmp_path, ledger), list[int]()
    api.get("/incidents.atom", api.reader)
    for _ in range(2):
        with counted() as statements:
            api.get("/incidents.atom", api.reader)
        costs.append(len(statements))
        with ledger.writing() as book:
            for n in range(40):
                book.incidents.put(Incident(f"m{n}", PUBLIC, T0, IncidentState.OPEN, True, ()))

    assert costs[0] == costs[1]
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections


FIGURES = metrics.Figures(
    Totals({Standing.COMPLIANT: 2}, {Standing.COMPLIANT: 5, Standing.WAIVED: 1}, 1),
    (Queue("poll", 3, 1, NOW - MINUTE), Queue('t"\n\\', 1, 0, None)),
    {Severity.CRITICAL: 1},
    2,
    4,
    3,
    1,
    {"clock": NOW - HOUR, "worker": NOW + HOUR},
    NOW - MINUTE,
    {"npm": 1},
    1,
    NOW - HOUR,
    refused={401: NOW - MINUTE},
)


def test_the_figures_are_what_prometheus_reads() -> None:
    """Every line is a comment or a sample, every family is said once, and what is zero is said."""
    lines = metrics.exposition(FIGURES, NOW).splitlines()
    samples = [line for line in lines if not line.startswith("#")]

    for said in (
        'artifact_monitor_artifacts{standing="compliant"} 2',
        'artifact_monitor_artifacts{standing="non_compliant"} 0',
        'artifact_monitor_versions{standing="waived"} 1',
        'artifact_monitor_queue_due{step="poll"} 1',
        'artifact_monitor_queue_oldest_due_seconds{step="poll"} 60',
        r'artifact_monitor_queue_wanted{step="t\"\n\\"} 1',
        'artifact_monitor_incidents_open{severity="critical"} 1',
        'artifact_monitor_heartbeat_age_seconds{process="clock"} 3600',
        'artifact_monitor_heartbeat_age_seconds{process="worker"} 0',
        "artifact_monitor_problems 2",
        "artifact_monitor_deliveries_waiting 4",
    ):
        assert said in samples
    assert len(samples) == len({sample.rpartition(" ")[0] for sample in samples})
    kinds = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(kinds) == len(set(kinds))


def test_figures_are_for_a_token_of_their_own(api: Api) -> None:
    answer = api.get("/metrics", api.token(Scope.METRICS))

    assert (200, metrics.TYPE) == (answer.status_code, answer.content_type)
    assert 'artifact_monitor_incidents_open{severity="medium"} 1' in answer.text
    assert not {"acme", "secret"} & set(answer.text.replace("/", " ").split())
    assert [401, 403, 403] == [api.get("/metrics", t).status_code for t in ("", api.reader, api.token(Scope.ACT))]
    assert 403 == api.get("/api/v1/artifacts", api.token(Scope.METRICS)).status_code


def test_on_the_machine_itself_figures_need_no_token_where_nobody_can_log_in(tmp_path: Path) -> None:
    api = Api(tmp_path, changes={"github_client_id": "", "github_client_secret": ""})

    assert 200 == api.get("/metrics").status_code
    assert 401 == api.client.get("/metrics", **STRANGER).status_code
    assert 401 == api.get("/metrics", **{"X-Forwarded-For": "192.0.2.1"}).status_code


def test_what_is_no_text_is_replaced_on_the_wire() -> None:
    """A lone surrogate of a hostile name breaks no reader of JSON."""
    told = json.loads(wire.encoded({"a": "x\ud800y"}))["a"]

    assert ("x", "\N{REPLACEMENT CHARACTER}", "y") == (told[0], told[1], told[-1])


def test_the_operator_sees_everything_in_the_feed(tmp_path: Path) -> None:
    api = Api(tmp_path, changes={"github_client_id": "", "github_client_secret": ""})

    assert 2 == len(entries(api.get("/incidents.atom").text))


def test_an_artifact_that_nobody_looked_at_lately_is_told_so(api: Api) -> None:
    gadget = Artifact("pkg:npm/fine")
    with api.ledger.writing() as book:
        book.versions.put_watch(Watch(gadget, T0, polled_at=T0))
        before = book.views.artifact(None, gadget)

    assert before is not None
    assert "pending" == badge.badge_of(before, NOW + 10 * badge.STALE).word
