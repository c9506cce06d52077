"""Channels, events, shared areas, grants, health and switching become the model; what builds on a mistake is not judged."""

from __future__ import annotations

import pytest

from hyp.plan.checks.health import REPEATING
from hyp.plan.checks.partitions import EVENTS
from hyp.plan.model import Channel, Event, Grants, HealthAction, HealthRule, Plan, Shared
from hyp.plan.rights_language import MODULE_OPERATIONS, OPERATIONS
from tests.unit.plan.plans import check, found

FULL = """\
hyp: 1
name: full
board: qemu-q35
partitions:
  sensor:
    image: partitions/hello
    timing: {period: 10 ms, budget: 900 us}
    health: {divide_error: warm_restart}
  control:
    image: partitions/hello
    timing: {period: 5 ms, budget: 900 us, deadline: 5 ms}
    watchdog: 50 ms
  monitor:
    image: partitions/hello
    timing: {period: 10 ms, budget: 450 us}
    grants:
      partitions: {sensor: [warm_restart, halt], "*": [resume, suspend]}
      schedules: [normal, degraded]
      health_log: read
      module: [warm_restart]
channels:
  imu:  {kind: sampling, size: 64 B, from: sensor.imu_out, to: [control.imu_in, monitor.imu_in], valid_for: 20 ms}
  cmds: {kind: queuing, size: 128 B, depth: 16, from: control.cmd_out, to: monitor.cmd_in, rate: 1 per 5 ms}
events:
  imu_ready: {from: sensor, to: control}
shared:
  frame: {size: 64 KiB, access: {sensor: rw, control: ro}}
schedules:
  normal:
    major_frame: 10 ms
    min_dwell: 100 ms
    windows:
      - {partition: sensor,  at: 0 ms, for: 1 ms}
      - {partition: control, at: 1 ms, for: 1 ms}
      - {partition: control, at: 6 ms, for: 1 ms}
      - {partition: monitor, at: 8 ms, for: 500 us, core: 0}
  degraded:
    major_frame: 10 ms
    windows:
      - {partition: control, at: 1 ms, for: 1 ms}
      - {partition: monitor, at: 8 ms, for: 500 us}
    without: [sensor]
    on_switch: {control: warm_restart}
    timing: {control: {period: 10 ms, budget: 900 us}}
health:
  module: {unexpected_interrupt: log}
  defaults:
    page_fault: {action: cold_restart, limit: 3 in 1 s, then: {switch_schedule: degraded}}
    divide_error: halt
expect:
  health: {}
"""


def plan_of(text: str) -> Plan:
    loaded = check(text)
    assert [diagnostic.message for diagnostic in loaded.diagnostics] == []
    assert loaded.plan is not None
    return loaded.plan


def changed(*changes: tuple[str, str]) -> str:
    text = FULL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def test_links() -> None:
    plan = plan_of(FULL)
    assert plan.channels == (
        Channel("imu", "sampling", 64, 0, ("sensor", "imu_out"), (("control", "imu_in"), ("monitor", "imu_in")), 20_000_000),
        Channel("cmds", "queuing", 128, 16, ("control", "cmd_out"), (("monitor", "cmd_in"),), 0),
    )
    assert plan.events == (Event("imu_ready", "sensor", "control"),)
    assert plan.shared == (Shared("frame", 65536, {"sensor": "rw", "control": "ro"}),)


@pytest.mark.parametrize("cache", ["wb", "wc", "wt", "uc"])
def test_a_shared_area_has_one_cache_attribute(cache: str) -> None:
    (area,) = plan_of(changed(("control: ro}}", f"control: ro}}, cache: {cache}}}"))).shared
    assert area.cache == cache


def test_grants_are_resolved() -> None:
    sensor, control, monitor = plan_of(FULL).partitions
    assert sensor.grants == control.grants == Grants()
    assert monitor.grants == Grants(
        partitions={"sensor": ("suspend", "resume", "halt", "warm_restart"), "control": ("suspend", "resume")},
        schedules=("normal", "degraded"),
        health_log=True,
        module=("warm_restart",),
    )


def test_system_grants_everything_on_all_others() -> None:
    sensor = plan_of(changed(("    health: {divide_error: warm_restart}\n", "    system: true\n"))).partitions[0]
    every = {"control": OPERATIONS, "monitor": OPERATIONS}
    assert sensor.grants == Grants(every, ("normal", "degraded"), health_log=True, trace=True, module=MODULE_OPERATIONS)


