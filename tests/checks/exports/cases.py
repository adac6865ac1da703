"""Case files to export: the incidents of the channels' tests with what a ledger would hold about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from checks.exports.base import CaseFile, Held
from tests.checks.examples import AT, CASES, HOSTILE, image, incident, member, suspect
from verifier.ledger.protocol import Dossier, Posted
from verifier.model import (
    Account,
    AccountKind,
    Acknowledgement,
    Answer,
    Bulletin,
    BulletinKind,
    Command,
    Confidence,
    Evidence,
    File,
    Finding,
    Incident,
    IncidentState,
    JobsState,
    Line,
    Member,
    Mute,
    Notice,
    NoticeKind,
    Outcome,
    PublishStep,
    Repository,
    Run,
    RunKey,
    Standing,
    Verb,
    Verdict,
    Version,
    Waiver,
    Weight,
)
from verifier.verdict.severity import severity_of

NOW = AT + timedelta(hours=2)
KEY = RunKey(10, 25613093674, 4)
RUN = Run(
    KEY,
    ".github/workflows/publish.yml",
    "push",
    "c" * 40,
    AT - timedelta(minutes=5),
    AT,
    "completed",
    "failure",
    "main",
    10,
    url="https://github.com/TanStack/router/actions/runs/25613093674",
    jobs=JobsState.READ,
    steps=(PublishStep("release", "Publish Packages", 7, "skipped"),),
    read_at=AT,
)


def dossier(held: Member, files: tuple[File, ...] | None = None, at: datetime = AT) -> Dossier:
    """What the ledger would hold of a member."""
    shown = files if files is not None else (File("the-file", held.digests, held.published_at, attested=True),)
    version = Version(
        held.artifact,
        held.number,
        Line("release", 1),
        (1, 14, 1),
        AT,
        held.published_at,
        shown,
        Account(held.account, AccountKind.PERSON) if held.account else None,
    )
    weight = Weight.ABSENT if held.outcome is Outcome.NON_COMPLIANT else Weight.NOTES
    findings = tuple(
        Finding(reason, weight, Confidence.HIGH, sentence, KEY, held.links)
        for reason, sentence in zip(held.reasons, held.sentences, strict=False)
    )
    seen = Evidence(Standing.VERIFIED, "npm attestation", KEY, "TanStack/router", 10, digests=held.digests)
    verdict = Verdict(held.outcome, Confidence.HIGH, findings, held.suspect)
    return Dossier(version, (seen,), verdict, at, version.fingerprint)


def held(of: Member) -> Held:
    known = dossier(of)
    assert known.verdict is not None
    return Held(of, known, verdicts=((AT, known.judged, known.verdict),))


def case(of: Incident, private: bool = False, by: str = "", *versions: Held) -> CaseFile:
    """The incident in a repository of `axios`, two hours after it began."""
    repository = Repository(10, 5, "axios/axios", AT, default_branch="main", private=private)
    notices = (
        Notice(NoticeKind.OPENED, of.id, None, "", AT),
        *(Notice(NoticeKind.ROGUE, of.id, m.artifact, m.number, m.detected_at) for m in of.members[:1]),
    )
    return CaseFile(
        of,
        severity_of(of),
        NOW,
        repository,
        versions or tuple(held(m) for m in of.members),
        notices,
        runs=(RUN,),
        posts=(Posted(of.id, "issue", "12", "https://github.com/axios/axios/issues/12", "sha256:0", True, AT),),
        told_elsewhere=2,
        by=by,
    )


def _everything() -> CaseFile:
    """Acknowledged, commanded, waived, muted, told of: each shelf has something in it."""
    rogue, asked = member(links=(RUN.url,)), suspect(published_at=AT + timedelta(minutes=39))
    mine = member("1.14.2", waived=True)
    given = Acknowledgement("carol", "=cmd|' /C calc'!A0, I look after it", AT, AT + timedelta(days=1))
    of = incident(rogue, asked, mine, acknowledged=given, state=IncidentState.ACKNOWLEDGED)
    waiver = Waiver(mine.artifact, mine.number, mine.fingerprint, "carol", "by hand", AT, AT + timedelta(days=30))
    mute = Mute(asked.artifact, Line("release", 0), "carol", "old line", AT, AT, AT + timedelta(days=7))
    command = Command("c1", of.id, 10, Verb.ACKNOWLEDGE, 7, "carol", AT, "I look after it", 1, "0123456789abcde")
    bulletin = Bulletin("b1", BulletinKind.TAMPERED, 10, AT, "The issue was closed", ("By mallory.",), "mallory")
    versions = (
        held(rogue),
        replace(held(asked), mutes=(mute,)),
        replace(held(mine), waivers=(waiver,)),
    )
    whole = case(of, False, "carol", *versions)
    answered = (command, Answer("c1", of.id, True, "Acknowledged.", AT))
    return replace(whole, commands=(answered,), bulletins=(bulletin,))


def _put_back() -> CaseFile:
    """A tag that held foreign bytes and was pointed back: it is compliant now, and the bytes are still out there."""
    back = image(outcome=Outcome.COMPLIANT, reasons=("digest-known",), sentences=("It holds what it held.",), digest=1)
    before = dossier(image(), (File("3.4.0", (f"sha256:{10:064x}",)),))
    of = incident(back, rogue=True)
    return case(of, False, "", replace(held(back), earlier=(before,)))


FILES: dict[str, CaseFile] = {
    "rogue": case(CASES["rogue"]),
    "private": case(CASES["contradicted"], private=True),
    "contradicted": case(CASES["contradicted"]),
    "everything": _everything(),
    "suspect": case(CASES["suspect"]),
    "taken-down": case(CASES["pypi-taken-down"]),
    "images": case(CASES["image-everywhere"]),
    "put-back": _put_back(),
    "packages-and-images": case(incident(member(), member("8.3.45", "pkg:pypi/ultralytics"), image())),
    "cleared": case(CASES["cleared"]),
    "many": case(CASES["many"]),
    "nothing-known": replace(case(CASES["rogue"], False, "", Held(CASES["rogue"].members[0])), repository=None),
}

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "|cmd", '"=1', "'=1", "%0A=1")


def hostile(text: str) -> CaseFile:
    """A rogue version in which every text of strangers is this one."""
    odd = member(
        text,
        f"pkg:npm/{text}",
        sentences=(text,) * 9,
        reasons=(text,),
        anomalies=(text,),
        links=(text,),
        account=text,
        digests=(text,),
    )
    return case(incident(odd), False, text, replace(held(odd), dossier=dossier(odd, (File(text, (text,)),))))


__all__ = ["FILES", "FORMULAS", "HOSTILE", "NOW", "case", "held", "hostile"]
