"""Package URLs as people type them: what is meant is said in words that can be pasted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier import purls


def refusal(text: str) -> str:
    with pytest.raises(ValueError) as refused:
        purls.artifact(text)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("docker.io/alice/app", "pkg:docker/alice/app"),
        ("docker.io/app:3.4", "pkg:docker/library/app, without the tag"),
        ("ghcr.io/alice/app", "'pkg:oci/app?repository_url=ghcr.io/alice/app'"),
        ("ghcr.io/Alice/app:1.0", "'pkg:oci/app?repository_url=ghcr.io/alice/app', without the tag"),
        (f"ghcr.io/alice/app@sha256:{'0' * 64}", "'pkg:oci/app?repository_url=ghcr.io/alice/app', without the tag"),
        ("harbor:5000/team/app", "'pkg:oci/app?repository_url=harbor:5000/team/app'"),
        ("localhost/app", "'pkg:oci/app?repository_url=localhost/app'"),
    ],
)
def test_an_image_as_one_pulls_it_is_answered_with_its_purl(text: str, meant: str) -> None:
    assert f"{text!r} is not a purl; this image's is {meant}" == refusal(text)


@pytest.mark.parametrize("text", ["app", "alice/app", "@scope/name", "https://registry.example/package/app", "a.b/"])
def test_what_could_be_anything_is_answered_with_a_form_for_each(text: str) -> None:
    assert "pkg:npm/%40scope/name" in refusal(text)
    assert "pkg:docker/owner/name" in refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "pkg:docker/app:1.0",
        "pkg:docker/alice/app@1.0",
        "pkg:oci/app@sha256:00?repository_url=ghcr.io/alice/app",
        "pkg:oci/app?repository_url=ghcr.io/alice/app:1.0",
        "pkg:oci/app?repository_url=ghcr.io/alice/app&tag=1.0",
    ],
)
def test_a_tag_is_no_part_of_an_images_name(text: str) -> None:
    assert " names a tag" in refusal(text)
    assert "pkg:npm" not in refusal(text)


def test_a_port_is_no_tag() -> None:
    named = purls.artifact("pkg:oci/app?repository_url=registry.example:5000/app")

    assert "registry.example:5000/app" == named.image


def test_a_scheme_is_no_part_of_where_an_image_is() -> None:
    """https, which the specification's own examples hold, is left out without a word."""
    assert "leave out the scheme" in refusal("pkg:oci/app?repository_url=http://registry.example/app")
    assert "registry.example/app" == purls.artifact("pkg:oci/app?repository_url=https://registry.example/app").image


@given(st.text(max_size=40) | st.from_regex(r"[a-z.:/@]{1,40}", fullmatch=True))
def test_any_text_is_a_purl_or_refused_in_words(text: str) -> None:
    try:
        named = purls.artifact(text)
    except ValueError as error:
        assert str(error)
    else:
        assert named == purls.artifact(named.purl)