def test_health_of_the_partition_wins_over_the_default() -> None:
    plan = plan_of(FULL)
    sensor, control, _ = plan.partitions
    fault = HealthRule(HealthAction("cold_restart"), 3, 1_000_000_000, HealthAction("switch_schedule", "degraded"))
    assert sensor.health == {"page_fault": fault, "divide_error": HealthRule(HealthAction("warm_restart"))}
    assert control.health == {"page_fault": fault, "divide_error": HealthRule(HealthAction("halt"))}
    assert plan.module_health == {"unexpected_interrupt": HealthRule(HealthAction("log"))}
    assert (sensor.watchdog_ns, control.watchdog_ns) == (0, 50_000_000)


def module(rules: str) -> tuple[str, str]:
    return "module: {unexpected_interrupt: log}", f"module: {{{rules}}}"


def test_the_module_has_full_rules() -> None:
    plan = plan_of(
        changed(
            module(
                "nmi: {action: log, limit: 3 in 1 s, then: {switch_schedule: degraded}}, machine_check: {switch_schedule: normal}, "
                "internal_error: {action: warm_restart, limit: 2 in 10 s, then: halt}"
            )
        )
    )
    assert plan.module_health == {
        "nmi": HealthRule(HealthAction("log"), 3, 1_000_000_000, HealthAction("switch_schedule", "degraded")),
        "machine_check": HealthRule(HealthAction("switch_schedule", "normal")),
        "internal_error": HealthRule(HealthAction("warm_restart"), 2, 10_000_000_000, HealthAction("halt")),
    }


def test_switching() -> None:
    normal, degraded = plan_of(FULL).schedules
    assert (normal.min_dwell_ns, normal.on_switch) == (100_000_000, {})
    assert (degraded.min_dwell_ns, degraded.on_switch) == (0, {"control": "warm_restart"})


def test_defaults_of_partitions_may_have_a_watchdog_and_health() -> None:
    plan = plan_of(
        changed(("partitions:\n  sensor", "defaults:\n  partition: {watchdog: 1 s, health: {debug: log}}\npartitions:\n  sensor"))
    )
    assert [partition.watchdog_ns for partition in plan.partitions] == [10**9, 50_000_000, 10**9]
    assert all(partition.health["debug"] == HealthRule(HealthAction("log")) for partition in plan.partitions)


def test_a_timing_of_the_schedule_replaces_the_partitions() -> None:
    assert found(check(changed(("    timing: {control: {period: 10 ms, budget: 900 us}}\n", "")))) == ["SCH007"]
    assert found(check(changed(("timing: {control: {period: 10 ms", "timing: {control: {period: 7 ms")))) == ["SCH008"]


def test_a_reader_may_be_left_out_on_purpose() -> None:
    """The monitor reads what control writes in `degraded`; `without` says that this is meant."""
    window = "      - {partition: monitor, at: 8 ms, for: 500 us}\n"
    ways = ("timing: {period: 5 ms", "grants: {schedules: normal}\n    timing: {period: 5 ms")
    assert found(check(changed((window, ""), ways))) == ["CHN007"]
    assert found(check(changed((window, ""), ways, ("without: [sensor]", "without: [sensor, monitor]")))) == []


def test_a_reader_that_never_runs_at_all_is_one_mistake() -> None:
    windows = (
        ("      - {partition: monitor, at: 8 ms, for: 500 us, core: 0}\n", ""),
        ("      - {partition: monitor, at: 8 ms, for: 500 us}\n", ""),
    )
    ways = ("timing: {period: 5 ms", "grants: {schedules: [normal, degraded]}\n    timing: {period: 5 ms")
    assert found(check(changed(*windows, ways))) == ["PAR004"]


