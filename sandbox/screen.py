"""What the demo shows on the terminal: each version as it is judged, and what was filed about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from app.explain.case_words import shown
from app.explain.version import SIGNS
from app.pages.words import short
from checks.messages import change
from checks.report import headline
from sandbox.results import Result, State
from sandbox.scenario import Scenario
from verifier.ledger.protocol import Dossier, Ledger, Posted
from verifier.model import Incident, Notice, Outcome, Verdict

STYLES = {
    Outcome.COMPLIANT: "green",
    Outcome.NON_COMPLIANT: "bold red",
    Outcome.PENDING: "dim",
    Outcome.UNVERIFIABLE: "yellow",
}


ALIKE = 3
"""More versions than this with the same new answer at once are counted, not listed."""
_ROUTE = "route/"
ANSWER = len("non-compliant")
_AROUND = 16
"""The columns of a terminal that the table needs beside names and answers."""


class Screen:
    """Prints what changed in the ledger since it last looked."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._seen: dict[tuple[str, str], tuple[Outcome, bool]] = {}
        self._posted: dict[tuple[str, str], tuple[str, bool]] = {}
        self._noticed: dict[str, int] = {}

    def begin(self, scenario: Scenario) -> None:
        """A heading for the next scenario."""
        self.console.print()
        self.console.rule(f"[bold]{escape(scenario.name)}[/]  {escape(scenario.title)}", align="left")

    def changes(self, ledger: Ledger, now: datetime) -> None:
        """Each verdict that is new or flipped, history in one line; then each message that was filed or closed."""
        with ledger.reading() as book:
            watches = book.versions.watches()
            dossiers = [(d, w.since(d.version)) for w in watches for d in book.versions.of(w.artifact)]
            incidents = [
                (one, book.incidents.notices(one.id), book.incidents.all_posted(one.id)) for one in book.incidents.all()
            ]
        fresh = [(d, d.verdict, since) for d, since in dossiers if d.verdict is not None and self._is_new(d, d.verdict)]
        history = [verdict for d, verdict, since in fresh if d.version.at < since]
        if history:
            self._history(history, now)
        alike: dict[tuple[Outcome, bool], int] = {}
        for dossier, verdict, since in sorted(fresh, key=_urgency):
            if dossier.version.at >= since:
                kind = (verdict.outcome, verdict.suspect)
                alike[kind] = alike.get(kind, 0) + 1
                if alike[kind] <= ALIKE:
                    self._version(dossier, verdict, now)
        for (outcome, suspect), count in alike.items():
            if count > ALIKE:
                self.console.print(
                    f"{'':21}  … and {count - ALIKE} more: {_words(outcome.value, suspect)}", style="dim"
                )
        told = {d.incident_id for d, _, since in fresh if d.version.at >= since}
        for incident, notices, posted in incidents:
            self._incident(incident, notices, posted, now, alone=incident.id not in told)

    def _incident(
        self, incident: Incident, notices: Sequence[Notice], posted: Sequence[Posted], now: datetime, *, alone: bool
    ) -> None:
        """What is said of an incident anew; where no version stands above it, when and why."""
        new = [post for post in posted if self._posted.get((post.incident_id, post.channel)) != _state(post)]
        if not new:
            return
        since, self._noticed[incident.id] = self._noticed.get(incident.id, 0), len(notices)
        if alone:
            why = change(incident, notices[since:], now - timedelta(days=10_000)) or "what is known of it changed"
            self.console.print(f"[dim]{now:%Y-%m-%d %H:%M:%S}[/]  {escape(shown(why, 300))}", soft_wrap=True)
        for post in sorted(new, key=lambda post: not post.channel.startswith(_ROUTE)):
            self._post(post, incident)

    def _is_new(self, dossier: Dossier, verdict: Verdict) -> bool:
        key, state = (dossier.version.artifact.purl, dossier.version.number), (verdict.outcome, verdict.suspect)
        if self._seen.get(key) == state:
            return False
        self._seen[key] = state
        return True

    def _history(self, verdicts: list[Verdict], now: datetime) -> None:
        count = {outcome: sum(v.outcome is outcome for v in verdicts) for outcome in Outcome}
        words = ", ".join(f"{n} {outcome.value.replace('_', '-')}" for outcome, n in count.items() if n)
        self.console.print(f"[dim]{now:%Y-%m-%d %H:%M:%S}  history: {words}; nobody is alarmed about it[/]")

    def _version(self, dossier: Dossier, verdict: Verdict, now: datetime) -> None:
        word = verdict.outcome.value.replace("_", "-") + (", suspect" if verdict.suspect else "")
        name = f"{SIGNS[verdict.outcome]} {shown(str(dossier.version), 60)}  {word} ({verdict.confidence.word})"
        self.console.print(f"[dim]{now:%Y-%m-%d %H:%M:%S}[/]  [{STYLES[verdict.outcome]}]{escape(name)}[/]")
        for finding in (verdict.reasons + verdict.anomalies)[:3]:
            self.console.print(Padding(Text(shown(short(finding.sentence), 300)), (0, 0, 0, 23)))

    def _post(self, post: Posted, incident: Incident) -> None:
        key = (post.incident_id, post.channel)
        verb = (
            ("filed" if post.open else "filed, closed")
            if key not in self._posted
            else "updated"
            if post.open
            else "closed"
        )
        self._posted[key] = _state(post)
        if post.channel.startswith(_ROUTE):
            told = f"told {post.channel.removeprefix(_ROUTE)}: {shown(headline(incident), 200)}"
            self.console.print(f"{'':21}  → {escape(told)}", style="cyan", highlight=False, soft_wrap=True)
            return
        name = post.channel.replace("_", " ")
        self.console.print(
            f"{'':21}  → {name} {verb}: {escape(post.url)}", style="cyan", highlight=False, soft_wrap=True
        )

    def table(self, results: Iterable[Result]) -> None:
        """Expected against got: below each scenario the versions that it says something about, a line each.

        The answers are what wraps on a narrow terminal, never a name; of one that alone is too long its end is shown.
        """
        table = Table(title="Expected and got", title_justify="left")
        table.add_column("version", no_wrap=True)
        for heading in ("expected", "got"):
            table.add_column(heading, min_width=ANSWER)
        table.add_column("")
        room = max(self.console.width - 2 * ANSWER - _AROUND, ANSWER)
        for result in results:
            table.add_section()
            table.add_row(f"[bold]{escape(result.scenario.name)}[/]")
            for (wanted, got, sign), names in _rows(result).items():
                more = [f"… {len(names)} versions"] if len(names) > ALIKE else []
                lines = "\n".join(f"  {_end(name, room)}" for name in (*names[:ALIKE], *more))
                table.add_row(*(escape(text) for text in (lines, wanted, got)), sign)
        self.console.print(table)
        for result in results:
            if result.state is State.FAILED:
                for sentence in (*result.mismatches, *result.problems):
                    self.console.print(f"[red]✘[/] {escape(result.scenario.name)}: {escape(sentence)}")


