"""What a UART of the kernel's carries: it is fed in idle time only, and what its FIFO holds goes on leaving while partitions run."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise

from hyp.abi.packets import PACKET_MAX
from hyp.plan.model import Plan, Schedule

BITS_PER_BYTE = 10
"""8N1: a start bit, eight data bits, a stop bit."""
SECOND_NS = 1_000_000_000
_PIECE = 48
PACKET_BODY = PACKET_MAX - _PIECE - 8
"""Bytes of text that a packet has at least when more were waiting (core/console.c)."""
PACKET_AROUND = 8
"""Length byte, sequence, kind, stream (up to 2), CRC, zero."""
FRAME_PACKET = 10
"""Bytes of the trace for a major frame that came as planned: length byte, sequence, kind, time, CRC, zero."""
SYNC_PACKET = 19
SYNC_EVERY = 64
RECORD_PACKET = 13
"""The least that one record takes."""


def byte_ns(baud: int) -> int:
    """ns that the line needs for one byte, rounded up."""
    return -(-BITS_PER_BYTE * SECOND_NS // baud)


def bytes_a_second(windows: Iterable[tuple[int, int]], frame_ns: int, guard_ns: int, baud: int, fifo: int) -> int:
    """At least so much in every second: `windows` are the busy stretches of a major frame, in ns.

    The core idles where more than two guards are left, up to a guard before the next release. A stretch without idle time is bridged by
    what the FIFO held at its begin.
    """
    busy = sorted(windows)
    if not busy:
        return SECOND_NS // byte_ns(baud)
    per_byte = byte_ns(baud)
    stretches = [list(busy[0])]
    for start, end in busy[1:]:
        if start - stretches[-1][1] > 2 * guard_ns:
            stretches.append([start, end])
        else:
            stretches[-1][1] = max(stretches[-1][1], end)
    gaps = [(early[1], late[0]) for early, late in pairwise(stretches)] + [(stretches[-1][1], stretches[0][0] + frame_ns)]
    idle = [max(0, end - guard_ns - start) if end - start > 2 * guard_ns else 0 for start, end in gaps]
    carried = Fraction(sum(idle), per_byte)
    for index, (_, end) in enumerate(stretches):
        if idle[index - 1]:  # there was time to fill the FIFO before it
            away = gaps[index][1] - stretches[index][0] - idle[index] if idle[index] else end - stretches[index][0]
            carried += min(Fraction(fifo), Fraction(away, per_byte))
    return int(carried * SECOND_NS / frame_ns)


def of_schedule(plan: Plan, schedule: Schedule, uart: str, baud: int) -> int:
    """Bytes a second that a UART of the boot core's carries in a schedule."""
    windows = [(one.at_ns, one.at_ns + one.for_ns) for one in schedule.windows if one.core == 0]
    return bytes_a_second(windows, schedule.major_frame_ns, plan.guard_ns, baud, plan.board.devices[uart].fifo or 1)


def packed(text: int) -> int:
    """Bytes on the line for so many bytes of text in full packets."""
    return -(-text * (PACKET_BODY + PACKET_AROUND) // PACKET_BODY)


def trace_bytes(frame_ns: int, windows: int, detail: str) -> int:
    """Bytes a second that the windows of a schedule take in the trace's stream when all goes as planned."""
    packets = 1 if detail == "planned" else 2 * windows
    body = FRAME_PACKET if detail == "planned" else packets * RECORD_PACKET
    return -(-(body * SYNC_EVERY + packets * SYNC_PACKET) * SECOND_NS // (SYNC_EVERY * frame_ns))


def stated(plan: Plan) -> list[str]:
    """For people: what console and trace can carry, in the schedule where it is least."""
    lines = {plan.console.uart: (plan.console.baud, [f"console, {plan.console.mode}"])}
    if plan.trace is not None and plan.trace.uart is not None:
        lines.setdefault(plan.trace.uart, (plan.trace.baud, []))[1].append("trace")
    found = []
    for uart, (baud, uses) in lines.items():
        least, name, trace = min(
            (of_schedule(plan, one, uart, baud), one.name, _traced(plan, one) if len(uses) > 1 else 0) for one in plan.schedules
        )
        shared = f"; the trace of its windows takes {trace}" if trace else ""
        found.append(
            f"{uart} ({' and '.join(uses)}): at {baud} baud at least {least} bytes a second in the idle time of schedule {name}{shared}"
        )
    return found


def _traced(plan: Plan, schedule: Schedule) -> int:
    return 0 if plan.trace is None else trace_bytes(schedule.major_frame_ns, len(schedule.windows), plan.trace.detail)
