"""What a case of the matrix must have left behind, and what it has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from hyp.abi.numbers import Mode, StartCause, Status
from hyp.abi.state import PARTITION_STATE
from hyp.plan.actions import SWITCH
from hyp.target.console import Line
from hyp.target.facts import Facts
from tests.health.matrix import Case
from tests.hostile.machine import Found, integer

_RECORD = re.compile(r"health (\S+) (\S+) action=(\S+) at=(\d+)")
COMPANIONS = {"nested_fault": "invalid_opcode", "overrun": "deadline_missed", "deadline_missed": "overrun"}
"""What comes with an event; the plan says something else about that."""
GOES_ON = ("debug", "breakpoint", "illegal_hypercall", "application_error")
"""After these the partition is behind the instruction, and its window has not ended."""


@dataclass(frozen=True)
class Seen:
    """`events`: how often the case's happened. `logged`: the actions of its records. `lines`: what its partition said."""

    events: int
    logged: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Left:
    """The state of a partition."""

    status: Status
    mode: Mode
    cause: StartCause
    cold_starts: int
    warm_starts: int


START, AGAIN = "start power_on", "start health"


def expected(case: Case) -> Seen:
    """By the contract: PLAN, Health."""
    lines = {
        "ignore": (START, "went on"),
        "log": (START, "went on"),
        "propagate": (START, f"handled {case.event}", "went on"),
        "suspend": (START,),
        "halt": (START,),
        "shutdown": (START,),
        "warm_restart": (START, AGAIN),
        "cold_restart": (START, AGAIN),
        # It has no window in the schedule that follows.
        SWITCH: (START, "went on") if case.event in GOES_ON else (START,),
    }[case.action]
    if case.event == "integrity":  # found during a cold restart that the partition asks for: nothing of its handlers is there
        lines = (START,) if case.action in ("suspend", "halt", "shutdown") else (START, "start self")
        lines += (f"handled {case.event}",) if case.action == "propagate" else ()
    return Seen(1, () if case.action == "ignore" else (case.action,), lines)


def expected_left(case: Case) -> Left:
    first = Left(Status.READY, Mode.NORMAL, StartCause.POWER_ON, 1, 0)
    restarting = case.event == "integrity"
    if restarting:
        first = replace(first, cause=StartCause.SELF)
    match case.action:
        case "suspend":
            return replace(first, status=Status.SUSPENDED, mode=Mode.COLD_START if restarting else Mode.NORMAL)
        case "halt" | "shutdown":
            return replace(first, status=Status.HALTED, mode=Mode.IDLE)
        case "warm_restart":
            return replace(first, cause=StartCause.HEALTH, warm_starts=1)
        case "cold_restart":
            return replace(first, cause=StartCause.HEALTH, cold_starts=2)
        case _:
            return replace(first, cold_starts=2) if restarting else first


def seen(case: Case, facts: Facts, lines: Sequence[Line]) -> Seen:
    events = {fact.event: fact.count for fact in facts.health if fact.partition == case.name}
    extra = set(events) - {case.event, COMPANIONS.get(case.event)}
    assert not extra, f"{case.name}: {extra} happened"
    return Seen(
        events.get(case.event, 0),
        tuple(action for name, event, action, _ in records(lines) if (name, event) == (case.name, case.event)),
        tuple(line.text for line in lines if line.stream == case.name),
    )


def left(name: str, found: Found) -> Left:
    state = PARTITION_STATE.unpack(found.memory.read(found.partition(name)["state"], PARTITION_STATE.size))
    return Left(
        Status(integer(state["status"])),
        Mode(integer(state["mode"])),
        StartCause(integer(state["cause"])),
        integer(state["cold_starts"]),
        integer(state["warm_starts"]),
    )


def records(lines: Iterable[Line]) -> list[tuple[str, str, str, int]]:
    """The kernel's lines about health events: (partition or `module`, event, action, ns), in order."""
    found = [match for line in lines if line.stream == "hyp" and (match := _RECORD.match(line.text))]
    return [(match[1], match[2], match[3], int(match[4])) for match in found]


def differences(case: Case, wanted: object, got: object) -> list[str]:
    """Of two Seen, or two Left."""
    return [
        f"{case.event} -> {case.action}: {key} is {getattr(got, key)}, not {value}"
        for key, value in vars(wanted).items()
        if getattr(got, key) != value
    ]
