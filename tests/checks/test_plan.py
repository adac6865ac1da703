"""What is done at the other side: never twice, never for nothing."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from checks.base import Post
from checks.plan import Close, Create, Nothing, Update, digest, plan
from verifier.ledger.protocol import Posted

posts = st.builds(
    lambda text, open_: Post("marker", digest({"text": text}), {"text": text}, open_),
    st.sampled_from("abc"),
    st.booleans(),
)


def after(post: Post, posted: Posted | None) -> Posted | None:
    """What is posted once the plan is carried out."""
    if isinstance(plan(post, posted), Nothing):
        return posted
    return Posted("i", "issue", "1", "", post.digest, post.open, datetime(2026, 1, 1, tzinfo=UTC))


@given(st.lists(posts, max_size=12))
def test_one_incident_is_created_once_whatever_happens_to_it(history: list[Post]) -> None:
    posted: Posted | None = None
    steps = []
    for post in history:
        steps.append(plan(post, posted))
        posted = after(post, posted)

    assert sum(isinstance(step, Create) for step in steps) == any(post.open for post in history)


@given(st.lists(posts, max_size=12), posts)
def test_the_same_post_is_never_sent_twice(history: list[Post], post: Post) -> None:
    posted: Posted | None = None
    for earlier in [*history, post]:
        posted = after(earlier, posted)

    assert plan(post, posted) == Nothing()


@given(st.lists(posts, max_size=12))
def test_after_every_step_the_other_side_shows_the_newest_post_if_it_was_ever_worth_saying(history: list[Post]) -> None:
    posted: Posted | None = None
    for post in history:
        posted = after(post, posted)
        if posted is not None:
            assert (post.digest, post.open) == (posted.digest, posted.open)


@given(st.lists(posts, max_size=12))
def test_it_is_closed_only_while_it_stands_open(history: list[Post]) -> None:
    posted: Posted | None = None
    for post in history:
        step = plan(post, posted)
        if isinstance(step, Close):
            assert posted is not None
            assert posted.open
            assert not post.open
        if isinstance(step, Update) and posted is not None and posted.digest == post.digest:
            assert post.open and not posted.open
        posted = after(post, posted)


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5)))
def test_the_hash_does_not_depend_on_the_order_of_fields(body: dict[str, str]) -> None:
    assert digest(body) == digest(dict(reversed(body.items())))
