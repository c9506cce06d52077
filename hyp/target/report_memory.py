"""Facts and traces from a target's physical memory, at the addresses that the manifest names."""

from __future__ import annotations

from typing import Any

from hyp.abi.numbers import FIRST_MODULE_EVENT, HEALTH_EVENTS, HealthAction, HealthEvent
from hyp.abi.record import Record
from hyp.abi.state import CORE, HEALTH_RECORD, PARTITION_STATE, RING, TRACE_RECORD, WINDOW_COUNTERS
from hyp.abi.tables import NO_PARTITION
from hyp.image.manifest import CoreEntry, Manifest, ScheduleEntry
from hyp.target.console import KERNEL, printable
from hyp.target.facts import (
    INPUT,
    MODULE,
    TRACE,
    CoreFacts,
    Drops,
    Facts,
    HealthFacts,
    HealthKey,
    Logged,
    PartitionVerdict,
    TraceDump,
    WindowFacts,
)
from hyp.target.memory import Memory

_NEVER = 0xFFFF_FFFF
_VERDICT_PASS = 1
_MODULE_EVENTS = next(field.count for field in CORE.fields if field.name == "module_count")


def memory_facts(manifest: Manifest, memory: Memory, tsc_hz: int | None, log: dict[HealthKey, Logged]) -> Facts:
    """The kernel's counters. `log`: what the console said of health events; the rings in memory keep the latest only."""
    names = [partition["name"] for partition in manifest["partitions"]]
    cores = {core["id"]: _record(memory, CORE, core["state"]) for core in manifest["cores"]}
    states = {entry["name"]: _record(memory, PARTITION_STATE, entry["state"]) for entry in manifest["partitions"]}
    logged = {**_logged(manifest, memory, cores, names), **log}
    rings = {KERNEL: manifest["console"]["ring"], **{entry["name"]: entry["ring"] for entry in manifest["partitions"]}}
    drops = {name: _drops(_record(memory, RING, ring)) for name, ring in rings.items()}
    lost = sum(core["health_lost"] for core in cores.values())  # health lines that the kernel's own stream did not get
    drops[KERNEL] = Drops(drops[KERNEL].bytes, drops[KERNEL].events + lost)
    drops[TRACE] = Drops(0, sum(core["trace_lost"] for core in cores.values()))  # records that the trace's stream did not get
    drops[INPUT] = Drops(*(sum(core[word] for core in cores.values()) for word in ("input_lost", "input_damaged")))
    counters = {
        window["index"]: _record(memory, WINDOW_COUNTERS, window["counters"])
        for schedule in manifest["schedules"]
        for window in schedule["windows"]
    }
    return Facts(
        windows={index: _window(index, found) for index, found in counters.items()},
        schedules={schedule["name"]: _frames(schedule, counters) for schedule in manifest["schedules"]},
        module_restarts=max((sum(core["module_restarts"]) for core in cores.values()), default=0),
        health=(
            *(found for name, state in states.items() for found in _partition_health(name, state, logged, list(cores.values()))),
            *_module_health(list(cores.values()), logged),
        ),
        drops={name: drop for name, drop in drops.items() if drop.bytes or drop.events},
        verdicts={name: _verdict(state) for name, state in states.items() if state["verdict"]},
        cores=tuple(CoreFacts(number, core["frame"], core["spurious"]) for number, core in cores.items()),
        tsc_hz=tsc_hz,
    )


def trace_dumps(manifest: Manifest, memory: Memory) -> tuple[TraceDump, ...]:
    return tuple(_trace(memory, core) for core in manifest["cores"])


def _record(memory: Memory, record: Record, address: int) -> dict[str, Any]:
    return dict(record.unpack(memory.read(address, record.size)))


def _window(index: int, counters: dict[str, Any]) -> WindowFacts:
    if counters["late_min"] == _NEVER or counters["delivered"] <= counters["not_ready"]:  # its partition never ran in it
        return WindowFacts(index, counters["delivered"], counters["not_ready"], None, None, None)
    return WindowFacts(
        index, counters["delivered"], counters["not_ready"], counters["late_min"], counters["late_max"], counters["path_max"]
    )


