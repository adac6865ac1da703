"""The contract of the shelves that hold what is known and said, on every twin."""

from __future__ import annotations

from dataclasses import replace

from tests.ledger.examples import (
    ALICE,
    GADGET,
    HOUR,
    KEY,
    MINUTE,
    READ,
    STEP,
    T0,
    WIDGET,
    evidence,
    incident,
    publisher,
    release,
    repository,
    run,
    tag,
    verdict,
    version,
    waiver,
)
from verifier.ledger import Ledger
from verifier.ledger.health import Budget, Problem, Server
from verifier.ledger.protocol import Dossier, Posted, Watch
from verifier.model import (
    Account,
    AccountKind,
    Artifact,
    Installation,
    JobsState,
    Notice,
    NoticeKind,
    Outcome,
    RunKey,
    RunRead,
)
from verifier.model.backfill import Gap, begun
from verifier.model.sweep import Sweep


def test_installations_and_repositories_are_found_by_id(ledger: Ledger) -> None:
    """What GitHub numbers is kept and overwritten by its number, and listed in its order."""
    installations = [Installation(2, 70, "acme", T0), Installation(1, 71, "other", T0)]
    with ledger.writing() as book:
        for one in installations:
            book.repositories.put_installation(one)
        book.repositories.put(repository(9, "acme/zed"))
        book.repositories.put(repository(7, "acme/old"))
        book.repositories.put(repository(7))

    with ledger.reading() as book:
        assert installations[::-1] == book.repositories.installations()
        assert installations[0] == book.repositories.installation(2)
        assert None is book.repositories.installation(3)
        assert repository(7) == book.repositories.get(7)
        assert [repository(7), repository(9, "acme/zed")] == book.repositories.all()
        assert [repository(7), repository(9, "acme/zed")] == book.repositories.some([9, 8, 7])
        assert [] == book.repositories.some([])
        assert None is book.repositories.get(8)


def test_a_name_used_again_means_the_newest_repository(ledger: Ledger) -> None:
    """Names are compared as GitHub does, and of two repositories of one name the last seen is meant."""
    with ledger.writing() as book:
        book.repositories.put(repository(7, "Acme/Widget", named_at=T0 + HOUR))
        book.repositories.put(repository(8, "acme/widget"))
        found = book.repositories.named("ACME/widget")

        assert 7 == (found and found.id)
        assert None is book.repositories.named("acme/other")


def test_each_source_names_its_publishers_and_the_server_comes_first(ledger: Ledger) -> None:
    """What one source says replaces what it said before, and nothing of another source."""
    one, two, three = publisher(), publisher(GADGET), publisher(owner_id=71)
    with ledger.writing() as book:
        book.repositories.put_publishers(7, "config", (two, one))
        book.repositories.put_publishers(7, "server", (three,))
        book.repositories.put_publishers(8, "config", (replace(one, repository_id=8),))

        assert [three, two, one] == book.repositories.publishers(7)
        assert (two, one) == book.repositories.publishers_from(7, "config")
        assert () == book.repositories.publishers_from(7, "other")
        assert [three, one, replace(one, repository_id=8)] == book.repositories.publishers_of(WIDGET)

        book.repositories.put_publishers(7, "config", ())
        assert [three] == book.repositories.publishers(7)
        assert [] == book.repositories.publishers_of(GADGET)


def test_a_gap_lasts_until_it_is_closed(ledger: Ledger) -> None:
    """Since when webhooks may be missing is kept for each repository."""
    with ledger.writing() as book:
        book.repositories.put_gap(7, Gap(T0, T0))
        assert T0 == book.repositories.gap_since(7)
        assert None is book.repositories.gap_since(8)
        assert {7: Gap(T0, T0)} == book.repositories.gaps()
        book.repositories.put_gap(7, None)
        book.repositories.put_gap(8, None)
        assert None is book.repositories.gap_since(7)
        assert {} == book.repositories.gaps()


def test_attempts_are_kept_apart(ledger: Ledger) -> None:
    """A re-run is another attempt with its own outcome, not a change of the first."""
    first, second = run(), run(attempt=2, steps=(STEP,), jobs=READ, read_at=T0)
    with ledger.writing() as book:
        book.runs.put(replace(first, status="queued"))
        book.runs.put(first)
        book.runs.put(second)

        assert first == book.runs.get(KEY)
        assert second == book.runs.get(RunKey(7, 100, 2))
        assert None is book.runs.get(RunKey(8, 100, 1))


