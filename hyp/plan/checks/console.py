"""Checks of the kernel's own devices, for console, trace and monitor, against the board."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.plan.board_language import UART_KIND
from hyp.plan.draft import Draft
from hyp.plan.model import Board, Device
from hyp.plan.monitor_language import MODEM
from hyp.plan.node import Path
from hyp.plan.quote import alternatives, nearest, quote

BAUD_ERROR_MAX = 50
"""One 50th, 2 %: half of what a receiver that samples in the middle of the tenth bit can bear, the rest is the other side's."""
DIVISOR_MAX = 0xFFFF
USUAL = (115200, 57600, 38400, 19200, 9600)


@dataclass(frozen=True)
class Line:
    """What the plan says of one of the kernel's UARTs; `key` is `console`, `trace` or `monitor`, in which `name` has the UART."""

    key: str
    uart: str
    baud: int
    name: str = "uart"


def lines(draft: Draft) -> list[Line]:
    """The console, the trace when it is streamed, and the monitor's lines when they are a UART's."""
    console, trace, monitor = draft.console, draft.trace, draft.monitor
    found = [] if console is None else [Line("console", console.uart, console.baud)]
    if trace is not None and trace.uart is not None:
        found.append(Line("trace", trace.uart, trace.baud))
    if monitor is not None and monitor.lines == MODEM and monitor.device is not None:
        found.append(Line("monitor", monitor.device, monitor.baud, "device"))
    return found


def kernel_devices(draft: Draft) -> dict[str, tuple[str, Path]]:
    """The kernel's own devices: for each what it carries, and where the plan says so."""
    found: dict[str, tuple[str, Path]] = {line.uart: (line.key, (line.key, line.name)) for line in lines(draft)}
    if draft.monitor is not None and draft.monitor.device is not None:
        found.setdefault(draft.monitor.device, ("monitor", ("monitor", "device")))
    return found


def uart_exists(draft: Draft) -> None:
    """The UARTs of console, trace and monitor are devices of the board."""
    board = draft.board
    if board is None:
        return
    for line in lines(draft):
        if line.uart in board.devices:
            continue
        uarts = [name for name, device in sorted(board.devices.items()) if device.kind == UART_KIND]
        meant = nearest(line.uart, board.devices)
        fix = f"did you mean `{meant}`?" if meant else f"use {alternatives(uarts)}" if uarts else "choose a board with a UART"
        draft.report.add("CON001", _written(draft, line, line.name), f"board `{board.name}` has no device `{quote(line.uart)}`", fix)


def uart_is_a_uart(draft: Draft) -> None:
    """The UARTs of console, trace and monitor are 16550s with I/O ports."""
    for board, line, device in _devices(draft):
        path = _written(draft, line, line.name)
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
    """Trace and monitor have UARTs of their own. With a framed console the trace may be among its packets: then at its speed."""
    first: dict[str, Line] = {}
    framed = draft.console is not None and draft.console.mode == "framed"
    for line in lines(draft):
        other = first.setdefault(line.uart, line)
        if other is line:
            continue
        if framed and (other.key, line.key) == ("console", "trace"):
            if line.baud != other.baud:
                message = f"`{quote(line.uart)}` cannot have {line.baud} baud for the trace and {other.baud} for the console"
                draft.report.add("CON005", _written(draft, line, "baud"), message, f"write `baud: {other.baud}` in both")
            continue
        taken = {one.uart for one in lines(draft)}
        free = [] if draft.board is None else [
            name for name, device in sorted(draft.board.devices.items()) if device.kind == UART_KIND and name not in taken
        ]  # fmt: skip
        without = "leave out `uart`: the trace stays in memory" if line.key == "trace" else "use `lines: parallel`"
        path: Path = (other.key, other.name)
        related = [(path, f"the {other.key}")] if draft.report.spans.is_written(path) else []
        message = f"`{quote(line.uart)}` carries the {other.key}"
        fix = f"use {alternatives(free)}" if free else without
        draft.report.add("CON004", (line.key, line.name), message, fix, related=related)


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
