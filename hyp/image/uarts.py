"""The kernel's own UARTs in the blob: console, and what is traced where."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.abi.state import TRACED_EVENTS, TRACED_GATES, TRACED_HEALTH, TRACED_HYPERCALLS, TRACED_PORTS
from hyp.abi.tables import MARK_BYTE, MARK_DATA, TRACE_DETAILS
from hyp.image.timetable import Entry
from hyp.plan.capacity import byte_ns
from hyp.plan.guard import mark_ns
from hyp.plan.model import Device, Plan
from hyp.plan.monitor_language import PARALLEL

_OVERSAMPLING = 16
_TRACED = {"health": TRACED_HEALTH, "port": TRACED_PORTS, "event": TRACED_EVENTS, "gate": TRACED_GATES, "hypercall": TRACED_HYPERCALLS}
_BYTES_PER_WINDOW = 2
"""An identity byte is sent in windows of at least this many byte times, so that it is over before the next one."""
_MODEM_DTR, _MODEM_RTS = 1, 2
_TOGGLE = 0x80


@dataclass(frozen=True)
class Line:
    """A 16550's divisor for a baud rate, the bytes of its FIFO, and what a byte takes, in ns rounded up."""

    divisor: int
    fifo: int
    byte_ns: int


def line(uart: Device, baud: int) -> Line:
    clock_hz = uart.clock_hz or 0
    divisor = max(1, (clock_hz + _OVERSAMPLING * baud // 2) // (_OVERSAMPLING * baud))
    return Line(divisor, uart.fifo or 1, byte_ns(baud))


def mark_fields(plan: Plan) -> dict[str, int]:
    """The fields of the blob's head for what shows window starts; without `monitor:` there is no port, whose lines never go down."""
    monitor = plan.monitor
    if monitor is None:
        return {"mark_flip": _TOGGLE}
    device = plan.board.devices[monitor.device]
    port, lead = device.ports[0].start, mark_ns(plan.board.costs, monitor.lines)
    if monitor.lines == PARALLEL:
        return {"mark_port": port, "mark_lead_ns": lead, "mark_flip": _TOGGLE}
    return {"mark_port": port + MARK_DATA, "mark_lead_ns": lead}


def mark_setup(plan: Plan) -> list[int]:
    """What makes the port ready for marks: (port << 16 | byte)."""
    monitor = plan.monitor
    if monitor is None:
        return []
    device = plan.board.devices[monitor.device]
    if monitor.lines == PARALLEL:  # data lines driven, strobe and interrupt off (IEEE 1284, compatibility mode)
        writes = [(2, 0x0C), (0, 0)]
    else:  # no interrupts, divisor, 8N1, FIFO on and empty, modem lines down
        low, high = line(device, monitor.baud).divisor & 0xFF, line(device, monitor.baud).divisor >> 8
        writes = [(3, 0x80), (0, low), (1, high), (3, 0x03), (1, 0), (2, 0x07), (MARK_DATA, 0)]
    return [(device.ports[0].start + register) << 16 | value for register, value in writes]


def mark_of(plan: Plan, entry: Entry, *, first: bool) -> int:
    """The mark of a window, `first` in its frame; 0 without `monitor:`."""
    monitor = plan.monitor
    if monitor is None:
        return 0
    if monitor.lines == PARALLEL:
        return entry.index
    sent = entry.end_ns - entry.window.at_ns >= byte_window_ns(plan)
    return _MODEM_RTS | (_MODEM_DTR if first else 0) | (MARK_BYTE if sent else 0)


def byte_window_ns(plan: Plan) -> int:
    """Windows of this net length send their identity byte; 0: none does."""
    monitor = plan.monitor
    if monitor is None or monitor.lines == PARALLEL:
        return 0
    return _BYTES_PER_WINDOW * line(plan.board.devices[monitor.device], monitor.baud).byte_ns


def trace_fields(plan: Plan) -> dict[str, int]:
    """The fields of the blob's head that say what is traced; all zero without `trace:`."""
    trace = plan.trace
    if trace is None:
        return {}
    fields = {"traced": sum(_TRACED.get(word, 0) for word in trace.events), "trace_detail": TRACE_DETAILS.index(trace.detail)}
    if trace.uart is None:
        return fields
    uart = plan.board.devices[trace.uart]
    own = line(uart, trace.baud)
    ports = {"trace_port": uart.ports[0].start, "trace_divisor": own.divisor, "trace_fifo": own.fifo, "trace_byte_ns": own.byte_ns}
    return {**fields, **ports}
