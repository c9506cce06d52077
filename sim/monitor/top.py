"""The whole monitor, but for the board that it is built into."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal, signed
from amaranth.lib.wiring import Component, In, Out

from hyp.monitor.kinds import RESETS, Kind, WatchdogState
from hyp.monitor.parameters import Parameters
from hyp.monitor.rom import identity
from sim.monitor.judge import ROW_BITS, Judge
from sim.monitor.lines import Lines
from sim.monitor.proof import Prover
from sim.monitor.reporter import Reporter
from sim.monitor.statistics import Statistics
from sim.monitor.uart import Receiver
from sim.monitor.watchdog import Watchdog

PINS = 8
MODEM_DTR, MODEM_RTS = 0, 1
"""Pins of `uart-modem`, 1 where the kernel's register has 1."""


class Monitor(Component):
    """`pins`: the parallel port's data lines, or DTR and RTS; `serial`: the identity bytes. The rest: see docs/monitor.md.

    `verdict` and what goes with it, and `pulse_` of frames, are for simulation; on a board nobody is connected to them.
    """

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._judge = Judge(parameters)
        bits, schedules = self._judge.form.time_bits, self._judge.form.schedule_bits
        super().__init__({
            "pins": In(PINS), "serial": In(1, init=1), "host": Out(1, init=1), "reset": Out(1), "led_good": Out(1), "led_alarm": Out(1),
            "prover_in": In(1, init=1), "prover_out": Out(1, init=1), "ready": Out(1),
            "verdict": Out(1), "kind": Out(4), "row": Out(ROW_BITS), "deviation": Out(signed(bits)), "frame": Out(1), "good": Out(1),
            "state": Out(3), "tries": Out(8), "schedule": Out(schedules),
        })  # fmt: skip

    def elaborate(self, _platform: object) -> Module:
        m = Module()
        p, bits = self._parameters, self._judge.form.time_bits
        width = 2 if p.modem else PINS
        m.submodules.judge = judge = self._judge
        m.submodules.lines = lines = Lines(width, p.filter, bits)
        m.submodules.statistics = statistics = Statistics(len(p.rows), bits, p.bin_shift)
        m.submodules.watchdog = watchdog = Watchdog(p.reset)
        m.submodules.reporter = reporter = Reporter(len(p.rows), bits, judge.form.schedule_bits, p.host_divisor, identity(p))
        m.d.comb += [lines.pins.eq(self.pins[:width]), judge.age.eq(lines.age), judge.id.eq(lines.value)]
        if p.modem:  # only the rise of RTS is an edge; its fall says that idle time, or the next window's release, has begun
            m.d.comb += [judge.edge.eq(lines.strobe & lines.value[MODEM_RTS]), judge.first.eq(lines.value[MODEM_DTR])]
        else:
            m.d.comb += judge.edge.eq(lines.strobe)

        alive = Signal(init=1)  # who has to prove that it runs has done so

        # Faults that others find wait here for a clock in which the judge says nothing.
        other, other_kind = Signal(), Signal(4)
        last_row, other_row = Signal(ROW_BITS), Signal(ROW_BITS)
        m.d.comb += other_row.eq(last_row if p.proof is None else Mux(other_kind == Kind.PROOF, p.proof.row, last_row))
        m.d.sync += self.verdict.eq(judge.verdict | other)
        m.d.sync += [self.kind.eq(Mux(judge.verdict, judge.kind, other_kind)), self.row.eq(Mux(judge.verdict, judge.row, other_row))]
        m.d.sync += self.deviation.eq(Mux(judge.verdict, judge.deviation, 0))
        with m.If(judge.verdict):
            with m.If(judge.measured | judge.kind.matches(int(Kind.LOCKED), int(Kind.WRONG))):  # what is now in the window's place
                m.d.sync += last_row.eq(judge.row)
        with m.Else():
            m.d.sync += other.eq(0)
        if p.modem and p.byte_divisor:
            m.submodules.receiver = receiver = Receiver(p.byte_divisor)
            m.d.comb += receiver.line.eq(self.serial)
            with m.If(receiver.strobe & judge.locked & (receiver.data != last_row)):
                m.d.sync += [other.eq(1), other_kind.eq(Kind.WRONG)]
                m.d.comb += judge.blemish.eq(1)
        if p.proof is not None:
            m.submodules.prover = prover = Prover(p.proof)
            # A board that boots is reset when it has not answered in time, and that is the fault; each missing answer is one later.
            m.d.comb += [prover.received.eq(self.prover_in), self.prover_out.eq(prover.sent)]
            m.d.comb += [prover.run.eq(judge.locked & ~watchdog.pulse), alive.eq(prover.alive)]
            dumb = watchdog.gave_up & judge.locked & ~prover.alive
            with m.If((prover.fault & ~watchdog.booting) | dumb):
                m.d.sync += [other.eq(1), other_kind.eq(Kind.PROOF)]
                m.d.comb += judge.blemish.eq(1)

        m.d.comb += [statistics.add.eq(judge.measured), statistics.row.eq(judge.row), statistics.deviation.eq(judge.deviation)]
        m.d.comb += [statistics.read_row.eq(reporter.read_row), statistics.read_bin.eq(reporter.read_bin)]
        for name in ("valid", "least", "most", "count", "bin"):
            m.d.comb += getattr(reporter, name).eq(getattr(statistics, name))
        fault, losing = Signal(), Signal()
        m.d.comb += fault.eq(self.verdict & (self.kind > Kind.GOOD))
        m.d.comb += losing.eq(self.verdict & self.kind.matches(*(int(kind) for kind in RESETS)))
        m.d.comb += [watchdog.good_frame.eq(judge.frame & judge.good & alive), watchdog.fault.eq(losing)]
        m.d.comb += [
            reporter.fault.eq(fault),
            reporter.kind.eq(self.kind),
            reporter.row.eq(self.row),
            reporter.deviation.eq(self.deviation),
        ]
        m.d.comb += [reporter.frame.eq(judge.frame), reporter.good.eq(judge.good), reporter.schedule.eq(judge.schedule)]
        m.d.comb += [reporter.state[:8].eq(watchdog.state), reporter.state[8:].eq(watchdog.tries)]
        m.d.comb += [self.host.eq(reporter.line), self.reset.eq(watchdog.pulse), self.ready.eq(statistics.ready)]
        m.d.comb += [self.frame.eq(judge.frame), self.good.eq(judge.good), self.schedule.eq(judge.schedule)]
        m.d.comb += [self.state.eq(watchdog.state), self.tries.eq(watchdog.tries)]

        # Green changes with every 32nd good frame; red stays from the first fault on.
        beats = Signal(6)
        with m.If(judge.frame & judge.good):
            m.d.sync += beats.eq(beats + 1)
        with m.If(fault | (watchdog.state == WatchdogState.ALARM)):
            m.d.sync += self.led_alarm.eq(1)
        m.d.comb += self.led_good.eq(beats[5])
        return m
