"""Version order: the published rules, as tuples of bounded integers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from verifier.model import Line
from verifier.registries.versions import pep440, semver
from verifier.registries.versions.order import LARGEST

NUMBERS = st.one_of(st.integers(0, 3), st.sampled_from([9, 10, LARGEST - 1, LARGEST, LARGEST + 1, 10**18, 10**40]))
IDENTIFIERS = st.one_of(
    NUMBERS.map(str),
    st.sampled_from(["a", "ab", "b", "alpha", "beta", "rc", "rc1", "-", "A", "x-1", "0a"]),
    st.from_regex("[0-9A-Za-z-]{1,4}", fullmatch=True).filter(lambda i: not i.isdigit() or str(int(i)) == i),
)
SEMVERS = st.tuples(NUMBERS, NUMBERS, NUMBERS, st.lists(IDENTIFIERS, max_size=4))


@st.composite
def python_versions(draw: st.DrawFn) -> str:
    release = ".".join(map(str, draw(st.lists(NUMBERS, min_size=1, max_size=4))))
    epoch = draw(st.sampled_from(["", "1!", "2!"]))
    pre = draw(st.one_of(st.just(""), st.builds("{}{}".format, st.sampled_from(["a", "b", "rc"]), NUMBERS)))
    post = draw(st.one_of(st.just(""), st.builds(".post{}".format, NUMBERS)))
    dev = draw(st.one_of(st.just(""), st.builds(".dev{}".format, NUMBERS)))
    local = draw(
        st.one_of(st.just(""), st.sampled_from(["+1", "+1.1", "+a", "+ab", "+1.a", "+a.1", "+b", "+2", "+10"]))
    )
    return f"{epoch}{release}{pre}{post}{dev}{local}"


def spelled(version: tuple[int, int, int, list[str]]) -> str:
    major, minor, patch, pre = version
    return f"{major}.{minor}.{patch}" + ("-" + ".".join(pre) if pre else "")


def precedence(version: tuple[int, int, int, list[str]]) -> tuple[object, ...]:
    """Section 11 of semver.org 2.0.0, written the plain way."""
    major, minor, patch, pre = version
    keys = [(0, int(i), "") if i.isdigit() else (1, 0, i) for i in pre]
    return (major, minor, patch, not pre, keys)


def sign(one: Any, other: Any) -> int:
    return int(one > other) - int(one < other)


def test_the_example_of_semver_is_in_order():
    """1.0.0-alpha < 1.0.0-alpha.1 < … < 1.0.0, as section 11 of the specification lists them."""
    order = ["alpha", "alpha.1", "alpha.beta", "beta", "beta.2", "beta.11", "rc.1"]
    versions = [*(f"1.0.0-{pre}" for pre in order), "1.0.0", "2.0.0", "2.1.0", "2.1.1"]

    assert all(semver.rank(low) < semver.rank(high) for low, high in pairwise(versions))


@given(SEMVERS, SEMVERS)
def test_npm_versions_are_ordered_by_semver_precedence(one, other):
    assert sign(precedence(one), precedence(other)) == sign(semver.rank(spelled(one)), semver.rank(spelled(other)))


@given(SEMVERS, st.sampled_from(["build", "1", "001.exp-sha"]))
def test_build_metadata_does_not_count(version, build):
    plain = spelled(version)

    assert semver.rank(plain) == semver.rank(f"{plain}+{build}")
    assert semver.line(plain) == semver.line(f"{plain}+{build}")


@given(python_versions(), python_versions())
def test_python_versions_are_ordered_as_packaging_orders_them(one, other):
    assert sign(Version(one), Version(other)) == sign(pep440.rank(one), pep440.rank(other))


@given(python_versions())
def test_all_spellings_of_a_python_version_rank_alike(number):
    assert pep440.rank(number) == pep440.rank(pep440.canonical(number))


@given(st.one_of(SEMVERS.map(spelled), python_versions(), st.text(max_size=300), st.from_regex("[0-9.]{1,300}")))
def test_nothing_raises_and_every_integer_fits_a_column(number):
    """A version is hostile text: any text has a line and a rank."""
    for scheme in (semver, pep440):
        assert all(-1 <= part <= LARGEST for part in scheme.rank(number))
        assert 0 <= scheme.line(number).major <= LARGEST


@pytest.mark.parametrize(
    ("number", "line"),
    [
        ("4.2.5", Line("release", 4)),
        ("4.2.5+build.7", Line("release", 4)),
        ("1.0.0-rc.1", Line("rc", 1)),
        ("1.0.0-RC1", Line("rc", 1)),
        ("0.0.0-experimental-1a2b3c-20260101", Line("experimental", 0)),
        ("1.0.0-20260101", Line("pre", 1)),
        ("1.0.0-release.1", Line("pre", 1)),
        ("1.0.0-unknown", Line("pre", 1)),
        ("99999999999999999999.0.0", Line("release", LARGEST)),
        ("1.0", Line("unknown", 1)),
        ("01.0.0", Line("unknown", 1)),
        ("1.0.0\n", Line("unknown", 1)),
        ("latest", Line("unknown", 0)),
    ],
)
def test_the_line_of_an_npm_version(number, line):
    """A pre-release has its own line, and cannot name itself into another."""
    assert line == semver.line(number)


@pytest.mark.parametrize(
    ("number", "line"),
    [
        ("8.3.41", Line("release", 8)),
        ("1.0.post1", Line("release", 1)),
        ("1.0+local", Line("release", 1)),
        ("2!1.0", Line("release", 1)),
        ("1.0a1", Line("alpha", 1)),
        ("1.0-beta.2", Line("beta", 1)),
        ("1.0c1", Line("rc", 1)),
        ("1.0rc1.dev3", Line("dev", 1)),
        ("1.0.dev20260101120000123456", Line("dev", 1)),
        ("2004d-legacy", Line("unknown", 2004)),
    ],
)
def test_the_line_of_a_python_version(number, line):
    assert line == pep440.line(number)


def test_what_is_no_version_ranks_below_every_version():
    assert semver.rank("garbage") < semver.rank("0.0.0-0")
    assert pep440.rank("garbage") < pep440.rank("0.dev0")
