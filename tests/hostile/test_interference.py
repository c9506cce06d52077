"""A victim's timeline, in instructions, is the same when its neighbours idle and when they are hostile (DESIGN 6)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest

from hyp.abi.numbers import Trace
from hyp.abi.state import TRACE_RECORD
from tests.hostile import attacks
from tests.hostile.conftest import RunPlan, named
from tests.hostile.machine import Found

TALKER_LINES = 9


def releases(found: Found, victim: str) -> list[tuple[int, int, int]]:
    """(tick since the epoch, kind, value) of the trace's records of the victim's windows."""
    own = {window["index"] for window in found.manifest["schedules"][0]["windows"] if window["partition"] == victim}
    kept, mine = [], False
    (dump,) = found.traces
    for tsc, kind, value in struct.iter_unpack("<QII", dump.records):
        if kind == Trace.WINDOW_START:
            mine = value in own
        if mine and kind == Trace.WINDOW_START:
            kept.append((tsc - dump.epoch, kind, value))
    assert TRACE_RECORD.size == 16
    assert kept
    return kept


def timelines(found: Found) -> dict[str, object]:
    """All that a victim can tell of its time, and what the kernel recorded of its windows."""
    own = {w["index"]: w["partition"] for w in found.manifest["schedules"][0]["windows"] if w["partition"] in ("steady", "spinner")}
    return {
        **{f"diary {victim}": found.diary(victim) for victim in ("steady", "spinner")},
        **{f"trace {victim}": releases(found, victim) for victim in ("steady", "spinner")},
        **{f"console {victim}": found.lines(victim) for victim in ("steady", "spinner")},
        "counters": [(f.index, f.delivered, f.not_ready, f.late_min, f.late_max) for f in found.facts.windows.values() if f.index in own],
    }


def compare(run_attacks: RunPlan, names: Sequence[str], frames: int) -> Found:
    """Both runs have the same program beside the victims; only its argument differs. Returns the hostile one."""
    quiet = timelines(run_attacks(named(["idle"] * len(names)), frames))
    hostile = run_attacks(named(names), frames)
    loud = timelines(hostile)
    for what, wanted in quiet.items():
        assert loud[what] == wanted, f"{what} differs"
    assert [fact for fact in hostile.facts.health if fact.partition == "module"] == []
    return hostile


def test_one_tight_loop(run_attacks: RunPlan) -> None:
    compare(run_attacks, ["nops"], 100)


@pytest.mark.slow
def test_all_noise_at_once(run_attacks: RunPlan) -> None:
    names = [*attacks.NOISE, *attacks.LOOPS, *attacks.ENDS]
    hostile = compare(run_attacks, names, 60)
    paths = [facts.path_max for facts in hostile.facts.windows.values() if facts.path_max is not None]
    assert max(paths) < hostile.manifest["guard_ns"], "a kernel path outlasted the guard"


@pytest.mark.slow
def test_attackers_that_fall(run_attacks: RunPlan) -> None:
    compare(run_attacks, [*attacks.INSTRUCTIONS][::3] + [*attacks.MEMORY][::3] + [*attacks.STATE], 4)


@pytest.mark.slow
def test_console_of_a_victim_beside_floods(run_attacks: RunPlan) -> None:
    """Its lines come out whole and in order, and soon: no stream, not even the kernel's own, is served before its turn."""
    names = ["flood", "untagged", "lines", "verdicts"]
    quiet = run_attacks(named(["idle"] * 4), 2500, first="talk")
    hostile = run_attacks(named(names), 2500, first="talk")
    assert len(quiet.lines("steady")) == TALKER_LINES
    assert hostile.lines("steady") == quiet.lines("steady")
    assert "steady" not in hostile.facts.drops
    first = hostile.console.index(b"steady| ")
    assert first < 20 * 12 + 4 * 300, "others printed more than their turns before the victim's first line"