def _frames(schedule: ScheduleEntry, counters: dict[int, dict[str, Any]]) -> int:
    """Counted in the first window of each core's lane: the lowest core's is taken, for cores change schedules together."""
    first = min(schedule["windows"], key=lambda window: (window["core"], window["at_ns"]), default=None)
    return 0 if first is None else int(counters[first["index"]]["frames"])


def _drops(ring: dict[str, Any]) -> Drops:
    return Drops(ring["dropped_bytes"], ring["dropped_events"])


def _verdict(state: dict[str, Any]) -> PartitionVerdict:
    text = str(state["verdict_text"])[: state["verdict_length"]]
    return PartitionVerdict(state["verdict"] == _VERDICT_PASS, printable(text.encode()))


def _time_ns(cores: list[dict[str, Any]], tsc: int) -> int:
    """Monotonic time of a TSC value, as the kernel says it: 0 before the first major frame."""
    core = cores[0]
    return (tsc - core["epoch"]) * core["ns_scale"] >> 32 if 0 < core["epoch"] < tsc else 0


def _partition_health(name: str, state: dict[str, Any], logged: dict[HealthKey, Logged], cores: list[dict[str, Any]]) -> list[HealthFacts]:
    counts, firsts = state["health_count"], state["health_first"]
    found = []
    for number in range(HEALTH_EVENTS):
        if counts[number]:
            event = event_name(number)
            log = logged.get((name, event))
            found.append(HealthFacts(name, event, counts[number], _time_ns(cores, firsts[number]), log.action if log is not None else None))
    return found


def _module_health(cores: list[dict[str, Any]], logged: dict[HealthKey, Logged]) -> list[HealthFacts]:
    found = []
    for offset in range(_MODULE_EVENTS):
        count = sum(core["module_count"][offset] for core in cores)
        if count:
            event = event_name(FIRST_MODULE_EVENT + offset)
            log = logged.get((MODULE, event))
            found.append(HealthFacts(MODULE, event, count, *((log.first_ns, log.action) if log is not None else (None, None))))
    return found


def _logged(manifest: Manifest, memory: Memory, cores: dict[int, dict[str, Any]], names: list[str]) -> dict[HealthKey, Logged]:
    """(first time still in a ring, last action) of every event that the health rings hold."""
    records = [
        record
        for core in manifest["cores"]
        for record in _ring(memory, HEALTH_RECORD, core["health_ring"], cores[core["id"]]["health_head"], core["health_records"])
    ]
    found: dict[HealthKey, Logged] = {}
    for record in sorted(records, key=lambda record: int(record["tsc"])):
        owner = record["partition"]
        if owner != NO_PARTITION and owner >= len(names):
            continue
        key = (MODULE if owner == NO_PARTITION else names[owner], event_name(record["event"]))
        first = found[key].first_ns if key in found else _time_ns(list(cores.values()), record["tsc"])
        found[key] = Logged(first, _action_name(record["action"]))
    return found


def _ring(memory: Memory, record: Record, address: int, head: int, size: int) -> list[dict[str, Any]]:
    return [_record(memory, record, address + n % size * record.size) for n in range(max(0, head - size), head)]


def _trace(memory: Memory, core: CoreEntry) -> TraceDump:
    state = _record(memory, CORE, core["state"])
    size, head = core["trace_records"], state["trace_head"]
    raw = memory.read(core["trace_ring"], size * TRACE_RECORD.size)
    lost = max(0, head - size)
    split = head % size * TRACE_RECORD.size
    records = raw[:split] if head < size else raw[split:] + raw[:split]
    return TraceDump(core["id"], records, lost, state["epoch"], state["tick_scale"])


def event_name(number: int) -> str:
    try:
        return HealthEvent(number).name.lower()
    except ValueError:
        return f"event_{number}"


def _action_name(number: int) -> str:
    try:
        return HealthAction(number).name.lower()
    except ValueError:
        return f"action_{number}"
