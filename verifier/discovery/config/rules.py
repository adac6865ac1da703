"""Who may publish: the keys that stand at the top of the file, for all artifacts, or at one artifact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import timedelta

import yaml

from verifier.discovery import strict
from verifier.discovery.config import values
from verifier.discovery.config.keys import mapping
from verifier.discovery.strict import BadConfig, line, text
from verifier.model import Confidence

KEYS = ("workflows", "refs", "events", "manual", "environment", "signer", "moving", "grace", "confidence")


@dataclass(frozen=True)
class Rules:
    """What holds for one artifact, or for all that do not say otherwise. None: not said."""

    workflows: tuple[str, ...] | None = None
    refs: tuple[str, ...] | None = None
    events: tuple[str, ...] | None = None
    manual: bool | None = None
    environment: str | None = None
    signer: tuple[str, str] | None = None
    """Issuer and identity of another CI system."""
    moving: tuple[str, ...] | None = None
    grace: timedelta | None = None
    confidence: Confidence | None = None

    def over(self, defaults: Rules) -> Rules:
        """These, and what they do not say as the others do."""
        said = {field.name: value for field in fields(self) if (value := getattr(self, field.name)) is not None}
        return replace(defaults, **said)

    def under(self, organisation: Rules) -> Rules:
        """These over the organisation's, whose strictness in what is a matter of degree cannot be undone from here.

        Where it says that nobody publishes by hand, how sure an explanation must be, or how short the grace is, the
        stricter of the two holds. Which workflows, refs and signers are meant is for each repository to say.
        """
        own = self.over(organisation)
        graces = [rules.grace for rules in (self, organisation) if rules.grace is not None]
        sure = [rules.confidence for rules in (self, organisation) if rules.confidence is not None]
        return replace(
            own,
            manual=False if organisation.manual is False else own.manual,
            grace=min(graces, default=None),
            confidence=max(sure, default=None),
        )


def read(entry: dict[str, yaml.Node]) -> Rules:
    """The rules among the keys of a mapping."""

    def texts(key: str, one: Callable[[yaml.Node], str]) -> tuple[str, ...] | None:
        return values.each(entry[key], key, one) if key in entry else None

    levels = [level.word for level in Confidence]
    return Rules(
        workflows=texts("workflows", values.workflow),
        refs=texts("refs", values.ref),
        events=texts("events", values.event),
        manual=strict.flag(entry["manual"], "manual") if "manual" in entry else None,
        environment=text(entry["environment"], "environment") if "environment" in entry else None,
        signer=_signer(entry["signer"]) if "signer" in entry else None,
        moving=texts("moving", values.moving),
        grace=values.span(entry["grace"], "grace") if "grace" in entry else None,
        confidence=Confidence[strict.word(entry["confidence"], "confidence", levels).upper()]
        if "confidence" in entry
        else None,
    )


def _signer(node: yaml.Node) -> tuple[str, str]:
    """Both are compared exactly with what the certificate says: no pattern, no prefix."""
    found = mapping(node, ("issuer", "identity"), "signer")
    if set(found) != {"issuer", "identity"}:
        raise BadConfig(line(node), "signer needs both its issuer and its identity.")
    issuer, identity = text(found["issuer"], "issuer"), text(found["identity"], "identity")
    if not issuer.startswith("https://"):
        raise BadConfig(line(found["issuer"]), "an issuer is an address; write it like https://gitlab.com")
    if issuer.rstrip("/") == values.GITHUB_ACTIONS:
        raise BadConfig(line(node), "for GitHub Actions name workflows in place of a signer.")
    return issuer, identity
