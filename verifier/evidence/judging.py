"""From an attestation to evidence: who signed for which files. Everything about the run is its certificate's word.

Continues the steps of `verifier.evidence.procedure`:
11. It is build evidence at all: SLSA provenance or a publish attestation that a run signed. Receipts, lists of parts,
    test results and signatures of bare files are not.
12. A subject bears the name it was asked for under.
13. Its text does not contradict its certificate.
14. A run of GitHub's is named by ids, not only by names: those can be had again by others.
"""

from __future__ import annotations

from verifier.evidence import procedure
from verifier.evidence.answer import Answer, Checked
from verifier.evidence.claims import GITHUB_ACTIONS, Claims
from verifier.evidence.names import named
from verifier.evidence.statement import PROVENANCE
from verifier.evidence.trust import Trust
from verifier.model import Attestation, Evidence, RunKey, Standing


def verify(attestation: Attestation, trust: Trust) -> Evidence | None:
    """What an attestation proves, or why it proves nothing; None for what is no build evidence. Never raises."""
    if attestation.problem:
        return Evidence(Standing.UNREADABLE, attestation.source, problem=attestation.problem)
    return judge(attestation, procedure.check(attestation.document, attestation.form, trust))


def judge(attestation: Attestation, checked: Checked) -> Evidence | None:
    """What an attestation proves, once it is checked."""
    source, answer = attestation.source, checked.answer
    if answer is Answer.NONE or not checked.readable:
        return Evidence(Standing.UNREADABLE, source, problem=checked.reason)
    if checked.keyed or (checked.statement is not None and checked.predicate_type not in PROVENANCE):  # 11
        return None
    if answer is Answer.FAILED:
        return Evidence(Standing.FAILED, source, problem=checked.reason)
    statement, signer = checked.statement, checked.signer
    if statement is None or signer is None:
        if answer is Answer.CANNOT_VERIFY:
            return Evidence(Standing.STATED, source, problem=checked.reason)
        return None  # 11
    if not named(statement, attestation.names):  # 12
        return Evidence(Standing.FAILED, source, problem="it is about something else than what it was served for")
    if checked.disagreement:  # 13
        return Evidence(Standing.FAILED, source, problem=checked.disagreement)
    if answer is Answer.CANNOT_VERIFY:
        return _stated(source, signer, statement.digests, checked.reason)
    if signer.issuer != GITHUB_ACTIONS:
        return Evidence(
            _standing(checked),
            source,
            digests=statement.digests,
            issuer=signer.issuer,
            identity=signer.identity,
            signed_at=checked.signed_at,
            log=checked.log,
        )
    run = _run(signer)
    if run is None:  # 14
        reason = "identity not provable: its certificate names no ids of repository, owner and run"
        return _stated(source, signer, statement.digests, reason)
    return Evidence(
        _standing(checked),
        source,
        run=run,
        repository=signer.repository,
        repository_id=signer.repository_id,
        owner_id=signer.owner_id,
        workflow=signer.workflow,
        ref=signer.ref,
        event=signer.event,
        commit=signer.commit,
        digests=statement.digests,
        issuer=signer.issuer,
        identity=signer.identity,
        called=signer.called,
        runner=signer.runner,
        signed_at=checked.signed_at,
        log=checked.log,
    )


def _standing(checked: Checked) -> Standing:
    return Standing.PROMISED if checked.promised else Standing.VERIFIED


def _run(signer: Claims) -> RunKey | None:
    if None in (signer.repository_id, signer.owner_id, signer.run_id, signer.attempt) or not signer.workflow:
        return None
    return RunKey(signer.repository_id or 0, signer.run_id or 0, signer.attempt or 0)


def _stated(source: str, signer: Claims, digests: tuple[str, ...], problem: str) -> Evidence:
    """What it says, for people to read; nothing here may be built on, so it names no run and no ids."""
    return Evidence(
        Standing.STATED,
        source,
        repository=signer.repository,
        workflow=signer.workflow,
        ref=signer.ref,
        event=signer.event,
        commit=signer.commit,
        digests=digests,
        problem=problem,
        issuer=signer.issuer,
        identity=signer.identity,
    )
