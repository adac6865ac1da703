"""A report as one drawing (SVG): bars for what can be compared, each group on a scale of its own."""

from __future__ import annotations

from itertools import groupby
from xml.sax.saxutils import escape

from benchmarks.bench.report import Report
from benchmarks.bench.rows import Row, ratio
from benchmarks.bench.table import described, number

WIDTH, LINE, BAR = 980, 20, 12
LEFT, RIGHT = 330, 660
"""Where bars begin and where the longest ends; what they say stands to the right."""
OURS, OTHERS, INK, PALE = "#1f6feb", "#8c959f", "#1f2328", "#656d76"


def svg(report: Report) -> str:
    """The drawing. What was not measured is said where its bar would be."""
    y, drawn = 2 * LINE, [_text(12, LINE, described(report.machine) + busy(report), PALE)]
    for (what, unit), group in groupby(report.rows, key=lambda row: (row.what, row.unit)):
        rows = list(group)
        y += LINE
        drawn.append(_text(12, y, f"{what} ({unit})", INK, bold=True))
        longest = max((max(row.value or 0, row.high or 0) for row in rows), default=0) or 1
        for row in rows:
            y += LINE
            drawn += _bar(row, rows, y, (RIGHT - LEFT) / longest)
        y += LINE // 2
    height = y + LINE
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
            ' role="img" font-family="sans-serif" font-size="12">',
            "<title>What was measured: medians as bars, least to most as lines</title>",
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            *drawn,
            "</svg>",
            "",
        ]
    )


def busy(report: Report) -> str:
    """How many processes wanted to run in the minute before each part, least to most."""
    loads = [part.load[0] for part in report.parts if part.measured]
    return f"; load before {min(loads):.1f} to {max(loads):.1f}" if loads else ""


def _bar(row: Row, rows: list[Row], y: int, scale: float) -> list[str]:
    label = _text(LEFT - 8, y, row.name, INK, anchor="end")
    if row.value is None:
        return [label, _text(LEFT + 4, y, row.note, PALE)]
    times = ratio(row, rows)
    said = number(row.value) + (f" ({times:.2f} × {row.beside})" if times is not None else "")
    width = max(0.0, row.value) * scale
    top, end = y - BAR + 2, max(row.value, row.high or 0) * scale
    drawn = [
        label,
        f'<rect x="{LEFT}" y="{top}" width="{width:.1f}" height="{BAR}" fill="{OURS if row.ours else OTHERS}"/>',
    ]
    if row.low is not None and row.high is not None and row.n > 1:
        from_, to, middle = LEFT + max(0.0, row.low) * scale, LEFT + row.high * scale, top + BAR / 2
        drawn.append(
            f'<path d="M{from_:.1f} {middle}H{to:.1f}M{from_:.1f} {top + 3}v{BAR - 6}M{to:.1f} {top + 3}v{BAR - 6}"'
            f' stroke="{INK}" fill="none"/>'
        )
    return [*drawn, _text(LEFT + end + 8, y, said, PALE)]


def _text(x: float, y: int, said: str, colour: str, *, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y}" fill="{colour}" text-anchor="{anchor}"{weight}>{escape(said)}</text>'
