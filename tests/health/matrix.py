"""Every health event of a partition with every action that the plan language allows for it, as plans.

The events are the ABI's, the legal actions are what `hyp check` does not refuse: a new one of either has a case at once, and fails
until tests/health/actor can cause it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hyp.abi.numbers import FIRST_MODULE_EVENT, HealthEvent
from hyp.plan import load
from hyp.plan.actions import PARTITION_WORDS, SWITCH

ROOT = Path(__file__).resolve().parents[2]
ACTOR = "tests/health/actor"
EVENTS = tuple(event.name.lower() for event in HealthEvent if event < FIRST_MODULE_EVENT)
ON_BOCHS = ("stack_fault", "alignment_check", "simd_fault")
"""What QEMU 7.2 does not raise: it makes no alignment checks, no SIMD exceptions, and a non-canonical stack is #GP there."""
LATE = "late_start"
"""Needs a guard that is too short."""
SPOILT = "integrity"
"""Needs an image that is not as it was made."""
A_FRAME = 16
"""Cases that act in one frame: the log has room for their records, and the frame's idle time is enough to print them."""
IDLE_US = 150_000


@dataclass(frozen=True)
class Case:
    event: str
    action: str

    @property
    def name(self) -> str:
        return f"{self.event}-{self.action}"[:30].rstrip("-_")

    @property
    def rule(self) -> str:
        """As it stands in a plan, with what the event needs besides."""
        rules = [f"{self.event}: {{switch_schedule: after}}" if self.action == SWITCH else f"{self.event}: {self.action}"]
        rules += {"nested_fault": ["invalid_opcode: propagate"], "overrun": ["deadline_missed: ignore"]}.get(self.event, [])
        rules += ["overrun: ignore"] if self.event == "deadline_missed" else []
        return ", ".join(rules)

    def keys(self, frame_us: int, turn: int = 0) -> str:
        """Its partition's, but for the name. It yields `turn` windows before it acts."""
        keys = [f"image: {ACTOR}", f'args: "{self.event} {turn}"', f"health: {{{self.rule}}}"]
        keys += ["fpu: false"] if self.event == "device_not_available" else []
        keys += [f"watchdog: {3 * frame_us} us"] if self.event == "watchdog" else []
        if self.event in ("overrun", "deadline_missed"):
            keys.append(f"timing: {{period: {frame_us} us, budget: 10 us, supervise: true}}")
        return ", ".join(keys)


@cache
def cases() -> tuple[Case, ...]:
    """The legal ones."""
    possible = [Case(event, action) for event in EVENTS for action in (*PARTITION_WORDS, SWITCH)]
    lines = plan_text(possible).splitlines()
    found = load(Path("matrix.yaml"), text="\n".join(lines), base=ROOT)
    refused = {lines[one.place.line - 1].split(":")[0].strip() for one in found.diagnostics if one.code in ("HLT001", "HLT002")}
    others = [one for one in found.diagnostics if one.severity == "error" and one.code not in ("HLT001", "HLT002")]
    assert others == [], "the plan has no other fault"
    return tuple(case for case in possible if case.name not in refused)


def frames_of(cases: Sequence[Case]) -> int:
    """Until all have acted, those that take some frames too."""
    return len(cases) // A_FRAME + 8


def chosen(events: Iterable[str], *, switching: bool) -> list[Case]:
    return [case for case in cases() if case.event in events and (case.action == SWITCH) == switching]


def head(board: str) -> list[str]:
    return ["hyp: 1", "name: matrix", f"board: {board}", "console: {uart: com1, mode: text, baud: 115200, buffer: 1 KiB}", "partitions:"]


def plan_text(cases: Sequence[Case], window_us: int = 100, board: str = "qemu-q35") -> str:
    """Each case's partition has a window in each frame. The first one and the last one, `before` and `behind`, only yield."""
    names = ["before", *(case.name for case in cases), "behind"]
    frame_us = window_us * len(names) + IDLE_US
    lines = [*head(board), f"  before: {{image: {ACTOR}, grants: {{schedules: [normal]}}}}", f"  behind: {{image: {ACTOR}}}"]
    lines += [f"  {case.name}: {{{case.keys(frame_us, n // A_FRAME)}}}" for n, case in enumerate(cases)]
    windows = [f"      - {{partition: {name}, at: {n * window_us} us, for: {window_us} us}}" for n, name in enumerate(names)]
    lines += ["schedules:"]
    for schedule in ("normal", *(["after"] if any(case.action == SWITCH for case in cases) else [])):
        lines += [f"  {schedule}:", f"    major_frame: {frame_us} us", "    windows:", *windows]
    return "\n".join(lines) + "\n"


def chain_text(cases: Sequence[Case], window_us: int = 100, board: str = "qemu-q35") -> str:
    """A schedule for each case, in which only its partition runs: its event switches to the next one's. The last one is `end`."""
    frame_us = 3 * window_us
    schedules = [case.event for case in cases] + ["end"]
    lines = [*head(board), f"  after: {{image: {ACTOR}, grants: {{schedules: [{schedules[0]}]}}}}"]
    for case, following in zip(cases, schedules[1:], strict=True):
        lines.append(f"  {case.name}: {{{case.keys(frame_us).replace('switch_schedule: after', f'switch_schedule: {following}')}}}")
    lines.append("schedules:")
    for schedule, partition in zip(schedules, [*(case.name for case in cases), "after"], strict=True):
        lines += [
            f"  {schedule}:",
            f"    major_frame: {frame_us} us",
            f"    windows: [{{partition: {partition}, at: 0 us, for: {window_us} us}}]",
        ]
    return "\n".join(lines) + "\n"
