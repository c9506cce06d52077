"""From a draft without errors to the plan: every `None` is gone, `"*"`, `system` and health defaults are resolved."""

from __future__ import annotations

from hyp.plan.actions import WrittenAction, WrittenRule
from hyp.plan.draft import Draft, DraftPartition, DraftSchedule, DraftWindow
from hyp.plan.draft_links import DraftChannel, DraftEvent, DraftGate, DraftShared
from hyp.plan.model import Channel, Event, Gate, Grants, HealthAction, HealthRule, Partition, Plan, Schedule, Shared, Window
from hyp.plan.monitor_edges import silence_of
from hyp.plan.rights_language import EVERYONE, MODULE_OPERATIONS, OPERATIONS
from hyp.toolchain.project import project_root


def finished(draft: Draft) -> Plan:
    """The plan. Raises AssertionError when a value is missing although nothing was reported."""
    if draft.name is None or draft.board is None or draft.guard is None or draft.console is None:
        raise AssertionError("a value of the plan is missing and nothing was reported")
    return Plan(
        name=draft.name,
        file=draft.file,
        root=project_root(draft.base) or draft.base,
        board=draft.board,
        guard_ns=draft.guard,
        console=draft.console,
        partitions=tuple(_partition(partition, draft) for partition in draft.partitions),
        schedules=tuple(_schedule(schedule) for schedule in draft.schedules),
        expected={name: tuple(events) for name, events in draft.expected.items()},
        channels=tuple(map(_channel, draft.channels)),
        events=tuple(map(_event, draft.events)),
        shared=tuple(map(_shared, draft.shared)),
        module_health={event: _rule(rule) for event, rule in draft.module_health.items()},
        trace=draft.trace,
        gates=tuple(map(_gate, draft.gates)),
        monitor=None if draft.monitor is None else draft.monitor.finished(silence_of(draft, draft.monitor)),
    )


def _partition(partition: DraftPartition, draft: Draft) -> Partition:
    if partition.image is None or partition.memory is None or partition.watchdog is None:
        raise AssertionError(f"partition {partition.name} is incomplete and nothing was reported")
    return Partition(
        id=partition.id,
        name=partition.name,
        image=partition.image,
        memory=partition.memory,
        timing=partition.timing,
        fpu=partition.fpu,
        tsc=partition.tsc,
        args=partition.args,
        grants=_grants(partition, draft),
        health={event: _rule(rule) for event, rule in {**draft.health_defaults, **partition.health}.items()},
        watchdog_ns=partition.watchdog,
        devices=tuple(device.name for device in partition.devices),
        dma=tuple(device.name for device in partition.devices if device.dma),
        console_bytes=partition.console_rate.count if partition.console_rate else 0,
        console_ns=partition.console_rate.per_ns if partition.console_rate else 0,
    )


def _grants(partition: DraftPartition, draft: Draft) -> Grants:
    others = [other.name for other in draft.partitions if other.name != partition.name]
    if partition.system:
        every = tuple(schedule.name for schedule in draft.schedules)
        return Grants(dict.fromkeys(others, OPERATIONS), every, health_log=True, trace=True, module=MODULE_OPERATIONS)
    written = partition.grants
    if written is None:
        return Grants()
    everyone = written.partitions.get(EVERYONE, ())
    granted = {name: (*everyone, *written.partitions.get(name, ())) for name in others}
    return Grants(
        partitions={name: _in_order(operations, OPERATIONS) for name, operations in granted.items() if operations},
        schedules=tuple(schedule.name for schedule in draft.schedules if schedule.name in written.schedules),
        health_log=written.health_log,
        trace=written.trace,
        module=_in_order(written.module, MODULE_OPERATIONS),
    )


def _in_order(words: tuple[str, ...], order: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in order if word in words)


def _rule(rule: WrittenRule) -> HealthRule:
    if rule.limit is None or rule.then is None:
        return HealthRule(_action(rule.action))
    return HealthRule(_action(rule.action), rule.limit.count, rule.limit.per_ns, _action(rule.then))


def _action(action: WrittenAction) -> HealthAction:
    return HealthAction(action.word, action.schedule)


def _channel(channel: DraftChannel) -> Channel:
    if channel.kind is None or channel.size is None or channel.depth is None or channel.source is None or channel.valid_for is None:
        raise AssertionError(f"channel {channel.name} is incomplete and nothing was reported")
    destinations = tuple(end.end() for end in channel.destinations)
    return Channel(channel.name, channel.kind, channel.size, channel.depth, channel.source.end(), destinations, channel.valid_for)


def _event(event: DraftEvent) -> Event:
    if event.source is None or event.destination is None:
        raise AssertionError(f"event {event.name} is incomplete and nothing was reported")
    return Event(event.name, event.source, event.destination)


def _gate(gate: DraftGate) -> Gate:
    if gate.server is None or gate.when_busy is None or not gate.callers:
        raise AssertionError(f"gate {gate.name} is incomplete and nothing was reported")
    return Gate(gate.name, gate.callers, gate.server, gate.when_busy)


def _shared(area: DraftShared) -> Shared:
    if area.size is None or area.cache is None:
        raise AssertionError(f"shared area {area.name} is incomplete and nothing was reported")
    return Shared(area.name, area.size, area.access, area.cache)


def _schedule(schedule: DraftSchedule) -> Schedule:
    if schedule.major_frame is None or schedule.min_dwell is None:
        raise AssertionError(f"schedule {schedule.name} is incomplete and nothing was reported")
    windows = sorted((_window(window) for window in schedule.windows), key=lambda window: (window.at_ns, window.core))
    return Schedule(schedule.name, schedule.major_frame, tuple(windows), schedule.min_dwell, schedule.on_switch, schedule.timing)


def _window(window: DraftWindow) -> Window:
    if window.partition is None or window.at is None or window.length is None or window.core is None:
        raise AssertionError(f"window {window.number} is incomplete and nothing was reported")
    return Window(window.partition, window.at, window.length, window.core)
