"""The pages name the version to go back to, in the command that is to be pasted."""

from __future__ import annotations

from tests.pages.browser import read
from tests.pages.examples import AXIOS


def test_the_pages_of_an_incident_and_of_its_version_name_the_good_version() -> None:
    for page in (read("/incidents/i1"), read("/version", purl=AXIOS.purl, number="0.30.4")):
        assert "npm dist-tag add axios@1.14.0 latest" in page.text
        assert "GOOD_VERSION" not in page.text
