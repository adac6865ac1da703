"""What is enrolled without asking, and what is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verdict.cases import REPOSITORY
from verifier.discovery.origin import Said, Word
from verifier.discovery.package import Package
from verifier.discovery.propose import Known, propose, publishers
from verifier.discovery.published_by import Workflow
from verifier.model import Artifact, Proposal, Publisher

WIDGET = Artifact("pkg:npm/widget")
EXTRA = Artifact("pkg:npm/extra")
PACKAGE = Package(WIDGET, "package.json", member=True)
PUBLISH = Workflow(".github/workflows/publish.yml", ("npm",), ("push",))
CANARY = Workflow(".github/workflows/canary.yml", ("npm",), ("schedule",))
PREVIEW = Workflow(".github/workflows/preview.yml", ("npm",), ("pull_request",))
GUESSED = Workflow(".github/workflows/make.yml", (), ("push",))
IMAGE = Artifact("pkg:docker/alice/widget")
PUSH = Workflow(".github/workflows/push.yml", ("docker", "oci"), ("push",), (IMAGE,))
NIGHTLY = Workflow(
    ".github/workflows/nightly.yml", ("docker", "oci"), ("schedule",), (Artifact("pkg:docker/alice/nightly"),)
)
AGREES = Said(Word.AGREES)
NEW = Known()
BEFORE = Publisher(WIDGET, REPOSITORY.id, REPOSITORY.owner_id, (PUBLISH.path,))


def proposal(
    said: Said = AGREES, *workflows: Workflow, package: Package = PACKAGE, known: Known = NEW
) -> Proposal | None:
    """What is proposed of one package."""
    found = propose([package], workflows or (PUBLISH,), {package.artifact: said}, known)
    return found[0] if found else None


def question(*given, **more) -> str:
    """What is asked about one package, which is then not enrolled."""
    found = proposal(*given, **more)
    assert found is not None
    assert not found.clear
    return found.question


@pytest.mark.parametrize("word", [Word.AGREES, Word.ABSENT])
def test_what_manifest_workflow_and_registry_agree_on_is_clear(word):
    assert Proposal(WIDGET.purl, (PUBLISH.path,), "package.json", clear=True) == proposal(Said(word))


def test_another_repository_at_the_registry_is_asked_about():
    assert "bob/widget" in question(Said(Word.OTHER, "bob/widget"))


def test_a_copy_of_somebody_elses_package_is_not_even_asked_about():
    assert proposal(Said(Word.OTHER, "bob/widget"), package=replace(PACKAGE, member=False)) is None


def test_a_registry_that_tells_nothing_is_asked_about():
    assert "names no repository" in question(Said(Word.SILENT, "names no repository"))
    assert "It did not answer." in question(Said(Word.UNASKED, "It did not answer."))


def test_what_no_workspace_lists_is_clear_only_by_the_registrys_word():
    stray = replace(PACKAGE, member=False)

    assert proposal(package=stray) == Proposal(WIDGET.purl, (PUBLISH.path,), "package.json", clear=True)
    assert proposal(Said(Word.ABSENT), package=stray) is None
    assert question(Said(Word.UNASKED), package=stray)


def test_of_several_workflows_people_say_which():
    asked = proposal(AGREES, PUBLISH, CANARY)

    assert asked is not None
    assert not asked.clear
    assert (PUBLISH.path, CANARY.path) == asked.workflows
    assert "publish.yml and canary.yml" in asked.question


def test_a_workflow_that_only_pull_requests_start_is_no_rival_of_one_that_a_push_starts():
    assert proposal(AGREES, PUBLISH, PREVIEW) == proposal()


def test_a_workflow_that_only_pull_requests_start_is_not_approved_without_asking():
    assert "pull_request" in question(AGREES, PREVIEW)


def test_a_workflow_of_which_only_a_name_suggests_publishing_is_asked_about():
    assert "could not be told" in question(AGREES, GUESSED)
    assert proposal(Said(Word.ABSENT), GUESSED) is None


def test_what_no_workflow_publishes_is_asked_about_only_when_it_is_published_at_all():
    other = Workflow("x.yml", ("pypi",), ("push",))

    assert "No workflow here publishes npm packages." == question(AGREES, other)
    assert proposal(Said(Word.ABSENT), other) is None


def of_image(said: Said, *workflows: Workflow, paths: tuple[str, ...] = (PUSH.path,), known: Known = NEW) -> Proposal:
    """What is proposed of an image that these workflows name."""
    package = Package(IMAGE, paths[0], member=True, workflows=paths)
    (found,) = propose([package], workflows or (PUSH,), {IMAGE: said}, known)
    return found


@pytest.mark.parametrize("word", [Word.AGREES, Word.ABSENT])
def test_an_image_that_one_workflow_names_and_the_registry_does_not_deny_is_clear(word):
    assert Proposal(IMAGE.purl, (PUSH.path,), PUSH.path, clear=True) == of_image(Said(word))


def test_an_image_without_a_label_or_with_anothers_is_asked_about_in_words_that_fit():
    silent = of_image(Said(Word.SILENT, "shows no label org.opencontainers.image.source on it"))
    other = of_image(Said(Word.OTHER, "debian/base"))

    assert "The registry shows no label org.opencontainers.image.source on it." == silent.question
    assert "debian/base" in other.question
    assert "base image" in other.question
    assert not silent.clear
    assert not other.clear


def test_an_image_that_two_workflows_name_is_asked_about():
    asked = of_image(AGREES, PUSH, NIGHTLY, paths=(PUSH.path, NIGHTLY.path))

    assert "push.yml and nightly.yml can each publish it" in asked.question
    assert (PUSH.path, NIGHTLY.path) == asked.workflows


def test_a_workflow_that_pushes_another_image_is_no_rival_and_one_that_does_not_say_which_is():
    """A log, or a person, tells what a name is that only the run knows."""
    vague = replace(NIGHTLY, images=())
    asked = of_image(AGREES, PUSH, vague)

    assert of_image(AGREES, PUSH, NIGHTLY).clear
    assert not asked.clear
    assert "nightly.yml pushes images too" in asked.question
    assert (PUSH.path, NIGHTLY.path) == asked.workflows
    assert of_image(AGREES, PUSH, replace(vague, events=("pull_request",))).clear


def test_an_image_of_a_workflow_that_only_pull_requests_start_is_not_approved_without_asking():
    assert "pull_request" in of_image(AGREES, replace(PUSH, events=("pull_request",))).question


def test_an_image_that_only_a_log_names_is_the_images_of_the_workflow_that_ran():
    """Also where the workflow's file is not known any more to push images."""
    assert (PUSH.path,) == of_image(AGREES, CANARY).workflows
    assert of_image(AGREES, CANARY).clear
    assert of_image(AGREES, replace(PUSH, images=())).clear