def test_an_attempt_that_has_not_ended_is_still_active(ledger: Ledger) -> None:
    """Asked for a span, the shelf gives what was active at any moment of it, both ends included."""
    early = run(1, started_at=T0 - 2 * HOUR, updated_at=T0 - HOUR)
    going_on = run(2, started_at=T0 - 2 * HOUR, updated_at=T0 - HOUR, status="in_progress")
    late = run(3, started_at=T0 + HOUR, updated_at=T0 + HOUR)
    elsewhere = run(4, repository_id=8)
    with ledger.writing() as book:
        for one in (late, going_on, early, elsewhere):
            book.runs.put(one)

        assert [early, going_on, late] == book.runs.between(7, T0 - HOUR, T0 + HOUR)
        assert [going_on] == book.runs.between(7, T0 - HOUR + MINUTE, T0 + HOUR - MINUTE)
        assert [] == book.runs.between(7, T0 - 9 * HOUR, T0 - 3 * HOUR)


def test_completed_attempts_wait_to_be_read(ledger: Ledger) -> None:
    """Only what is over and whose jobs nobody has looked at is to be read."""
    waiting = run(1)
    with ledger.writing() as book:
        for one in (waiting, run(2, status="queued"), run(3, jobs=READ), run(4, jobs=JobsState.GONE)):
            book.runs.put(one)

        assert [waiting] == book.runs.unread(7)
        assert [] == book.runs.unread(8)


def test_a_reading_is_kept_until_its_attempt_is_seen(ledger: Ledger) -> None:
    """The reading of an attempt that is not known lies ready for it."""
    reading = RunRead(KEY, READ, (STEP,), T0)
    with ledger.writing() as book:
        book.runs.put_reading(KEY, reading)
        assert reading == book.runs.reading(KEY)
        book.runs.put_reading(KEY, None)
        book.runs.put_reading(KEY, None)
        assert None is book.runs.reading(KEY)


def test_a_list_of_runs_answers_for_its_span_only(ledger: Ledger) -> None:
    """When a moment was last covered by a complete list is known; overlapping lists do not stretch each other."""
    with ledger.writing() as book:
        book.runs.put_listed(7, T0, T0 + 2 * HOUR)
        book.runs.put_listed(7, T0 + HOUR, T0 + 3 * HOUR)
        book.runs.put_listed(7, T0 + HOUR, T0 + 2 * HOUR)

        assert T0 + 2 * HOUR == book.runs.listed_at(7, T0)
        assert T0 + 3 * HOUR == book.runs.listed_at(7, T0 + HOUR)
        assert T0 + 3 * HOUR == book.runs.listed_at(7, T0 + 3 * HOUR)
        assert None is book.runs.listed_at(7, T0 + 4 * HOUR)
        assert None is book.runs.listed_at(8, T0)

        book.runs.put_listed(7, T0, T0 + 4 * HOUR)
        assert T0 + 4 * HOUR == book.runs.listed_at(7, T0)


def test_tags_and_releases_are_kept_with_their_deletion(ledger: Ledger) -> None:
    """Deleted tags and releases stay on the shelf, dated."""
    later, deleted = tag("v2", seen_at=T0 + HOUR), tag("v1", deleted_at=T0 + HOUR)
    newer, gone = release(1, updated_at=T0 + HOUR), release(2, deleted_at=T0, published_at=None)
    with ledger.writing() as book:
        for ref in (later, tag("v1"), deleted):
            book.refs.put_tag(ref)
        for one in (newer, release(2), gone):
            book.refs.put_release(one)

        assert deleted == book.refs.tag(7, "v1")
        assert [deleted, later] == book.refs.tags(7)
        assert gone == book.refs.release(7, 2)
        assert [gone, newer] == book.refs.releases(7)
        assert (None, None, [], []) == (
            book.refs.tag(8, "v1"),
            book.refs.release(8, 1),
            book.refs.tags(8),
            book.refs.releases(8),
        )


