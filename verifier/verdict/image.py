"""Images: a tag is a name that can be made to point at other bytes. What it held before, and whose bytes it holds now.

Bytes that an approved run accounts for stay accounted for wherever a tag points at them: who can only move tags can
publish nothing new. But a release number promises one release, so another release's bytes under it are no explanation.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from verifier.model import Case, Confidence, File, Finding, Judged, Known, Outcome, Version, Weight
from verifier.tag_names import core, moves
from verifier.verdict.claim import claims
from verifier.verdict.habit import Habit, Way, by_hand_allowed, is_compliant
from verifier.verdict.logged import logged_digests
from verifier.verdict.naming import other_release, same_release

KNOWN = "digest-known"
_SHOWN = 8
"""The most platforms named in a sentence."""


def digest_of(version: Version) -> str:
    """What the tag points at; '' where that was never read, and for packages."""
    file = version.files[0] if version.artifact.is_image and version.files else File("")
    return file.digests[0] if file.digests else ""


def held_before(case: Case) -> Judged | None:
    """What this very tag held last before other bytes came; None: nothing else, as far as we saw."""
    now = digest_of(case.version)
    held = [judged for judged in case.earlier if digest_of(judged.version) not in ("", now)]
    return held[-1] if held else None


def is_moving(case: Case) -> bool:
    """The tag is made to move: by its shape, or because somebody configured it."""
    patterns = (pattern for publisher in case.publishers for pattern in publisher.moving)
    return case.version.moving or any(fnmatchcase(case.version.number, pattern) for pattern in patterns)


def is_fixed(case: Case) -> bool:
    """The tag is a release's own: a version number that is not made to move."""
    return case.version.artifact.is_image and core(case.version.number) is not None and not is_moving(case)


def expects_run(case: Case, habit: Habit) -> bool:
    """A run should account for other bytes under a known tag: a workflow publishes here, and nobody is seen to by hand.

    That this tag's own bytes came from a run before, or that a run's log shows what it should hold, says more than what
    its line does. Where nothing is known of either, a moving tag may be somebody's to move.
    """
    if not any(publisher.workflows for publisher in case.publishers) or by_hand_allowed(case):
        return False
    if _other_bytes(case):
        return True
    if held_before(case) is None:
        return False
    from_run = any(is_compliant(judged) for judged in case.earlier)
    return from_run or (habit.way is Way.UNKNOWN and not is_moving(case)) or habit.way is Way.CI


def known_bytes(case: Case, file: File) -> Finding | None:
    """These very bytes are accounted for elsewhere: this tag held them before, another tag or another registry does.

    1. A tag that is put back: that is what we ask for where it was replaced. Only what was judged before it was put
    back counts, so that a verdict never rests on itself. 2. A moving tag may follow any tag, one with a number (`1.5`)
    only its releases. 3. A new tag of a release may take the bytes of its candidate, its build or its branch
    (`1.2.3-rc1`, `sha-1f2e3d`, `main`), where more than a branch's name ties those to a run; never bytes that another
    release has or had, whatever else points at them. 4. The same tag in another registry: copied.
    """
    version = case.version
    if not version.artifact.is_image or not file.digests:
        return None
    here = [one for one in case.known if one.artifact == version.artifact and _accounted(one)]
    since = version.span_of(file).since
    if any(one.number == version.number and one.at < since for one in here) or _ran_for_it_before(case):  # 1
        return _known("This tag held the very same bytes before, and an approved run accounts for them.")
    if origin := _origin(case, [one for one in here if one.number != version.number]):  # 2, 3
        sentence = f"Its bytes are those of tag {origin.number}, and an approved run accounts for them."
        sure = Confidence.HIGH if is_moving(case) else Confidence.MEDIUM
        return _known(sentence, min(sure, origin.verdict.confidence))
    for one in case.known:
        if one.artifact != version.artifact and one.number == version.number and _accounted(one):  # 4
            where = f"{one.artifact.image}:{one.number}"
            return _known(f"Its bytes are those of {where}, and an approved run accounts for them.", Confidence.MEDIUM)
    return None


def _origin(case: Case, others: list[Known]) -> Known | None:
    """The tag whose bytes this one may have honestly, the surest first; None where there is none."""
    tag, moving = case.version.number, is_moving(case)
    if not moving:
        others = [one for one in others if one.verdict.confidence > Confidence.LOW]
    family = [one for one in others if not moves(one.number) and same_release(tag, one.number)]
    configured = moving and not moves(tag)
    free = core(tag) is None or configured or _release_of_bytes(case) is None
    allowed = [*family, *(others if free else ())] if moving or held_before(case) is None else []
    return max(allowed, key=lambda one: (one.verdict.confidence, one.number), default=None)


