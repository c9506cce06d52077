"""Events that the kernel finds while their partition does not run: its handler comes when it goes on, once, and its call ends as ever.

A sleep is cut for it and goes on behind the handler; a wait at a queue for a limited time ends first.
"""

from __future__ import annotations

from pathlib import Path

from tests.health.outcome import records
from tests.hostile.machine import build_plan, run

PLAN = """\
hyp: 1
name: propagated
board: qemu-q35
health: {defaults: {watchdog: propagate, overrun: propagate, deadline_missed: propagate}}
partitions:
  yield:   {image: tests/health/waiter, args: yield, watchdog: 50 ms}
  spin:    {image: tests/health/waiter, args: spin, watchdog: 50 ms}
  idle:    {image: tests/health/waiter, args: idle, watchdog: 50 ms}
  wait:    {image: tests/health/waiter, args: wait, watchdog: 50 ms}
  receive: {image: tests/health/waiter, args: receive, watchdog: 50 ms}
  message: {image: tests/health/waiter, args: message, watchdog: 50 ms}
  sender:  {image: tests/health/waiter, args: sender}
  late:    {image: tests/health/waiter, args: late, watchdog: 50 ms}
  busy:    {image: tests/health/waiter, args: spin, timing: {period: 30 ms, budget: 1 ms, supervise: true}}
  asleep:  {image: tests/health/waiter, args: wait, timing: {period: 30 ms, budget: 1 ms, supervise: true}}
  again-warm: {image: tests/health/waiter, args: wait, watchdog: 50 ms}
  again-cold: {image: tests/health/waiter, args: wait, watchdog: 50 ms}
  suspended:  {image: tests/health/waiter, args: wait, watchdog: 50 ms}
  boss:
    image: tests/health/waiter
    args: boss
    grants: {partitions: {again-warm: warm_restart, again-cold: cold_restart, suspended: [suspend, resume]}}
channels:
  never: {kind: queuing, size: 8 B, depth: 4, from: sender.never, to: receive.in}
  once:  {kind: queuing, size: 8 B, depth: 4, from: sender.out, to: message.in}
schedules:
  normal:
    major_frame: 30 ms
    windows:
"""
SLOT_US = 600
LINES = {
    # At 50 ms, which is in their windows, but for a few microseconds.
    "yield": ["start power_on", "60 ms: watchdog", "120 ms: ok"],
    "spin": ["start power_on", "50 ms: watchdog", "120 ms: ok"],
    "idle": ["start power_on", "51 ms: watchdog", "121 ms: ok"],
    "wait": ["start power_on", "51 ms: watchdog", "121 ms: timed_out"],
    "receive": ["start power_on", "122 ms: watchdog", "122 ms: timed_out"],
    "message": ["start power_on", "93 ms: watchdog", "93 ms: message"],
    "late": ["start power_on"],  # halted: it has no handler yet
    "busy": [
        "start power_on",
        *(f"{at} ms: {event}" for at in (34, 64, 94, 124) for event in ("overrun", "deadline_missed")),
        "124 ms: ok",
    ],
    "asleep": [
        "start power_on",
        *(f"{at} ms: {event}" for at in (34, 64, 94, 124) for event in ("overrun", "deadline_missed")),
        "124 ms: timed_out",
    ],
    "again-warm": ["start power_on", "55 ms: watchdog", "start partition"],
    "again-cold": ["start power_on", "56 ms: watchdog", "start partition"],
    "suspended": ["start power_on", "56 ms: watchdog", "126 ms: timed_out", "166 ms: watchdog"],  # a new one began at 116 ms
    "sender": ["start power_on"],
    "boss": ["start power_on"],
}
COUNTS = {
    "suspended": {"watchdog": 2},
    "busy": {"overrun": 4, "deadline_missed": 4},
    "asleep": {"overrun": 4, "deadline_missed": 4},
    "sender": {},
    "boss": {},
}
"""Of the others: one `watchdog`."""


def plan_text() -> str:
    windows = [
        f"      - {{partition: {name}, at: {10 * frame * 1000 + n * SLOT_US} us, for: {SLOT_US} us}}"
        for frame in range(3)
        for n, name in enumerate(LINES)
    ]
    return PLAN + "\n".join(windows) + "\n"


def test_handlers_come_when_their_partition_goes_on(repository: Path, tmp_path: Path) -> None:
    found = run(build_plan(plan_text(), repository, tmp_path / "image"), tmp_path / "run", 6)
    assert {name: found.lines(name) for name in LINES} == LINES
    assert {name: found.events(name) for name in LINES} == {name: COUNTS.get(name, {"watchdog": 1}) for name in LINES}
    logged = [(name, event, action) for name, event, action, _ in records(found.session.lines)]
    assert [one for one in logged if one[2] != "propagate"] == [("late", "watchdog", "halt")]
    assert {name for name, _, _ in logged} == {name for name in LINES if COUNTS.get(name) != {}}
    assert max(facts.late_max or 0 for facts in found.facts.windows.values()) == 0
