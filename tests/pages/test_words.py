"""Text from strangers, addresses and spans as every page shows them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pages.words import BADGES, link, short, shown, span
from tests.pages import examples
from tests.pages.examples import DIGEST, EVIL, IMAGE, NOW, WIDGET, dossier
from verifier.model import Outcome
from verifier.model.standing import Standing, standing_of


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


def test_a_digest_is_cut_to_what_tells_two_apart_and_marked_as_cut_once() -> None:
    assert "It holds sha256:0123456789ab… now." == short(f"It holds {DIGEST} now.")
    assert "sha256:0123456789ab…" == short(shown(DIGEST, 60))


def test_every_standing_has_a_sign_and_a_word_of_its_own() -> None:
    assert set(Standing) == set(BADGES)
    assert len(BADGES) == len({badge.sign for badge in BADGES.values()}) == len({b.word for b in BADGES.values()})
    stands = {outcome: standing_of(examples.verdict(outcome, "x")).value for outcome in Outcome}
    assert {outcome: outcome.value for outcome in Outcome} == stands


def test_the_hostile_example_is_hostile() -> None:
    assert {"<", "\n", "\u202e"} <= set(EVIL)
    assert len(EVIL) > 500


def test_old_tags_of_an_image_that_nobody_examines_are_not_shown_as_pending() -> None:
    """An image has a thousand tags of before the installation; nothing about them is going on."""
    old, new = dossier(IMAGE, "1.0.0", NOW, None, unseen_at=None), dossier(IMAGE, "1.0.0", NOW, None)
    package = dossier(WIDGET, "1.0.0", NOW, None, unseen_at=None)

    assert [Standing.UNVERIFIABLE, Standing.PENDING, Standing.PENDING] == [d.standing for d in (old, new, package)]
