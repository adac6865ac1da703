"""Hostile text changes nothing but itself: no mention, link, reference, tag or structure comes of it."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from checks import CHANNELS
from checks.escape import code, link, markdown, plain, title
from tests.checks.examples import HOSTILE, image, incident, member, subject

GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
ALLOWED = {"p", "ul", "ol", "li", "strong", "em", "code", "pre", "h3", "hr", "a"}
MENTION = re.compile(r"(?<![\w`])@[A-Za-z0-9]|#\d|\bGH-\d|https?://|www\.", re.IGNORECASE)

hostile = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=200),
    st.text(alphabet="`*_[]()<>|~^$&@#!-+=.\\\n\t :/\"'1aw\u202e", max_size=60),
)


def tags(html: str) -> list[str]:
    return re.findall(r"<\s*([A-Za-z][A-Za-z0-9]*)", html)


def outside_code(html: str) -> str:
    return re.sub(r"<code[^>]*>.*?</code>", "", html, flags=re.DOTALL)


@given(hostile)
@example("a:b:c")
def test_text_becomes_one_line_of_words_and_nothing_else(text: str) -> None:
    html = GITHUB.render(f"- {markdown(text)}")

    assert tags(html) == ["ul", "li"]
    assert not MENTION.search(html)


@given(hostile)
def test_text_shows_every_character_it_had(text: str) -> None:
    html = GITHUB.renderInline(markdown(text, 10_000)) if len(text) < 1000 else ""
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&"), ("\u200b", "")):
        html = html.replace(entity, character)

    assert len(text) >= 1000 or html == plain(text, 10_000)


@given(hostile)
def test_a_code_span_holds_exactly_the_text(text: str) -> None:
    (block,) = [token for token in GITHUB.parse(f"see {code(text)} here") if token.type == "inline"]
    kinds = [(child.type, child.content) for child in block.children or ()]

    assert [("text", "see "), ("code_inline", plain(text)), ("text", " here")] == kinds


@given(hostile)
def test_plain_text_is_one_short_visible_line(text: str) -> None:
    line = plain(text, 80)

    assert line
    assert len(line) <= 80 + len(f"… ({len(text)} characters)")
    assert line.isprintable()
    assert "\n" not in title(text)
    assert "`" not in title(text)


@given(hostile, hostile)
def test_a_link_leads_to_its_plain_address_or_nowhere(words: str, address: str) -> None:
    html = GITHUB.render(f"- {link(words, address)}")

    assert all(target == address for target in re.findall(r'href="([^"]*)"', html))
    assert set(tags(html)) <= {"ul", "li", "a", "code"}


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "https://a.example/)[x](https://b.example",
        "https://a.example/> <b>",
        "https://user@a.example/",
        "//a.example/",
        "https://a.example/ b",
        "https://a.example/" + "x" * 3000,
    ],
)
def test_an_odd_address_cannot_be_followed(address: str) -> None:
    assert "href" not in GITHUB.render(link("run", address))


def test_an_ordinary_address_can_be_followed() -> None:
    address = "https://github.com/o/r/actions/runs/1/attempts/2?pr=3#step:4:5"

    assert f'<a href="{address}">run 1</a>' in GITHUB.render(link("run 1", address))


@given(st.lists(hostile, min_size=1, max_size=3), hostile, hostile)
def test_no_channel_shows_more_structure_for_hostile_names(numbers: list[str], name: str, sentence: str) -> None:
    """The same incident with plain names gives the same tags, line for line; only plain addresses become links."""
    plain = {n for n in numbers if n.startswith("http") and "href" in GITHUB.render(link("evidence", n))}
    for channel in CHANNELS:
        for members in (
            [member(n, f"pkg:npm/{name}", sentences=(sentence,), account=name or "x", links=(n,)) for n in numbers],
            [image(n, f"oci/x?repository_url={quote(name)}/x", sentences=(sentence,), removed=True) for n in numbers],
            [image(n, "docker/a/b", good_image=name, earlier_digest=sentence) for n in numbers],
        ):
            body = channel.render(subject(incident(*members))).body
            texts = (
                [body["output"]["summary"], body["output"]["text"]]
                if "output" in body
                else [body.get("body") or body["description"]]
            )
            for text in texts:
                html = outside_code(GITHUB.render(text)).replace(
                    "<!-- artifact-monitor:incident:4f2a9c0d1e3b5a67 -->", ""
                )
                assert set(tags(html)) <= ALLOWED
                assert not re.search(r"(?<![\w`])@[A-Za-z0-9]|#\d|\bGH-\d", html)
                assert {"https://monitor.example/incidents/4f2a9c0d1e3b5a67", *plain} >= set(
                    re.findall(r'href="([^"]*)"', html)
                )


FOLD = re.compile(r"<details><summary>(?:All \d+ (?:version|tag)s|\d+ commands)</summary>\n(.*?)</details>", re.DOTALL)


@given(hostile, hostile, hostile)
@example("</details>", "```", "</summary></details>\n\n# x")
@example("`</details>`", "x</details>`", "``` </details> ```")
@example("</details>" * 200, "~~~", "<!-- ")
def test_no_name_opens_or_ends_what_is_folded_away(number: str, name: str, sentence: str) -> None:
    """With many versions GitHub's texts hold our own HTML: what stands in it stays in it, and is what it was."""
    held = [
        *(member(f"{n}{number}", f"pkg:npm/{name}{n}", sentences=(f"{n}{sentence}",)) for n in range(12)),
        *(member(f"1.{n}.0", "pkg:npm/plain") for n in range(12)),
    ]
    for channel in CHANNELS:
        body = channel.render(subject(incident(*held))).body
        output = body.get("output", {})
        for text in (output.get("summary"), output.get("text"), body.get("body"), body.get("description")):
            html = outside_code(
                GITHUB.render(text or "").replace("<!-- artifact-monitor:incident:4f2a9c0d1e3b5a67 -->", "")
            )
            assert set(tags(html)) <= {*ALLOWED, "details", "summary"}
            assert len(FOLD.findall(html)) == html.count("<details") == html.count("</details")
            assert all(inside.count("<ul>") == inside.count("</ul>") for inside in FOLD.findall(html))
            lists = [inside for inside in FOLD.findall(html) if "<li>" in inside]
            assert all(inside.count("<li>") == 24 for inside in lists)
