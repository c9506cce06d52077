"""Checks of what console and trace are to carry against what their UARTs can, schedule by schedule (hyp/plan/capacity.py)."""

from __future__ import annotations

from hyp.plan.capacity import bytes_a_second, packed, trace_bytes
from hyp.plan.draft import Draft, DraftSchedule

_SECOND_NS = 1_000_000_000


def console_rates_fit_the_line(draft: Draft) -> None:
    """The partitions' console rates together, and the trace when it shares the UART, are not more than that carries in any schedule's idle
    time (warning)."""
    rated = [partition for partition in draft.partitions if partition.console_rate is not None]
    if not rated or draft.console is None:
        return
    text = sum(one.console_rate.count * _SECOND_NS // one.console_rate.per_ns for one in rated if one.console_rate is not None)
    wanted = packed(text) if draft.console.mode == "framed" else text
    for schedule in draft.schedules:
        carried = _carried(draft, schedule, draft.console.uart, draft.console.baud)
        trace = _traced(draft, schedule, draft.console.uart)
        if carried is None or wanted + trace <= carried or carried < trace:  # CON007 tells of the last
            continue
        whose = f"together and the {trace} of the trace" if trace else "together"
        message = (
            f"console rates of {wanted} bytes a second {whose} are more than `{draft.console.uart}` carries "
            f"in the idle time of schedule `{schedule.name}`: {carried} bytes a second at {draft.console.baud} baud"
        )
        path = (*rated[-1].path, "console", "rate")
        path = path if draft.report.spans.is_written(path) else rated[-1].path
        other = "give the trace a UART of its own, " if trace else ""
        fix = f"lower the rates, {other}or raise `baud:`; what does not fit is dropped and counted"
        draft.report.add("CON006", path, message, fix, related=[((*schedule.path, "windows"), f"schedule `{schedule.name}`")])
        return


def trace_fits_the_line(draft: Draft) -> None:
    """The trace of windows alone is not more than its UART carries in any schedule's idle time (warning)."""
    trace = draft.trace
    if trace is None or trace.uart is None:
        return
    for schedule in draft.schedules:
        carried = _carried(draft, schedule, trace.uart, trace.baud)
        wanted = _traced(draft, schedule, trace.uart)
        if carried is None or wanted <= carried:
            continue
        message = (
            f"the trace of the windows of schedule `{schedule.name}` takes {wanted} bytes a second; "
            f"`{trace.uart}` carries {carried} in its idle time at {trace.baud} baud"
        )
        planned = "" if trace.detail == "planned" else "write `detail: planned`, or "
        path = ("trace", "detail") if draft.report.spans.is_written(("trace", "detail")) else ("trace",)
        other = "give it a UART of its own, or " if draft.console is not None and draft.console.uart == trace.uart else ""
        draft.report.add("CON007", path, message, f"{planned}{other}raise `baud:`; what does not fit is lost and counted")
        return


def _traced(draft: Draft, schedule: DraftSchedule, uart: str) -> int:
    """Bytes a second of the windows' trace on this UART; 0 when it is not there."""
    trace = draft.trace
    if trace is None or trace.uart != uart or schedule.major_frame is None or not schedule.windows:
        return 0
    return trace_bytes(schedule.major_frame, len(schedule.windows), trace.detail)


def _carried(draft: Draft, schedule: DraftSchedule, uart: str, baud: int) -> int | None:
    """Bytes a second, or None when that cannot be known."""
    board = draft.board
    if board is None or uart not in board.devices or schedule.major_frame is None or draft.guard is None or not schedule.complete:
        return None
    if not draft.report.ok((*schedule.path, "windows")):
        return None
    extents = [window.extent() for window in schedule.windows if not window.core]
    known = [extent for extent in extents if extent is not None]
    if len(known) != len(extents):
        return None
    return bytes_a_second(known, schedule.major_frame, draft.guard, baud, board.devices[uart].fifo or 1)
