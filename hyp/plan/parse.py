"""From the tree of a plan to a draft: keys and values read by their kinds, names and defaults filled in, nothing compared yet."""

from __future__ import annotations

from pathlib import Path as FilePath

from hyp.plan import language as lang
from hyp.plan import rights_language as rights
from hyp.plan.actions import WrittenRule
from hyp.plan.devices_language import DEVICES
from hyp.plan.draft import Draft, DraftArea, DraftGrants, DraftPartition, DraftSchedule, DraftWindow
from hyp.plan.guard import needed
from hyp.plan.model import Area, Board, Memory, Timing
from hyp.plan.node import Mapping, Node
from hyp.plan.parse_console import console_of, rate_of
from hyp.plan.parse_links import channels_of, events_of, gates_of, shared_of
from hyp.plan.parse_monitor import monitor_of
from hyp.plan.parse_trace import trace_of
from hyp.plan.registers import register_cache
from hyp.plan.report import Report
from hyp.plan.shapes import Field, Values


def draft_of(values: Values, board: Board | None, file: FilePath, base: FilePath, report: Report) -> Draft:
    """The draft. `values` is the plan's record; `board` None when it could not be read."""
    root = report.spans.root
    written = _written_names(root, lang.PARTITIONS.key)
    partitions = values.get(lang.PARTITIONS) or {}
    schedules = values.get(lang.SCHEDULES) or {}
    monitor = monitor_of(values.get(lang.P_MONITOR), board)
    needs = None if board is None else needed(board.costs, *((monitor.lines, monitor.rest) if monitor is not None else ()))
    guard = values.get(lang.GUARD)
    return Draft(
        name=values.get(lang.PLAN_NAME),
        file=file,
        base=base,
        board=board,
        guard=needs if guard == -1 else guard,
        guard_needed=needs,
        console=console_of(values, lang.THE_CONSOLE, board),
        trace=trace_of(values.get(lang.P_TRACE)),
        monitor=monitor,
        partitions=tuple(_partition(written.index(name), name, partition, board) for name, partition in partitions.items()),
        names=_all_names(root, lang.PARTITIONS.key),
        schedules=tuple(_schedule(name, schedule, report) for name, schedule in schedules.items()),
        schedule_names=_all_names(root, lang.SCHEDULES.key),
        channels=channels_of(values, report),
        events=events_of(values),
        gates=gates_of(values),
        shared=shared_of(values),
        health_defaults=_table(values, rights.H_DEFAULTS),
        module_health=_table(values, rights.H_MODULE),
        expected=_expected(values),
        report=report,
    )


def _written_names(root: Node, key: str) -> list[str]:
    """All names under `key` in the text: one with a mistake in it still exists for those who name it."""
    entry = root.entries.get(key) if isinstance(root, Mapping) else None
    return list(entry.value.entries) if entry is not None and isinstance(entry.value, Mapping) else []


def _all_names(root: Node, key: str) -> frozenset[str]:
    """The same, or nothing when an entry was refused while reading: there may then be more names."""
    entry = root.entries.get(key) if isinstance(root, Mapping) else None
    damaged = entry is None or not isinstance(entry.value, Mapping) or entry.value.damaged
    return frozenset() if damaged else frozenset(_written_names(root, key))


def _table(values: Values, field: Field[dict[str, WrittenRule]]) -> dict[str, WrittenRule]:
    record = values.get(lang.HEALTH_TABLES)
    return {} if record is None else record.get(field) or {}


def _partition(number: int, name: str, values: Values, board: Board | None) -> DraftPartition:
    memory, areas = _memory(values, board)
    return DraftPartition(
        id=number,
        name=name,
        path=values.path,
        written_image=values.get(lang.IMAGE),
        image=None,
        memory=memory,
        areas=areas,
        timing=_timing(values.get(lang.P_TIMING)),
        fpu=values.get(lang.FPU) is not False,
        tsc=values.get(lang.TSC) != "denied",
        args=values.get(lang.ARGS) or "",
        grants=grants_of(values.get(lang.P_GRANTS)),
        system=values.get(lang.SYSTEM) is True,
        health=values.get(lang.P_HEALTH) or {},
        watchdog=values.get(lang.WATCHDOG) if values.written(lang.WATCHDOG) else 0,
        devices=values.get(DEVICES) or (),
        console_rate=rate_of(values.get(lang.P_CONSOLE)),
    )


