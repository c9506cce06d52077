"""From the values under `trace:` to the model; whether the board has the UART is for the checks."""

from __future__ import annotations

from hyp.plan import trace_language as lang
from hyp.plan.model import Trace
from hyp.plan.shapes import Values


def trace_of(record: Values | None) -> Trace | None:
    """None when the plan has no trace, or a value of it was refused."""
    if record is None:
        return None
    baud, buffer, detail, events = record.get(lang.BAUD), record.get(lang.BUFFER), record.get(lang.DETAIL), record.get(lang.RECORDED)
    uart = record.get(lang.UART)
    if baud is None or buffer is None or detail is None or events is None or (uart is None and record.written(lang.UART)):
        return None
    return Trace(uart, baud, buffer, detail, tuple(word for word in lang.EVENTS if word in events))
