"""The page of an artifact: every version with its run, and a publication with no run under it is seen at once."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask.testing import FlaskClient

from app.pages.artifact import DRAWN, ROWS, TAGS
from app.pages.version_row import FILES, Row, pointing, row, why
from app.viewer import Viewer
from tests.pages.browser import Page, asked, client, filled, harmless, read
from tests.pages.examples import (
    ALICE,
    AXIOS,
    DIGEST,
    EVIL,
    GRACE,
    HOSTILE,
    IDLE,
    IMAGE,
    KEY,
    MALLORY,
    NOW,
    ODD,
    OK,
    ROGUE,
    WIDGET,
    dossier,
    run,
)
from verifier.ledger import Ledger, open_ledger
from verifier.ledger.protocol import Watch
from verifier.model import Artifact, File, IncidentState, Publisher, Repository, RunKey


def shown(artifact: Artifact, ledger: Ledger | None = None, viewer: Viewer | None = None, **query: str) -> Page:
    return read("/artifact", viewer, ledger, purl=artifact.purl, **query)


def numbers(page: Page) -> list[str]:
    """The versions of the list, from the top."""
    found = [a for a in page.addresses if a.startswith("/version?")]
    listed = [dict(parse_qsl(a.partition("?")[2]))["number"] for a in found]
    return list(dict.fromkeys(listed))


def listed(artifact: Artifact, **query: str) -> list[str]:
    """The versions of the list as it shows them, from the top."""
    return names(client().get("/artifact", query_string={"purl": artifact.purl, **query}).text)


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="[^"]*"><bdi>([^<]*)</bdi>', page)


def one(**changes: Any) -> Row:
    """A row of one version."""
    return row(dossier(AXIOS, "1.0.0", NOW, OK, **changes), {KEY: run()}, {})


def test_the_page_says_what_it_is_who_may_publish_it_and_when_it_was_looked_at() -> None:
    text = " ".join(shown(AXIOS).text.split())

    for words in (
        "Overview axios",
        "axios npm ✗ non-compliant",
        "Repository alice/axios Workflow .github/workflows/publish.yml",
        "On the default branch and every tag Started by push, release, workflow_dispatch, schedule",
        "By hand learned from each release line's history",
        "Package URL pkg:npm/axios",
        "Last published 12 min ago Last monitored just now",
        "Watched since 25 h ago",
        "4 versions",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"manual": False}, "never: every version without a run counts against it"),
        ({"manual": True}, "allowed: a version without a run raises no alarm"),
        ({"environment": "release"}, "Environment release"),
        ({"issuer": "https://ci.example", "identity": "bot"}, "Signed by bot, vouched for by https://ci.example"),
        ({"refs": ("refs/tags/v*",)}, "On refs/tags/v*"),
        ({"workflows": tuple(f"{n}.yml" for n in range(30))}, "9.yml"),
    ],
)
def test_what_the_configuration_says_of_who_publishes_is_shown(changes: dict[str, Any], words: str) -> None:
    ledger = filled()
    with ledger.writing() as book:
        said = replace(Publisher(AXIOS, ALICE, 70, ("publish.yml",)), **changes)
        book.repositories.put_publishers(ALICE, "config", (said,))

    assert words in " ".join(shown(AXIOS, ledger).text.split())


def test_an_artifact_that_nobody_publishes_says_what_to_do() -> None:
    ledger = filled()
    with ledger.writing() as book:
        book.versions.put_watch(Watch(Artifact("pkg:npm/orphan"), NOW))

    assert "Nobody has said which workflow publishes it" in shown(Artifact("pkg:npm/orphan"), ledger).text


def test_a_registry_that_could_not_be_looked_at_is_said_above_everything() -> None:
    page = shown(IDLE)

    assert page.text.index("could not be looked at") < page.text.index("Who may publish it")
    assert "registry.example did not answer within 30 seconds." in page.text
    assert "It was not looked at yet" in page.text


def test_an_artifact_without_versions_says_whether_anybody_looked() -> None:
    ledger = filled()
    with ledger.writing() as book:
        book.versions.put_watch(Watch(IDLE, NOW, polled_at=NOW))

    assert "The registry shows no version of it." in shown(IDLE, ledger).text


def test_every_version_is_listed_newest_first_with_why_it_stands_so() -> None:
    page = shown(AXIOS)
    text = " ".join(page.text.split())

    assert ["0.30.4", "1.14.1", "1.14.0", "1.13.0"] == listed(AXIOS)
    for words in (
        "1.14.1 removed 38 min ago ✗ non-compliant high confidence This line is published by CI, and no approved run",
        "1.14.0 latest 3 h ago ✓ compliant high confidence Verified provenance",
        "0.30.4 12 min ago ! suspect high confidence 2 versions within an hour",
    ):
        assert words in text


def test_a_version_links_to_the_logs_of_the_run_that_accounts_for_it() -> None:
    links = [one().run, row(dossier(AXIOS, "1", NOW, ROGUE), {}, {}).run, row(dossier(AXIOS, "1", NOW, OK), {}, {}).run]

    assert ["https://github.example/alice/axios/actions/runs/41", None, ""] == [link and link.url for link in links]


def test_a_run_whose_address_is_no_address_of_the_web_is_named_and_not_linked() -> None:
    made = row(dossier(AXIOS, "1", NOW, OK), {KEY: run(url="javascript:alert(1)")}, {})

    assert made.run is not None
    assert ("run 41/1", "") == (made.run.label, made.run.url)


def test_a_digest_is_short_in_the_list_and_whole_where_one_points_at_it() -> None:
    page = client().get("/artifact", query_string={"purl": AXIOS.purl}).text

    assert f'<code title="{DIGEST}">sha256:0123456789ab…</code>' in page


def test_many_files_are_cut_and_said_to_be_more() -> None:
    files = tuple(File(f"{n}.whl", (DIGEST,)) for n in range(9))
    made = one(files=files)

    assert (FILES, 9 - FILES) == (len(made.files), made.more_files)


def test_a_version_that_was_taken_back_says_how() -> None:
    yanked = (File("a.whl", (DIGEST,), yanked=True),)

    assert ("removed", "yanked", "quarantined") == one(files=yanked, removed_at=NOW, quarantined=True).marks
    assert () == one(files=(*yanked, File("b.whl", (DIGEST,)))).marks


def test_dist_tags_stand_beside_the_versions_that_they_point_at_and_in_a_list_of_their_own() -> None:
    page = shown(AXIOS)

    assert "9.9.9" in numbers(page)
    assert "Dist-tags" in page.text
    assert ("latest",) == pointing(Watch(AXIOS, NOW, channels=(("latest", "1.14.0"),)), ())["1.14.0"]


def test_moving_tags_of_an_image_stand_beside_the_release_whose_bytes_they_hold() -> None:
    held = [dossier(IMAGE, "3.4.0", NOW, OK), dossier(IMAGE, "latest", NOW, OK, moving=True)]
    other = dossier(IMAGE, "3.3.0", NOW, OK, files=(File("image", ("sha256:ff",)),))
    gone = dossier(IMAGE, "3", NOW, OK, moving=True, removed_at=NOW)

    assert {"3.4.0": ("latest",)} == {k: v for k, v in pointing(Watch(IMAGE, NOW), [*held, other, gone]).items() if v}


def test_thousands_of_dist_tags_are_cut_and_said_to_be_more() -> None:
    ledger = filled()
    with ledger.writing() as book:
        many = tuple((f"tag-{n}", "1.14.0") for n in range(3000))
        book.versions.put_watch(Watch(AXIOS, NOW, channels=many))
    page = shown(AXIOS, ledger)

    assert f"and {3000 - TAGS:,} more" in page.text
    assert "and 2,996 more tags" in page.text


def test_an_odd_version_is_called_compliant_and_odd() -> None:
    made = row(dossier(WIDGET, "1.0.0", NOW, ODD), {}, {})

    assert ("compliant", "It runs a script at installation.") == (made.badge.word, made.odd)


def test_what_is_not_decided_claims_no_confidence() -> None:
    assert ["", ""] == [row(dossier(AXIOS, "1", NOW, v), {}, {}).sure for v in (GRACE, None)]
    assert "Not judged yet." == why(dossier(AXIOS, "1", NOW, None))
    assert "tags of before are not examined" in why(dossier(IMAGE, "1", NOW, None, unseen_at=None))


def test_the_list_can_be_of_one_standing_and_leads_back_to_all() -> None:
    assert ["1.14.1"] == listed(AXIOS, standing="non_compliant")
    assert "Show all of them" in shown(AXIOS, standing="non_compliant").text
    assert "No version stands so." in shown(AXIOS, standing="pending").text


def test_a_long_list_comes_in_pages_and_nothing_is_shown_twice_or_left_out() -> None:
    ledger, found = filled(), list[str]()
    with ledger.writing() as book:
        for n in range(2 * ROWS + 10):
            book.versions.put(dossier(WIDGET, f"3.0.{n}", NOW + timedelta(seconds=n), OK))
    url: str | None = f"/artifact?purl={WIDGET.purl}"
    while url:
        page = client(ledger=ledger).get(url).text
        found += names(page)
        older = re.search(r'rel="next" href="([^"#]*)', page)
        url = f"/artifact{older[1].replace('&amp;', '&')}" if older else None

    assert sorted([f"3.0.{n}" for n in range(2 * ROWS + 10)] + ["2.0.0", "1.999.0", "1.998.0"]) == sorted(found)


def test_a_cursor_that_is_not_ours_shows_the_list_from_its_start() -> None:
    assert "1.14.1" in shown(AXIOS, after="nonsense").text


def test_a_publication_in_doubt_without_a_run_is_drawn_with_an_empty_frame_and_counted() -> None:
    page = client().get("/artifact", query_string={"purl": AXIOS.purl}).text

    assert 2 == page.count('<rect class="missing')
    assert 1 == page.count('<line class="tie')
    assert "2 publications in doubt, and no run accounts for them." in page
    assert "in doubt, and no run" not in shown(IMAGE).text


def test_runs_of_other_workflows_are_not_drawn() -> None:
    """A repository's tests run a hundred times a day; the picture is about publishing."""
    ledger = filled()
    with ledger.writing() as book:
        book.runs.put(run(RunKey(ALICE, 42, 1), workflow=".github/workflows/test.yml"))
        book.runs.put(run(RunKey(ALICE, 43, 1)))
    page = client(ledger=ledger).get("/artifact", query_string={"purl": AXIOS.purl}).text

    assert "run 42/1" not in page
    assert "run 43/1" in page


