"""The benchmark's rows for people and for machines."""

from __future__ import annotations

from typing import Any

from hyp.bench.rows import SECONDS, Row

VERSION = 1


def as_json(rows: list[Row]) -> dict[str, Any]:
    """See hyp/schemas/bench.schema.json."""
    keys = ("name", "what", "value", "unit", "bound", "aim")
    return {"version": VERSION, "rows": [{key: getattr(row, key) for key in keys} for row in rows]}


def as_text(rows: list[Row]) -> str:
    """A table with a column per field; what exceeds its bound is marked."""
    head = ("name", "what", "value", "bound", "aim", "best peer")
    lines = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(head))]
    rule = tuple("-" * width for width in widths)
    return "\n".join(_line(line, widths) for line in (head, rule, *lines[1:])) + "\n"


def _cells(row: Row) -> tuple[str, ...]:
    unit = "" if row.unit == "instructions" else f" {row.unit}"
    mark = "  EXCEEDED" if row.exceeded else "  (wall clock, not judged)" if row.unit == SECONDS else ""
    return row.name, row.what, _number(row.value) + unit, _number(row.bound) + mark, _number(row.aim), row.peer


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.2f}" if value != int(value) else f"{int(value):,}"


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(
        cell.rjust(width) if n in (2, 4) else cell.ljust(width) for n, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ).rstrip()
