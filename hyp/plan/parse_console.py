"""From the values under `console:` to the model; whether the board has the UART is for the checks."""

from __future__ import annotations

from hyp.plan import console_language as lang
from hyp.plan.model import Board, Console
from hyp.plan.shapes import Field, Values
from hyp.plan.units import Rate


def console_of(values: Values, field: Field[Values], board: Board | None) -> Console | None:
    """The plan's console, with the board's UART by default; None when a value of it was refused."""
    record = values.get(field) if values.written(field) else Values(values.at(field), {}, frozenset())
    if record is None:
        return None
    uart = record.get(lang.UART)
    if uart is None and not record.written(lang.UART) and board is not None:
        uart = board.console
    mode, baud, buffer = record.get(lang.MODE), record.get(lang.BAUD), record.get(lang.BUFFER)
    room, age = record.get(lang.INPUT), record.get(lang.AGE)
    if uart is None or mode is None or baud is None or buffer is None or room is None or age is None:
        return None
    return Console(uart, mode, baud, buffer, room, age)


def rate_of(record: Values | None) -> Rate | None:
    """A partition's bound, in bytes; None when it has none."""
    return None if record is None else record.get(lang.RATE)
