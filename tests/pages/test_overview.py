"""The first page: everything that needs attention is on it, and names from strangers stay text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any, cast

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.deps import Deps
from app.headers import SECURITY
from app.pages import PAGES
from app.pages.overview import MOST, NEWEST, Overview, Row, Seen, roll_up, see, standing_of
from app.pages.words import COMPLIANT, ODD, PENDING, ROGUE, STANDINGS, SUSPECT, UNVERIFIABLE, link, shown, span
from app.settings import Settings
from app.viewer import OPERATOR
from tests.pages import examples
from tests.pages.examples import AXIOS, EVIL, NOW, WIDGET, dossier, member
from verifier.ledger import memory_ledger
from verifier.ledger.protocol import Posted, Watch
from verifier.model import Acknowledgement, Artifact, Incident, IncidentState, Outcome, Repository, RepositorySeen

ALLOWED = {
    *("html", "head", "meta", "title", "link", "body", "header", "a", "span", "main", "section", "h1", "h2", "p", "ul"),
    *("li", "article", "div", "strong", "bdi", "table", "thead", "tbody", "tr", "th", "td", "code", "pre"),
}


class Tags(HTMLParser):
    """What a browser would make of a page: its tags, its attributes, its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(page: Overview) -> str:
    from flask import render_template

    app = Flask("app")
    nothing = cast(Any, None)
    for routes in PAGES:
        app.register_blueprint(routes(Deps(Settings(), memory_ledger(), nothing, nothing, nothing, lambda: NOW)))
    with app.test_request_context():
        return render_template("overview.html", page=page)


def rows(page: Overview, name: str) -> list[Row]:
    return next(list(group.rows) for group in page.groups if group.name == name)


def test_versions_are_counted_by_outcome_with_suspects_apart() -> None:
    page = roll_up(examples.seen(), NOW)

    expected = {ROGUE: 2, SUSPECT: 1, PENDING: 2, UNVERIFIABLE: 141, COMPLIANT: 142}
    assert expected == {total.standing: total.number for total in page.totals}


def test_an_odd_version_of_a_valid_run_is_called_odd_and_not_suspect() -> None:
    odd = replace(member(WIDGET, "1.0.0"), outcome=Outcome.COMPLIANT, suspect=False, odd=("force-push",))
    quiet = Incident("odd", 1, NOW, IncidentState.OPEN, rogue=False, members=(odd,))

    page = roll_up(replace(examples.seen(), incidents=(quiet,)), NOW)

    assert [ODD] == [one.standing for one in page.incidents]


def test_an_incident_says_who_looks_after_it_and_stays_a_week_once_it_is_settled() -> None:
    given = Acknowledgement("bob", "looking", NOW, NOW + timedelta(days=7))
    held = Incident("i", 1, NOW, IncidentState.ACKNOWLEDGED, True, (member(AXIOS, "1.14.1"),), given)
    done = replace(held, id="d", state=IncidentState.RESOLVED, opened_at=NOW - timedelta(days=6))
    old = replace(done, id="o", opened_at=NOW - timedelta(days=8))

    told = roll_up(replace(examples.seen(), incidents=(old, done, held)), NOW).incidents

    assert ["i", "d"] == [one.id for one in told]
    assert told[0].state.startswith("acknowledged by bob until")
    assert "settled" == told[1].state
    assert "acknowledged by bob" in rendered(roll_up(replace(examples.seen(), incidents=(held,)), NOW))


def test_what_needs_attention_comes_first() -> None:
    page = roll_up(examples.seen(), NOW)

    assert [group.type for group in page.groups] == ["npm", "npm", "pypi", "npm"]
    worst = [min((STANDINGS.index(row.standing) for row in group.rows), default=9) for group in page.groups]
    assert sorted(worst) == worst


def test_a_long_history_is_summed_up_and_nothing_urgent_is_left_out_with_it() -> None:
    ok = examples.seen().dossiers[2].verdict
    rogue = examples.seen().dossiers[0].verdict
    history = [dossier(WIDGET, f"1.{n}.0", NOW - timedelta(days=n), ok) for n in range(300)]
    history[250] = replace(history[250], verdict=rogue)

    page = roll_up(Seen(dossiers=tuple(history)), NOW)

    assert NEWEST + 1 == len(page.groups[0].rows)
    assert page.groups[0].rows[-1].number == "1.250.0"
    assert page.groups[0].more == "and 291 more versions: 291 compliant"


