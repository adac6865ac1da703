"""Our Markdown in other words: what we wrote keeps its meaning, and what strangers wrote has none."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import example, given

from checks import marked
from checks.escape import code, link, markdown, plain
from tests.checks.voices import hostile

TEXT = "**Stop** the `run` at [run 1](<https://github.example/r/1>):\n\n3. Type this:\n   ```sh\n   ls -l\n   ```\n"


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags = list[tuple[str, tuple[str, ...]]]()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_what_we_write_reads_well_as_plain_text() -> None:
    shown = "Stop the `run` at run 1 <https://github.example/r/1>:\n3. Type this:\n      ls -l"

    assert marked.plain(TEXT) == shown


def test_what_we_write_reads_well_in_slack() -> None:
    shown = "*Stop* the `run` at <https://github.example/r/1|run 1>:\n3. Type this:\n```\nls -l\n```"

    assert marked.mrkdwn(TEXT) == shown


def test_what_we_write_keeps_its_meaning_in_html() -> None:
    page = Page(marked.html(TEXT, {"code": "color:red"}))

    assert [("p", ()), ("strong", ()), ("code", ("style",)), ("a", ("href",)), ("ol", ("start",)), ("li", ())] == (
        page.tags[:6]
    )
    assert "ls -l" in page.text


@given(hostile)
@example("https://evil.example www.evil.example")
def test_plain_text_shows_what_a_stranger_wrote_without_links_and_without_what_cannot_be_seen(text: str) -> None:
    shown = marked.plain(f"- {markdown(text)}")

    assert shown == f"- {marked.defanged(plain(text, 600))}"
    assert "\u200b" not in shown
    assert not re.search(r"://|\bwww\.", shown, re.IGNORECASE)
    assert "\n" not in shown


@given(hostile)
def test_html_shows_what_a_stranger_wrote_and_has_no_more_tags_for_it(text: str) -> None:
    page = Page(marked.html(f"- {markdown(text)} {code(text)}", {}))

    assert page.tags == [("ul", ()), ("li", ()), ("code", ())]
    assert page.text.replace("\u200b", "").strip() == f"{plain(text, 600)} {plain(text)}".strip()
    assert not re.search(r"://|\bwww\.", page.text, re.IGNORECASE)


@given(hostile)
def test_slack_gets_no_mention_no_link_and_no_mark_of_a_stranger(text: str) -> None:
    shown = marked.mrkdwn(f"- {markdown(text)}")

    assert not set(shown) & set("<>*~`\n")
    assert not re.search(r"(?<!\w)_|_(?!\w)", shown)
    assert not re.search(r":[a-z0-9+_'-]+:", shown)
    assert not re.search(r"&(?!amp;|lt;|gt;)", shown)


@given(hostile)
def test_code_of_a_stranger_ends_where_we_end_it(text: str) -> None:
    shown = marked.mrkdwn(f"see {code(text)} here")

    assert re.fullmatch(r"see `[^`<>\n]*` here", shown)
    assert re.fullmatch(r"see `[^`\n\u200b]*` here", marked.plain(f"see {code(text)} here"))


@given(hostile, hostile)
def test_a_link_leads_to_its_plain_address_or_nowhere(words: str, address: str) -> None:
    made = link(words, address)
    followed = {span.address for block in marked.blocks(made) for span in block.spans} - {""}

    assert followed <= {address}
    assert set(re.findall(r"<([^|>]*)", marked.mrkdwn(made))) <= {address.replace("&", "&amp;")}


def test_commands_stay_with_the_step_that_they_belong_to() -> None:
    lines = ("1. One:", "   ```sh\n   ls\n   ```", "2. Two", "- a", "  - b")

    assert marked.items(lines) == ["1. One:\n   ```sh\n   ls\n   ```", "2. Two", "- a\n  - b"]
