"""What a migration may not do while the version before it still works on the tables: anything but add."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

_TAKES = re.compile(
    r"\b(DROP\s+(TABLE|COLUMN|INDEX|CONSTRAINT|VIEW)|RENAME|TRUNCATE|DELETE\s+FROM|SET\s+NOT\s+NULL"
    r"|ALTER\s+COLUMN\s+\w+\s+(SET\s+DATA\s+)?TYPE)\b",
    re.IGNORECASE,
)
_CONSTRAINS = ("create_unique_constraint", "create_check_constraint", "create_foreign_key", "create_primary_key")


def contracting(source: str) -> list[str]:
    """What stands in a migration's source that the version before could stumble over, with the line; [] where nothing.

    New tables may be as strict as they like: the version before does not know them.
    """
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.expr)]
    return [f"line {node.lineno}: {what}" for node in nodes for what in _of(node)]


def _of(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and (found := _TAKES.search(node.value)):
        yield found[0]
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    name, given = node.func.attr, {word.arg: word.value for word in node.keywords}
    if name.startswith("drop_") or name == "rename_table" or name in _CONSTRAINS:
        yield name
    if name == "delete" and isinstance(node.func.value, ast.Name) and node.func.value.id in ("sa", "sqlalchemy"):
        yield name
    if name == "alter_column" and (set(given) & {"new_column_name", "type_"} or _is_false(given.get("nullable"))):
        yield "alter_column that renames, changes the type or forbids NULL"
    if name == "create_index" and not _is_false(given.get("unique", ast.Constant(False))):
        yield "create_index with unique"
    if name == "add_column":
        for column in (part for part in ast.walk(node) if isinstance(part, ast.Call) and _is_column(part)):
            said = {word.arg: word.value for word in column.keywords}
            if "nullable" in said and _is_false(said["nullable"]) and "server_default" not in said:
                yield "add_column that forbids NULL without a server_default"


def _is_column(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "Column"


def _is_false(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is False
