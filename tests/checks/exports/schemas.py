"""What the two formats ask for, written down from their own specifications; GitHub holds the schemas in full.

OSV: ossf.github.io/osv-schema, version 1.7.5, and "The ideal report" of CONTRIBUTING.md of ossf/malicious-packages,
which wants no `id` and no `summary` and exactly one `affected` entry.
OpenVEX: OPENVEX-SPEC.md and openvex_json_schema.json of openvex/spec, version 0.2.0.
"""

from __future__ import annotations

from typing import Any

_TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
_TEXT = {"type": "string", "minLength": 1}
_URI = {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$"}


def _object(needed: dict[str, Any], more: dict[str, Any] | None = None) -> dict[str, Any]:
    """An object with exactly these fields; `more` may be absent."""
    return {
        "type": "object",
        "properties": {**needed, **(more or {})},
        "required": list(needed),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any], least: int = 0, most: int = 10_000) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most, "uniqueItems": True}


OSV = _object(
    {
        "schema_version": {"const": "1.7.5"},
        "modified": _TIME,
        "published": _TIME,
        "details": _TEXT,
        "affected": _list(
            _object(
                {
                    "package": _object({"ecosystem": {"enum": ["npm", "PyPI"]}, "name": _TEXT, "purl": _TEXT}),
                    "versions": _list(_TEXT, 1),
                }
            ),
            1,
            1,
        ),
        "references": _list(_object({"type": {"enum": ["WEB"]}, "url": _URI})),
        "credits": _list(_object({"name": _TEXT, "type": {"enum": ["REPORTER", "TOOL"]}}), 1),
        "database_specific": {"type": "object", "additionalProperties": {"type": "array"}},
    }
)

_HASHES = ("md5", "sha1", "sha-256", "sha-384", "sha-512")
_PRODUCT = _object(
    {"@id": _URI, "identifiers": _object({"purl": _URI})},
    {"hashes": _object({}, {name: {"type": "string", "pattern": "^[0-9a-f]+$"} for name in _HASHES})},
)
_SAID = {"vulnerability": _object({"name": _TEXT, "description": _TEXT}), "timestamp": _TIME}
_ONE = {**_SAID, "products": _list(_PRODUCT, 1)}

OPENVEX = _object(
    {
        "@context": {"const": "https://openvex.dev/ns/v0.2.0"},
        "@id": _URI,
        "author": _TEXT,
        "role": _TEXT,
        "timestamp": _TIME,
        "version": {"type": "integer", "minimum": 1},
        "tooling": _TEXT,
        "statements": _list(
            {
                "oneOf": [
                    _object({**_ONE, "status": {"const": "under_investigation"}, "status_notes": _TEXT}),
                    _object({**_ONE, "status": {"const": "not_affected"}, "impact_statement": _TEXT}),
                ]
            },
            1,
        ),
    }
)
