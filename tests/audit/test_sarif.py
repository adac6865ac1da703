"""The audit's SARIF log: what the standard asks for, and what code scanning needs besides."""

from __future__ import annotations

import json
from typing import Any

from app.audit.sarif import as_sarif
from tests.audit.parts import After

AXIOS = "pkg:npm/axios"
LEVELS = {"none", "note", "warning", "error"}


def log(name: str = "axios-2026", purl: str = AXIOS) -> Any:
    return json.loads(json.dumps(as_sarif(After(name).audit(purl), "https://docs.example/reasons.md")))


def test_it_is_one_run_of_one_tool_in_version_2_1_0() -> None:
    found = log()
    (run,) = found["runs"]

    assert "2.1.0" == found["version"]
    assert {"$schema", "version", "runs"} == set(found)
    assert "Artifact Monitor" == run["tool"]["driver"]["name"]
    assert run["invocations"][0]["executionSuccessful"] is True


def test_every_result_names_its_rule_by_id_and_place_and_has_a_level_and_a_location() -> None:
    (run,) = log()["runs"]
    rules = run["tool"]["driver"]["rules"]

    assert run["results"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert result["ruleId"] == rules[result["ruleIndex"]]["id"]
        assert result["level"] in LEVELS
        assert result["message"]["text"]
        (location,) = result["locations"]
        assert ".github/workflows/publish.yml" == location["physicalLocation"]["artifactLocation"]["uri"]
        assert location["physicalLocation"]["region"]["startLine"] >= 1
    assert all(rule["helpUri"].endswith(f"#{rule['id']}") for rule in rules)


def test_the_stolen_release_is_an_error_and_its_neighbour_a_warning() -> None:
    (run,) = log()["runs"]
    levels = {r["locations"][0]["logicalLocations"][0]["name"]: r["level"] for r in run["results"]}

    assert {"1.14.1": "error", "0.30.4": "warning"} == levels


def test_the_same_finding_has_the_same_fingerprint_in_every_log_and_no_other_has_it() -> None:
    marks = [[r["partialFingerprints"]["versionAndReason/v1"] for r in log()["runs"][0]["results"]] for _ in range(2)]

    assert marks[0] == marks[1]
    assert len(set(marks[0])) == len(marks[0])