def test_what_is_watched_keeps_how_it_was_polled(ledger: Ledger) -> None:
    """A watch keeps its first contact, validators and channels."""
    watch = Watch(WIDGET, T0, False, T0, (("https://registry.example/x", '"e"'),), (("latest", "1.0.0"),), "slow")
    with ledger.writing() as book:
        book.versions.put_watch(Watch(GADGET, T0))
        book.versions.put_watch(Watch(WIDGET, T0))
        book.versions.put_watch(watch)

        assert watch == book.versions.watch(WIDGET)
        assert [watch, Watch(GADGET, T0)] == book.versions.watches()
        assert None is book.versions.watch(Artifact("pkg:npm/other"))


def test_versions_come_in_order_of_publication(ledger: Ledger) -> None:
    """Versions of one artifact come by their time; of the same time, by version order; with all that hangs on them."""
    one = Dossier(version("1.0.0"), (evidence(),), verdict(), T0, "i1")
    two = Dossier(version("1.10.0", rank=(1, 10, 0), published_at=T0 + HOUR), ())
    three = Dossier(version("1.9.0", rank=(1, 9, 0), published_at=None, first_seen_at=T0 + HOUR))
    with ledger.writing() as book:
        for dossier in (two, three, Dossier(one.version), one, Dossier(version(artifact=GADGET))):
            book.versions.put(dossier)

        assert [one, three, two] == book.versions.of(WIDGET)
        assert one == book.versions.get(WIDGET, "1.0.0")
        assert None is book.versions.get(GADGET, "9")


def test_what_one_account_or_scope_published_is_found(ledger: Ledger) -> None:
    """A burst of one account or in one scope is seen across artifacts; a machine is not a person of its name."""
    sibling = Artifact("pkg:npm/%40acme/other")
    mine = Dossier(version("1.0.0"))
    also_mine = Dossier(version("2.0.0", GADGET, published_at=T0 + HOUR, account=replace(ALICE, approver="bob")))
    machine = Account("alice", AccountKind.TRUSTED_PUBLISHER)
    others = Dossier(version("3.0.0", sibling, published_at=T0 + 2 * HOUR, account=machine))
    with ledger.writing() as book:
        for dossier in (others, also_mine, mine, Dossier(version("4", Artifact("pkg:npm/plain"), account=None))):
            book.versions.put(dossier)

        assert [mine, also_mine] == book.versions.by_account(ALICE, T0, T0 + HOUR)
        assert [also_mine] == book.versions.by_account(ALICE, T0 + MINUTE, T0 + HOUR)
        assert [others] == book.versions.by_account(machine, T0, T0 + 2 * HOUR)
        assert [mine, others] == book.versions.in_scope("@acme", T0, T0 + 2 * HOUR)
        assert [] == book.versions.in_scope("@acme", T0 + 3 * HOUR, T0 + 4 * HOUR)


def test_every_verdict_a_version_had_is_kept(ledger: Ledger) -> None:
    """The history of verdicts is appended to, in order, even when a verdict comes back."""
    verdicts = [(T0, "sha256:1", verdict()), (T0, "sha256:2", verdict(Outcome.PENDING)), (T0, "sha256:1", verdict())]
    with ledger.writing() as book:
        for at, fingerprint, one in verdicts:
            book.versions.put_verdict(WIDGET, "1.0.0", fingerprint, one, at)

        assert verdicts == book.versions.verdicts(WIDGET, "1.0.0")
        assert [] == book.versions.verdicts(WIDGET, "2.0.0")


def test_incidents_are_found_newest_first(ledger: Ledger) -> None:
    """Incidents come newest first; recent ones of one repository can be asked for."""
    old, new = incident("old"), incident("new", T0 + HOUR)
    elsewhere = replace(incident("x", T0 + 2 * HOUR), repository_id=8)
    with ledger.writing() as book:
        for one in (new, elsewhere, replace(old, rogue=False), old):
            book.incidents.put(one)

        assert [elsewhere, new, old] == book.incidents.all()
        assert [new, old] == book.incidents.recent(7, T0)
        assert [new] == book.incidents.recent(7, T0 + MINUTE)
        assert [new, old] == book.incidents.some(["old", "new", "none"])
        assert [] == book.incidents.some([])
        assert old == book.incidents.get("old")
        assert None is book.incidents.get("none")


