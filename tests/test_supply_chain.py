"""How the project itself is checked and released: least rights, an audit that cannot pass unasked, an SBOM."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.documents import ROOT, document

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PINNED = re.compile(r"^\s*-?\s*uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


def module(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def tool(name: str) -> str:
    path = Path(sys.executable).with_name(name)
    if not path.is_file():
        pytest.skip(f"{name} is not installed")
    return str(path)


def packages(*changes: dict[str, Any]) -> str:
    known = {"name": "flask", "version": "3.1.0", "vulns": []}
    return json.dumps({"dependencies": [known | change for change in changes], "fixes": []})


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (packages({}), 0, "1 packages looked up, none is known to be vulnerable"),
        (packages({}, {"vulns": [{"id": "CVE-1", "fix_versions": ["4.0"]}]}), 1, "flask 3.1.0: CVE-1, fixed in 4.0"),
        (packages({"vulns": [{"id": "CVE-1", "fix_versions": []}]}), 1, "fixed in no version"),
        (packages({}, {"name": "x", "skip_reason": "not found"}), 2, "NOT AUDITED: 1 of 2 packages are unknown"),
        (packages(), 2, "NOT AUDITED"),
        ("", 2, "could not be reached"),
        ('{"dependencies": 3}', 2, "could not be reached"),
        ("[]", 2, "could not be reached"),
    ],
)
def test_an_audit_that_could_not_ask_does_not_pass(answer: str, code: int, said: str) -> None:
    found = subprocess.run(
        [sys.executable, str(ROOT / ".ci/audit.py")], input=answer, capture_output=True, text=True, check=False
    )

    assert code == found.returncode
    assert said in found.stdout


def test_the_bill_of_materials_names_every_pinned_package_and_is_the_same_each_time() -> None:
    tool("cyclonedx-py")
    text = module("sbom").made()
    parts = json.loads(text)["components"]

    assert text == module("sbom").made()
    pins = re.findall(r"(?m)^([\w.-]+)(?:\[[\w,-]+\])?==([\w.!+]+)", document("requirements.txt"))
    assert sorted(pins) == sorted((part["name"], part["version"]) for part in parts)
    assert all(hashes for part in parts for hashes in [part["externalReferences"][0]["hashes"]])
    assert "://" not in json.dumps(parts)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_asks_for_no_more_than_each_job_needs(path: Path) -> None:
    """Nothing at the top, words for each job; no event that runs a stranger's code with our rights."""
    workflow = yaml.safe_load(path.read_text("utf-8"))
    events = workflow[True]  # YAML reads `on` as a yes

    assert {} == workflow["permissions"]
    assert set() == {"pull_request_target", "workflow_run", "issue_comment"} & set(events)
    for job in workflow["jobs"].values():
        assert "permissions" in job
        writes = {name for name, value in job["permissions"].items() if value == "write"}
        runs_our_code = any("checkout" in step.get("uses", "") for step in job["steps"])
        assert not (writes and runs_our_code)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit(path: Path) -> None:
    uses = [line for line in path.read_text("utf-8").splitlines() if "uses:" in line]

    assert uses
    assert [] == [line for line in uses if not PINNED.match(line)]


def test_zizmor_finds_nothing_in_the_workflows() -> None:
    command = [tool("zizmor"), "--offline", "--no-progress", "--color", "never", "--persona", "auditor"]
    command.append(".github/workflows")
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (0, "") == (found.returncode, re.sub(r"(?m)^No findings.*\n", "", found.stdout))
