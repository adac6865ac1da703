"""All measurements by one command: one table, one JSON file, one drawing: `make bench` (docs/bench.md).

Each measurement is one module with `measure(full)`, listed in `parts.py`, and runs in a process of its own. The pure
parts are `rows.py`, `report.py`, `table.py` and `plot.py`.
"""
