"""What pip-audit says of the pinned requirements, in words: known vulnerabilities, or that nobody could be asked.

Reads its JSON from standard input. pip-audit itself passes where its service knows none of the packages, as behind a
mirror: that is no audit, and fails here. Exit code 0: every package was looked up, none is known to be vulnerable;
1: some are; 2: not all could be looked up.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def judged(text: str) -> tuple[int, list[str]]:
    """The exit code and what to print."""
    try:
        packages: list[dict[str, Any]] = json.loads(text)["dependencies"]
        vulnerable = [p for p in packages if p.get("vulns")]
        unknown = [p["name"] for p in packages if "skip_reason" in p]
    except (ValueError, KeyError, TypeError, AttributeError):
        return 2, ["NOT AUDITED: pip-audit gave no answer; the vulnerability service could not be reached."]
    said = [
        f"{package['name']} {package.get('version', '')}: {known['id']}, fixed in "
        + (", ".join(known.get("fix_versions", ())) or "no version")
        for package in vulnerable
        for known in package["vulns"]
    ]
    if not packages or unknown:
        some = f" ({', '.join(unknown[:5])}{' …' if len(unknown) > 5 else ''})"
        said.append(
            f"NOT AUDITED: {len(unknown)} of {len(packages)} packages are unknown to the vulnerability service{some}; "
            "it was probably not reached, or a mirror stands in front of it."
        )
    if not said:
        return 0, [f"{len(packages)} packages looked up, none is known to be vulnerable."]
    return (1 if vulnerable else 2), said


if __name__ == "__main__":
    code, lines = judged(sys.stdin.read())
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(code)