def test_a_hostile_artifact_makes_no_tag_no_attribute_and_no_link() -> None:
    page = shown(HOSTILE)

    assert harmless(page)
    assert "<script>alert(1)</script>" in page.text
    assert "\u202e" not in page.text
    assert EVIL not in page.text


@pytest.mark.parametrize("sees", [frozenset(), frozenset({MALLORY}), frozenset({999})])
def test_who_may_not_see_it_is_told_what_everybody_is_told_of_what_is_not_there(sees: frozenset[int]) -> None:
    """Nobody learns from the answer whether it exists."""
    hidden = client(Viewer("eve", 2, sees)).get(f"/artifact?purl={AXIOS.purl}", headers={"Accept": "text/html"})
    absent = client(Viewer("eve", 2, sees)).get("/artifact?purl=pkg:npm/no-such", headers={"Accept": "text/html"})

    assert (404, 404) == (hidden.status_code, absent.status_code)
    assert hidden.text == absent.text


def test_who_sees_one_of_two_repositories_learns_nothing_of_the_other() -> None:
    ledger = filled()
    with ledger.writing() as book:
        book.repositories.put(Repository(9, 90, "secret/forge", NOW))
        book.repositories.put_publishers(9, "config", (Publisher(AXIOS, 9, 90, ("hidden.yml",)),))
        book.runs.put(run(RunKey(9, 77, 1), workflow="hidden.yml"))
    page = shown(AXIOS, ledger, Viewer("alice", 1, frozenset({ALICE})))

    assert "hidden.yml" not in page.text
    assert "secret/forge" not in page.text
    assert "77/1" not in page.text
    assert "secret/forge" in shown(AXIOS, ledger).text