def test_a_version_shows_when_it_was_published_and_how_much_later_we_noticed() -> None:
    row = rows(roll_up(examples.seen(), NOW), "axios")[1]

    assert ("1.14.1", "2026-03-31 00:22:00", "2026-03-31 00:23:35", "95 s") == (
        row.number,
        row.published,
        row.noticed,
        row.lag,
    )
    assert row.removed


def test_history_shows_no_lag_because_nobody_was_watching_then() -> None:
    assert rows(roll_up(examples.seen(), NOW), "axios")[-1].lag == ""


def test_open_incidents_link_to_what_was_filed_and_resolved_ones_are_gone() -> None:
    page = roll_up(examples.seen(), NOW)

    assert [incident.title for incident in page.incidents] == ["axios@1.14.1", "85 versions of 1 package"]
    assert [post.label for post in page.incidents[0].posts] == ["check run", "issue", "advisory"]
    assert page.incidents[1].more == f"and {85 - NEWEST} more"


def test_tags_of_images_are_called_so() -> None:
    app = Artifact("pkg:docker/a/app")
    held = Incident("i", 1, NOW, IncidentState.OPEN, True, (member(app, "3.4.0"), member(app, "latest")))

    assert ["2 tags of 1 image"] == [one.title for one in roll_up(Seen(incidents=(held,)), NOW).incidents]


def test_a_digest_is_cut_short_and_whole_where_one_points_at_it() -> None:
    digest = f"sha256:{'0123456789abcdef' * 4}"
    held = examples.verdict(Outcome.NON_COMPLIANT, f"It holds {digest} now.")
    page = rendered(roll_up(Seen(dossiers=(dossier(WIDGET, "1.0.0", NOW, held),)), NOW))

    assert f'<bdi title="It holds {digest} now.">It holds sha256:0123456789ab… now.</bdi>' in page


def test_what_the_monitor_could_not_do_stands_on_the_page() -> None:
    page = rendered(roll_up(examples.seen(), NOW))

    assert "Could not look: GitHub answered 502." in page
    assert "Could not look: registry.example did not answer within 30 seconds." in page


def test_an_outcome_is_a_word_and_a_sign_and_never_only_a_colour() -> None:
    text = Tags(rendered(roll_up(examples.seen(), NOW))).text

    for standing in STANDINGS:
        assert re.search(rf"{re.escape(standing.sign)}\s+{standing.word}", text)


def test_a_hostile_name_makes_no_tag_no_attribute_and_no_link() -> None:
    page = Tags(rendered(roll_up(examples.seen(), NOW)))

    assert page.tags <= ALLOWED
    assert not any(name.startswith("on") or name == "style" for name in page.attributes)
    assert all(re.match(r"/$|/style\.css$|https://github\.example/", address) for address in page.addresses)
    assert "\u202e" not in page.text
    assert "z" * 500 not in page.text


@given(st.text(max_size=60))
def test_any_name_from_anybody_leaves_the_page_as_it_is(text: str) -> None:
    quiet = dossier(AXIOS, "1.0.0", NOW, None)
    loud = replace(quiet, version=replace(quiet.version, number=text))

    one, other = (Tags(_page(Seen(dossiers=(d,)))) for d in (quiet, loud))

    assert one.tags == other.tags
    assert one.attributes == other.attributes
    assert one.addresses == other.addresses


def _page(found: Seen) -> str:
    return rendered(roll_up(found, NOW))


