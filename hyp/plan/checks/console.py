"""Checks of the kernel's own UARTs, for console and trace, against the board."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.plan.board_language import UART_KIND
from hyp.plan.draft import Draft
from hyp.plan.model import Board, Device
from hyp.plan.node import Path
from hyp.plan.quote import alternatives, nearest, quote

BAUD_ERROR_MAX = 50
"""One 50th, 2 %: half of what a receiver that samples in the middle of the tenth bit can bear, the rest is the other side's."""
DIVISOR_MAX = 0xFFFF
USUAL = (115200, 57600, 38400, 19200, 9600)


@dataclass(frozen=True)
class Line:
    """What the plan says of one of the kernel's UARTs; `key` is `console` or `trace`."""

    key: str
    uart: str
    baud: int


def lines(draft: Draft) -> list[Line]:
    """The console, and the trace when it is streamed."""
    console, trace = draft.console, draft.trace
    found = [] if console is None else [Line("console", console.uart, console.baud)]
    return found if trace is None or trace.uart is None else [*found, Line("trace", trace.uart, trace.baud)]


def uart_exists(draft: Draft) -> None:
    """The UARTs of console and trace are devices of the board."""
    board = draft.board
    if board is None:
        return
    for line in lines(draft):
        if line.uart in board.devices:
            continue
        uarts = [name for name, device in sorted(board.devices.items()) if device.kind == UART_KIND]
        meant = nearest(line.uart, board.devices)
        fix = f"did you mean `{meant}`?" if meant else f"use {alternatives(uarts)}" if uarts else "choose a board with a UART"
        draft.report.add("CON001", _written(draft, line, "uart"), f"board `{board.name}` has no device `{quote(line.uart)}`", fix)


def uart_is_a_uart(draft: Draft) -> None:
    """The devices of console and trace are 16550s with I/O ports."""
    for board, line, device in _devices(draft):
        path = _written(draft, line, "uart")
        if device.kind != UART_KIND:
            uarts = [name for name, other in sorted(board.devices.items()) if other.kind == UART_KIND]
            fix = f"use {alternatives(uarts)}" if uarts else "choose a board with a UART"
            draft.report.add("CON002", path, f"`{device.name}` of board `{board.name}` is a `{quote(device.kind)}`, not a UART", fix)
        elif not device.ports:
            message = f"a {line.key} on `{device.name}`, a UART without I/O ports, is not supported yet"
            draft.report.add("FUT001", path, message, "use a UART with I/O ports")


def baud_rate_is_possible(draft: Draft) -> None:
    """The UARTs can make their baud rates to within 2 %."""
    for _, line, device in _devices(draft):
        if device.kind != UART_KIND or device.clock_hz is None or not draft.report.ok((line.key, "baud")):
            continue
        if makes(device.clock_hz, line.baud):
            continue
        possible = [rate for rate in USUAL if makes(device.clock_hz, rate)]
        near = min(possible, key=lambda rate: abs(rate - line.baud)) if possible else device.clock_hz // 16
        message = f"`{device.name}` cannot make {line.baud} baud from its clock of {device.clock_hz} Hz"
        draft.report.add("CON003", _written(draft, line, "baud"), message, f"write {near}")


def uarts_differ(draft: Draft) -> None:
    """The trace has a UART of its own."""
    found = lines(draft)
    if len(found) < 2 or found[0].uart != found[1].uart:
        return
    others = [] if draft.board is None else [
        name for name, device in sorted(draft.board.devices.items()) if device.kind == UART_KIND and name != found[0].uart
    ]  # fmt: skip
    fix = f"use {alternatives(others)}" if others else "leave out `uart`: the trace stays in memory"
    path: Path = ("console", "uart")
    related = [(path, "the console")] if draft.report.spans.is_written(path) else []
    draft.report.add("CON004", ("trace", "uart"), f"`{quote(found[1].uart)}` carries the console", fix, related=related)


def makes(clock_hz: int, baud: int) -> bool:
    """Whether a 16550's divisor comes within 2 % of `baud`."""
    divisor = (clock_hz + 8 * baud) // (16 * baud)
    if not 1 <= divisor <= DIVISOR_MAX:
        return False
    return abs(clock_hz - 16 * baud * divisor) * BAUD_ERROR_MAX <= 16 * baud * divisor


def _written(draft: Draft, line: Line, key: str) -> Path:
    """Where the value comes from: the line's own key, the line, or the board that gives the console's default."""
    path: Path = (line.key, key)
    if draft.report.spans.is_written(path):
        return path
    return ("board",) if line.key == "console" else (line.key,)


def _devices(draft: Draft) -> list[tuple[Board, Line, Device]]:
    """The lines whose device the board has."""
    board = draft.board
    return [] if board is None else [(board, line, board.devices[line.uart]) for line in lines(draft) if line.uart in board.devices]