def test_the_page_costs_as_many_queries_for_hundreds_of_versions_and_runs_as_for_few(sqlite_url: str) -> None:
    def ask(one: FlaskClient) -> Any:
        return one.get("/artifact", query_string={"purl": AXIOS.purl})

    ledger = filled(open_ledger(sqlite_url))
    few = asked(ledger, ask)
    with ledger.writing() as book:
        for n in range(3 * DRAWN):
            key = RunKey(ALICE, 1000 + n, 1)
            book.runs.put(run(key))
            reached = replace(OK, findings=(replace(OK.findings[0], run=key),))
            book.versions.put(dossier(AXIOS, f"2.0.{n}", NOW, reached))

    assert few == asked(ledger, ask)
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections


def test_what_stands_open_about_it_is_one_step_away_for_whom_it_concerns() -> None:
    alice = Viewer("alice", 1, frozenset({ALICE}), {ALICE: "read"})
    assert "/incidents/i1" in shown(AXIOS, viewer=alice).addresses
    assert "Open incident" in shown(AXIOS, viewer=alice).text

    of_another = filled()
    with of_another.writing() as book:
        for one in book.incidents.some(["i1", "i3"]):
            book.incidents.put(replace(one, repository_id=MALLORY))
    assert "/incidents/i1" in shown(AXIOS, of_another).addresses
    assert not any("/incidents/i" in address for address in shown(AXIOS, of_another, alice).addresses)


def test_the_last_incident_is_shown_where_none_stands_open() -> None:
    ledger = filled()
    with ledger.writing() as book:
        for one in book.incidents.all():
            book.incidents.put(replace(one, state=IncidentState.RESOLVED))

    assert "Last incident" in shown(AXIOS, ledger).text