def test_what_was_noticed_and_posted_is_kept_by_incident(ledger: Ledger) -> None:
    """Notices stay in the order they were made; each channel has one post, the last it was told of."""
    notices = [Notice(kind, "i1", WIDGET, "1.0.0", T0) for kind in (NoticeKind.ROGUE, NoticeKind.CLEARED)]
    posts = [Posted("i1", channel, "1", "https://x.example", "d", True, T0) for channel in ("check_run", "issue")]
    with ledger.writing() as book:
        for notice in notices:
            book.incidents.add_notice(notice)
        for post in (posts[1], replace(posts[0], digest="old"), posts[0]):
            book.incidents.put_posted(post)

        assert notices == book.incidents.notices("i1")
        assert posts == book.incidents.all_posted("i1")
        assert posts[1] == book.incidents.posted("i1", "issue")
        assert (None, [], []) == (
            book.incidents.posted("i2", "issue"),
            book.incidents.all_posted("i2"),
            book.incidents.notices("i2"),
        )


def test_waivers_are_kept_by_version(ledger: Ledger) -> None:
    """Each waiver of a version is kept once, in the order they were given."""
    later = replace(waiver(by="ann"), given_at=T0 + HOUR)
    with ledger.writing() as book:
        for one in (later, waiver(), waiver(), waiver("2.0.0")):
            book.incidents.put_waiver(one)

        assert [waiver(), later] == book.incidents.waivers(WIDGET, "1.0.0")
        assert [] == book.incidents.waivers(GADGET, "1.0.0")


def test_a_problem_is_one_row_until_it_is_solved(ledger: Ledger) -> None:
    """A problem reported again keeps since when it is there; solved, it is gone; hearts beat."""
    with ledger.writing() as book:
        book.health.report("github", "no answer", T0)
        book.health.report("github", "still no answer", T0 + HOUR)
        book.health.report("a", "other", T0 + MINUTE)
        assert [
            Problem("github", "still no answer", T0, T0 + HOUR),
            Problem("a", "other", T0 + MINUTE, T0 + MINUTE),
        ] == book.health.problems()

        book.health.solve("github")
        book.health.solve("unknown")
        assert ["a"] == [problem.subject for problem in book.health.problems()]

        book.health.beat("clock", T0)
        book.health.beat("clock", T0 + HOUR)
        assert T0 + HOUR == book.health.last_beat("clock")
        assert None is book.health.last_beat("worker")


def test_the_last_word_of_each_host_about_its_limits_stands(ledger: Ledger) -> None:
    """What one worker heard every other reads; a newer word replaces it."""
    one, other = Budget("registry.example", 3, T0 + HOUR), Budget("hub.example:8443", 0, T0 + MINUTE, refused=True)
    with ledger.writing() as book:
        for budget in (one, other, replace(one, left=90)):
            book.health.put_budget(budget)

    with ledger.reading() as book:
        assert [other, replace(one, left=90)] == book.health.budgets()


def test_which_github_answers_at_an_address_stands_as_it_was_read_last(ledger: Ledger) -> None:
    api = "https://github.example/api/v3"
    with ledger.writing() as book:
        assert book.health.server(api) is None
        for server in (Server(api, "3.17.2", T0), Server(api, "3.20.0", T0 + HOUR), Server("https://other", "", T0)):
            book.health.put_server(server)

    with ledger.reading() as book:
        assert Server(api, "3.20.0", T0 + HOUR) == book.health.server(api)
        assert Server("https://other", "", T0) == book.health.server("https://other")


def test_how_far_each_past_is_read_and_the_last_look_at_deliveries_are_kept(ledger: Ledger) -> None:
    """The newest of each, with everything in it; what is finished is told apart."""
    reading = begun(8, T0, T0 + HOUR, ("a.yml",), ("a.yml",), HOUR)
    sweep = Sweep(T0, T0 - HOUR, "/app/hook/deliveries?cursor=v1_1", 5, 2, 1, T0)
    with ledger.writing() as book:
        book.missed.put_backfill(replace(reading, repository_id=7, left=()))
        book.missed.put_backfill(begun(8, T0, T0, (), (), HOUR))
        book.missed.put_backfill(reading)
        book.missed.put_sweep(Sweep(T0, T0))
        book.missed.put_sweep(sweep)
        book.repositories.put_gap(9, Gap(T0, T0 + HOUR, unsent=True))

    with ledger.reading() as book:
        assert reading == book.missed.backfill(8)
        assert None is book.missed.backfill(9)
        assert [7, 8] == [one.repository_id for one in book.missed.backfills()]
        assert [reading] == book.missed.unfinished()
        assert sweep == book.missed.sweep()
        assert Gap(T0, T0 + HOUR, unsent=True) == book.repositories.gap(9)
