"""When a log shows that a registry's file is the very one that the run published."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from verifier.model import LogClaim
from verifier.model.log import same_bytes

SHA1, SHA512 = "1" * 40, "5" * 128
FILE = (f"sha1:{SHA1}", f"sha512:{SHA512}")
SRI = base64.b64encode(bytes.fromhex(SHA512)).decode()
ENDS = f"sha512-{SRI[:13]}[...]{SRI[-15:]}"


def claim(*digests: str, integrity: str = "") -> LogClaim:
    return LogClaim("npm", "a", "1", digests=digests, integrity=integrity)


def test_a_strong_digest_that_is_equal_settles_it() -> None:
    assert same_bytes(claim(f"sha512:{SHA512}"), FILE) is True
    assert same_bytes(claim("sha256:" + "a" * 64), ("sha256:" + "a" * 64,)) is True


def test_sha1_and_the_shortened_integrity_settle_it_only_together() -> None:
    """Whoever makes both files can make them collide in sha1; 28 characters of sha512 beside it, they cannot."""
    assert same_bytes(claim(f"sha1:{SHA1}", integrity=ENDS), FILE) is True
    assert same_bytes(claim(f"sha1:{SHA1}"), FILE) is None
    assert same_bytes(claim(integrity=ENDS), FILE) is None
    assert same_bytes(claim(f"sha1:{SHA1}", integrity=ENDS), FILE[:1]) is None


def test_any_digest_that_differs_shows_other_bytes() -> None:
    assert same_bytes(claim(f"sha512:{'6' * 128}"), FILE) is False
    assert same_bytes(claim(f"sha1:{'2' * 40}", integrity=ENDS), FILE) is False
    assert (
        same_bytes(
            claim(f"sha1:{SHA1}", integrity=ENDS.replace("[...]", "A[...]").replace("sha512-V", "sha512-")), FILE
        )
        is False
    )
    assert same_bytes(claim(f"sha512:{SHA512}", f"sha1:{'2' * 40}"), FILE) is False


def test_what_has_no_digest_in_common_is_not_compared() -> None:
    assert same_bytes(claim(), FILE) is None
    assert same_bytes(claim("sha256:" + "a" * 64), FILE) is None
    assert same_bytes(claim(f"sha512:{SHA512}"), ()) is None


@given(st.lists(st.text(max_size=30), max_size=4), st.text(max_size=50), st.lists(st.text(max_size=30), max_size=4))
def test_no_text_in_place_of_a_digest_raises_or_settles_anything(ours: list[str], ends: str, theirs: list[str]) -> None:
    assert same_bytes(LogClaim("npm", "a", digests=tuple(ours), integrity=ends), tuple(theirs)) is not True


@given(st.permutations([f"sha1:{SHA1}", f"sha512:{SHA512}", "sha256:" + "0" * 64]), st.permutations(FILE))
def test_the_order_of_digests_changes_nothing(ours: list[str], theirs: list[str]) -> None:
    assert same_bytes(claim(*ours), tuple(theirs)) is True