def _state(post: Posted) -> tuple[str, bool]:
    return post.digest, post.open


def _urgency(fresh: tuple[Dossier, Verdict, datetime]) -> tuple[bool, bool, bool]:
    """What is surest against a version comes first, a release's own tag before those that move."""
    dossier, verdict, _ = fresh
    return verdict.outcome is not Outcome.NON_COMPLIANT, not verdict.suspect, dossier.version.moving


def _rows(result: Result) -> dict[tuple[str, str, str], list[str]]:
    """Versions by what was expected of them, what came, and whether that is right."""
    rows: dict[tuple[str, str, str], list[str]] = {}
    known = {(told.artifact, told.version): told for told in result.versions}
    for expect in (expect for expect in result.scenario.expect if expect.at is None):
        told = known.get((expect.artifact, expect.version))
        final = told.final if told is not None else None
        got = _words(final.outcome, final.suspect) if final is not None else "nothing was said"
        named = expect.artifact.versioned(expect.version)
        wrong = any(sentence.startswith((f"{named}:", f"{named} ")) for sentence in result.mismatches)
        sign = "[yellow]waits[/]" if result.state is State.WAITS else "[red]✘[/]" if wrong else "[green]✔[/]"
        rows.setdefault((_words(expect.outcome, bool(expect.suspect)), got, sign), []).append(named)
    return rows


def _end(name: str, room: int) -> str:
    return name if len(name) <= room else f"…{name[1 - room :]}"


def _words(outcome: str, suspect: bool) -> str:
    return outcome.replace("_", "-") + (", suspect" if suspect else "")
