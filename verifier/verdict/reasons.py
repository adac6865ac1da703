"""Every reason a verdict can give: its id, its weight and one general sentence. `docs/reasons.md` explains each."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.model import Weight


@dataclass(frozen=True)
class Reason:
    """One entry of the closed list. `id` is also its anchor in `docs/reasons.md`."""

    id: str
    weight: Weight
    sentence: str


_ALL = (
    # explains
    Reason(
        "provenance-verified", Weight.EXPLAINS, "Verified provenance names an approved run, and that run published."
    ),
    Reason(
        "verified-identity",
        Weight.EXPLAINS,
        "Verified provenance is signed by exactly the identity that the configuration names.",
    ),
    Reason("digest-in-log", Weight.EXPLAINS, "Its digest stands in the log of an approved run's publish step."),
    Reason(
        "registry-names-publisher",
        Weight.EXPLAINS,
        "The registry says a trusted publisher published it while an approved run's publish step ran.",
    ),
    Reason("version-in-log", Weight.EXPLAINS, "The log of an approved run's publish step names this version."),
    Reason("ref-names-version", Weight.EXPLAINS, "An approved run on the tag of this version published at that time."),
    Reason(
        "commit-names-version",
        Weight.EXPLAINS,
        "An approved run on a commit that names this version published at that time.",
    ),
    Reason(
        "digest-known",
        Weight.EXPLAINS,
        "An approved run accounts for these very bytes: this tag held them before, or another tag or registry does.",
    ),
    # contradicts
    Reason("step-skipped", Weight.CONTRADICTS, "The run its provenance names skipped its publish step."),
    Reason("step-failed", Weight.CONTRADICTS, "The publish step failed in the run its provenance names."),
    Reason("run-of-fork", Weight.CONTRADICTS, "The run its provenance names ran code of a fork."),
    Reason("run-of-pull-request", Weight.CONTRADICTS, "The run its provenance names was started by a pull request."),
    Reason("run-on-other-ref", Weight.CONTRADICTS, "The run its provenance names ran on a ref that may not publish."),
    Reason(
        "run-of-other-workflow",
        Weight.CONTRADICTS,
        "The run its provenance names is of a workflow that may not publish.",
    ),
    Reason("run-of-other-repository", Weight.CONTRADICTS, "Its provenance names another repository."),
    Reason("digest-mismatch", Weight.CONTRADICTS, "Its provenance is for other bytes than the registry serves."),
    Reason("log-digest-mismatch", Weight.CONTRADICTS, "An approved run published this version with other bytes."),
    Reason("signed-by-other", Weight.CONTRADICTS, "Its provenance is signed by another than the configured identity."),
    Reason(
        "workflow-never-stood",
        Weight.CONTRADICTS,
        "The run its provenance names used a workflow file that never stood on the default branch.",
    ),
    Reason(
        "commit-off-branch",
        Weight.CONTRADICTS,
        "The run its provenance names ran on a commit of no branch, unlike every release before.",
    ),
    Reason(
        "environment-refused",
        Weight.CONTRADICTS,
        "A person refused the run its provenance names the environment it needs.",
    ),
    # absent
    Reason("other-bytes-in-log", Weight.ABSENT, "The log of an approved run shows another digest for this tag."),
    Reason("tag-replaced", Weight.ABSENT, "A known tag was made to hold other bytes, and no approved run pushed them."),
    Reason(
        "other-release-bytes", Weight.ABSENT, "It holds the bytes of another release, and no run put the tag there."
    ),
    Reason("registries-disagree", Weight.ABSENT, "Registries that always held the same bytes of this line now differ."),
    Reason("registry-alone", Weight.ABSENT, "Registries that had every release of this line do not have this one."),
    Reason("no-run", Weight.ABSENT, "This line is published by CI, and no approved run accounts for this version."),
    Reason(
        "trust-downgrade",
        Weight.ABSENT,
        "Earlier versions of the line carried provenance or a trusted publisher; this one carries neither.",
    ),
    # blinds
    Reason("in-grace", Weight.BLINDS, "It is too early to say that no run accounts for it."),
    Reason("run-active", Weight.BLINDS, "An approved run that may have published it is still going on."),
    Reason("run-unread", Weight.BLINDS, "An approved run that may have published it is not read yet."),
    Reason("named-run-unread", Weight.BLINDS, "The run its provenance names is not read yet."),
    Reason("evidence-unread", Weight.BLINDS, "Its attestations are at the registry and are not read yet."),
    Reason("digest-unread", Weight.BLINDS, "What the tag points at is not read yet."),
    Reason("runs-not-listed", Weight.BLINDS, "GitHub's own list of runs around the publication is not read yet."),
    Reason("webhooks-missing", Weight.BLINDS, "Webhooks may be missing for that time; they are being made up for."),
    Reason("github-silent", Weight.BLINDS, "We could not look: GitHub did not answer."),
    Reason(
        "provenance-unchecked", Weight.BLINDS, "It carries provenance that our trust root is too old or too small for."
    ),
    Reason("attestations-not-asked", Weight.BLINDS, "GitHub may hold provenance for it, and is not asked yet."),
    Reason("run-unvetted", Weight.BLINDS, "GitHub has not said yet whether the commit of its run is on a branch."),
    # notes
    Reason("published-by-hand", Weight.NOTES, "This line is published by hand; no run could account for it."),
    Reason(
        "explanation-too-weak",
        Weight.NOTES,
        "Something accounts for it, and the configuration asks for more confidence than that gives.",
    ),
    Reason("manual-allowed", Weight.NOTES, "The configuration allows publishing this artifact by hand."),
    Reason("before-monitoring", Weight.NOTES, "It was published before we began to watch."),
    Reason("no-publisher", Weight.NOTES, "Nobody has said which workflow publishes this artifact."),
    Reason(
        "staged-publishing",
        Weight.NOTES,
        "A person approved a staged version later; only its digest could tie it to a run.",
    ),
    Reason(
        "runs-tie", Weight.NOTES, "Several versions claim the same run, and nothing says which of them it published."
    ),
    Reason("named-run-gone", Weight.NOTES, "GitHub no longer has the run its provenance names."),
    Reason("evidence-unreadable", Weight.NOTES, "It carries attestations that could not be read."),
    Reason("registry-placeholder", Weight.NOTES, "This is the registry's own placeholder, not a publication."),
    Reason("gone-before-seen", Weight.NOTES, "It was taken down before we could see its files."),
    Reason(
        "line-of-pull-requests",
        Weight.NOTES,
        "This line is honestly published from pull requests; nobody has approved that.",
    ),
    Reason(
        "workflow-changed", Weight.NOTES, "The workflow file has changed since the releases before; it is reviewed."
    ),
    Reason("log-names-it", Weight.NOTES, "The log of the run that accounts for it names it, too."),
    Reason("environment-approved", Weight.NOTES, "A person let the run into a protected environment."),
    Reason("attested-later", Weight.NOTES, "Its provenance was signed after it was published."),
    Reason("run-silent", Weight.NOTES, "A run of yours pushed images then, and its log names none of them."),
    Reason("preview-of-run", Weight.NOTES, "A run of your workflow that may not release pushed this preview."),
    # suspects
    Reason("event-not-listed", Weight.SUSPECTS, "A run of your workflow pushed it, by an event that may not publish."),
    Reason("account-unknown", Weight.SUSPECTS, "It was published by an account that never published this artifact."),
    Reason(
        "unlike-all-before",
        Weight.SUSPECTS,
        "The newest versions before it came from CI, whatever their line; it did not.",
    ),
    Reason("run-names-nothing", Weight.SUSPECTS, "An approved run published something then; nothing says it was this."),
    Reason("run-skipped-it", Weight.SUSPECTS, "A run found it in the registry already, and no run published it."),
    Reason(
        "run-fell-silent",
        Weight.SUSPECTS,
        "The run's log names nothing of it; the logs of the versions before named them.",
    ),
    Reason("burst", Weight.SUSPECTS, "More versions were published within an hour than this owner's history knows."),
    Reason("no-tag", Weight.SUSPECTS, "Versions of this line are always tagged; this one has no tag after a day."),
    Reason(
        "near-incident",
        Weight.SUSPECTS,
        "It was published within 7 days of a version that is non-compliant, in the same repository or scope.",
    ),
    Reason("staged-by-nobody", Weight.SUSPECTS, "A person approved a staged version, and no run staged anything."),
    Reason("outside-step", Weight.SUSPECTS, "A run of ours signed it, and published it outside its publish step."),
    Reason("provenance-unproven", Weight.SUSPECTS, "The provenance of versions before it verifies; its own does not."),
    Reason("commit-unvetted", Weight.SUSPECTS, "Nobody could say whether the commit of its run is on a branch."),
    Reason("tag-repushed", Weight.SUSPECTS, "A release's own tag was pushed again with other bytes."),
    Reason("tag-by-nobody", Weight.SUSPECTS, "A workflow publishes this image, and no run of it pushed this tag."),
    Reason("missing-elsewhere", Weight.SUSPECTS, "Registries that had every release of this line do not have it."),
    # anomalies
    Reason("tag-rolled-back", Weight.ANOMALY, "The tag was moved back to older bytes than it held."),
    Reason("install-scripts-new", Weight.ANOMALY, "It runs a script at installation; versions before it did not."),
    Reason("provenance-invalid", Weight.ANOMALY, "It carries provenance that does not verify."),
    Reason("runner-self-hosted", Weight.ANOMALY, "A self-hosted runner built it, unlike the versions before."),
    Reason("commit-without-review", Weight.ANOMALY, "No pull request brought its commit, unlike those before."),
    Reason("commit-unsigned", Weight.ANOMALY, "GitHub verified no signature of its commit, unlike those before."),
    Reason("committer-unknown", Weight.ANOMALY, "Its commit is by somebody who never committed here before."),
    Reason("workflow-unreviewed", Weight.ANOMALY, "Its workflow file never stood on the default branch."),
    Reason("force-push", Weight.ANOMALY, "The branch it was built from was rewritten shortly before."),
    Reason("files-differ-from-source", Weight.ANOMALY, "Files in it differ from the source at its commit."),
    Reason("files-not-in-source", Weight.ANOMALY, "Files in it are not in the source at its commit."),
)

REASONS: dict[str, Reason] = {reason.id: reason for reason in _ALL}
