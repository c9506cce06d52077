"""Checks of `timing:` and `guard:` against the board and the windows."""

from __future__ import annotations

from hyp.plan.checks.presence import timing_in, timing_path
from hyp.plan.checks.supply import Supply
from hyp.plan.checks.windows import show
from hyp.plan.draft import Draft, DraftPartition, DraftSchedule
from hyp.plan.guard import mark_ns
from hyp.plan.model import Timing
from hyp.plan.node import Path
from hyp.plan.units import duration


def guard_is_long_enough(draft: Draft) -> None:
    """An explicit guard is at least what the board needs, and what the monitor has to see between two windows."""
    if draft.guard is not None and draft.guard_needed is not None and draft.board is not None and draft.guard < draft.guard_needed:
        costs, monitor = draft.board.costs, draft.monitor
        marks = f" + the monitor's writes {duration(mark_ns(costs, monitor.lines))}" if monitor is not None else ""
        marks += f" + RTS down for {duration(monitor.rest)}" if monitor is not None and monitor.rest else ""
        message = (
            f"the guard is {duration(draft.guard)}; board `{draft.board.name}` needs {duration(draft.guard_needed)} "
            f"(kernel path {duration(costs.kernel_path_ns)} + switch {duration(costs.switch_ns)}{marks}, rounded up)"
        )
        draft.report.add("SCH010", ("guard",), message, f"write `guard: auto`, or at least {duration(draft.guard_needed)}")


def timing_is_consistent(draft: Draft) -> None:
    """Budget, deadline and offset fit into the period."""
    own = [((*partition.path, "timing"), partition.timing) for partition in draft.partitions if partition.timing is not None]
    replaced = [((*schedule.path, "timing", name), timing) for schedule in draft.schedules for name, timing in schedule.timing.items()]
    for path, timing in (*own, *replaced):
        if timing.deadline_ns > timing.period_ns:
            message = f"the deadline {duration(timing.deadline_ns)} is after the period {duration(timing.period_ns)}"
            draft.report.add("SCH009", (*path, "deadline"), message, f"write at most {duration(timing.period_ns)}, or remove it")
        elif timing.budget_ns > timing.deadline_ns:
            message = f"the budget {duration(timing.budget_ns)} does not fit before the deadline {duration(timing.deadline_ns)}"
            draft.report.add("SCH009", (*path, "budget"), message, f"write at most {duration(timing.deadline_ns)}")
        if timing.offset_ns >= timing.period_ns:
            message = f"the offset {duration(timing.offset_ns)} is not less than the period {duration(timing.period_ns)}"
            draft.report.add("SCH009", (*path, "offset"), message, f"write less than {duration(timing.period_ns)}")


def periods_divide_the_frame(draft: Draft) -> None:
    """The period divides the major frame, or the major frame the period, wherever the partition has windows."""
    for schedule, partition, timing, path, _ in _timed(draft):
        frame = schedule.major_frame
        if frame is not None and frame % timing.period_ns and timing.period_ns % frame:
            period = f"the period {duration(timing.period_ns)} of `{partition.name}`"
            message = f"{period} and the major frame {duration(frame)} do not divide each other"
            related = [((*schedule.path, "major_frame"), f"the major frame of `{schedule.name}`")]
            fix = f"choose a period that divides {duration(frame)}, or another `major_frame`"
            draft.report.add("SCH008", (*path, "period"), message, fix, related=related)


def supervised_periods_fit_the_frame(draft: Draft) -> None:
    """A supervised period is not longer than the major frame."""
    for schedule, partition, timing, path, _ in _timed(draft):
        if timing.supervise and schedule.major_frame is not None and timing.period_ns > schedule.major_frame and draft.report.ok(path):
            message = (
                f"the supervised period {duration(timing.period_ns)} of `{partition.name}` is longer than "
                f"the major frame {duration(schedule.major_frame)} of `{schedule.name}`"
            )
            draft.report.add("SCH019", (*path, "period"), message, "lengthen `major_frame` to the period, or leave `supervise` out")


def budget_is_delivered(draft: Draft) -> None:
    """Every period gets its budget before its deadline, in every schedule in which the partition has a window or a `timing` of its own."""
    for schedule, partition, timing, path, supply in _timed(draft):
        if not _comparable(draft, schedule, path, timing) or supply is None:
            continue
        worst, _ = supply.worst(timing.period_ns, timing.deadline_ns, timing.offset_ns)
        missing = timing.budget_ns - worst.delivered
        if missing <= 0:
            continue
        message = (
            f"`{partition.name}` gets {duration(worst.delivered)} of its budget {duration(timing.budget_ns)} in period {worst.number} "
            f"{show((worst.start, worst.end))} of schedule `{schedule.name}`: {duration(missing)} missing"
        )
        related = [(window.path, f"window {window.number}") for window in schedule.windows if window.partition == partition.name][:3]
        fix = f"add {duration(missing)} to its windows there, or lower `budget`"
        if draft.guard:
            fix += f" (a window delivers {duration(draft.guard)} less than its `for`)"
        draft.report.add("SCH007", (*path, "budget"), message, fix, related=related)


def budget_is_used(draft: Draft) -> None:
    """No partition gets more than twice its budget in every period (warning)."""
    for schedule, partition, timing, path, supply in _timed(draft):
        if not _comparable(draft, schedule, path, timing) or supply is None:
            continue
        least = supply.least_total(timing.period_ns, timing.offset_ns)
        if least > 2 * timing.budget_ns:
            message = (
                f"`{partition.name}` gets at least {duration(least)} in every period of schedule `{schedule.name}`; "
                f"its budget is {duration(timing.budget_ns)}"
            )
            draft.report.add("SCH013", (*path, "budget"), message, "shorten its windows, or raise `budget`")


def _timed(draft: Draft) -> list[tuple[DraftSchedule, DraftPartition, Timing, Path, Supply | None]]:
    """The timings that hold in each schedule, with their paths. No supply: the windows are in doubt.

    A partition without a window in a schedule is exempt there, unless that schedule's own `timing` names it.
    """
    result: list[tuple[DraftSchedule, DraftPartition, Timing, Path, Supply | None]] = []
    for schedule in draft.schedules:
        sound = schedule.complete and draft.report.ok((*schedule.path, "windows")) and draft.guard is not None and schedule.major_frame
        stretches: dict[str, list[tuple[int, int]]] = {}
        for window in schedule.windows:
            extent = window.extent()
            if window.partition is not None:
                mine = stretches.setdefault(window.partition, [])
                if extent is not None:
                    mine.append((extent[0], max(extent[0], extent[1] - (draft.guard or 0))))
        for partition in draft.partitions:
            timing = timing_in(schedule, partition)
            if timing is not None and (partition.name in stretches or partition.name in schedule.timing):
                supply = Supply(schedule.major_frame, stretches.get(partition.name, [])) if sound and schedule.major_frame else None
                result.append((schedule, partition, timing, timing_path(schedule, partition), supply))
    return result


def _comparable(draft: Draft, schedule: DraftSchedule, path: Path, timing: Timing) -> bool:
    """Whether timing and frame are good by themselves and divide each other."""
    frame = schedule.major_frame
    if frame is None or (frame % timing.period_ns and timing.period_ns % frame):
        return False
    return draft.report.ok(path)
