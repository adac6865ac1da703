"""Anomalies: a second axis. A valid run can publish hostile code; these never change an outcome."""

from __future__ import annotations

from verifier.model import Case, Confidence, Finding, Weight
from verifier.verdict.habit import LAST


def anomalies(case: Case) -> tuple[Finding, ...]:
    """What is odd about the content or the manner, whatever the origin."""
    return _install_scripts(case)


def _install_scripts(case: Case) -> tuple[Finding, ...]:
    before = [
        j.version for j in case.siblings if j.version.at < case.version.at and j.version.line == case.version.line
    ]
    if not case.version.install_scripts or len(before) < LAST or any(v.install_scripts for v in before):
        return ()
    sentence = f"It runs a script at installation; none of the {len(before)} versions before it on the line does."
    return (Finding("install-scripts-new", Weight.ANOMALY, Confidence.MEDIUM, sentence),)
