"""What is said about reasons that speak against a version."""

from __future__ import annotations

from checks.phrases import (
    APPROVE,
    ASK,
    BRANCH,
    BY_HAND,
    COMPARE,
    MOVED,
    READ,
    RUN,
    SIGNER,
    WAIVER,
    Words,
    odd,
    suspect,
)

AGAINST: dict[str, Words] = {
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
        (WAIVER, MOVED),
    ),
    "digest-mismatch": Words(
        "Its provenance is for other bytes",
        "What the registry serves is not what was signed. One of the two was exchanged.",
        "**Download the file**, compare its digest with those listed above, and keep a copy as evidence.",
        (WAIVER,),
    ),
    "log-digest-mismatch": Words(
        "Your run published other bytes",
        "The log of your run shows another digest for this very version. What the registry serves came from elsewhere.",
        "**Download the file**, compare its digest with the run's log, and keep a copy as evidence.",
        (WAIVER,),
    ),
    "signed-by-other": Words(
        "Signed by another than you named",
        "The configuration says who signs this artifact. Somebody else did.",
        ASK,
        (WAIVER, SIGNER),
    ),
    "workflow-never-stood": Words(
        "Its workflow file was never on the default branch",
        "Whoever can push a tag or a branch can run a workflow of their own making under the right name.",
        RUN,
        (WAIVER, BRANCH),
    ),
    "commit-off-branch": Words(
        "It was built from a commit of no branch",
        "Earlier releases came from your branches. A tag can point at code that nobody ever merged.",
        RUN,
        (WAIVER, BRANCH),
    ),
    "environment-refused": Words(
        "A person refused the deployment",
        "The run was not let into the environment that guards publishing, and still the version is there.",
        RUN,
        (WAIVER,),
    ),
    # absent
    "tag-replaced": Words(
        "A known tag was given other bytes",
        "Whoever pulled this tag since then has something else than before, under a name they trust. Your CI pushed "
        "nothing: that is what a stolen registry token does.",
        ASK,
        (WAIVER, BY_HAND),
    ),
    "other-bytes-in-log": Words(
        "Your run pushed other bytes under this tag",
        "The log of your run shows what the tag should hold. It was given something else since.",
        "**Compare both digests** above: the one in the run's log is yours.",
        (WAIVER,),
    ),
    "other-release-bytes": Words(
        "It was given another release's bytes",
        "The bytes are yours, under a number that promises newer ones. A stolen registry token can bring back an old "
        "hole like that.",
        ASK,
        (WAIVER, BY_HAND),
    ),
    "registries-disagree": Words(
        "Your registries hold different bytes",
        "They always held the same for this line. In one of them something was put in its place.",
        ASK,
        (WAIVER,),
    ),
    "registry-alone": Words(
        "Your other registries do not have it",
        "Every release of this line went to all of them. A token of one registry reaches only that one.",
        ASK,
        (WAIVER,),
    ),
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
    # suspects
    "account-unknown": suspect(
        "An account that never published it before",
        "A new name among the publishers is either a new colleague or somebody who should not be there.",
    ),
    "unlike-all-before": suspect(
        "Unlike everything before it",
        "All earlier versions came from CI. A stolen token can pick a line of its own, so that nothing seems missing.",
    ),
    "run-names-nothing": suspect(
        "A run published something, and nothing says what",
        "Your run and a stolen token could both have published this at that minute. Look at what the run printed.",
    ),
    "run-skipped-it": suspect(
        "Your run came to publish it, and it was there already",
        "Who holds the token can publish the next version seconds before your run does. Its log says it skipped this.",
    ),
    "run-fell-silent": suspect(
        "The run published something, and its log does not say what",
        "The logs before named what they published. A tool that finds a version there may skip it in silence.",
    ),
    "burst": suspect(
        "More versions at once than ever",
        "Who has stolen a token publishes as much as possible before it is noticed.",
    ),
    "no-tag": suspect(
        "No tag, though there always is one",
        "Whoever publishes past the repository leaves no tag in it.",
    ),
    "tag-repushed": suspect(
        "A release's tag was pushed again",
        "A tag of a release is not made to move. Whoever pulled it since then has other bytes than before.",
    ),
    "event-not-listed": Words(
        "Pushed by your workflow, on an event that nobody listed",
        "Your workflow was started by something that is not among the events that may publish.",
        ASK,
        (WAIVER, APPROVE),
    ),
    "tag-by-nobody": suspect(
        "A new tag that no run of yours pushed",
        "A workflow publishes this image, and it did not publish this. We have not seen enough yet to say more.",
    ),
    "missing-elsewhere": suspect(
        "Your other registries do not have it",
        "Every release of this line went to all of them. A token of one registry reaches only that one.",
    ),
    "near-incident": suspect(
        "Close to a version that is not yours",
        "The same stolen credentials are often used on everything they open.",
    ),
    "staged-by-nobody": suspect(
        "Approved by a person, staged by no run",
        "Staged versions of this line come from your CI. Nothing of it ran that could have staged this one.",
    ),
    "outside-step": suspect(
        "Signed by your run, published outside its publish step",
        "Something else in that run used its identity, or somebody kept what it signed and published it later.",
    ),
    "provenance-unproven": suspect(
        "Its provenance cannot be proven, unlike that before",
        "Earlier versions carry provenance that verifies. Junk in its place looks like proof, and is none.",
    ),
    "commit-unvetted": suspect(
        "Nobody could look at its run's commit",
        "A tag can point at code that nobody merged. GitHub could not say whether this one does, as it could before.",
    ),
    # anomalies
    "tag-rolled-back": odd(
        "The tag was moved back",
        "Whoever pulled it since then has older bytes than before, with the holes that were mended in between.",
        "**Ask who moved it back.** Where a bad release was withdrawn, that is how it is done.",
    ),
    "provenance-invalid": odd(
        "Its provenance does not verify",
        "Something at the registry claims to be provenance and is not. A tool may have broken it, or somebody made it.",
        "**Run `artifact-monitor verify-bundle`** on it; it says what is wrong.",
    ),
    "runner-self-hosted": odd(
        "Built on a self-hosted runner, for the first time",
        "Whoever owns that machine decides what comes out of it.",
        "**Look whose runner it was** before you trust what it built.",
    ),
    "commit-without-review": odd(
        "No pull request brought its commit",
        "Earlier releases were merged from pull requests. This commit was pushed past them.",
        READ,
    ),
    "commit-unsigned": odd(
        "Its commit is unsigned, unlike those before",
        "Somebody without the usual key made the commit that was released.",
        READ,
    ),
    "committer-unknown": odd(
        "Its commit is by a stranger",
        "Who made the commit that was released never committed here before.",
        READ,
    ),
    "workflow-unreviewed": odd(
        "Its workflow file was never on the default branch",
        "Earlier releases used workflow files that were. A branch of its own can carry a workflow of its own.",
        READ,
    ),
    "force-push": odd(
        "The branch was rewritten just before",
        "Rewriting a branch can put code in place of what was reviewed.",
        READ,
    ),
    "files-differ-from-source": odd(
        "Files in it differ from the source",
        "What was published is not what stands in the repository at its commit. A build that was tampered with looks "
        "like that.",
        COMPARE,
    ),
    "files-not-in-source": odd(
        "Files in it are not in the source",
        "It carries files that neither the repository nor its usual build knows.",
        COMPARE,
    ),
    "install-scripts-new": odd(
        "It runs a script at installation, for the first time",
        "A script that runs at installation is how most malicious packages start. It may also be an honest change.",
        "**Read the script** before anybody installs the version.",
    ),
}