def test_what_another_repository_publishes_here_is_not_taken_from_it():
    known = Known(elsewhere={WIDGET})

    assert "Another repository" in question(known=known)
    assert () == publishers(propose([PACKAGE], [PUBLISH], {}, known), REPOSITORY, known)


def test_what_somebody_settled_is_left_to_who_did():
    known = Known(enrolled=(BEFORE,), settled={WIDGET})

    assert proposal(known=known) is None
    assert () == publishers((), REPOSITORY, known)


def test_what_is_clear_is_enrolled_for_this_repository_and_these_workflows():
    found = propose([PACKAGE], [PUBLISH], {WIDGET: AGREES}, Known())

    assert (BEFORE,) == publishers(found, REPOSITORY, Known())


def test_a_sibling_that_comes_later_is_enrolled_beside_the_rest():
    packages = [PACKAGE, Package(EXTRA, "packages/extra/package.json", member=True)]
    known = Known(enrolled=(BEFORE,))
    found = propose(packages, [PUBLISH], dict.fromkeys((WIDGET, EXTRA), AGREES), known)

    assert {WIDGET, EXTRA} == {publisher.artifact for publisher in publishers(found, REPOSITORY, known)}


def test_a_workflow_pushed_later_is_asked_about_and_never_approved_by_itself():
    """Whoever can push a workflow file must not thereby become an approved publisher."""
    known, evil = Known(enrolled=(BEFORE,)), Workflow(".github/workflows/evil.yml", ("npm",), ("push",))
    found = proposal(AGREES, PUBLISH, evil, known=known)

    assert found is not None
    assert found.clear
    assert "evil.yml" in found.question
    assert (BEFORE,) == publishers([found], REPOSITORY, known)


@pytest.mark.parametrize("word", list(Word))
def test_what_is_enrolled_stays_whatever_the_registry_says_and_whatever_is_pushed(word):
    known = Known(enrolled=(BEFORE,))
    found = propose([PACKAGE], [], {WIDGET: Said(word)}, known)

    assert (BEFORE,) == publishers(found, REPOSITORY, known)
    assert (BEFORE,) == publishers((), REPOSITORY, known)


WORDS = st.sampled_from([Said(word, "bob/x" if word is Word.OTHER else "") for word in Word])
WORKFLOWS = st.lists(st.sampled_from([PUBLISH, CANARY, PREVIEW, GUESSED]), unique=True)
PACKAGES = st.lists(st.sampled_from([WIDGET, EXTRA]), unique=True).flatmap(
    lambda names: st.tuples(*(st.builds(Package, st.just(name), st.just("p"), st.booleans()) for name in names))
)


@given(PACKAGES, WORKFLOWS, WORDS, st.booleans())
def test_only_what_a_known_workflow_publishes_and_the_registry_does_not_deny_is_ever_clear(
    packages, workflows, said, elsewhere
):
    known = Known(elsewhere={WIDGET} if elsewhere else set())
    found = propose(packages, workflows, dict.fromkeys((WIDGET, EXTRA), said), known)
    enrolled = publishers(found, REPOSITORY, known)

    assert {p.purl for p in found if p.clear} == {p.artifact.purl for p in enrolled}
    assert all(p.clear or p.question for p in found)
    assert found == propose(packages[::-1], workflows, dict.fromkeys((WIDGET, EXTRA), said), known)
    if enrolled:
        assert said.word in (Word.AGREES, Word.ABSENT)
        assert all(len(p.workflows) == 1 and p.workflows[0] in (PUBLISH.path, CANARY.path) for p in enrolled)
        assert WIDGET not in known.elsewhere or all(p.artifact != WIDGET for p in enrolled)
