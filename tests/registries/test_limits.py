"""What registries say about how much they may still be asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.registries.documents import READ_AT
from verifier.registries import limits
from verifier.registries.limits import Limit

SECOND = timedelta(seconds=1)
UNIX = str(int((READ_AT + 60 * SECOND).timestamp()))


@pytest.mark.parametrize(
    ("headers", "limit"),
    [
        ({"ratelimit-limit": "100;w=21600", "ratelimit-remaining": "20;w=21600"}, Limit(20, READ_AT + 21600 * SECOND)),
        ({"ratelimit-remaining": "0;w=60", "ratelimit-reset": "5"}, Limit(0, READ_AT + 5 * SECOND)),
        ({"x-ratelimit-remaining": "3", "x-ratelimit-reset": UNIX}, Limit(3, READ_AT + 60 * SECOND)),
        ({"retry-after": "30"}, Limit(0, READ_AT + 30 * SECOND)),
        ({"retry-after": "Mon, 02 Mar 2026 12:00:10 GMT"}, Limit(0, READ_AT + 10 * SECOND)),
        ({"x-retry-after": UNIX}, Limit(0, READ_AT + 60 * SECOND)),
        ({"x-retry-after": UNIX, "retry-after": "30"}, Limit(0, READ_AT + 60 * SECOND)),
        ({"x-retry-after": UNIX, "ratelimit-remaining": "9;w=5"}, Limit(0, READ_AT + 60 * SECOND)),
        ({"retry-after": "9" * 12}, Limit(0, READ_AT + limits.LONGEST)),
        ({"retry-after": "Mon, 02 Mar 2099 12:00:10 GMT"}, Limit(0, READ_AT + limits.LONGEST)),
    ],
)
def test_the_tightest_limit_that_an_answer_names(headers: dict[str, str], limit: Limit) -> None:
    assert limit == limits.read(headers, READ_AT)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"ratelimit-remaining": "20"},
        {"x-ratelimit-remaining": "3"},
        {"x-ratelimit-reset": UNIX},
        {"retry-after": "0"},
        {"retry-after": "soon"},
        {"x-retry-after": "30"},
        {"x-retry-after": "1000000001"},
        {"retry-after": "Mon, 02 Mar 2020 12:00:10 GMT"},
        {"ratelimit-remaining": "-1;w=60"},
    ],
)
def test_what_names_no_limit_in_the_future_is_none(headers: dict[str, str]) -> None:
    assert limits.read(headers, READ_AT) is None


names = st.sampled_from(
    [
        "retry-after",
        "x-retry-after",
        *(f"{a}ratelimit-{b}" for a in ("", "x-") for b in ("remaining", "reset", "limit")),
    ]
)
values = st.text(max_size=60) | st.integers().map(str) | st.datetimes().map(str) | st.from_regex("[0-9]+;w=[0-9]+")


@given(st.dictionaries(names, values), st.timedeltas(timedelta(0), timedelta(days=60_000)))
def test_any_headers_get_an_answer_within_a_day(headers: dict[str, str], later: timedelta) -> None:
    now = READ_AT + later
    found = limits.read(headers, now)

    assert found is None or (found.left >= 0 and now < found.until <= now + limits.LONGEST)
