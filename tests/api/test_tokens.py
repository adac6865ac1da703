"""Tokens: shown once, kept as a hash, good for what they were made for, and over when they are over."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from app.api.operations import ROOT
from app.api.pace import BURST, EACH, Pace
from app.cli.main import main
from app.deeds import tokens
from app.settings import Settings
from tests.api.site import NOW, Api, fill
from tests.ledger.examples import HOUR, MINUTE
from verifier.ledger import Ledger, memory_ledger, migrate, open_ledger
from verifier.ledger.tokens import Scope

LIST = f"{ROOT}/artifacts"


def test_a_token_is_kept_nowhere(api: Api) -> None:
    token = api.token()

    (kept,) = api.tokens()
    assert token not in repr(kept)
    assert tokens.key_of(token) == kept.key != token


def test_every_token_is_another_and_has_its_shape() -> None:
    made = {tokens.fresh() for _ in range(50)}

    assert 50 == len(made)
    assert all(text.startswith("amon_") and len(text) == 77 and tokens.key_of(text) for text in made)


@given(st.integers(5, 76), st.sampled_from("0123456789abcdefg "))
def test_a_mistyped_token_is_told_without_a_look_at_the_ledger(place: int, digit: str) -> None:
    token = tokens.fresh()
    wrong = token[:place] + digit + token[place + 1 :]

    assert ("" if wrong != token else tokens.key_of(token)) == tokens.key_of(wrong)


@given(st.text(max_size=100))
def test_no_other_text_is_a_token(text: str) -> None:
    assert "" == tokens.key_of(text)


def test_a_token_ends_at_its_time_and_at_once_when_it_is_revoked(api: Api) -> None:
    short, long = api.token(days=1), api.token(days=30)
    api.wait(timedelta(days=1))
    assert [401, 200] == [api.get(LIST, token).status_code for token in (short, long)]

    tokens.revoke(api.ledger, "t1")

    assert 401 == api.get(LIST, long).status_code
    assert 'Bearer realm="artifact-monitor", error="invalid_token"' == api.get(LIST, long).headers["WWW-Authenticate"]


def test_when_it_was_used_last_is_noted_once_an_hour(api: Api) -> None:
    token = api.token()
    noted = []
    for span in (timedelta(0), MINUTE, HOUR):
        api.wait(span)
        api.get(LIST, token)
        noted.append(api.tokens()[0].used_at)

    assert [NOW, NOW, NOW + MINUTE + HOUR] == noted


@pytest.mark.parametrize("header", ["Basic eA==", "Bearer", "Bearer amon_", f"Bearer {'x' * 2000}", "amon_"])
def test_anything_but_a_token_that_holds_is_turned_away(api: Api, header: str) -> None:
    answer = api.client.get(LIST, headers={"Authorization": header})

    assert (401, "application/problem+json") == (answer.status_code, answer.mimetype)


def test_a_token_that_asks_too_often_waits_and_others_do_not(api: Api) -> None:
    quick, other = api.token(), api.token()
    codes = [api.get(LIST, quick).status_code for _ in range(BURST + 1)]
    told = api.get(LIST, quick)

    assert [200] * BURST + [429] == codes
    assert (429, "1") == (told.status_code, told.headers["Retry-After"])
    assert 200 == api.get(LIST, other).status_code
    api.wait(EACH)
    assert [200, 429] == [api.get(LIST, quick).status_code for _ in range(2)]


@given(st.lists(st.integers(0, 1000), max_size=300))
def test_no_more_are_let_in_than_the_burst_and_one_for_each_span(gaps: list[int]) -> None:
    pace, at, let_in = Pace(burst=5), NOW, 0
    for gap in gaps:
        at += timedelta(milliseconds=gap)
        let_in += not pace.wait("a", at)

    assert let_in <= 5 + (at - NOW) / EACH


def make(ledger: Ledger, scope: Scope = Scope.READ, *repos: str, name: str = "ci", everything: bool = False) -> str:
    return tokens.create(ledger, name, scope, repos, everything, 90, NOW)[0]


def test_what_is_asked_of_a_token_must_make_sense() -> None:
    ledger = memory_ledger()
    fill(ledger)
    make(ledger, Scope.READ, "ACME/widget")
    wrong = [
        (Scope.READ, (), False, "other"),
        (Scope.READ, ("acme/widget",), True, "other"),
        (Scope.ACT, ("acme/nothing",), False, "other"),
        (Scope.METRICS, ("acme/widget",), False, "other"),
        (Scope.READ, ("acme/widget",), False, "ci"),
        (Scope.READ, ("acme/widget",), False, "no name"),
    ]
    for scope, repos, everything, name in wrong:
        with pytest.raises(ValueError, match=r"\."):
            make(ledger, scope, *repos, name=name, everything=everything)

    with ledger.reading() as book:
        assert ["ci"] == [token.name for token in book.tokens.all()]


def test_the_operator_makes_lists_and_revokes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token goes to standard output alone, so that a script can keep it; the list shows none."""
    address = Settings(data_dir=tmp_path).database
    migrate(address)
    fill(open_ledger(address))
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    def run(*words: str) -> str:
        done = CliRunner().invoke(main, ["token", *words])
        assert 0 == done.exit_code, done.output
        return done.stdout

    made = run("create", "ci", "--scope", "act", "--repo", "acme/widget", "--days", "7").strip()
    listed = run("list")
    run("revoke", "ci")

    assert tokens.key_of(made)
    assert made not in listed
    assert ["ci", "act", "never", "acme/widget"] == [listed.splitlines()[1].split()[n] for n in (0, 1, 3, 4)]
    assert "There is no token" in run("list")
    assert 2 == CliRunner().invoke(main, ["token", "revoke", "ci"]).exit_code
