"""The judge: holds every edge against the plan table, and notices when none comes.

The rules are in docs/monitor.md; the test suite's oracle follows them in its own words. An edge takes the judge 8 clocks, which is
the least that the filter lets pass between two.
"""

from __future__ import annotations

from amaranth.hdl import Array, Cat, Module, Mux, Signal, signed
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import Component, In, Out

from hyp.monitor.kinds import Kind
from hyp.monitor.parameters import Parameters
from hyp.monitor.rom import layout, words

ROW_BITS = 7


class Judge(Component):
    """An edge: `edge`, its identity `id` (or `first`, with modem lines) and `age`. A verdict: `verdict`, `kind`, `row`, `deviation`.

    `measured`: the verdict's deviation belongs to the statistics. `frame`: a frame has ended, `good` or not; `blemish`: somebody else
    has found a fault in it.
    """

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self.form = layout(parameters)
        bits = self.form.time_bits
        self.time = Signal(signed(bits))
        """Clocks since the frame's first edge."""
        super().__init__({
            "edge": In(1), "id": In(ROW_BITS), "first": In(1), "age": In(bits),
            "verdict": Out(1), "kind": Out(4), "row": Out(ROW_BITS), "deviation": Out(signed(bits)), "measured": Out(1),
            "blemish": In(1), "frame": Out(1), "good": Out(1), "schedule": Out(self.form.schedule_bits), "locked": Out(1),
        })  # fmt: skip

    def elaborate(self, _platform: object) -> Module:
        m = Module()
        p, form, bits = self._parameters, self.form, self.form.time_bits
        m.submodules.rom = rom = Memory(shape=form.width, depth=form.depth, init=words(p))
        port = rom.read_port()

        def fields(word: Signal) -> tuple[Signal, Signal, Signal, Signal, Signal, Signal]:
            lo, nominal, hi = (word[n * bits : (n + 1) * bits].as_signed() for n in range(3))
            rest = word[3 * bits :]
            return lo, nominal, hi, rest[: form.schedule_bits], rest[form.schedule_bits], rest[form.schedule_bits + 1]

        time = self.time
        quiet = Signal(range(p.silence + p.filter + 2))  # clocks since the last edge was taken
        expected, boundary, predicted = Signal(ROW_BITS), Signal(), Signal()
        clean = Signal()  # no fault in this frame so far
        schedule = self.schedule
        at, identity, known = Signal(signed(bits)), Signal(ROW_BITS), Signal()
        word_id, word_e = Signal(form.width), Signal(form.width)
        lo_i, _, _, schedule_i, first_i, last_i = fields(word_id)
        lo_e, _, hi_e, _, _, last_e = fields(word_e)
        lo_f, nom_f, hi_f, *_ = fields(port.data)
        firsts = Array([next(n for n, row in enumerate(p.rows) if row.schedule == s) for s in range(form.schedules)])

        m.d.sync += [time.eq(time + 1), self.verdict.eq(0), self.measured.eq(0), self.frame.eq(0)]
        silent = Signal()
        m.d.comb += silent.eq((quiet == p.silence + p.filter) | (time >= p.frame_limit))
        with m.If(quiet != p.silence + p.filter):
            m.d.sync += quiet.eq(quiet + 1)

        # What the decision needs, made one clock before.
        shifted, lo, hi, nominal = (Signal(signed(bits), name=name) for name in ("shifted", "lo", "hi", "nominal"))
        starts, skipped, judged, wrong, lost_start = (Signal(name=name) for name in ("starts", "skipped", "judged", "wrong", "lost_start"))
        deviation = Signal(signed(bits))
        m.d.comb += deviation.eq(shifted - nominal)
        drift, drift_frames = Signal(signed(bits + 10)), Signal(range(p.drift_frames + 1))
        steady = Signal()  # the frame start was good, and so was the one before
        frame_deviation = Signal(signed(bits))

        with m.If(self.blemish):
            m.d.sync += clean.eq(0)

        def say(kind: Kind, row: Signal, off: Signal | int = 0) -> None:
            m.d.sync += [self.verdict.eq(1), self.kind.eq(kind), self.row.eq(row), self.deviation.eq(off)]
            if kind > Kind.GOOD:
                m.d.sync += clean.eq(0)

        with m.FSM(name="judge"):
            with m.State("IDLE"):
                chosen = self.id
                if p.modem:  # the lines do not say which window: the next one, or a frame's first
                    chosen = Mux(self.first, 0, Mux(boundary | ~self.locked, (1 << ROW_BITS) - 1, expected))
                m.d.comb += port.addr.eq(chosen)
                with m.If(self.edge):
                    m.d.sync += [at.eq(time - self.age), identity.eq(chosen), known.eq(chosen < form.rows), quiet.eq(0)]
                    m.next = "IDENTITY"
                with m.Elif(self.locked & silent):
                    m.d.sync += self.locked.eq(0)
                    say(Kind.SILENT, Mux(boundary, firsts[schedule], expected))
            with m.State("IDENTITY"):
                m.d.sync += word_id.eq(port.data)
                m.d.comb += port.addr.eq(Mux(boundary, firsts[schedule], expected))
                m.next = "EXPECTED"
            with m.State("EXPECTED"):
                m.d.sync += word_e.eq(port.data)
                m.d.comb += port.addr.eq(form.rows + schedule * form.schedules + Mux(known, schedule_i, schedule))
                m.next = "DECIDE"
            with m.State("DECIDE"):  # port.data: the next frame's bounds, of the schedule that the edge would begin
                begins = known & first_i
                m.d.sync += [starts.eq(0), skipped.eq(0), judged.eq(0), wrong.eq(0), lost_start.eq(0), shifted.eq(at)]
                with m.If(boundary):
                    m.d.sync += [lo.eq(lo_f), hi.eq(hi_f), nominal.eq(nom_f), frame_deviation.eq(nom_f)]
                    with m.If(begins):
                        m.d.sync += [starts.eq(1), judged.eq(1)]
                    with m.Elif(known & (at - nom_f >= lo_i)):
                        m.d.sync += [lost_start.eq(1), skipped.eq(1), judged.eq(1), shifted.eq(at - nom_f)]
                        m.d.sync += Cat(lo, nominal, hi).eq(word_id[: 3 * bits])
                    with m.Elif((at >= lo_f) & (at <= hi_f)):
                        m.d.sync += [wrong.eq(1), starts.eq(1)]
                with m.Else():
                    m.d.sync += Cat(lo, nominal, hi).eq(word_e[: 3 * bits])
                    with m.If(known & (identity == expected)):
                        m.d.sync += judged.eq(1)
                    with m.Elif(known & (schedule_i == schedule) & (identity > expected) & (at >= lo_i)):
                        m.d.sync += [skipped.eq(1), judged.eq(1), Cat(lo, nominal, hi).eq(word_id[: 3 * bits])]
                    with m.Elif(begins & (at >= lo_f)):
                        m.d.sync += [skipped.eq(1), judged.eq(1), starts.eq(1)]
                        m.d.sync += [lo.eq(lo_f), hi.eq(hi_f), nominal.eq(nom_f), frame_deviation.eq(nom_f)]
                    with m.Elif((at >= lo_e) & (at <= hi_e)):
                        m.d.sync += wrong.eq(1)
                m.next = "FIRST"
                with m.If(~self.locked):
                    m.next = "LOCK"
            with m.State("LOCK"):
                with m.If(known & first_i):
                    say(Kind.LOCKED, identity)
                    m.d.sync += [self.locked.eq(1), schedule.eq(schedule_i), expected.eq(identity + 1), boundary.eq(last_i)]
                    m.d.sync += [time.eq(time + 1 - at), predicted.eq(0), clean.eq(1), drift.eq(0), drift_frames.eq(0)]
                m.next = "IDLE"
            with m.State("FIRST"):  # what the edge says of windows that have not come, or of itself when it is none
                with m.If(skipped):
                    say(Kind.MISSING, Mux(boundary, firsts[schedule], expected))
                with m.Elif(wrong):
                    say(Kind.WRONG, Mux(boundary, firsts[schedule], expected), deviation)
                with m.Elif(~judged):
                    say(Kind.EXTRA, identity)
                m.next = "SECOND"
            with m.State("SECOND"):
                m.next = "IDLE"
                on_time = (shifted >= lo) & (shifted <= hi)
                with m.If(judged):
                    m.d.sync += self.measured.eq(1)
                    with m.If(shifted < lo):
                        say(Kind.EARLY, identity, deviation)
                    with m.Elif(on_time):
                        say(Kind.GOOD, identity, deviation)
                    with m.Elif(shifted - hi <= p.late):
                        say(Kind.LATE, identity, deviation)
                    with m.Else():
                        say(Kind.OVERRUN, identity, deviation)
                    m.d.sync += [expected.eq(identity + 1), boundary.eq(last_i), schedule.eq(schedule_i)]
                with m.If(wrong):
                    m.d.sync += [expected.eq(expected + 1), boundary.eq(last_e)]
                    with m.If(boundary):
                        m.d.sync += expected.eq(firsts[schedule] + 1)
                with m.If(lost_start):
                    m.d.sync += [time.eq(time + 1 - frame_deviation), predicted.eq(1), steady.eq(0), drift.eq(0), drift_frames.eq(0)]
                    m.d.sync += [self.frame.eq(1), self.good.eq(0), clean.eq(0)]
                with m.If(starts):
                    keep = ~(judged & on_time) & ~predicted  # one bad start moves no other window's place; a second one does
                    m.d.sync += [predicted.eq(keep), time.eq(time + 1 - Mux(keep, frame_deviation, at))]
                    m.d.sync += [self.frame.eq(1), self.good.eq(clean & judged & on_time), clean.eq(judged & on_time)]
                    m.d.sync += steady.eq(judged & on_time & ~predicted)
                    m.next = "DRIFT"
            with m.State("DRIFT"):
                m.next = "IDLE"
                total = drift + deviation
                with m.If(~steady):
                    m.d.sync += [drift.eq(0), drift_frames.eq(0)]
                with m.Elif(drift_frames != p.drift_frames - 1):
                    m.d.sync += [drift.eq(total), drift_frames.eq(drift_frames + 1)]
                with m.Else():
                    m.d.sync += [drift.eq(0), drift_frames.eq(0)]
                    with m.If((total > p.drift_limit) | (total < -p.drift_limit)):
                        say(Kind.DRIFT, firsts[schedule], total)
        m.d.comb += port.en.eq(1)
        return m
