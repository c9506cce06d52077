"""Facts and traces from a target's physical memory, at the addresses that the manifest names."""

from __future__ import annotations

from typing import Any

from hyp.abi.numbers import FIRST_MODULE_EVENT, HEALTH_EVENTS, HealthAction, HealthEvent
from hyp.abi.record import Record
from hyp.abi.state import CORE, HEALTH_RECORD, PARTITION_STATE, RING, TRACE_RECORD, WINDOW_COUNTERS
from hyp.abi.tables import NO_PARTITION
from hyp.image.manifest import CoreEntry, Manifest
from hyp.target.console import KERNEL, printable
from hyp.target.facts import MODULE, CoreFacts, Drops, Facts, HealthFacts, PartitionVerdict, TraceDump, WindowFacts
from hyp.target.memory import Memory

_NEVER = 0xFFFF_FFFF
_VERDICT_PASS = 1
_MODULE_EVENTS = next(field.count for field in CORE.fields if field.name == "module_count")

Key = tuple[str, str]
"""(partition or `module`, event)"""


def memory_facts(manifest: Manifest, memory: Memory, tsc_hz: int | None, actions: dict[Key, str]) -> Facts:
    """The kernel's counters. `actions`: what the console said of health events, for those whose record was overwritten."""
    names = [partition["name"] for partition in manifest["partitions"]]
    cores = {core["id"]: _record(memory, CORE, core["state"]) for core in manifest["cores"]}
    states = {entry["name"]: _record(memory, PARTITION_STATE, entry["state"]) for entry in manifest["partitions"]}
    logged = _logged(manifest, memory, cores, names)
    rings = {KERNEL: manifest["console"]["ring"], **{entry["name"]: entry["ring"] for entry in manifest["partitions"]}}
    drops = {name: _drops(_record(memory, RING, ring)) for name, ring in rings.items()}
    return Facts(
        windows={
            window["index"]: _window(window["index"], _record(memory, WINDOW_COUNTERS, window["counters"]))
            for schedule in manifest["schedules"]
            for window in schedule["windows"]
        },
        health=(
            *(found for name, state in states.items() for found in _partition_health(name, state, actions, logged)),
            *_module_health(list(cores.values()), actions, logged),
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
    if counters["late_min"] == _NEVER:
        return WindowFacts(index, counters["delivered"], counters["not_ready"], None, None, None)
    return WindowFacts(
        index, counters["delivered"], counters["not_ready"], counters["late_min"], counters["late_max"], counters["path_max"]
    )


def _drops(ring: dict[str, Any]) -> Drops:
    return Drops(ring["dropped_bytes"], ring["dropped_events"])


def _verdict(state: dict[str, Any]) -> PartitionVerdict:
    text = str(state["verdict_text"])[: state["verdict_length"]]
    return PartitionVerdict(state["verdict"] == _VERDICT_PASS, printable(text.encode()))


def _partition_health(name: str, state: dict[str, Any], actions: dict[Key, str], logged: dict[Key, tuple[int, str]]) -> list[HealthFacts]:
    counts, firsts = state["health_count"], state["health_first"]
    found = []
    for number in range(HEALTH_EVENTS):
        if counts[number]:
            event = event_name(number)
            _, action = logged.get((name, event), (None, actions.get((name, event))))
            found.append(HealthFacts(name, event, counts[number], firsts[number], action))
    return found


def _module_health(cores: list[dict[str, Any]], actions: dict[Key, str], logged: dict[Key, tuple[int, str]]) -> list[HealthFacts]:
    found = []
    for offset in range(_MODULE_EVENTS):
        count = sum(core["module_count"][offset] for core in cores)
        if count:
            event = event_name(FIRST_MODULE_EVENT + offset)
            first, action = logged.get((MODULE, event), (None, actions.get((MODULE, event))))
            found.append(HealthFacts(MODULE, event, count, first, action))
    return found


def _logged(manifest: Manifest, memory: Memory, cores: dict[int, dict[str, Any]], names: list[str]) -> dict[Key, tuple[int, str]]:
    """(first time still in a ring, last action) of every event that the health rings hold."""
    records = [
        record
        for core in manifest["cores"]
        for record in _ring(memory, HEALTH_RECORD, core["health_ring"], cores[core["id"]]["health_head"], core["health_records"])
    ]
    found: dict[Key, tuple[int, str]] = {}
    for record in sorted(records, key=lambda record: int(record["time_ns"])):
        owner = record["partition"]
        if owner != NO_PARTITION and owner >= len(names):
            continue
        key = (MODULE if owner == NO_PARTITION else names[owner], event_name(record["event"]))
        first = found[key][0] if key in found else record["time_ns"]
        found[key] = (first, _action_name(record["action"]))
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
