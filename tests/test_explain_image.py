"""`explain` of an image's tag: what it holds and held, where else these bytes are, and when it can have been pushed."""

from __future__ import annotations

from app.explain.version import explain
from tests.verdict.cases import DAY, HOUR, LATER, MINUTE, NOON
from tests.verdict.images import AMD, ARM, COPY, NEW, OLD, held, image, known, of
from verifier.ledger.protocol import Dossier
from verifier.model import Case, File, Mirror
from verifier.verdict import decide


def said(case: Case) -> str:
    return explain(Dossier(case.version), case, decide(case, LATER), [])


def test_a_replaced_tag_is_shown_with_what_it_held_and_how_that_was_judged() -> None:
    shown = said(of(image(), earlier=(held(image(digest=OLD, at=NOON - DAY, seen_at=NOON - HOUR)),)))

    assert "alice/app:1.2.3  non-compliant" in shown
    assert f"before      {OLD}  2026-03-01 12:00 to 2026-03-02 11:00  compliant" in shown
    assert "pushed      after 2026-03-02 11:55:00 UTC" in shown


def test_platforms_the_same_bytes_and_other_registries_are_shown() -> None:
    index = image(files=(File("image", (NEW,), parts=(AMD, ARM)),))
    there = Mirror(COPY, NOON, (held(image(digest=NEW)),))
    lacking = Mirror(COPY, NOON)
    shown = said(
        of(index, known=(known("latest", NOON - MINUTE), known("1.2.3", NOON, artifact=COPY)), mirrors=(there,))
    )

    assert f"platform    linux/amd64  {AMD.digest}" in shown
    assert "same bytes  latest  compliant" in shown
    assert f"same bytes  {COPY.image}:1.2.3  compliant" in shown
    assert f"elsewhere   {COPY.image}  {NEW}" in shown
    assert f"elsewhere   {COPY.image}  does not have it" in said(of(index, mirrors=(lacking,)))


def test_a_moving_tag_is_called_one() -> None:
    assert "tag         made to move" in said(of(image("latest")))
    assert "tag         a name of its own" in said(of(image()))
