"""Which step names are publish steps. A wrong yes is worse than a wrong no."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.discovery.steps import NAME, is_publish, publish_steps
from verifier.model import PublishStep

PUBLISHES = """
Publish
Publish Packages
Publish to npm
Publish to NPM registry
Publish package
Publish packages to npm
Publish package distributions to PyPI
Publish distribution 📦 to PyPI
Publish to PyPI
Publish to PyPI and TestPyPI
Publish release
Publish @scope/name
Publish Docker image
Build and publish
Build, test and publish
Prepare and publish
Create Release Pull Request or Publish to npm
NPM Publish
npm-publish
Release
Release to PyPI
Release packages
Upload to PyPI
Upload wheels to PyPI
Push to Docker Hub
Push image to ghcr
Build and push
Build and push Docker image
Push Docker image
Run npm publish
Run npm publish --provenance --access public
Run npm stage publish
Run pnpm publish -r
Run pnpm -r publish --no-git-checks
Run pnpm --filter ./packages/core publish
Run yarn npm publish
Run yarn publish
Run bun publish
Run npx changeset publish
Run pnpm changeset publish
Run npx semantic-release
Run npx lerna publish from-package --yes
Run npx nx release publish
Run twine upload dist/*
Run python -m twine upload dist/*
Run uv publish
Run poetry publish --build
Run hatch publish
Run flit publish
Run pdm publish
Run maturin publish
Run docker push name/image:latest
Run pypa/gh-action-pypi-publish@release/v1
Run pypa/gh-action-pypi-publish@3fbcf7c
Run JS-DevTools/npm-publish@v3
Run changesets/action@v1
Run docker/build-push-action@v5
Run cycjimmy/semantic-release-action@v4
Run npm run publish
Run cargo publish
""".strip().splitlines()

DOES_NOT = """
Post Run docker/build-push-action@v5
Post Publish to npm
Set up job
Complete job
Run actions/checkout@v4
Run actions/upload-artifact@v4
Upload artifact
Publish test results
Publish Unit Test Results
Publish test report
Publish JUnit report
Publish docs
Publish documentation
Publish the documentation to GitHub
Publish coverage
Publish code coverage to Codecov
Publish artifacts
Publish build artifacts
Publish to GitHub Pages
Publish to gh-pages
Publish website
Publish storybook
Publish release notes
Publish changelog
Publish summary
Publish draft
Publish to TestPyPI
Publish to Test PyPI
Publish to test.pypi
npm publish --dry-run
Run npm publish --dry-run
Run cargo publish -n
Publish (dry run)
Unpublish
Run npm unpublish name@1.0.0
Check if already published
Check publish status
Verify publish
Validate before publish
Wait for publish
Should publish?
Get published version
Determine version to publish
Setup npm publish
Prepare publish
Notify about publish
Republisher
Published?
Create GitHub Release
Create release
Draft release
Run softprops/action-gh-release@v2
Build Docker image
Push changes
Push tags
Run git push
Run git push origin main
Release notes
Set release version
Run npm ci
Run npm run build
Run npm test
Install twine
Run docker/login-action@v3
Run docker/setup-buildx-action@v3
Run ./publisher --help
""".strip().splitlines()


@pytest.mark.parametrize("name", PUBLISHES)
def test_a_step_that_publishes_is_found_by_its_name(name: str) -> None:
    assert is_publish(name)


@pytest.mark.parametrize("name", DOES_NOT)
def test_a_step_that_does_something_else_is_not_taken_for_publishing(name: str) -> None:
    assert not is_publish(name)


def test_a_found_step_keeps_its_job_its_number_its_times_and_what_became_of_it() -> None:
    step = {
        "name": "Publish Packages",
        "number": 7,
        "status": "completed",
        "conclusion": "skipped",
        "started_at": "2026-05-11T19:20:40Z",
        "completed_at": "2026-05-11T21:20:41.123+02:00",
    }
    jobs = [{"name": "release", "steps": [{"name": "Run npm ci", "number": 1}, step]}]

    assert publish_steps(jobs) == (
        PublishStep(
            job="release",
            name="Publish Packages",
            number=7,
            conclusion="skipped",
            started_at=datetime(2026, 5, 11, 19, 20, 40, tzinfo=UTC),
            completed_at=datetime(2026, 5, 11, 19, 20, 41, 123000, tzinfo=UTC),
        ),
    )


def test_steps_come_in_the_order_of_the_jobs() -> None:
    jobs = [
        {"name": "npm", "steps": [{"name": "Publish", "number": 3}]},
        {
            "name": "pypi",
            "steps": [{"name": "Run uv publish", "number": 2}, {"name": "Run twine upload x", "number": 5}],
        },
    ]

    assert [("npm", 3), ("pypi", 2), ("pypi", 5)] == [(step.job, step.number) for step in publish_steps(jobs)]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("Publish"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["name", "steps", "number", "conclusion", "started_at", "completed_at"]), inner, max_size=6
        )
    ),
    max_leaves=20,
)


@given(JUNK)
def test_whatever_stands_there_instead_of_jobs_raises_nothing(jobs: Any) -> None:
    for step in publish_steps(jobs):
        assert is_publish(step.name)


@given(st.text(max_size=2000))
def test_no_name_is_kept_longer_than_the_limit(name: str) -> None:
    for step in publish_steps([{"name": name, "steps": [{"name": f"Publish {name}", "number": 1}]}]):
        assert len(step.name) <= NAME
        assert len(step.job) <= NAME


@given(st.sampled_from([*PUBLISHES, *DOES_NOT]), st.text(max_size=400))
def test_only_the_beginning_of_a_name_is_read_however_long_it_is(name: str, rest: str) -> None:
    long = (name + " " + rest).ljust(NAME)

    assert is_publish(long[:NAME]) == is_publish(long + "-n --dry-run unpublish " * 1000)
