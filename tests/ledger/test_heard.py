"""The contract of the shelves of what people decide, ask and subscribe to, on every twin."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.ledger.examples import HOUR, MINUTE, T0, WIDGET, answer, command, mute
from verifier.ledger import Ledger
from verifier.ledger.protocol import Posted, Stood
from verifier.model import Bulletin, BulletinKind, Conduct, Confidence, Filter, Publisher, Severity, Subscription


def test_mutes_are_kept_in_the_order_given(ledger: Ledger) -> None:
    """Ended ones too: who muted what is history."""
    one, other = mute(), replace(mute(), by="carol")
    with ledger.writing() as book:
        book.incidents.put_mute(one)
        book.incidents.put_mute(other)

    with ledger.reading() as book:
        assert [one, other] == book.incidents.mutes(WIDGET)


def test_a_command_is_kept_once_and_its_last_answer_stands(ledger: Ledger) -> None:
    """GitHub tells of one comment more than once; an answer that waited is answered anew."""
    early = replace(command(), id="comment/2/0", at=T0 - MINUTE)
    waiting = replace(answer(), accepted=False, waits=True)
    with ledger.writing() as book:
        assert book.incidents.put_command(command())
        assert not book.incidents.put_command(replace(command(), reason="another"))
        assert book.incidents.put_command(early)
        book.incidents.put_answer(waiting)
        book.incidents.put_answer(answer())

    with ledger.reading() as book:
        assert [early, command()] == book.incidents.commands("i1")
        assert [] == book.incidents.commands("i2")
        assert {command().id: answer()} == book.incidents.answers("i1")


def test_how_a_repository_wants_to_be_spoken_to(ledger: Ledger) -> None:
    """One that has not said gets what holds for all."""
    said = Conduct(issues=False, labels=("a", "b"), role="admin")
    with ledger.writing() as book:
        book.repositories.put_conduct(7, said)

    with ledger.reading() as book:
        assert said == book.repositories.conduct(7)
        assert Conduct() == book.repositories.conduct(8)


def test_config_files_that_stood_are_kept_through_a_rebuild(ledger: Ledger) -> None:
    """What still waits a day does not come from facts: it must not act at once because shelves were derived again."""
    found = (Publisher(WIDGET, 7, 70, ("a.yml",), grace=timedelta(hours=2), confidence=Confidence.HIGH),)
    files = (Stood(T0, ""), Stood(T0 + HOUR, "version: 1 # \u00e9\n", found, "c" * 40, "alice", "https://x.example"))
    with ledger.writing() as book:
        book.repositories.put_stood(7, files[:1])
        book.repositories.put_stood(7, files)
    ledger.rebuild()

    with ledger.reading() as book:
        assert files == book.repositories.stood(7)
        assert () == book.repositories.stood(8)


def test_a_bulletin_is_kept_once(ledger: Ledger) -> None:
    """Told of again, it is the same; the newest stand first."""
    one = Bulletin("b1", BulletinKind.CONFIG_CHANGED, 7, T0, "Changed", ("By alice.",))
    other = replace(one, id="b2", at=T0 + HOUR)
    with ledger.writing() as book:
        assert book.incidents.put_bulletin(one)
        assert not book.incidents.put_bulletin(replace(one, title="Other"))
        assert book.incidents.put_bulletin(other)

    with ledger.reading() as book:
        assert one == book.incidents.bulletin("b1")
        assert book.incidents.bulletin("b3") is None
        assert [other, one] == book.incidents.bulletins(T0)
        assert [other] == book.incidents.bulletins(T0 + MINUTE)


def test_the_bulletins_of_one_incident_are_found_among_all_others_and_so_many_at_most(ledger: Ledger) -> None:
    """The newest first; one that only speaks of the incident in its text is not about it."""
    base = Bulletin("b", BulletinKind.TAMPERED, 7, T0, "Closed", ("By alice.",), incident_id='i"1\\_%é')
    about = [replace(base, id=f"b{hour}", at=T0 + hour * HOUR) for hour in range(4)]
    others = [replace(base, id="o1", incident_id="i2"), replace(base, id="o2", incident_id='i"1')]
    quoting = replace(base, id="o3", incident_id="", title='"incident_id":"i2"', at=T0 + HOUR)
    with ledger.writing() as book:
        for one in (*about, *others, quoting):
            book.incidents.put_bulletin(one)

    with ledger.reading() as book:
        assert about[::-1] == book.incidents.bulletins(T0, base.incident_id, 10)
        assert [about[3], about[2]] == book.incidents.bulletins(T0, base.incident_id, 2)
        assert [about[3]] == book.incidents.bulletins(T0 + 3 * HOUR, base.incident_id, 10)
        assert [others[0]] == book.incidents.bulletins(T0, "i2", 10)


def test_subscriptions_are_found_by_address_and_can_be_dropped(ledger: Ledger) -> None:
    """Unlike facts: an address is not kept for ever."""
    one = Subscription("s1", "Alice@x.example", Filter(severity=Severity.HIGH), "sha256:ab", T0)
    other = Subscription("s2", "bob@x.example", Filter(artifacts=("pkg:npm/*",)), "sha256:cd", T0 - HOUR, weekly=True)
    with ledger.writing() as book:
        book.subscriptions.put(one)
        book.subscriptions.put(other)
        book.subscriptions.put(replace(one, confirmed_at=T0))

    with ledger.writing() as book:
        assert replace(one, confirmed_at=T0) == book.subscriptions.get("s1")
        assert [replace(one, confirmed_at=T0)] == book.subscriptions.of_address("alice@X.example")
        assert [other, replace(one, confirmed_at=T0)] == book.subscriptions.all()
        book.subscriptions.drop("s1")
        assert book.subscriptions.get("s1") is None


def test_one_piece_of_work_is_found_by_its_key(ledger: Ledger) -> None:
    """None when nobody wants it, or it is done."""
    with ledger.writing() as book:
        book.work.want("tell", "i1", T0)

    with ledger.writing() as book:
        found = book.work.get("tell", "i1")
        assert found is not None
        assert T0 == found.due_at
        assert book.work.get("tell", "i2") is None
        book.work.done(book.work.claim("tell", 1, T0, MINUTE)[0])

    with ledger.reading() as book:
        assert book.work.get("tell", "i1") is None


def test_a_post_is_found_by_what_it_is_called_at_the_other_side(ledger: Ledger) -> None:
    """Two repositories count their issues alike: whose it is, is for the caller to see."""
    one = Posted("i1", "issue", "12", "https://github.example/a/12", "sha256:0", True, T0)
    other, check = replace(one, incident_id="i2"), replace(one, channel="check_run")
    with ledger.writing() as book:
        for posted in (other, one, check, replace(one, incident_id="i3", ref="13")):
            book.incidents.put_posted(posted)

    with ledger.reading() as book:
        assert [one, other] == book.incidents.posted_as("issue", "12")
        assert [] == book.incidents.posted_as("issue", "14")
    with ledger.writing() as book:
        book.incidents.put_posted(replace(one, ref="14"))
        assert [other] == book.incidents.posted_as("issue", "12")
