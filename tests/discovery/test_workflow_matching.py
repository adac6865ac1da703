"""The jobs that GitHub shows beside the jobs that a workflow file foretells."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from verifier.discovery.judged import NOTHING, UNKNOWN, yes
from verifier.discovery.matching import judge_steps, same
from verifier.discovery.publishing import ExpectedJob, ExpectedStep, Publishing
from verifier.discovery.shell import HOLE
from verifier.discovery.steps import STEPS as MOST
from verifier.discovery.steps import is_publish, publish_steps

NAMES = st.sampled_from(["Publish", "Test", "Build", "Release", "Post it", "Publish docs", "", "a / b", "Ship 1.2"])
PATTERNS = NAMES | st.sampled_from([HOLE, f"Ship {HOLE}", f"Build {HOLE} for {HOLE}", f"{HOLE} / b"])
JUDGED = st.sampled_from([NOTHING, UNKNOWN, yes("npm"), yes("docker", "oci"), yes()])
STEPS = st.lists(st.builds(ExpectedStep, PATTERNS, JUDGED), max_size=6).map(tuple)
EXPECTED = st.builds(
    ExpectedJob,
    names=st.lists(PATTERNS, min_size=1, max_size=2).map(tuple),
    callers=st.lists(PATTERNS, max_size=2).map(tuple),
    steps=st.none() | STEPS,
)
PUBLISHING = st.builds(Publishing, st.lists(EXPECTED, max_size=4).map(tuple))
SHOWN = st.lists(
    st.fixed_dictionaries(
        {
            "name": NAMES | st.none(),
            "conclusion": st.sampled_from(["success", "skipped", "failure", None]),
            "steps": st.lists(st.fixed_dictionaries({"name": NAMES, "number": st.integers(0, 9)}), max_size=8)
            | st.none(),
        }
    ),
    max_size=5,
)


PARTS = st.lists(st.text("ab/", max_size=6), min_size=2, max_size=4)


@given(PARTS, st.data())
def test_a_pattern_fits_every_name_made_from_it_by_filling_it_in(parts: list[str], data: st.DataObject) -> None:
    values = [data.draw(st.text("ab/", max_size=6)) for _ in parts[1:]]
    name = parts[0] + "".join(value + part for value, part in zip(values, parts[1:], strict=True))

    assert same(HOLE.join(parts), name)


def test_a_pattern_fits_no_other_name() -> None:
    assert not same("Publish", "Publish docs")
    assert not same(f"Ship {HOLE}", "Shipping")
    assert not same(f"a{HOLE}a", "a")
    assert not same(f"{HOLE}x{HOLE}y", "yx")


def test_a_name_that_github_cut_is_compared_up_to_the_cut() -> None:
    long = f"build ({HOLE}"

    assert same(long, "build (" + "x" * 87 + "...")
    assert same("p" * 200, "p" * 97 + "...")
    assert not same("q" * 200, "p" * 97 + "...")
    assert not same("publish everything", "publish...")


@given(SHOWN, PUBLISHING)
def test_a_step_is_found_only_where_the_file_or_its_name_says_so(jobs: Any, told: Publishing) -> None:
    for step in publish_steps(jobs, told):
        assert step.by_file or is_publish(step.name)
        assert not step.types or step.by_file


@given(SHOWN, PUBLISHING)
def test_steps_of_the_file_or_of_names_alone_never_neither(jobs: Any, told: Publishing) -> None:
    found = publish_steps(jobs, told)

    assert any(step.by_file for step in found) or found == publish_steps(jobs)


@given(SHOWN)
def test_a_file_that_was_not_read_leaves_the_names(jobs: Any) -> None:
    assert publish_steps(jobs, None) == publish_steps(jobs, Publishing(())) == publish_steps(jobs)
    assert not any(step.by_file for step in publish_steps(jobs))


@given(st.lists(NAMES, max_size=8), EXPECTED)
def test_every_shown_step_gets_one_answer_and_only_such_that_is_written(shown: list[str], job: ExpectedJob) -> None:
    answers = judge_steps(shown, job)

    assert len(answers) == len(shown)
    assert set(answers) <= {UNKNOWN, NOTHING, *(step.judged for step in job.steps or ())}


def job(*names: str, **more: Any) -> list[dict[str, Any]]:
    listed = [{"name": name, "number": at, "conclusion": "success"} for at, name in enumerate(names, 1)]
    return [{"name": "publish", "conclusion": "success", "steps": listed, **more}]


def written(*steps: tuple[str, Any]) -> Publishing:
    return Publishing((ExpectedJob(("publish",), (), tuple(ExpectedStep(*step) for step in steps)),))


def test_a_step_whose_whole_name_is_unknown_is_found_by_its_place_alone() -> None:
    told = written(("Check", NOTHING), (HOLE, yes("npm")))

    assert [s.name for s in publish_steps(job("Set up job", "Check", "whatever", "Complete job"), told)] == ["whatever"]
    assert publish_steps(job("Set up job", "Check", "whatever", "something else"), told) == ()


def test_what_github_adds_for_an_action_in_a_container_is_no_publish_step() -> None:
    action = "pypa/gh-action-pypi-publish@release/v1"

    assert [s.number for s in publish_steps(job(f"Build {action}", f"Run {action}", f"Post Run {action}"))] == [2]


def test_a_job_that_waits_is_not_taken_for_a_skipped_one() -> None:
    told = written(("Publish", yes("npm")))

    assert publish_steps([{"name": "publish", "status": "queued", "conclusion": None, "steps": []}], told) == ()
    (skipped,) = publish_steps([{"id": 7, "name": "publish", "conclusion": "skipped", "steps": []}], told)
    assert (skipped.job_id, skipped.name, skipped.number, skipped.conclusion) == (7, "Publish", 0, "skipped")
    assert (skipped.started_at, skipped.completed_at) == (None, None)


def test_the_job_that_says_most_of_a_name_is_the_one_that_is_meant() -> None:
    told = Publishing(
        (
            ExpectedJob((HOLE,), (), (ExpectedStep("Go", yes("pypi")),)),
            ExpectedJob(("publish",), (), (ExpectedStep("Go", yes("npm")),)),
        )
    )

    assert [step.types for step in publish_steps(job("Go"), told)] == [("npm",)]


def test_of_two_written_jobs_of_one_name_only_what_both_say_counts() -> None:
    one, other = (ExpectedJob(("publish",), (), (ExpectedStep("Go", yes(kind)),)) for kind in ("npm", "pypi"))

    assert publish_steps(job("Go"), Publishing((one, other))) == ()
    assert len(publish_steps(job("Go"), Publishing((one, one)))) == 1


def test_a_job_that_could_be_any_of_many_is_left_to_its_names() -> None:
    told = Publishing(tuple(ExpectedJob((HOLE,), (), (ExpectedStep("Go", yes("npm")),)) for _ in range(9)))

    assert publish_steps(job("Go", "Publish"), told) == publish_steps(job("Go", "Publish"))


def test_of_a_run_with_more_steps_than_anyone_writes_the_names_alone_count() -> None:
    told = written(("Go", yes("npm")))
    listed = [{**shown, "name": f"job {at}"} for at in range(30) for shown in job(*["Publish"] * MOST)]

    assert publish_steps([*job("Go"), *listed[:1]], told)[0].by_file
    assert not any(step.by_file for step in publish_steps([*job("Go"), *listed], told))
