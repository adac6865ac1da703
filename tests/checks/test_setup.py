"""The check run that says what is watched and asks the rest."""

from __future__ import annotations

from dataclasses import replace

import httpx

from checks import repository_run, setup
from checks.setup import Setup
from tests.checks.fake import FakeGitHub
from tests.github_api.validate import problem
from tests.verdict.cases import PUBLISHER, REPOSITORY, WIDGET, WORKFLOW
from verifier.discovery.origin import Said, Word
from verifier.model import Artifact, Proposal, Publisher

CLEAR = Proposal(WIDGET.purl, (WORKFLOW,), "package.json", clear=True)
ASKED = Proposal("pkg:npm/extra", (WORKFLOW,), "extra/package.json", question="The registry names no repository.")


def shown(*proposals: Proposal, **more) -> str:
    output = setup.render(Setup(REPOSITORY, (PUBLISHER,), proposals, **more)).body["output"]
    return "\n\n".join((output["title"], output["summary"], output.get("text", "")))


def test_what_is_watched_is_listed_with_where_it_was_found_and_what_the_registry_says():
    text = shown(CLEAR, said={WIDGET: Said(Word.AGREES)})

    assert "1 package is watched" in text
    assert f"`{WIDGET.purl}`, published by `{WORKFLOW}` (found in `package.json`; the registry agrees)" in text


def test_an_image_is_listed_with_the_workflow_that_names_it_and_counted_as_one():
    image = Artifact("pkg:oci/widget?repository_url=ghcr.io/alice/widget")
    publishers = (PUBLISHER, replace(PUBLISHER, artifact=image))
    clear = Proposal(image.purl, (WORKFLOW,), WORKFLOW, clear=True)

    def said(*held: Publisher, word: Word) -> str:
        found = Setup(REPOSITORY, held, (CLEAR, clear), {image: Said(word)})
        output = setup.render(found).body["output"]
        return f"{output['title']}\n{output['summary']}"

    assert "1 package and 1 image are watched" in said(*publishers, word=Word.AGREES)
    assert "1 image is watched" in said(publishers[1], word=Word.AGREES)
    assert f"`{image.purl}`, published by `{WORKFLOW}` (named in `{WORKFLOW}`)" in said(*publishers, word=Word.AGREES)
    assert said(*publishers, word=Word.AGREES) == said(*publishers, word=Word.UNASKED), "asked once, and said the same"


def test_what_somebody_configured_is_listed_as_that():
    assert "as configured" in shown()


def test_a_question_is_asked_once_with_every_package_it_is_about():
    other = Proposal("pkg:npm/other", (WORKFLOW,), "other/package.json", question=ASKED.question)
    text = shown(CLEAR, ASKED, other)

    assert "2 questions open" in text
    assert 1 == text.count(ASKED.question)
    assert "`pkg:npm/extra` (`extra/package.json`)" in text
    assert "`pkg:npm/other` (`other/package.json`)" in text


def test_questions_make_it_neutral_and_nothing_makes_it_red():
    def conclusion(*proposals: Proposal, problems: tuple[str, ...] = ()) -> str:
        return str(setup.render(Setup(REPOSITORY, (), proposals, problems=problems)).body["conclusion"])

    assert ["success", "neutral", "neutral"] == [
        conclusion(CLEAR),
        conclusion(CLEAR, ASKED),
        conclusion(problems=("x",)),
    ]


def test_a_workflow_whose_images_have_no_name_that_could_be_read_is_asked_about():
    asked = Setup(REPOSITORY, (), (), unnamed=(WORKFLOW,))
    body = setup.render(asked).body

    assert setup.wants(asked)
    assert "neutral" == body["conclusion"]
    assert "1 question open" in body["output"]["title"]
    assert f"`{WORKFLOW}` pushes images" in body["output"]["text"]


def test_hostile_names_make_no_structure():
    hostile = Proposal(
        "pkg:npm/x", (".github/workflows/```\n# x.yml",), "a`b/@all\n## x", question="see https://evil.example @all"
    )
    text = shown(hostile)

    assert "\n## x" not in text
    assert "\n# x" not in text
    assert "https://evil" not in text
    assert " @all" not in text
    assert "````" in text


def test_thousands_of_packages_fit_and_what_is_left_out_is_counted():
    many = [Proposal(f"pkg:npm/{'x' * 200}{n}", (WORKFLOW,), "p" * 200, question="q") for n in range(500)]
    post = setup.render(Setup(REPOSITORY, (), tuple(many)))

    assert all(len(part.encode()) <= 65_535 for part in post.body["output"].values())
    assert "more" in post.body["output"]["text"]
    assert "These are the first" in post.body["output"]["text"]
    assert "" == problem(
        httpx.Request("POST", "https://api.github.com/repos/a/b/check-runs", json={**post.body, "head_sha": "a" * 40})
    )


def test_only_our_own_check_run_with_the_marker_is_taken_over():
    github, post = FakeGitHub(), setup.render(Setup(REPOSITORY, (PUBLISHER,), (CLEAR,)))
    github.items["check-runs"] = [
        {"id": 1, "external_id": post.marker, "app": {"id": 8}},
        {"id": 2, "external_id": "incident/1", "app": {"id": 7}},
    ]
    assert repository_run.find(REPOSITORY, "a" * 40, post, github) is None

    github.items["check-runs"].append({"id": 3, "external_id": post.marker, "app": {"id": 7}, "html_url": "u"})
    assert ("3", "u") == repository_run.find(REPOSITORY, "a" * 40, post, github)