def _ran_for_it_before(case: Case) -> bool:
    """A run pushed what this tag held once, and these are the same bytes: whatever was known of it then."""
    mine = digest_of(case.version)
    held = [judged for judged in case.earlier if digest_of(judged.version) == mine]
    return any(
        claim.log.same or claim.signed is not None
        for judged in held
        for file in judged.version.files
        for claim in claims(case, judged.version, file, judged.evidence)
    )


def _known(sentence: str, sure: Confidence = Confidence.HIGH) -> Finding:
    return Finding(KNOWN, Weight.EXPLAINS, sure, sentence)


def _accounted(one: Known) -> bool:
    """A run, or the configured signer, accounts for it there: who only knows another tag vouches for nobody."""
    explained = any(f.weight is Weight.EXPLAINS and f.reason != KNOWN for f in one.verdict.findings)
    return one.verdict.outcome is Outcome.COMPLIANT and explained


def of_bytes(case: Case) -> tuple[Finding, ...]:
    """Why it counts against a tag what it holds, where no run accounts for that: other bytes, another release's bytes.

    The legitimate push that looks the same: one by hand, from a machine that nobody told us of. A workflow publishes
    here, this tag's or this line's bytes came from it, GitHub's own list of runs was read: so it is asked about once.
    """
    found = []
    held = held_before(case)
    if held is not None:
        found.append(_replaced(case, held))
    found += _other_bytes(case)
    release = _release_of_bytes(case)
    if release is not None and is_fixed(case):
        sentence = f"It holds the bytes of {release}, another release, and no run put this tag on them."
        found.append(Finding("other-release-bytes", Weight.ABSENT, Confidence.MEDIUM, sentence))
    return tuple(found)


def _other_bytes(case: Case) -> list[Finding]:
    """What an approved run's log says that this very tag holds, where it holds something else."""
    version = case.version
    other = [
        (claim.run, digest)
        for file in version.files
        for claim in claims(case, version, file, case.evidence)
        if claim.log.same is False and claim.window.step
        for digest in logged_digests(version, claim.run)
    ]
    if not other:
        return []
    run, digest = max(other, key=lambda pair: (pair[0].started_at, pair[0].key, pair[1]))
    sentence = f"The log of run {run.key} of {run.workflow} shows {digest} for this tag."
    links = (run.url,) if run.url else ()
    return [Finding("other-bytes-in-log", Weight.ABSENT, Confidence.HIGH, sentence, run.key, links)]


def _replaced(case: Case, held: Judged) -> Finding:
    version, old = case.version, held.version
    until = f" until {old.seen_at:%Y-%m-%d %H:%M}" if old.seen_at is not None else ""
    from_run = " It came from an approved run." if is_compliant(held) else ""
    sentence = (
        f"No approved run pushed what tag {version.number} holds since {version.at:%Y-%m-%d %H:%M} UTC: "
        f"{_content(version)}. Before, it held {_content(old)}, seen from "
        f"{old.first_seen_at:%Y-%m-%d %H:%M}{until} UTC.{from_run}"
    )
    sure = Confidence.HIGH if is_compliant(held) else Confidence.MEDIUM
    return Finding("tag-replaced", Weight.ABSENT, sure, sentence)


def _content(version: Version) -> str:
    parts = [part.platform for part in version.files[0].parts]
    more = ", …" if len(parts) > _SHOWN else ""
    return digest_of(version) + (f" ({', '.join(parts[:_SHOWN])}{more})" if parts else "")


def _release_of_bytes(case: Case) -> str | None:
    """The number of another release that has these very bytes, or had them; None where none is known."""
    mine, here = digest_of(case.version), case.version.artifact
    now = {j.version.number for j in case.siblings if mine and digest_of(j.version) == mine and not j.version.moving}
    ever = {one.number for one in case.known if one.artifact == here and _accounted(one) and not moves(one.number)}
    return other_release(case.version.number, now | ever)


def rolled_back(case: Case) -> tuple[Finding, ...]:
    """A tag was moved to older bytes than it held: a bad release withdrawn, or an old hole opened again."""
    held = held_before(case)
    if held is None or not is_compliant(held):
        return ()
    now, then = _best_rank(case, digest_of(case.version)), _best_rank(case, digest_of(held.version))
    put_back = any(digest_of(j.version) == digest_of(case.version) for j in case.earlier)
    if not put_back and not (now and then and now < then):
        return ()
    sentence = f"Tag {case.version.number} was moved back to older bytes than it held; those were accounted for, too."
    return (Finding("tag-rolled-back", Weight.ANOMALY, Confidence.MEDIUM, sentence),)


def _best_rank(case: Case, digest: str) -> tuple[int, ...]:
    """The rank of the newest release that has these bytes; empty where none does."""
    ranks = [j.version.rank for j in case.siblings if digest_of(j.version) == digest and not j.version.moving]
    return max(ranks, default=())
