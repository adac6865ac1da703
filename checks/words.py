"""All that we say to people about a reason: title, why it matters, what to do now, how to silence it and until when.

Plain Markdown, calm, for a maintainer at two in the morning. What to type at a registry is in `checks.commands`.
"""

from __future__ import annotations

from dataclasses import dataclass

from verifier.model import Weight
from verifier.verdict.reasons import REASONS

ASK = (
    "**Ask everyone who can publish whether it was them**, and not on GitHub: whoever took over an account reads along "
    "there."
)
RUN = (
    "**Stop the workflow** until you know how this came out of it: *Actions* → its name → *Disable workflow*. Then "
    "open the run and read what it did, and look for changed workflows and for runs that nobody started. Delete none "
    "of them: they are your evidence."
)
WAIT = "Nothing: it is looked at again by itself."
NOTHING = "Nothing."

WAIVER = (
    "For this one version: have somebody else, among those who run Artifact Monitor, record a waiver "
    "(`artifact-monitor waive`). It says who gave it and why, closes this alert, and ends on its date; then the alert "
    "stands open again. It never changes the verdict."
)
BY_HAND = (
    "If this artifact is meant to be published by hand, set `manual: true` for it in `.github/artifact-monitor.yml` on "
    "the default branch. That holds until somebody takes it out."
)
APPROVE = (
    "If this may publish, list its workflow, ref or event for the artifact in `.github/artifact-monitor.yml` on the "
    "default branch. That holds until somebody takes it out."
)
SILENT = "It raises no alert; there is nothing to silence."


@dataclass(frozen=True)
class Words:
    """What is said about one reason. Every field is Markdown written here, never a stranger's text."""

    title: str
    why: str
    act: str
    silence: tuple[str, ...]


def _calm(title: str, why: str, act: str = NOTHING) -> Words:
    return Words(title, why, act, (SILENT,))


def _suspect(title: str, why: str) -> Words:
    return Words(title, why, ASK, (WAIVER, BY_HAND))