def test_without_takes_one_name_alone() -> None:
    plan_of(changed(("without: [sensor]", "without: sensor")))
    loaded = check(changed(("without: [sensor]", "without: monitor")))
    assert [(diagnostic.code, diagnostic.place.column) for diagnostic in loaded.diagnostics] == [("SCH018", 14)]


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (("from: sensor.imu_out", "from: sensr.imu_out"), ["NAM004"]),
        (("from: sensor.imu_out", "from: sensor.Imu"), ["NAM001"]),
        (("[control.imu_in, monitor.imu_in]", "[control, monitor.imu_in]"), ["CHN001"]),
        (("to: [control.imu_in, monitor.imu_in]", "to: []"), ["VAL016"]),
        (("depth: 16", "depth: 0x"), ["VAL005"]),
        (("rate: 1 per 5 ms", "rate: 1 in 5 ms"), ["VAL012"]),
        (("rate: 1 per 5 ms", "rate: 1 per 9999999999 s"), ["VAL006"]),
        (("schedules: [normal, degraded]", "schedules: [normal, degradd]"), ["NAM007"]),
        (("schedules: [normal, degraded]", "schedules: [normal"), ["SYN001"]),
        (("switch_schedule: degraded", "switch_schedul: degraded"), ["VAL001"]),
        (("limit: 3 in 1 s", "limit: 3 per 1 s"), ["VAL012"]),
        (("{action: cold_restart, limit", "{switch_schedule: normal, limit"), ["VAL001"]),
        (("limit: 3 in 1 s, then: {switch_schedule: degraded}", "limit: 3 in 1 s, then: stop"), ["VAL008"]),
        (("{action: cold_restart, limit: 3 in 1 s, then: {switch_schedule: degraded}}", "[halt]"), ["VAL003"]),
        (("unexpected_interrupt: log", "page_fault: suspend"), ["NAM005"]),
        (module("nmi: {switch_schedule: degradd}"), ["NAM007"]),
        (module("nmi: {action: log, limit: 3 in 1 s}"), ["HLT003"]),
        (module("nmi: {action: log, limit: 3 in 1 s, then: suspend}"), ["HLT001"]),
        (module("internal_error: suspend"), ["HLT001"]),
        (module("internal_error: {action: halt, limit: 3 in 1 s, then: {switch_schedule: degraded}}"), ["HLT005"]),
        (("at: 6 ms, for: 1 ms", "at: 6 ms, for: 1"), ["VAL009"]),
        (("sensor: [warm_restart, halt]", "monitor: [warm_restart, halt]"), ["GRT002"]),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_one_mistake_gives_one_message(change: tuple[str, str], codes: list[str]) -> None:
    assert found(check(changed(change))) == codes


@pytest.mark.parametrize("event", EVENTS)
def test_events_that_repeat_cannot_be_ignored(event: str) -> None:
    for word in ("ignore", "log"):
        codes = found(check(changed(("divide_error: warm_restart", f"{event}: {word}"))))
        assert codes == (["HLT002"] if event in REPEATING else [])


def test_which_events_repeat() -> None:
    others = ("debug", "breakpoint", "illegal_hypercall", "watchdog", "application_error", "late_start", "overrun", "deadline_missed")
    assert set(EVENTS) - set(REPEATING) == {*others, "integrity"}


def test_a_switch_by_health_action_is_a_way() -> None:
    ungranted = ("      schedules: [normal, degraded]\n", "")
    assert found(check(changed(ungranted))) == ["SCH016"], "page_fault leads to degraded, nothing back"
    assert found(check(changed(ungranted, ("divide_error: halt", "divide_error: {switch_schedule: normal}")))) == []
    away = ("then: {switch_schedule: degraded}", "then: halt")
    assert found(check(changed(ungranted, away))) == ["SCH015"], "one mistake, one message"


def test_the_modules_health_is_a_way_from_everywhere() -> None:
    ungranted = ("      schedules: [normal, degraded]\n", "")
    away = ("then: {switch_schedule: degraded}", "then: halt")
    assert found(check(changed(ungranted, module("nmi: {switch_schedule: normal}")))) == []
    assert found(check(changed(ungranted, away, module("nmi: {switch_schedule: degraded}")))) == ["SCH016"], "nothing leads back"
    both = module("nmi: {switch_schedule: degraded}, clock_mismatch: {action: log, limit: 2 in 1 s, then: {switch_schedule: normal}}")
    assert found(check(changed(ungranted, away, both))) == []
    assert found(check(changed(ungranted, away, module("nmi: {switch_schedule: degradd}")))) == ["NAM007"], (
        "what is misspelt may be the way"
    )


def test_ports_and_events_share_the_event_numbers() -> None:
    def with_ports(count: int) -> str:
        events = "".join(f"  e{n}: {{from: sensor, to: control}}\n" for n in range(189))
        ports = "".join(f"  c{n}: {{kind: sampling, size: 1 B, from: sensor.o{n}, to: control.i{n}}}\n" for n in range(count))
        return changed(("events:\n", "events:\n" + events), ("channels:\n", "channels:\n" + ports))

    (control,) = check(with_ports(49)).diagnostics
    assert (control.code, control.message[:47]) == ("EVT002", "`control` has 190 events and 51 ports, each wit")
    plan_of(with_ports(48))
