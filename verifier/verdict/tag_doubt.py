"""Oddities of an image's tag where nothing could settle who put it there: "was this you?"."""

from __future__ import annotations

from datetime import datetime

from verifier.model import Case, Confidence, Finding, Weight
from verifier.tag_names import core
from verifier.verdict.absence import goes_on
from verifier.verdict.explanation import unnamed
from verifier.verdict.habit import LAST, Habit, Way, by_ci, earlier, is_compliant
from verifier.verdict.image import digest_of, held_before, is_fixed, is_moving
from verifier.verdict.mirrors import TOGETHER, missing
from verifier.verdict.naming import same_release
from verifier.verdict.preview import by_event, is_preview, own_run


def explained_away(case: Case, habit: Habit) -> bool:
    """A run of ours is behind it, though nobody can say what it pushed: what else is odd about it says nothing."""
    if not case.version.artifact.is_image:
        return False
    return unnamed(case, habit) or goes_on(case) or (is_preview(case) and own_run(case) is not None)


def doubts(case: Case, habit: Habit, now: datetime) -> tuple[Finding, ...]:
    """Every oddity of a tag; none for a package."""
    if not case.version.artifact.is_image or not digest_of(case.version):
        return ()
    if explained_away(case, habit):
        return () if goes_on(case) else _silent(case)
    return (by_event(case) or _put_there(case, habit)) + _missing_elsewhere(case, now)


def _doubt(reason: str, sentence: str) -> tuple[Finding, ...]:
    return (Finding(reason, Weight.SUSPECTS, Confidence.MEDIUM, sentence),)


def _silent(case: Case) -> tuple[Finding, ...]:
    """A run of ours pushed images just then and printed none: asked of a release's tag that is new or has other bytes.

    A variant of what is accounted for is no news; and whoever rebuilds old releases does so again and again: after a
    few times nobody is asked any more.
    """
    number = case.version.number
    kin = any(is_compliant(j) and same_release(j.version.number, number) for j in case.siblings)
    if not is_fixed(case) or (held_before(case) is None and kin) or len(case.earlier) >= LAST:
        return ()
    return _doubt("run-names-nothing", "A run of yours pushed images then; nothing says that this was one of them.")


def _put_there(case: Case, habit: Habit) -> tuple[Finding, ...]:
    """No run put the tag there.

    A release's own tag held other bytes: on a line that is pushed by hand somebody may have pushed it again. Or it is
    new, or `latest` was moved, and how the tags before came about is not known: the registry does not say, and we were
    not there.
    """
    if is_fixed(case) and held_before(case) is not None:
        sentence = f"Tag {case.version.number} held other bytes before; a release's tag is not made to move."
        return _doubt("tag-repushed", sentence)
    latest = is_moving(case) and core(case.version.number) is None and not is_preview(case)
    if latest and sum(not by_ci(judged) for judged in earlier(case)) >= LAST:
        return ()  # releases are known to be made by hand, and so is this moved
    if not (is_fixed(case) or latest) or habit.way is not Way.UNKNOWN or not any(p.workflows for p in case.publishers):
        return ()
    sentence = "A workflow publishes this image, and no run of it pushed this tag; how earlier ones came is not known."
    return _doubt("tag-by-nobody", sentence)


def _missing_elsewhere(case: Case, now: datetime) -> tuple[Finding, ...]:
    """The registries that had every release of the line do not have this one an hour later."""
    without = missing(case) if now >= case.version.last_at + TOGETHER else ()
    if not without:
        return ()
    return _doubt("missing-elsewhere", f"{', '.join(without)} had every release of this line, and does not have this.")
