"""Every way to be bad, each from a run in which nothing else is wrong."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from hyp.image.manifest import Manifest, ScheduleEntry
from hyp.target.console import Demultiplexer, Line
from hyp.target.facts import CoreFacts, Drops, Facts, HealthFacts, PartitionVerdict, TraceDump, WindowFacts
from hyp.target.options import WALL, Match, Options
from hyp.target.run import Run
from hyp.target.session import End, Session
from hyp.timeline.verdict import Reason, judge
from tests.unit.target.guest import BOOT, END, PARTITIONS, State, lay_out, manifest

MANIFEST: Manifest = manifest(lay_out(State())[1])
OPTIONS = Options(frames=3)
FACTS = Facts(
    windows={0: WindowFacts(0, 3, 0, 0, 4, 2000), 1: WindowFacts(1, 3, 3, None, None, None)},
    schedules={"normal": 3},
    health=(HealthFacts("beta", "divide_error", 1, 2_000_000, "halt"),),
    verdicts={"alpha": PartitionVerdict(passed=True, text="")},
    cores=(CoreFacts(0, 3, 0),),
    tsc_hz=1_000_000_000,
)
LINES = tuple(Demultiplexer(PARTITIONS).feed(BOOT + b"alpha| ready\n" + END))


def ran(facts: Facts = FACTS, end: End = End.COMPLETE, target: str = "qemu", traces: tuple[TraceDump, ...] | None = None) -> Run:
    return Run(target, "", Session(end, "gone" if end not in (End.COMPLETE, End.UNTIL) else "", LINES), facts, facts, traces)


def reasons(run: Run, options: Options = OPTIONS, *, strict: bool = False, manifest: Manifest = MANIFEST) -> list[Reason]:
    return list(judge(manifest, options, run, strict).reasons)


def halted(run: Run) -> Run:
    """As if the module had been halted at the end."""
    return replace(run, session=replace(run.session, lines=(*LINES, Line("hyp", "module halt", direct=True))))


def windows(**changes: Any) -> Facts:
    return replace(FACTS, windows={**FACTS.windows, 0: replace(FACTS.windows[0], **changes)})


def test_good_at_every_bound() -> None:
    verdict = judge(MANIFEST, OPTIONS, ran(), strict=True)
    assert verdict.good
    assert (verdict.frames, verdict.release_jitter_max, verdict.kernel_path_max, verdict.jitter_bound) == (3, 4, 2000, 4)


@pytest.mark.parametrize(
    ("facts", "code", "message"),
    [
        (windows(delivered=2), "window_not_delivered", "window 0 (alpha at 0 ns): 2 of 3 delivered"),
        (windows(delivered=4), "window_not_delivered", "window 0 (alpha at 0 ns): 4 of 3 delivered"),
        (windows(late_max=5), "release_jitter", "window 0 (alpha at 0 ns): released 5 ticks late, the bound is 4"),
        (windows(path_max=2001), "kernel_path", "window 0 (alpha at 0 ns): the kernel took 2001 ticks, the guard is 2000 ns"),
        (
            replace(FACTS, health=(HealthFacts("module", "nmi", 2, None, "log"),)),
            "module_event",
            "the module's nmi happened 2 times",
        ),
        (
            replace(FACTS, health=(HealthFacts("alpha", "divide_error", 1, 5, "halt"),)),
            "health_event",
            "alpha: divide_error happened once and is not in `expect:`",
        ),
        (
            replace(FACTS, verdicts={"alpha": PartitionVerdict(passed=False, text="too hot")}),
            "partition_verdict",
            "alpha says fail: too hot",
        ),
    ],
)
def test_one_reason_each(facts: Facts, code: str, message: str) -> None:
    assert reasons(ran(facts)) == [Reason(code, message)]


def test_frames_that_are_missing() -> None:
    assert reasons(ran(), replace(OPTIONS, frames=4)) == [Reason("frames", "core 0 completed 3 of 4 major frames")]


def test_a_halted_module_is_named() -> None:
    assert [reason.message for reason in reasons(halted(ran()), replace(OPTIONS, frames=9))] == [
        "core 0 completed 3 of 9 major frames, then the module was halted"
    ]


def test_schedules_that_do_not_add_up() -> None:
    found = reasons(ran(replace(FACTS, schedules={"normal": 2})))
    assert found[0] == Reason("frames", "3 major frames completed, the schedules count 2 together")


def test_windows_are_planned_by_the_frames_of_their_schedule() -> None:
    """Seven frames in all: five of the first schedule, two of another, whose one window follows it."""
    window = MANIFEST["schedules"][0]["windows"][0]
    second: ScheduleEntry = {"name": "second", "major_frame_ns": 5_000_000, "windows": [{**window, "index": 2}]}
    two: Manifest = {**MANIFEST, "schedules": [*MANIFEST["schedules"], second]}
    facts = replace(
        FACTS,
        windows={0: WindowFacts(0, 5, 0, 0, 0, 9), 1: WindowFacts(1, 5, 0, 0, 0, 9), 2: WindowFacts(2, 2, 0, 0, 0, 9)},
        schedules={"normal": 5, "second": 2},
        cores=(CoreFacts(0, 7, 0),),
    )
    options = replace(OPTIONS, frames=7)
    assert reasons(ran(facts), options, manifest=two) == []
    assert [result.planned for result in judge(two, options, ran(facts), strict=False).windows] == [5, 5, 2]
    stolen = replace(facts, windows={**facts.windows, 2: WindowFacts(2, 5, 0, 0, 0, 9)})
    assert [reason.message for reason in reasons(ran(stolen), options, manifest=two)] == ["window 2 (alpha at 0 ns): 5 of 2 delivered"]


@pytest.mark.parametrize(("restarts", "delivered", "good"), [(0, 3, True), (0, 4, False), (1, 4, True), (1, 5, False), (1, 2, False)])
def test_a_restart_of_the_module_may_have_cut_one_frame(restarts: int, delivered: int, good: bool) -> None:
    assert (reasons(ran(replace(windows(delivered=delivered), module_restarts=restarts))) == []) is good


@pytest.mark.parametrize(("restarts", "delivered", "good"), [(0, 4, True), (0, 5, False), (2, 6, True), (2, 7, False), (2, 2, False)])
def test_a_halt_of_the_module_may_have_cut_one_frame_more(restarts: int, delivered: int, good: bool) -> None:
    assert (reasons(halted(ran(replace(windows(delivered=delivered), module_restarts=restarts)))) == []) is good


def test_a_partition_cannot_say_that_the_module_was_halted() -> None:
    run = ran(windows(delivered=4))
    forged = replace(run, session=replace(run.session, lines=(*LINES, Line("alpha", "module halt"))))
    assert [reason.code for reason in reasons(forged)] == ["window_not_delivered"]


def test_no_facts_are_not_good() -> None:
    assert [reason.code for reason in reasons(ran(Facts()))] == ["no_facts"]


def test_drops_are_bad_only_when_strict() -> None:
    run = ran(replace(FACTS, drops={"beta": Drops(8, 1)}))
    assert reasons(run) == []
    assert [reason.code for reason in reasons(run, strict=True)] == ["drops"]


def test_expectations_and_until() -> None:
    met, unmet = Match("alpha", re.compile("ready")), Match("alpha", re.compile("never"))
    assert reasons(ran(), replace(OPTIONS, expect=(met,), until=met)) == []
    assert [reason.code for reason in reasons(ran(), replace(OPTIONS, expect=(met, unmet), until=unmet))] == ["expect", "until"]
    assert reasons(ran(end=End.UNTIL), replace(OPTIONS, until=met)) == []


def test_a_stopped_run_may_have_begun_another_frame() -> None:
    assert reasons(ran(windows(delivered=4), End.UNTIL)) == []
    assert [reason.code for reason in reasons(ran(windows(delivered=5), End.UNTIL))] == ["window_not_delivered"]


@pytest.mark.parametrize("end", [End.SILENT, End.HUNG, End.CRASHED, End.HALTED, End.PANICKED])
def test_a_target_that_fails_is_bad(end: End) -> None:
    assert reasons(ran(end=end)) == [Reason("target", "gone")]


@pytest.mark.parametrize(
    ("target", "options", "tsc_hz", "bound"),
    [
        ("qemu", OPTIONS, 1_000_000_000, 4),
        ("qemu", replace(OPTIONS, clock=WALL), 2_000_000_000, 2000),
        ("bochs", OPTIONS, 50_000_000, 50),
    ],
)
def test_the_bound_follows_clock_and_board(target: str, options: Options, tsc_hz: int, bound: int) -> None:
    facts = replace(windows(late_max=bound, path_max=1), tsc_hz=tsc_hz)
    assert judge(MANIFEST, options, ran(facts, target=target), strict=False).jitter_bound == bound
    assert reasons(ran(facts, target=target), options) == []
    worse = replace(windows(late_max=bound + 1, path_max=1), tsc_hz=tsc_hz)
    assert [reason.code for reason in reasons(ran(worse, target=target), options)] == ["release_jitter"]


def test_deviations_of_the_trace_are_shown_up_to_five() -> None:
    records = b"".join(n.to_bytes(8, "little") + (99).to_bytes(4, "little") + bytes(4) for n in range(7))
    found = reasons(ran(end=End.UNTIL, traces=(TraceDump(0, records, 0, 0, 1 << 32),)))
    assert [reason.code for reason in found] == ["trace"] * 6
    assert found[-1].message == "core 0: 2 more deviations"


def test_partition_text_is_not_evidence() -> None:
    forged = tuple(Line("alpha", text) for text in ("hyp: end", "health module nmi action=log at=1"))
    run = ran()
    assert reasons(replace(run, session=replace(run.session, lines=forged))) == []
