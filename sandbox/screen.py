"""What the demo shows on the terminal: versions as they are judged, and what was told and filed about them.

What repeats is folded: versions of one moment with the same answer, reasons that stand above already, and channels that
are told the same. `sandbox.judged` and `sandbox.tidings` say how.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from app.explain.case_words import shown
from app.pages.words import short
from checks.messages import change
from sandbox.judged import Judged, Reasons, few, folded, line, why
from sandbox.scenario import Scenario
from sandbox.tidings import TOGETHER, Telling, about, lines
from verifier.ledger.protocol import Book, Dossier, Ledger, Posted
from verifier.model import Bulletin, Incident, Notice, Outcome, Verdict

STYLES = {
    Outcome.COMPLIANT: "green",
    Outcome.NON_COMPLIANT: "bold red",
    Outcome.PENDING: "dim",
    Outcome.UNVERIFIABLE: "yellow",
}
PATIENCE = timedelta(minutes=5)
"""A version that is pending for less is shown with its outcome alone."""
_LATELY = timedelta(days=2)
"""A bulletin is told long before this is over."""
_EVER = timedelta(days=10_000)
_MARGIN = 23
_UNDER = f"{'':{_MARGIN - 2}}  "

_Key = tuple[str, str]
_Sentences = frozenset[tuple[str, str]]


class Screen:
    """Prints what changed in the ledger since it last looked."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._seen: dict[_Key, tuple[Outcome, bool]] = {}
        self._undecided: dict[_Key, Judged] = {}
        self._reasons: dict[Reasons, str] = {}
        """The version above that was given them in full."""
        self._posted: dict[tuple[str, str], tuple[str, bool]] = {}
        self._titles: dict[tuple[str, str], str] = {}
        """What each channel was last shown to be told; the same again with no reason is not worth a line."""
        self._noticed: dict[str, int] = {}
        self._sentences: dict[str, _Sentences] = {}
        self._telling: dict[str, Telling] = {}
        self._told_at: datetime | None = None

    def begin(self, scenario: Scenario, number: int, of: int) -> None:
        """A heading for the next scenario: which of how many it is."""
        self.finish()
        self._reasons.clear()
        self.console.print()
        self.console.print(
            f"[bold]{number} of {of}: {escape(scenario.name)}[/]  {escape(scenario.title)}", soft_wrap=True
        )

    def changes(self, ledger: Ledger, now: datetime) -> None:
        """Each verdict that is new or flipped, history in one line; then what was filed, told or closed."""
        with ledger.reading() as book:
            watches = book.versions.watches()
            dossiers = [(d, w.since(d.version)) for w in watches for d in book.versions.of(w.artifact)]
            bulletins, incidents = _bulletins(book, now), _incidents(book)
        if self._told_at is not None and now - self._told_at > TOGETHER:
            self._tell()
        heads = self._judged(dossiers, now)
        tellings = self._bulletins(bulletins, now)
        for incident, notices, posted in incidents:
            tellings |= self._incident(incident, notices, posted, now, heads)
        if heads or any(not self._belongs(key, telling) for key, telling in tellings.items()):
            self._tell()
        for alike in heads:
            self._versions(alike, now)
        for key, telling in tellings.items():
            known = self._telling.setdefault(key, telling)
            known.told |= {k: v for k, v in telling.told.items() if k not in known.filed}
            known.filed |= telling.filed
            self._told_at = self._told_at or now

    def finish(self) -> None:
        """Show what was kept back."""
        self._tell()
        for alike in folded(self._undecided.values()):
            self._versions(alike, max(one.since for one in alike if one.since is not None))
        self._undecided.clear()

    def _judged(self, dossiers: Sequence[tuple[Dossier, datetime]], now: datetime) -> list[list[Judged]]:
        """Verdicts to be shown now, folded. What is pending waits for a while, and not longer than its outcome."""
        fresh = [(d, d.verdict, since) for d, since in dossiers if d.verdict is not None and self._is_new(d, d.verdict)]
        history = [verdict for d, verdict, since in fresh if d.version.at < since]
        if history:
            self._tell()
            self._history(history, now)
        ready = []
        for dossier, verdict, since in fresh:
            self._undecided.pop(_key(dossier), None)
            if dossier.version.at < since:
                continue
            if verdict.outcome is Outcome.PENDING:
                self._undecided[_key(dossier)] = Judged(dossier, verdict, now)
            else:
                ready.append(Judged(dossier, verdict))
        if any(one.since is not None and now - one.since >= PATIENCE for one in self._undecided.values()):
            ready += self._undecided.values()
            self._undecided.clear()
        return folded(ready)

    def _is_new(self, dossier: Dossier, verdict: Verdict) -> bool:
        key, state = _key(dossier), (verdict.outcome, verdict.suspect)
        if self._seen.get(key) == state:
            return False
        self._seen[key] = state
        return True

    def _history(self, verdicts: list[Verdict], now: datetime) -> None:
        count = {outcome: sum(v.outcome is outcome for v in verdicts) for outcome in Outcome}
        words = ", ".join(f"{n} {outcome.value.replace('_', '-')}" for outcome, n in count.items() if n)
        self.console.print(
            f"[dim]{now:%Y-%m-%d %H:%M:%S}  history: {words}; nobody is alarmed about it[/]", soft_wrap=True
        )

    def _versions(self, alike: Sequence[Judged], now: datetime) -> None:
        first = alike[0]
        above = self._reasons.setdefault(first.reasons, first.name)
        known = f", for the same reasons as {above}" if above != first.name else ""
        text = f"[{STYLES[first.verdict.outcome]}]{escape(line(alike))}[/]{escape(known)}"
        self.console.print(f"[dim]{now:%Y-%m-%d %H:%M:%S}[/]  {text}", soft_wrap=True)
        for sentence in [] if known else why(alike):
            self.console.print(Padding(Text(sentence), (0, 0, 0, _MARGIN), expand=False))

    def _bulletins(self, bulletins: Sequence[tuple[Bulletin, list[Posted]]], now: datetime) -> dict[str, Telling]:
        tellings = {}
        for bulletin, posted in bulletins:
            if new := self._fresh(posted):
                tellings[bulletin.id] = Telling(now, shown(bulletin.title), stamped=True).heard(new)
        return tellings

    def _incident(
        self,
        incident: Incident,
        notices: Sequence[Notice],
        posted: Sequence[Posted],
        now: datetime,
        heads: Sequence[Sequence[Judged]],
    ) -> dict[str, Telling]:
        """What is said of an incident anew; where no version stands above it, when and why."""
        new = self._fresh(posted)
        if not new:
            return {}
        since, self._noticed[incident.id] = self._noticed.get(incident.id, 0), len(notices)
        before = self._sentences.get(incident.id, frozenset())
        now_said = self._sentences[incident.id] = _sentences(incident)
        telling = about(incident, now)
        if incident.id not in {one.dossier.incident_id for alike in heads for one in alike}:
            found = _found(now_said - before) if before else ""
            telling.why = shown(change(incident, notices[since:], now - _EVER), 300) or found
        telling.stamped = bool(telling.why) or not heads
        if not telling.why and not self._belongs(incident.id, telling):
            new = [one for one in new if self._titles.get((incident.id, one[0].channel)) != telling.title]
        self._titles |= {(incident.id, post.channel): telling.title for post, _ in new}
        return {incident.id: telling.heard(new)} if new else {}

    def _fresh(self, posted: Sequence[Posted]) -> list[tuple[Posted, bool]]:
        """What was told since the last look, and whether it is the first that the channel was told of it."""
        known = self._posted
        new = [p for p in posted if known.get((p.incident_id, p.channel)) != (p.digest, p.open)]
        fresh = [(post, (post.incident_id, post.channel) not in known) for post in new]
        known |= {(post.incident_id, post.channel): (post.digest, post.open) for post in new}
        return fresh

    def _belongs(self, key: str, telling: Telling) -> bool:
        """It is the same that others were told of a moment ago."""
        known = self._telling.get(key)
        return known is not None and known.title == telling.title and not telling.why

    def _tell(self) -> None:
        for said in lines(self._telling.values()):
            when = f"[dim]{said.at:%Y-%m-%d %H:%M:%S}[/]  " if said.at is not None else _UNDER
            text = f"[cyan]→ {escape(said.text)}[/]" if said.arrow else escape(said.text)
            self.console.print(f"{when}{text}", soft_wrap=True)
        self._telling.clear()
        self._told_at = None


def _key(dossier: Dossier) -> _Key:
    return dossier.version.artifact.purl, dossier.version.number


def _incidents(book: Book) -> list[tuple[Incident, list[Notice], list[Posted]]]:
    kept = book.incidents
    return [(one, list(kept.notices(one.id)), list(kept.all_posted(one.id))) for one in kept.all()]


def _bulletins(book: Book, now: datetime) -> list[tuple[Bulletin, list[Posted]]]:
    kept = book.incidents
    return [(one, list(kept.all_posted(one.id))) for one in reversed(kept.bulletins(now - _LATELY))]


def _sentences(incident: Incident) -> _Sentences:
    """What stands against its versions, each with the version that it is said of."""
    return frozenset(
        (short(sentence), f"{member.artifact.label} {member.number}")
        for member in incident.members
        for sentence in member.sentences
    )


def _found(new: _Sentences) -> str:
    """What another look found, in the words of the first of it; '' where it found nothing."""
    if not new:
        return ""
    sentence = min(new)[0]
    names = sorted(name for said, name in new if said == sentence)
    return shown(f"{few(names)}: {sentence}", 300)
