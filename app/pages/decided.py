"""What people decided about a version: waivers of it and mutes of its line, in force or not. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.pages.words import moment, shown
from verifier.model import Mute, Version, Waiver


@dataclass(frozen=True)
class Decided:
    """One decision, with whether it holds now."""

    what: str
    by: str
    at: datetime
    reason: str
    state: str
    holds: bool


def decided(version: Version, waivers: Sequence[Waiver], mutes: Sequence[Mute], now: datetime) -> tuple[Decided, ...]:
    """Every one that was ever given, the newest first."""
    found = [_waiver(waiver, version, now) for waiver in waivers]
    found += [_mute(mute, now) for mute in mutes if mute.line == version.line]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def in_force(version: Version, waivers: Sequence[Waiver], mutes: Sequence[Mute], now: datetime) -> tuple[str, ...]:
    """Those that hold now, each in one sentence."""
    given = decided(version, waivers, mutes, now)
    return tuple(f"{one.what} by {one.by}, {one.state}: {one.reason}" for one in given if one.holds)[:5]


def _waiver(waiver: Waiver, version: Version, now: datetime) -> Decided:
    mine, ended = waiver.fingerprint == version.fingerprint, waiver.expires_at <= now
    until = f"{moment(waiver.expires_at)} UTC"
    state = f"ended {until}" if ended else f"until {until}" if mine else "about other files than are there now"
    by, reason = shown(waiver.by, 60), shown(waiver.reason, 400)
    return Decided("Waived", by, waiver.given_at, reason, state, mine and not ended)


def _mute(mute: Mute, now: datetime) -> Decided:
    holds = mute.starts_at <= now < mute.expires_at
    until = f"{moment(mute.expires_at)} UTC"
    state = f"until {until}" if holds else f"from {moment(mute.starts_at)} UTC on" if now < mute.starts_at else ""
    what = f"Line {shown(str(mute.line), 60)} muted"
    return Decided(what, shown(mute.by, 60), mute.given_at, shown(mute.reason, 400), state or f"ended {until}", holds)
