"""Who looks at us, and what they may see and do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from verifier.ledger.views import Sees
from verifier.model import ROLES


@dataclass(frozen=True)
class Viewer:
    """Somebody in front of the dashboard or the API. `sees` are repository ids, None everything.

    `roles` are GitHub's words for what they may do in a repository (`read`, `write`, `maintain`, `admin`), as GitHub
    said it when it was asked last. `operator`: who runs this monitor, on its own machine.
    """

    login: str = ""
    id: int = 0
    sees: Sees = frozenset()
    roles: Mapping[int, str] = field(default_factory=dict)
    operator: bool = False

    def may_see(self, repository_id: int | None) -> bool:
        """What no repository publishes is seen by the operator alone."""
        return self.sees is None or (repository_id is not None and repository_id in self.sees)

    def may_act(self, repository_id: int, role: str) -> bool:
        """Has at least this role there. Nobody acts where they may not look."""
        if self.operator:
            return True
        held = self.roles.get(repository_id, "")
        return self.may_see(repository_id) and held in ROLES and ROLES.index(held) >= ROLES.index(role)


OPERATOR = Viewer("operator", sees=None, operator=True)
NOBODY = Viewer()
