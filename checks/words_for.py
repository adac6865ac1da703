"""What is said about reasons that speak for a version, or that settle nothing."""

from __future__ import annotations

from checks.phrases import WAIT, Words, calm

FOR: dict[str, Words] = {
    # explains
    "provenance-verified": calm(
        "Verified provenance of your run", "The signature is checked; the run it names may publish, and it published."
    ),
    "verified-identity": calm(
        "Signed by the configured identity", "The signature is checked, and it is that of the CI system you named."
    ),
    "digest-in-log": calm(
        "Its digest stands in your run's log", "The publish step of an approved run printed exactly this digest."
    ),
    "version-in-log": calm(
        "Your run's log names it", "The publish step of an approved run says that it published this version."
    ),
    "digest-known": calm(
        "Bytes that your run accounts for",
        "An approved run published exactly these bytes, under another tag, in another registry, or here before.",
    ),
    "registry-names-publisher": calm(
        "A trusted publisher published it",
        "The registry took it from a trusted publisher while an approved run's publish step ran.",
    ),
    "ref-names-version": calm(
        "An approved run on its tag", "The run ran on the tag of this version and its publish step ran at that time."
    ),
    "commit-names-version": calm(
        "An approved run on its commit",
        "The run ran on a commit that names this version and its publish step ran at that time.",
    ),
    # blinds
    "in-grace": calm("Too early to say", "A run may still turn up that accounts for it.", WAIT),
    "run-active": calm("A run is still going on", "An approved run that may have published it has not ended.", WAIT),
    "run-unread": calm(
        "A run is not read yet", "An approved run may have published it; its jobs are to be read.", WAIT
    ),
    "named-run-unread": calm("The run it names is not read yet", "Only that run can say whether it published.", WAIT),
    "evidence-unread": calm("Its attestations are not read yet", "They may say which run published it.", WAIT),
    "digest-unread": calm("What the tag points at is not read yet", "Until then there is nothing to judge.", WAIT),
    "runs-not-listed": calm(
        "GitHub's list of runs is not read yet", "A webhook may have been lost; the list says whether a run was.", WAIT
    ),
    "webhooks-missing": calm(
        "Webhooks may be missing", "The run that published it may be one we were not told of; we are reading up.", WAIT
    ),
    "github-silent": calm(
        "We could not look: GitHub did not answer",
        "Without GitHub's list of runs we do not say that there was none.",
        "Look at the health page; it says what GitHub answered.",
    ),
    "provenance-unchecked": calm(
        "Its provenance cannot be checked here",
        "Our trust root does not know the log or the issuer that vouches for it; it may be too old.",
        "Look at the health page. `artifact-monitor verify-bundle` says what is missing.",
    ),
    "attestations-not-asked": calm(
        "GitHub is not asked yet", "GitHub may hold provenance for it that the registry does not.", WAIT
    ),
    "run-unvetted": calm(
        "Its run's commit is not looked at yet",
        "A run accounts for it; GitHub has still to say whose commit it ran.",
        WAIT,
    ),
    # notes
    "published-by-hand": calm("Published by hand", "No run could account for it, so its origin cannot be checked."),
    "manual-allowed": calm("Publishing by hand is allowed", "The configuration says so; a missing run is no alarm."),
    "before-monitoring": calm("Older than the monitoring", "Nobody was watching when it was published."),
    "no-publisher": calm(
        "Nobody said who publishes it",
        "Without a workflow to compare with there is nothing to check.",
        "Name the workflow that publishes it in `.github/artifact-monitor.yml` on the default branch.",
    ),
    "staged-publishing": calm(
        "Approved by a person after the run",
        "Staged publishing parts the run from the publication; only a digest ties them.",
    ),
    "runs-tie": calm(
        "Several versions claim one run", "A run accounts for one version; nothing says which of these it was."
    ),
    "named-run-gone": calm(
        "The run it names is gone",
        "GitHub keeps runs for a while, and whoever may write to the repository can delete them.",
        "If it was deleted rather than too old, ask who did it.",
    ),
    "evidence-unreadable": calm("Its attestations could not be read", "Unreadable is not absent, and proves nothing."),
    "registry-placeholder": calm("The registry's own placeholder", "The registry put it there; nobody published it."),
    "gone-before-seen": calm(
        "Taken down before we saw it",
        "Its files are gone, so its digest can be compared with nothing.",
        "If you do not know why it was taken down, ask who did it.",
    ),
    "line-of-pull-requests": calm(
        "A line published from pull requests",
        "Its earlier versions came from pull requests too, and nobody has approved that.",
        "If that is meant, list the event for the artifact in `.github/artifact-monitor.yml`; it acts 24 hours later.",
    ),
    "workflow-changed": calm("The workflow file is newer", "It was changed by review since the releases before."),
    "run-silent": calm(
        "A run that says nothing",
        "A run of yours pushed images at that time, with a tool whose log does not say which.",
        "A tool that prints digests, or provenance, would settle it.",
    ),
    "explanation-too-weak": calm(
        "Not sure enough", "A run accounts for it, with less confidence than the configuration asks for."
    ),
    "preview-of-run": calm("A preview", "Your workflow pushed it from a branch or a pull request; it is no release."),
    "environment-approved": calm("A person let it through", "The run waited for somebody, and was let in."),
    "log-names-it": calm("The log says the same", "What the run printed agrees with what accounts for it."),
    "attested-later": calm(
        "Signed after it was published", "Provenance made later says who signed, not who published."
    ),
}