WORDS: dict[str, Words] = {
    # explains
    "registry-names-run": _calm("The registry names your run", "The run it names may publish, and it published."),
    "registry-names-publisher": _calm(
        "A trusted publisher published it",
        "The registry took it from a trusted publisher while an approved run's publish step ran.",
    ),
    "ref-names-version": _calm(
        "An approved run on its tag", "The run ran on the tag of this version and its publish step ran at that time."
    ),
    "commit-names-version": _calm(
        "An approved run on its commit",
        "The run ran on a commit that names this version and its publish step ran at that time.",
    ),
    # contradicts
    "step-skipped": Words(
        "The run it names never published",
        "The publish step of that run was skipped, so something else in the run, or somebody with its credentials, "
        "published this. That is how a run is used whose tests or cache were tampered with.",
        RUN,
        (WAIVER,),
    ),
    "step-failed": Words(
        "The run it names failed to publish",
        "The publish step of that run failed, and still the version is there. Either it failed after the upload, or "
        "somebody else published with the run's credentials.",
        RUN,
        (WAIVER,),
    ),
    "run-of-fork": Words(
        "The run it names ran a fork's code",
        "Code that nobody merged was published under your name.",
        RUN,
        (WAIVER,),
    ),
    "run-of-pull-request": Words(
        "The run it names was started by a pull request",
        "A pull request can carry anybody's code. A run that it starts should not be able to publish.",
        RUN,
        (WAIVER, APPROVE),
    ),
    "run-on-other-ref": Words(
        "The run it names ran on a ref that may not publish",
        "Whoever can push a branch can run your publish workflow on it, with code that nobody reviewed.",
        RUN,
        (WAIVER, APPROVE),
    ),
    "run-of-other-workflow": Words(
        "The run it names is of another workflow",
        "A workflow that is not the publishing one had what it takes to publish.",
        RUN,
        (WAIVER, APPROVE),
    ),
    "run-of-other-repository": Words(
        "It names another repository",
        "The version was built somewhere else and published under your name.",
        ASK,
        (WAIVER, APPROVE),
    ),
    "digest-mismatch": Words(
        "Its provenance is for other bytes",
        "What the registry serves is not what was signed. One of the two was exchanged.",
        "**Download the file**, compare its digest with those listed above, and keep a copy as evidence.",
        (WAIVER,),
    ),
    # absent
    "no-run": Words(
        "No run of your CI accounts for it",
        "Versions of this line come from your CI. This one appeared without it: that is what a stolen token or a "
        "taken-over account looks like.",
        ASK,
        (WAIVER, BY_HAND),
    ),
    "trust-downgrade": Words(
        "It lost the proof that earlier versions carried",
        "Earlier versions came with provenance or from a trusted publisher. A stolen token can publish, but it cannot "
        "make those.",
        ASK,
        (WAIVER, BY_HAND),
    ),
    # blinds
    "in-grace": _calm("Too early to say", "A run may still turn up that accounts for it.", WAIT),
    "run-active": _calm("A run is still going on", "An approved run that may have published it has not ended.", WAIT),
    "run-unread": _calm(
        "A run is not read yet", "An approved run may have published it; its jobs are to be read.", WAIT
    ),
    "named-run-unread": _calm("The run it names is not read yet", "Only that run can say whether it published.", WAIT),
    "evidence-unread": _calm("Its attestations are not read yet", "They may say which run published it.", WAIT),
    "runs-not-listed": _calm(
        "GitHub's list of runs is not read yet", "A webhook may have been lost; the list says whether a run was.", WAIT
    ),
    "webhooks-missing": _calm(
        "Webhooks may be missing", "The run that published it may be one we were not told of; we are reading up.", WAIT
    ),
    "github-silent": _calm(
        "We could not look: GitHub did not answer",
        "Without GitHub's list of runs we do not say that there was none.",
        "Look at the health page; it says what GitHub answered.",
    ),
    # notes
    "published-by-hand": _calm("Published by hand", "No run could account for it, so its origin cannot be checked."),
    "manual-allowed": _calm("Publishing by hand is allowed", "The configuration says so; a missing run is no alarm."),
    "before-monitoring": _calm("Older than the monitoring", "Nobody was watching when it was published."),
    "no-publisher": _calm(
        "Nobody said who publishes it",
        "Without a workflow to compare with there is nothing to check.",
        "Name the workflow that publishes it in `.github/artifact-monitor.yml` on the default branch.",
    ),
    "staged-publishing": _calm(
        "Approved by a person after the run",
        "Staged publishing parts the run from the publication; only a digest ties them.",
    ),
    "runs-tie": _calm(
        "Several versions claim one run", "A run accounts for one version; nothing says which of these it was."
    ),
    "named-run-gone": _calm(
        "The run it names is gone",
        "GitHub keeps runs for a while, and whoever may write to the repository can delete them.",
        "If it was deleted rather than too old, ask who did it.",
    ),
    "evidence-unreadable": _calm("Its attestations could not be read", "Unreadable is not absent, and proves nothing."),
    "registry-placeholder": _calm("The registry's own placeholder", "The registry put it there; nobody published it."),
    "gone-before-seen": _calm(
        "Taken down before we saw it",
        "Its files are gone, so its digest can be compared with nothing.",
        "If you do not know why it was taken down, ask who did it.",
    ),
    "line-of-pull-requests": _calm(
        "A line published from pull requests",
        "Its earlier versions came from pull requests too, and nobody has approved that.",
        "If that is meant, list the event for the artifact in `.github/artifact-monitor.yml` on the default branch.",
    ),
    # suspects
    "account-unknown": _suspect(
        "An account that never published it before",
        "A new name among the publishers is either a new colleague or somebody who should not be there.",
    ),
    "unlike-all-before": _suspect(
        "Unlike everything before it",
        "All earlier versions came from CI. A stolen token can pick a line of its own, so that nothing seems missing.",
    ),
    "run-names-nothing": _suspect(
        "A run published something, and nothing says what",
        "Your run and a stolen token could both have published this at that minute. Look at what the run printed.",
    ),
    "burst": _suspect(
        "More versions at once than ever",
        "Who has stolen a token publishes as much as possible before it is noticed.",
    ),
    "no-tag": _suspect(
        "No tag, though there always is one",
        "Whoever publishes past the repository leaves no tag in it.",
    ),
    "near-incident": _suspect(
        "Close to a version that is not yours",
        "The same stolen credentials are often used on everything they open.",
    ),
    # anomalies
    "install-scripts-new": Words(
        "It runs a script at installation, for the first time",
        "A script that runs at installation is how most malicious packages start. It may also be an honest change.",
        "**Read the script** before anybody installs the version.",
        (SILENT,),
    ),
}

UNKNOWN = Words(
    "A reason without words",
    "The check that found this is newer than its explanation.",
    ASK,
    (WAIVER,),
)


def words(reason: str) -> Words:
    """The words of a reason; general ones for an id that is not in the list (kept by a newer version)."""
    return WORDS.get(reason, UNKNOWN)


def alarms(reason: str) -> bool:
    """The reason speaks against a version; one that is not in the list is taken to."""
    against = (Weight.CONTRADICTS, Weight.ABSENT, Weight.SUSPECTS)
    return reason not in REASONS or REASONS[reason].weight in against


def contradicts(reason: str) -> bool:
    """The reason is positive proof against a version, not only that nothing accounts for it."""
    return reason in REASONS and REASONS[reason].weight is Weight.CONTRADICTS
