"""The first page: everything that needs attention is on it, and names from strangers stay text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pages.overview import INCIDENTS, LONGEST, ROWS, TROUBLES, Seen, address, asked, roll_up
from app.pages.telling import NAMED, told
from app.pages.words import BADGES, ODD
from app.viewer import Viewer
from app.web.headers import SECURITY
from tests.pages.browser import Page, client, filled, harmless, read, statements
from tests.pages.examples import (
    ALICE,
    AXIOS,
    HOSTILE,
    IDLE,
    IMAGE,
    NOW,
    ROGUE,
    WIDGET,
    dossier,
    member,
    repository,
)
from verifier.ledger import memory_ledger, open_ledger
from verifier.ledger.protocol import Watch
from verifier.ledger.views import Page as Some
from verifier.ledger.views import Sort, Summary, Totals, Wanted
from verifier.model import Acknowledgement, Artifact, Incident, IncidentState, Outcome, Publisher
from verifier.model.standing import Standing

HELD = Incident("i", 1, NOW, IncidentState.OPEN, True, (member(AXIOS, "1.14.1"),))


def line(page: Page, name: str) -> str:
    """What a row of the list says, from a name on."""
    return " ".join(page.text.partition("Last monitored")[2].partition(name)[2].split())[:200]


def purls(page: Page) -> list[str]:
    """The artifacts that the page leads to, in its order."""
    return [dict(parse_qsl(a.partition("?")[2]))["purl"] for a in page.addresses if a.startswith("/artifact?")]


def test_artifacts_and_versions_are_counted_by_how_they_stand() -> None:
    text = " ".join(read("/").text.split())

    for words in (
        "5 artifacts",
        "✗ non-compliant 2 2 versions",
        "! suspect 0 1 version",
        "… pending 2 2 versions",
        "? unverifiable 0 1 version",
        "~ waived 1 version",
        "✓ compliant 1 4 versions",
    ):
        assert words in text


def test_what_needs_attention_comes_first_with_a_mark_that_is_no_colour() -> None:
    page = read("/")
    found = purls(page)

    assert {AXIOS.purl, HOSTILE.purl} == set(found[:2])
    assert IMAGE.purl == found[-1]
    assert 2 == page.text.count("⚠")
    assert 2 == page.titles.count("a version of it is non-compliant")


def test_a_list_shows_workflow_publication_look_and_what_the_versions_are() -> None:
    said = line(read("/"), "axios")

    for words in ("npm", "✗ non-compliant", "4 ✗ 1", "! 1", "? 1", "publish.yml", "12 min ago", "just now"):
        assert words in said


def test_what_the_monitor_could_not_do_stands_on_the_page() -> None:
    page = read("/")

    assert "Could not look: GitHub answered 502." in page.text
    assert "could not look: registry.example did not answer within 30 seconds." in page.text


def test_what_the_monitor_could_not_do_is_for_who_runs_it_alone() -> None:
    assert "GitHub answered 502" not in read("/", Viewer("alice", 1, frozenset({ALICE}))).text


def test_everyone_sees_the_artifacts_of_their_repositories_and_no_others() -> None:
    mine = read("/", Viewer("alice", 1, frozenset({ALICE})))
    nothing = read("/", Viewer("eve", 2, frozenset()))

    assert "axios" in mine.text
    assert "alert(1)" not in mine.text
    assert "axios" not in nothing.text


def test_open_incidents_link_to_what_was_filed_and_settled_ones_are_not_there() -> None:
    page = read("/")

    assert [f"https://github.example/o/r/{c}/1" for c in ("check_run", "issue", "advisory")] == [
        a for a in page.addresses if a.startswith("https://github.example/o/r")
    ]
    assert re.search(r"85 versions of \S", page.text)
    assert f"and {85 - NAMED} more" in page.text
    assert "0.1.0" not in page.text
    assert "not reported anywhere yet" in page.text


def test_more_incidents_than_fit_are_said_to_be_there() -> None:
    ledger = filled()
    with ledger.writing() as book:
        for number in range(INCIDENTS + 1):
            book.incidents.put(replace(HELD, id=f"more{number}"))
        for number in range(TROUBLES + 2):
            book.health.report(f"poll {number}", "Could not look.", NOW)
    page = read("/", ledger=ledger)

    assert "/incidents" in page.addresses
    assert "and 3 more problems" in page.text


def test_an_incident_says_who_looks_after_it() -> None:
    given_ = Acknowledgement("bob", "looking", NOW, NOW + timedelta(days=7))
    held = replace(HELD, state=IncidentState.ACKNOWLEDGED, acknowledged=given_)

    assert "acknowledged by bob until 2026-04-07 01:00:00 UTC: looking" == told(held, ()).state
    assert "settled" == told(replace(held, state=IncidentState.RESOLVED), ()).state
    assert "" == told(replace(held, state=IncidentState.OPEN), ()).state


def test_an_odd_version_of_a_valid_run_is_called_odd_and_not_suspect() -> None:
    odd = member(WIDGET, "1.0.0", outcome=Outcome.COMPLIANT, odd=("force-push",))

    assert ODD == told(replace(HELD, rogue=False, members=(odd,)), ()).badge


def test_tags_of_images_are_called_so() -> None:
    both = (member(IMAGE, "3.4.0"), member(IMAGE, "latest"))

    assert "2 tags of alice/app" == told(replace(HELD, members=both), ()).title
    assert "axios@1.14.1" == told(HELD, ()).title


def test_a_standing_is_a_word_and_a_sign_and_never_only_a_colour() -> None:
    text = read("/").text

    for badge in BADGES.values():
        assert re.search(rf"{re.escape(badge.sign)}\s+{badge.word}", text)


def test_a_hostile_name_makes_no_tag_no_attribute_and_no_link() -> None:
    page = read("/")

    assert harmless(page)
    assert "<script>alert(1)</script>" in page.text
    assert "\u202e" not in page.text
    assert "z" * 500 not in page.text


@given(st.text(max_size=60))
def test_any_search_leaves_the_page_as_it_is(text: str) -> None:
    """What is typed comes back as text, whatever it is."""
    assert harmless(read("/", q=text))


def test_the_page_loads_nothing_but_our_own_sheet() -> None:
    one = client()
    answer, sheet = one.get("/"), one.get("/style.css")

    assert SECURITY["Content-Security-Policy"] == answer.headers["Content-Security-Policy"]
    assert ["/style.css"] == [a for a in Page(answer.text).addresses if a.endswith(".css")]
    assert "text/css" == sheet.mimetype
    assert "http" not in sheet.text.replace("http://www.w3.org/2000/svg", "")
    assert "url(" not in sheet.text


def test_an_empty_monitor_says_what_to_do_next() -> None:
    ledger = memory_ledger()
    empty = read("/", ledger=ledger).text
    with ledger.writing() as book:
        book.repositories.put(repository(1, "alice/axios"))

    assert "Install the GitHub App" in empty
    assert ".github/artifact-monitor.yml" in read("/", ledger=ledger).text


def test_a_search_that_finds_nothing_leads_back() -> None:
    page = read("/", q="there is no such thing")

    assert "Nothing fits." in page.text
    assert "Nothing is watched yet" not in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "AXI"}, {AXIOS}),
        ({"type": "docker"}, {IMAGE}),
        ({"standing": "non_compliant"}, {AXIOS, HOSTILE}),
        ({"type": "cobol", "standing": "fine", "page": "-1"}, {AXIOS, HOSTILE, IMAGE, WIDGET, IDLE}),
    ],
)
def test_artifacts_are_found_by_name_registry_and_standing(query: dict[str, str], found: set[Artifact]) -> None:
    assert {artifact.purl for artifact in found} == set(purls(Page(client().get("/", query_string=query).text)))


def test_a_long_list_comes_in_pages_that_lead_to_each_other() -> None:
    summaries = tuple(Summary(Artifact(f"pkg:npm/a{n}"), 1) for n in range(ROWS))
    seen = Seen(Totals({Standing.PENDING: 500}, {}), Some(summaries, total=500))
    first, third = (roll_up(seen, Wanted(offset=n * ROWS, limit=ROWS), NOW) for n in (0, 2))

    assert ("", "?page=2") == (first.previous, first.next)
    assert ("?page=2", "?page=4") == (third.previous, third.next)
    assert "101 to 150 of 500 artifacts" == third.found


wanteds = st.builds(
    Wanted,
    text=st.text(max_size=LONGEST).map(str.strip),
    type=st.sampled_from(["", "npm", "oci"]),
    standing=st.none() | st.sampled_from(Standing),
    sort=st.sampled_from(Sort),
    descending=st.booleans(),
    offset=st.integers(0, 19_999).map(lambda page: page * ROWS),
    limit=st.just(ROWS),
)


@given(wanteds)
def test_an_address_asks_for_what_it_was_made_from(wanted: Wanted) -> None:
    query = address(wanted)

    assert wanted == asked(dict(parse_qsl(query.removeprefix("?"), keep_blank_values=True)))


@given(st.dictionaries(st.sampled_from(["q", "type", "standing", "sort", "order", "page"]), st.text(max_size=300)))
def test_no_address_asks_for_more_than_a_page(query: dict[str, str]) -> None:
    """What an address cannot mean counts as not said."""
    wanted = asked(query)

    assert ROWS == wanted.limit
    assert 0 <= wanted.offset <= 1_000_000
    assert len(wanted.text) <= LONGEST


def test_the_page_costs_as_many_queries_for_a_hundred_artifacts_as_for_five(sqlite_url: str) -> None:
    ledger = filled(open_ledger(sqlite_url))
    one = client(ledger=ledger)
    with statements() as few:
        one.get("/")
    with ledger.writing() as book:
        more = tuple(Artifact(f"pkg:npm/more-{n}") for n in range(100))
        book.repositories.put_publishers(9, "config", tuple(Publisher(a, 9, 9, ("x.yml",)) for a in more))
        for artifact in more:
            book.versions.put_watch(Watch(artifact, NOW))
            book.versions.put(dossier(artifact, "1.0.0", NOW, ROGUE))
    with statements() as many:
        one.get("/")

    assert len(few) == len(many)
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections
