"""What ties a file to the runs of its case is looked at once in a decision, whichever rules ask."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.verdict.cases import LATER, case, run, signed, version
from verifier.model import Outcome
from verifier.verdict import claim, decide
from verifier.verdict.claim import own_claims
from verifier.verdict.logged import Logged, logged


def test_a_decision_reads_each_log_once_for_each_file(monkeypatch: pytest.MonkeyPatch) -> None:
    read = list[object]()

    def counted(*asked: object) -> Logged:
        read.append(asked)
        return logged(*asked)  # type: ignore[arg-type]  # as `claims` asks

    monkeypatch.setattr(claim, "logged", counted)
    made = version()
    two = replace(made, files=(*made.files, replace(made.files[0], name="widget.zip")))
    judged = decide(case(two, runs=(run(),)), LATER)
    assert judged.outcome is Outcome.COMPLIANT
    assert len(read) == 2


def test_another_case_is_another_answer() -> None:
    made = version()
    seen = case(made, runs=(run(),))
    assert own_claims(seen, made.files[0]) is own_claims(seen, made.files[0])
    assert not own_claims(replace(seen, runs=()), made.files[0])
    assert own_claims(replace(seen, evidence=(signed(),)), made.files[0])[0].signed is not None


def test_what_was_found_out_about_a_case_is_no_part_of_it() -> None:
    seen, fresh = case(version(), runs=(run(),)), case(version(), runs=(run(),))
    decide(seen, LATER)
    assert seen.found
    assert seen == fresh
    assert hash(seen) == hash(fresh)
    assert repr(seen) == repr(fresh)
    assert decide(seen, LATER) == decide(fresh, LATER)