@given(st.text())
def test_shown_text_has_nothing_invisible_and_a_bounded_length(text: str) -> None:
    result = shown(text, 50)

    assert all(character.isprintable() or character in "\u00a0\u3000" or character.isspace() for character in result)
    assert len(result) <= 50 * len("\\u{10ffff}") + 1
    assert shown("widget 1.0", 50) == "widget 1.0"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://github.example/o/r/issues/1", True),
        ("http://127.0.0.1:8751/o/r", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt://github.example/%0aalert(1)", False),
        ("data:text/html,x", False),
        ("//github.example", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_only_addresses_of_the_web_become_links(url: str, safe: bool) -> None:
    assert (url if safe else "") == link(url)


@pytest.mark.parametrize(
    ("seconds", "words"), [(-5, "0 s"), (0, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (172800, "2 d")]
)
def test_spans_are_short_and_never_negative(seconds: int, words: str) -> None:
    assert words == span(timedelta(seconds=seconds))


def test_an_empty_monitor_says_what_to_do_next() -> None:
    assert "Install the GitHub App" in rendered(roll_up(Seen(), NOW))
    assert ".github/artifact-monitor.yml" in rendered(roll_up(Seen(repositories=1), NOW))


def test_an_artifact_without_versions_says_whether_anybody_looked() -> None:
    waiting, looked = Watch(AXIOS, NOW), Watch(WIDGET, NOW, polled_at=NOW)

    page = roll_up(Seen(watches=(waiting, looked)), NOW)

    assert {"axios": "Not looked at yet.", "widget": "The registry shows no version of it."} == {
        group.name: group.note for group in page.groups
    }


def test_long_lists_are_cut_and_say_so() -> None:
    incidents = tuple(
        Incident(str(n), 1, NOW, IncidentState.OPEN, True, (member(AXIOS, str(n)),)) for n in range(MOST + 3)
    )

    page = roll_up(Seen(incidents=incidents), NOW)

    assert len(page.incidents) == MOST
    assert page.more_incidents == "and 3 more incidents"


def test_the_page_is_read_from_the_ledger_and_served_with_its_style() -> None:
    ledger = memory_ledger()
    with ledger.writing() as book:
        book.record(RepositorySeen(Repository(1, 1, "alice/axios", NOW, "main", False, NOW, 5)), NOW)
        book.versions.put_watch(Watch(AXIOS, examples.CONTACT, preview=False, polled_at=NOW))
        for kept in examples.seen().dossiers[:2]:
            book.versions.put(kept)
        book.incidents.put(examples.seen().incidents[0])
        book.incidents.put_posted(Posted("i1", "issue", "7", "https://github.example/i/7", "d", True, NOW))
        book.health.report("poll", "Could not look at <b>axios</b>.", NOW)
    nothing = cast(Any, None)
    settings = Settings(github_webhook_secret="s" * 32)
    deps = Deps(settings, ledger, nothing, nothing, nothing, lambda: NOW)
    from app import create_app

    client = create_app(deps).test_client()
    page, sheet = client.get("/"), client.get("/style.css")

    with ledger.reading() as book:
        assert see(book, OPERATOR).repositories == 1
    assert (200, 200) == (page.status_code, sheet.status_code)
    assert sheet.mimetype == "text/css"
    assert SECURITY["Content-Security-Policy"] == page.headers["Content-Security-Policy"]
    assert "https://github.example/i/7" in page.text
    assert "Could not look at &lt;b&gt;axios&lt;/b&gt;." in page.text
    assert ROGUE.word in page.text


def test_every_outcome_has_a_standing() -> None:
    from app.pages.words import standing

    shown_as = {outcome: standing(examples.verdict(outcome, "x")) for outcome in Outcome}

    assert {ROGUE, PENDING, UNVERIFIABLE, COMPLIANT} == set(shown_as.values())
    assert standing(examples.verdict(Outcome.UNVERIFIABLE, "x", suspect=True)) == SUSPECT
    assert standing(None) == PENDING


def test_the_hostile_example_is_hostile() -> None:
    assert {"<", "\n", "\u202e"} <= set(EVIL)
    assert len(EVIL) > 5000


def test_old_tags_of_an_image_that_nobody_examines_are_not_shown_as_pending() -> None:
    """An image has a thousand tags of before the installation; nothing about them is going on."""
    app = Artifact("pkg:docker/a/app")
    seen = dossier(WIDGET, "1.0.0", NOW, None)
    old = replace(seen, version=replace(seen.version, artifact=app, unseen_at=None))
    new = replace(seen, version=replace(seen.version, artifact=app, unseen_at=NOW))

    assert [UNVERIFIABLE, PENDING, PENDING] == [standing_of(old), standing_of(new), standing_of(seen)]
