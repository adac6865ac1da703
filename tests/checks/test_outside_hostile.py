"""Strangers' names change nothing but themselves: every place gets the same structure, and reads what was meant."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given, settings

from checks import facts
from checks.escape import plain
from checks.mail import mail, subject
from checks.message import Message
from checks.messages import of_bulletin, of_incident
from checks.outside import HttpPost, Lines, Mail, SlackCall
from checks.syslog import SD_ID
from tests.checks.examples import AT, HOSTILE, incident, member
from tests.checks.examples import subject as subject_of
from tests.checks.voices import NOW, POSTED, REPOSITORY, ROUTES, bodies, bulletin, hostile, parsed, render
from verifier.model import Acknowledgement, IncidentState, Notice, NoticeKind

PLAIN = "ordinary"


def alert(text: str) -> Message:
    """An alert in which everything that a stranger may choose is this text; none of it is fit for a command."""
    held = incident(
        member(
            text, f"pkg:npm/{text}; x", sentences=(text,), account=text, links=(text,), digests=(text,), confidence=text
        )
    )
    given = Acknowledgement(text or "x", text, AT + timedelta(minutes=9), AT + timedelta(days=1))
    held = replace(held, state=IncidentState.ACKNOWLEDGED, acknowledged=given)
    history = (
        Notice(NoticeKind.ROGUE, held.id, held.members[0].artifact, text, AT),
        Notice(NoticeKind.ACKNOWLEDGED, held.id, None, "", AT + timedelta(minutes=9), given.by, text),
    )
    about = subject_of(held)
    return of_incident(replace(about, repository=replace(about.repository, full_name=text)), history, (POSTED,))


def news(text: str) -> Message:
    """A bulletin in which everything that a stranger may choose is this text."""
    told = bulletin(title=text, sentences=(text, text), by=text or "x", url=text or "x", id=text)
    return of_bulletin(told, replace(REPOSITORY, full_name=text))


# --- reading back what was sent ---------------------------------------------------------------------------------------


class Tags(HTMLParser):
    """The tags of a page with the names of their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(f"{tag} {' '.join(name for name, _ in attrs)}")
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def page(html: str) -> Tags:
    found = Tags()
    found.feed(html)
    return found


def syslog(frame: bytes) -> dict[str, Any]:
    """One frame as RFC 5424 has it: the header's fields, parameters in their order, and the message."""
    text = frame.decode()
    head = re.match(r"<(\d{1,3})>1 (\S+) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) ", text)
    assert head is not None
    rest, parameters = text[head.end() :], list[tuple[str, str]]()
    if rest.startswith("- "):
        return {"head": head.groups(), "parameters": [], "message": rest[2:]}
    assert rest.startswith(f"[{SD_ID}")
    rest = rest[len(SD_ID) + 1 :]
    while not rest.startswith("]"):
        found = re.match(r' ([!-<>-~]{1,32})="((?:[^"\\\]]|\\["\\\]])*)"', rest)
        assert found is not None, rest[:200]
        parameters.append((found[1], re.sub(r'\\(["\\\]])', r"\1", found[2])))
        rest = rest[found.end() :]
    assert rest.startswith("] ")
    return {"head": head.groups(), "parameters": parameters, "message": rest[2:]}


