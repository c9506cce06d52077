"""The kernel's own UARTs in the blob: console, and what is traced where."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.abi.state import TRACED_EVENTS, TRACED_GATES, TRACED_HEALTH, TRACED_HYPERCALLS, TRACED_PORTS
from hyp.abi.tables import TRACE_DETAILS
from hyp.plan.capacity import byte_ns
from hyp.plan.guard import mark_ns
from hyp.plan.model import Device, Plan
from hyp.plan.monitor_language import PARALLEL

_OVERSAMPLING = 16
_TRACED = {"health": TRACED_HEALTH, "port": TRACED_PORTS, "event": TRACED_EVENTS, "gate": TRACED_GATES, "hypercall": TRACED_HYPERCALLS}
_BYTES_PER_WINDOW = 2
"""An identity byte is sent in windows of at least this many byte times, so that it is over before the next one."""
MODEM_CONTROL = 4
"""Register of a 16550 with RTS and DTR."""


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
    """The fields of the blob's head for what shows window starts; all zero without `monitor:`."""
    monitor = plan.monitor
    if monitor is None:
        return {}
    device = plan.board.devices[monitor.device]
    port, lead = device.ports[0].start, mark_ns(plan.board.costs, monitor.lines)
    if monitor.lines == PARALLEL:
        return {"mark_port": port, "mark_lead_ns": lead}
    own = line(device, monitor.baud)
    return {
        "mark_port": port + MODEM_CONTROL,
        "mark_divisor": own.divisor,
        "mark_lead_ns": lead,
        "mark_byte_ns": _BYTES_PER_WINDOW * own.byte_ns,
    }


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
