"""Our own Markdown becomes HTML, and whatever a stranger called a package stays text in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pages.markdown import blocks, inline
from checks.escape import code, markdown
from checks.words import WORDS
from tests.pages.browser import Page

TAGS = {"p", "ol", "ul", "li", "strong", "em", "code", "pre", "details", "summary", "a"}


def test_steps_are_a_numbered_list_with_commands_to_copy() -> None:
    made = blocks(["1. **Warn** whoever installs it:", "   ```sh\n   npm deprecate a@1\n   ```", "2. Go *on*."])

    assert "<ol>\n<li><strong>Warn</strong> whoever installs it:" in made
    assert '<pre><code class="language-sh">npm deprecate a@1\n</code></pre>' in made
    assert "<em>on</em>" in made


def test_a_long_block_of_commands_is_folded_away_and_stays_one_block() -> None:
    lines = [f"npm deprecate a@{n}" for n in range(84)]
    made = blocks(["1. **Warn:**", "\n".join(f"   {line}" for line in ("```sh", *lines, "```")), "2. Go on."])

    assert "<details><summary>84 lines</summary><pre><code" in made
    assert "\n".join(lines) in made
    assert "<li>Go on.</li>" in made


@given(st.text(max_size=200))
def test_no_text_makes_a_tag_that_is_not_ours(text: str) -> None:
    for made in (blocks([text]), inline(text)):
        page = Page(str(made))
        assert page.tags <= TAGS
        assert page.attributes <= {"class", "start", "href", "rel"}
        assert all(address.startswith(("http://", "https://")) for address in page.addresses)


@given(st.text(max_size=80))
def test_an_escaped_name_is_nothing_but_text(text: str) -> None:
    page = Page(str(inline(f"About {markdown(text)} and {code(text)}.")))

    assert page.tags <= {"code"}


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](<JavaScript:alert(1)>)",
        "[x](data:text/html,y)",
        "[x](//x.example/y)",
        "[x](/version/recheck)",
        "[x]()",
        "<https://x.example/y>",
    ],
)
def test_no_html_and_no_link_that_a_browser_could_not_safely_follow_is_made(text: str) -> None:
    page = Page(str(blocks([text])))

    assert {"p"} == page.tags
    assert [] == page.addresses


def test_no_picture_is_made() -> None:
    assert {"p", "a"} >= Page(str(blocks(["![x](http://x.example/y)"]))).tags


def test_a_run_can_be_looked_at_from_where_it_is_named() -> None:
    made = str(blocks(['- Look at: [run 7](<https://github.example/x/actions/runs/7?a="b>)', "- [no](<ftp://x>)"]))
    page = Page(made)

    assert ["https://github.example/x/actions/runs/7?a=%22b"] == page.addresses
    assert 1 == made.count('rel="noreferrer nofollow"') == made.count("</a>")
    assert "Look at: run 7 no" == " ".join(page.text.split())


@pytest.mark.parametrize("reason", WORDS)
def test_everything_that_we_say_about_a_reason_can_be_shown(reason: str) -> None:
    said = WORDS[reason]
    for text in (said.title, said.why, said.act, *said.silence):
        page = Page(str(inline(text)))
        assert page.tags <= {"strong", "em", "code"}
        assert "**" not in page.text
        assert "`" not in page.text
