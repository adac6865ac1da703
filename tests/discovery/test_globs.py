"""Which folders a workspace's globs name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.discovery.globs import named


@pytest.mark.parametrize(
    ("folder", "pattern", "yes"),
    [
        ("packages/a", "packages/*", True),
        ("packages/a", "./packages/*/", True),
        ("packages/a/b", "packages/*", False),
        ("packages/a/b", "packages/**", True),
        ("packages/a/b", "**/b", True),
        ("a", "**", True),
        ("packages", "packages/**", True),
        ("packages/react-x", "packages/{react,vue}-*", True),
        ("packages/solid-x", "packages/{react,vue}-*", False),
        ("x", "{x", False),
        ("", "*", False),
    ],
)
def test_a_glob_names_folders_as_package_managers_mean_it(folder, pattern, yes):
    assert yes is named(folder, [pattern])


def test_globs_count_from_the_folder_of_the_workspace():
    assert named("js/packages/a", ["packages/*"], "js")
    assert not named("packages/a", ["packages/*"], "js")
    assert not named("js2/packages/a", ["packages/*"], "js")


@given(st.text("ab*/?{},!.[]", max_size=60), st.text("ab/", max_size=60))
def test_hostile_globs_never_raise(pattern, folder):
    assert named(folder, [pattern]) in (True, False)


def test_a_glob_that_would_explode_names_nothing_it_should_not():
    assert not named("b", ["{a,a}" * 40])
    assert not named("/".join("a" * 30), ["/".join(["**", "a"] * 15) + "/b"])
