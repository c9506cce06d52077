"""From pins to edges: synchronisers, glitch filter, and how long ago an edge began."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib.cdc import FFSynchronizer
from amaranth.lib.wiring import Component, In, Out


class Lines(Component):
    """An edge is a value that stays the same for `steady` clocks and differs from the last such one.

    With `strobe` come its `value` and its `age`: clocks since the lines first differed from the value before, so that lines which do
    not change at the same moment, or ring, make one edge, stamped at its beginning. What returns to the value before is a glitch.
    """

    def __init__(self, width: int, steady: int, age_bits: int) -> None:
        self._steady = steady
        super().__init__({"pins": In(width), "strobe": Out(1), "value": Out(width), "age": Out(age_bits)})

    def elaborate(self, _platform: object) -> Module:
        m = Module()
        now, before, accepted = Signal(self.pins.shape()), Signal(self.pins.shape()), Signal(self.pins.shape())
        same = Signal(range(self._steady + 1))
        changing, since = Signal(), Signal(self.age.shape())
        m.submodules.synchroniser = FFSynchronizer(self.pins, now, stages=2)
        m.d.sync += [before.eq(now), self.strobe.eq(0)]
        with m.If(now == accepted):
            m.d.sync += [changing.eq(0), same.eq(0)]
        with m.Else():
            m.d.sync += changing.eq(1)
            with m.If(~changing):
                m.d.sync += since.eq(0)
            with m.Elif(~since.all()):
                m.d.sync += since.eq(since + 1)
            with m.If(changing & (now == before)):
                m.d.sync += same.eq(same + 1)
                with m.If(same == self._steady - 2):
                    m.d.sync += [accepted.eq(now), self.strobe.eq(1), self.value.eq(now), self.age.eq(since + 1)]
                    m.d.sync += [changing.eq(0), same.eq(0)]
            with m.Else():
                m.d.sync += same.eq(0)
        return m
