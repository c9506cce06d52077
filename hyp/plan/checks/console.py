"""Checks of the console against the board."""

from __future__ import annotations

from hyp.plan.board_language import UART_KIND
from hyp.plan.draft import Draft
from hyp.plan.model import Board, Console, Device
from hyp.plan.node import Path
from hyp.plan.quote import alternatives, nearest, quote

BAUD_ERROR_MAX = 50
"""One 50th, 2 %: half of what a receiver that samples in the middle of the tenth bit can bear, the rest is the other side's."""
DIVISOR_MAX = 0xFFFF
USUAL = (115200, 57600, 38400, 19200, 9600)


def uart_exists(draft: Draft) -> None:
    """The console's UART is a device of the board."""
    board, console = draft.board, draft.console
    if board is None or console is None or console.uart in board.devices:
        return
    uarts = [name for name, device in sorted(board.devices.items()) if device.kind == UART_KIND]
    meant = nearest(console.uart, board.devices)
    fix = f"did you mean `{meant}`?" if meant else f"use {alternatives(uarts)}" if uarts else "choose a board with a UART"
    draft.report.add("CON001", _written(draft, "uart"), f"board `{board.name}` has no device `{quote(console.uart)}`", fix)


def uart_is_a_uart(draft: Draft) -> None:
    """The console's device is a 16550 with I/O ports."""
    found = _device(draft)
    if found is None:
        return
    board, _, device = found
    if device.kind != UART_KIND:
        uarts = [name for name, other in sorted(board.devices.items()) if other.kind == UART_KIND]
        fix = f"use {alternatives(uarts)}" if uarts else "choose a board with a UART"
        draft.report.add(
            "CON002", _written(draft, "uart"), f"`{device.name}` of board `{board.name}` is a `{quote(device.kind)}`, not a UART", fix
        )
    elif not device.ports:
        draft.report.add(
            "FUT001",
            _written(draft, "uart"),
            f"a console on `{device.name}`, a UART without I/O ports, is not supported yet",
            "use a UART with I/O ports",
        )


def baud_rate_is_possible(draft: Draft) -> None:
    """The UART can make the baud rate to within 2 %."""
    found = _device(draft)
    if found is None:
        return
    _, console, device = found
    if device.kind != UART_KIND or device.clock_hz is None or not draft.report.ok(("console", "baud")):
        return
    if makes(device.clock_hz, console.baud):
        return
    possible = [rate for rate in USUAL if makes(device.clock_hz, rate)]
    near = min(possible, key=lambda rate: abs(rate - console.baud)) if possible else device.clock_hz // 16
    message = f"`{device.name}` cannot make {console.baud} baud from its clock of {device.clock_hz} Hz"
    draft.report.add("CON003", _written(draft, "baud"), message, f"write {near}")


def makes(clock_hz: int, baud: int) -> bool:
    """Whether a 16550's divisor comes within 2 % of `baud`."""
    divisor = (clock_hz + 8 * baud) // (16 * baud)
    if not 1 <= divisor <= DIVISOR_MAX:
        return False
    return abs(clock_hz - 16 * baud * divisor) * BAUD_ERROR_MAX <= 16 * baud * divisor


def _written(draft: Draft, key: str) -> Path:
    """Where the value comes from: the console's key, or the board that gives the default."""
    path = ("console", key)
    return path if draft.report.spans.is_written(path) else ("board",)


def _device(draft: Draft) -> tuple[Board, Console, Device] | None:
    board, console = draft.board, draft.console
    if board is None or console is None or console.uart not in board.devices:
        return None
    return board, console, board.devices[console.uart]
