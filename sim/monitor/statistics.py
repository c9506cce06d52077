"""Per window: smallest and largest deviation, number of edges, histogram. In block RAM; one update takes two clocks."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal, Value, signed
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import Component, In, Out

from hyp.monitor.parameters import BINS
from sim.monitor.judge import ROW_BITS

EXTREME_MAX = (1 << 15) - 1
BIN_MAX = (1 << 16) - 1


class Statistics(Component):
    """`add` an edge of `row` with its `deviation`. What is read comes a clock after `read_row` and `read_bin`, when `valid`.

    After a reset it clears itself, `ready` comes then.
    """

    def __init__(self, rows: int, bits: int, bin_shift: int) -> None:
        self._rows, self._bin_shift = rows, bin_shift
        super().__init__({
            "add": In(1), "row": In(ROW_BITS), "deviation": In(signed(bits)),
            "read_row": In(ROW_BITS), "read_bin": In(range(BINS)), "valid": Out(1), "ready": Out(1),
            "least": Out(16), "most": Out(16), "count": Out(32), "bin": Out(16),
        })  # fmt: skip

    def elaborate(self, _platform: object) -> Module:
        m = Module()
        m.submodules.totals = totals = Memory(shape=64, depth=self._rows, init=[])
        m.submodules.bins = bins = Memory(shape=16, depth=self._rows * BINS, init=[])
        total_in, total_out, bin_in, bin_out = totals.write_port(), totals.read_port(), bins.write_port(), bins.read_port()
        row, off, chosen, busy = Signal(ROW_BITS), Signal(signed(16)), Signal(range(BINS)), Signal()
        cleared = Signal(range(self._rows * BINS))

        extreme = _clamped(self.deviation, EXTREME_MAX)
        bucket = _clamped((self.deviation >> self._bin_shift) + BINS // 2, BINS - 1, 0)
        now_chosen = Signal(range(BINS))
        m.d.comb += now_chosen.eq(bucket)
        m.d.comb += total_out.addr.eq(Mux(self.add, self.row, self.read_row))
        m.d.comb += bin_out.addr.eq(Mux(self.add, Cat(now_chosen, self.row), Cat(self.read_bin, self.read_row)))
        m.d.comb += [total_out.en.eq(1), bin_out.en.eq(1)]
        m.d.sync += [busy.eq(self.add), self.valid.eq(~self.add)]
        with m.If(self.add):
            m.d.sync += [row.eq(self.row), off.eq(extreme), chosen.eq(now_chosen)]

        least, most, count = total_out.data[:16].as_signed(), total_out.data[16:32].as_signed(), total_out.data[32:]
        m.d.comb += [self.least.eq(least), self.most.eq(most), self.count.eq(count), self.bin.eq(bin_out.data)]
        new = count == 0
        m.d.comb += [total_in.addr.eq(row), bin_in.addr.eq(Cat(chosen, row)), total_in.en.eq(busy), bin_in.en.eq(busy)]
        m.d.comb += total_in.data.eq(
            Cat(_16(Mux(new | (off < least), off, least)), _16(Mux(new | (off > most), off, most)), Mux(count.all(), count, count + 1)[:32])
        )
        m.d.comb += bin_in.data.eq(Mux(bin_out.data == BIN_MAX, BIN_MAX, bin_out.data + 1))
        with m.If(~self.ready):
            m.d.sync += cleared.eq(cleared + 1)
            m.d.comb += [bin_in.addr.eq(cleared), total_in.addr.eq(cleared[3:])]
            m.d.comb += [bin_in.en.eq(1), total_in.en.eq(1), bin_in.data.eq(0), total_in.data.eq(0)]
            with m.If(cleared == self._rows * BINS - 1):
                m.d.sync += self.ready.eq(1)
        return m


def _clamped(value: Value, most: int, least: int | None = None) -> Value:
    least = -most if least is None else least
    return Mux(value > most, most, Mux(value < least, least, value))


def _16(value: Value) -> Value:
    return value[:16]