def grants_of(record: Values | None) -> DraftGrants | None:
    """Those of a partition, or of its manifest."""
    if record is None:
        return None
    return DraftGrants(
        path=record.path,
        partitions=record.get(rights.G_PARTITIONS) or {},
        schedules=record.get(rights.G_SCHEDULES) or (),
        health_log=record.get(rights.G_HEALTH_LOG) is not None,
        trace=record.get(rights.G_TRACE) is not None,
        module=record.get(rights.G_MODULE) or (),
    )


def _memory(values: Values, board: Board | None) -> tuple[Memory | None, tuple[DraftArea, ...]]:
    record = values.get(lang.P_MEMORY)
    if record is None:
        if values.written(lang.P_MEMORY):
            return None, ()
        record = Values(values.at(lang.P_MEMORY), {}, frozenset())
    listed = record.get(lang.AREAS) or ()
    areas = tuple(area for one in listed if (area := _area(one, board)) is not None)
    stack, heap, upcall = record.get(lang.STACK), record.get(lang.HEAP), record.get(lang.UPCALL_STACK)
    if stack is None or heap is None or upcall is None:
        return None, areas
    return Memory(stack, heap, upcall, record.get(lang.LIMIT), tuple(area.area for area in areas)), areas


def _area(values: Values, board: Board | None) -> DraftArea | None:
    """An area whose name was refused stays in, under its number: its addresses can still be judged."""
    size, phys = values.get(lang.AREA_SIZE), values.get(lang.AREA_PHYS)
    if size is None or (values.written(lang.AREA_PHYS) and phys is None):
        return None
    number = values.path[-1]
    name = values.get(lang.AREA_NAME) or f"#{number + 1 if isinstance(number, int) else 1}"
    access, cache = values.get(lang.AREA_ACCESS) or "rw", values.get(lang.AREA_CACHE) or register_cache(board, phys) or "wb"
    return DraftArea(values.path, Area(name, size, values.get(lang.AREA_AT), access, cache, phys))


def _timing(record: Values | None) -> Timing | None:
    if record is None:
        return None
    period, budget, offset = record.get(lang.PERIOD), record.get(lang.BUDGET), record.get(lang.OFFSET)
    deadline = record.get(lang.DEADLINE) if record.written(lang.DEADLINE) else period
    if period is None or budget is None or offset is None or deadline is None:
        return None
    supervise = record.get(lang.SUPERVISE)
    return Timing(period, budget, deadline, offset, bool(supervise))


def _schedule(name: str, values: Values, report: Report) -> DraftSchedule:
    listed = values.get(lang.WINDOWS)
    windows = tuple(_window(window) for window in listed or ())
    complete = listed is not None and len(windows) == report.spans.count(values.at(lang.WINDOWS))
    timings = {partition: _timing(timing) for partition, timing in (values.get(lang.S_TIMING) or {}).items()}
    return DraftSchedule(
        name=name,
        path=values.path,
        major_frame=values.get(lang.MAJOR_FRAME),
        windows=windows,
        complete=complete,
        min_dwell=values.get(lang.MIN_DWELL),
        without=values.get(lang.WITHOUT) or (),
        on_switch=values.get(lang.ON_SWITCH) or {},
        timing={partition: timing for partition, timing in timings.items() if timing is not None},
    )


def _window(values: Values) -> DraftWindow:
    last = values.path[-1]
    return DraftWindow(
        path=values.path,
        number=last + 1 if isinstance(last, int) else 1,
        partition=values.get(lang.W_PARTITION),
        at=values.get(lang.W_AT),
        length=values.get(lang.W_FOR),
        core=values.get(lang.W_CORE),
    )


def _expected(values: Values) -> dict[str, tuple[str, ...]]:
    record = values.get(lang.P_EXPECT)
    return {} if record is None else record.get(lang.EXPECT_HEALTH) or {}