def cef(message: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The header's fields and the extension's pairs, unescaped."""
    fields = re.split(r"(?<!\\)((?:\\\\)*)\|", message, maxsplit=7)
    header = [fields[n] + (fields[n + 1] if n + 1 < len(fields) - 1 else "") for n in range(0, len(fields) - 1, 2)]
    unescaped = [re.sub(r"\\([\\|])", r"\1", field) for field in header]
    starts = list(re.finditer(r"(?:^| )([A-Za-z][A-Za-z0-9]*)(?<!\\)=", fields[-1]))
    ends = [*(start.start() for start in starts[1:]), len(fields[-1])]
    pairs = [(s[1], fields[-1][s.end() : end]) for s, end in zip(starts, ends, strict=True)]
    return unescaped, [(key, re.sub(r"\\([\\=])", r"\1", value)) for key, value in pairs]


def shape(found: Any) -> Any:
    """What is left of JSON without its texts and numbers."""
    if isinstance(found, dict):
        return {key: shape(value) for key, value in found.items()}
    if isinstance(found, list):
        return [shape(value) for value in found]
    return type(found).__name__


def slack(arguments: Any) -> list[Any]:
    """The blocks with what Slack would make of each text: marks, links, code, entities aside."""
    found: list[Any] = [shape({key: value for key, value in arguments.items() if key != "blocks"})]
    for block in arguments.get("blocks", []):
        texts = [block["text"]] if "text" in block else block["elements"]
        for text in texts:
            outside = re.sub(r"```.*?```|`[^`\n]*`", "`", text["text"], flags=re.DOTALL)
            links = re.findall(r"<[^>]*>", outside)
            marks = re.findall(r"[*~]|\n", outside) if text["type"] == "mrkdwn" else []
            found.append([block["type"], {**text, "text": ""}, links, marks])
    return found


def as_shown(text: str, room: int) -> str:
    """The text as a log's field shows it."""
    return facts.bounded(plain(text, room), room).decode() if text else ""


def structure(place: str, message: Message) -> Any:
    """What a place makes of it, without the words."""
    found: list[Any] = []
    for sending in render(place, message):
        match sending:
            case SlackCall(_, method, arguments):
                found.append([method, slack(arguments)])
            case HttpPost(_, headers, body):
                read = json.loads(body)
                names = [name for name, _ in headers]
                found.append([names, slack(read) if place == "slack-webhook" else shape(read)])
            case Mail(to, content, _):
                text, html = bodies(content)
                found.append([to, list(parsed(content)), len(text.split("\n")), page(html).tags, page(html).links])
            case Lines((frame,)):
                read = syslog(frame)
                found.append([len(read["head"]), [name for name, _ in read["parameters"]]])
                if place == "syslog-cef":
                    header, pairs = cef(read["message"])
                    found.append([len(header), [key for key, _ in pairs]])
                if place == "syslog-ocsf":
                    found.append(shape(json.loads(read["message"])))
    return found


@pytest.mark.parametrize("place", ROUTES)
@pytest.mark.parametrize("make", [alert, news])
@given(text=hostile)
@example(text="*0*")
@example(text="x" * 65_536)
@example(text="😀" * 2_000)
@settings(deadline=None, max_examples=60)
def test_hostile_text_changes_no_structure(place: str, make: Any, text: str) -> None:
    """Links are the exception: an address that is plain may be followed, and is then asked for as such."""
    if re.fullmatch(r"https?://\S+|\s*", text):
        text = f"x{text}"

    assert structure(place, make(text)) == structure(place, make(PLAIN))


@given(hostile)
def test_a_log_gives_back_every_name_as_it_is_shown(text: str) -> None:
    (lines,) = render("syslog-rfc5424", alert(text))
    assert isinstance(lines, Lines)
    read = syslog(lines.frames[0])
    parameters = dict(read["parameters"])

    assert lines.frames[0].count(b"\n") == 0
    assert len(lines.frames[0]) <= 8_192
    assert read["message"].startswith("\ufeff")
    assert parameters["version"] == as_shown(text, 250)
    assert parameters["purl"] == as_shown(f"pkg:npm/{text}; x", 250)
    assert parameters["repository"] == as_shown(text, 250)


@given(hostile)
def test_cef_gives_back_every_name_as_it_is_shown(text: str) -> None:
    (lines,) = render("syslog-cef", alert(text))
    assert isinstance(lines, Lines)
    header, pairs = cef(syslog(lines.frames[0])["message"])

    assert header[:5] == ["CEF:0", "Artifact Monitor", "Artifact Monitor", "1", "incident-acknowledged"]
    assert len(header) == 7
    assert dict(pairs)["cs2"] == as_shown(f"pkg:npm/{text}; x", 250)
    assert dict(pairs)["cs1"] == as_shown(text or " ", 250)
    assert lines.frames[0].count(b"\n") == 0
    assert len(lines.frames[0]) <= 8_192


@given(hostile)
def test_a_machine_gets_every_name_exactly_as_it_is(text: str) -> None:
    (post,) = render("webhook", alert(text))
    assert isinstance(post, HttpPost)
    (version,) = json.loads(post.body)["data"]["incident"]["versions"]

    assert version["version"] == facts.text(text)
    assert version["purl"] == facts.text(f"pkg:npm/{text}; x")
    assert version["sentences"] == [facts.text(text, facts.SENTENCE)]
    post.body.decode("ascii")


@given(hostile)
@settings(deadline=None)
def test_a_mail_has_its_own_headers_and_no_other_and_loads_nothing(text: str) -> None:
    message = alert(text)
    sent = mail(message, "a@team.example", "m@monitor.example", NOW)
    found = parsed(sent.content)
    html = page(bodies(sent.content)[1])

    assert found["To"] == "a@team.example"
    assert [name for name in ("Bcc", "Cc", "Reply-To", "Sender") if found[name]] == []
    assert " ".join(str(found["Subject"]).split()) == subject(message)
    assert len(subject(message)) <= 200
    assert not found.defects
    assert sent.content.isascii()
    assert max(len(line) for line in sent.content.split(b"\r\n")) <= 998
    assert [tag for tag in html.tags if tag.split()[0] in ("img", "script", "link", "iframe", "object", "base")] == []


@given(hostile)
@settings(deadline=None)
def test_slack_is_never_given_a_mention_or_a_link_that_is_not_ours(text: str) -> None:
    message = alert(text)
    for place in ("slack", "slack-webhook"):
        (sent,) = render(place, message)
        arguments = dict(sent.arguments) if isinstance(sent, SlackCall) else json.loads(getattr(sent, "body", b""))
        texts = [arguments["text"]]
        for block in arguments["blocks"]:
            part = [block["text"]] if "text" in block else block["elements"]
            texts += [one["text"] for one in part if one["type"] == "mrkdwn"]
            assert all(one.get("verbatim", True) and not one.get("emoji") for one in part)
        links = {found for one in texts for found in re.findall(r"<([^>|]*)", one)}

        assert links <= {text, "https://monitor.example/incidents/4f2a9c0d1e3b5a67"}
        assert not [link for link in links if link[:1] in "!@#"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("place", ROUTES)
def test_a_thousand_versions_with_hostile_names_fit_everywhere(place: str, text: str) -> None:
    held = incident(*(member(f"{n}{text}", f"pkg:npm/{text}", sentences=(text,) * 9) for n in range(60)))
    message = of_incident(subject_of(held), ())

    for sending in render(place, message):
        match sending:
            case SlackCall(_, _, arguments):
                body = arguments
            case HttpPost(_, _, content):
                assert len(content) <= 450_000
                body = json.loads(content)
            case Mail(_, content, _):
                assert len(content) <= 250_000
                continue
            case Lines(frames):
                assert max(len(frame) for frame in frames) <= 8_192
                continue
        if place.startswith("slack"):
            held_texts = [b["text"]["text"] for b in body["blocks"] if "text" in b]
            assert len(body["blocks"]) <= 50
            assert all(len(one) <= 3_000 for one in held_texts)
            assert len(held_texts[0]) <= 150
            assert sum(len(one) for one in held_texts) <= 13_200
        if place == "teams":
            assert isinstance(sending, HttpPost)
            assert len(sending.body) <= 28_000
