"""8N1 in both directions, at a whole number of clocks per bit."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Signal
from amaranth.lib.cdc import FFSynchronizer
from amaranth.lib.wiring import Component, In, Out


class Sender(Component):
    """Takes `data` when `valid` and `ready`."""

    def __init__(self, divisor: int) -> None:
        self._divisor = divisor
        super().__init__({"data": In(8), "valid": In(1), "ready": Out(1), "line": Out(1, init=1)})

    def elaborate(self, _platform: object) -> Module:
        m = Module()
        shift, left, count = Signal(10, init=1), Signal(range(11)), Signal(range(self._divisor))
        m.d.comb += self.ready.eq(left == 0)
        m.d.sync += self.line.eq((left == 0) | shift[0])
        with m.If(left == 0):
            with m.If(self.valid):
                m.d.sync += [shift.eq(Cat(Const(0, 1), self.data, Const(1, 1))), left.eq(10), count.eq(self._divisor - 1)]
        with m.Elif(count == 0):
            m.d.sync += [shift.eq(Cat(shift[1:], Const(1, 1))), left.eq(left - 1), count.eq(self._divisor - 1)]
        with m.Else():
            m.d.sync += count.eq(count - 1)
        return m


class Receiver(Component):
    """`strobe` with every byte whose stop bit is right; each bit is sampled in its middle."""

    def __init__(self, divisor: int) -> None:
        self._divisor = divisor
        super().__init__({"line": In(1, init=1), "data": Out(8), "strobe": Out(1)})

    def elaborate(self, _platform: object) -> Module:
        m = Module()
        now = Signal(init=1)
        m.submodules.synchroniser = FFSynchronizer(self.line, now, init=1)
        shift, left, count = Signal(9), Signal(range(11)), Signal(range(self._divisor + self._divisor // 2))
        m.d.sync += self.strobe.eq(0)
        with m.If(left == 0):
            with m.If(~now):
                m.d.sync += [left.eq(10), count.eq(self._divisor // 2 - 1)]
        with m.Elif(count != 0):
            m.d.sync += count.eq(count - 1)
        with m.Else():
            m.d.sync += [count.eq(self._divisor - 1), left.eq(left - 1), shift.eq(Cat(shift[1:], now))]
            with m.If((left == 10) & now):  # no start bit after all
                m.d.sync += left.eq(0)
            with m.If((left == 1) & now):
                m.d.sync += [self.strobe.eq(1), self.data.eq(shift[1:])]
        return m
