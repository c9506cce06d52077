"""The line to the host: faults first, then in turn how many frames there were and the next piece of the statistics.

A record is 11 bytes: 0xa5, type, row, number of the record, `a` (4), `b` (2), CRC-8 (x^8 + x^2 + x + 1) of the bytes after the first.
"""

from __future__ import annotations

from amaranth.hdl import Array, Cat, Const, Module, Signal, Value, signed
from amaranth.lib.fifo import SyncFIFOBuffered
from amaranth.lib.wiring import Component, In, Out

from hyp.monitor.kinds import PROTOCOL, VERDICT, RecordType
from hyp.monitor.parameters import BINS
from sim.monitor.judge import ROW_BITS
from sim.monitor.uart import Sender

SYNC = 0xA5
FAULTS = 32
"""Faults that may wait for the line; more are counted only."""
BIN_RECORDS = BINS // 2
ITEMS = 2 + BIN_RECORDS
"""Of each row: RANGE, COUNT, BINS."""


class Reporter(Component):
    def __init__(self, rows: int, bits: int, schedule_bits: int, divisor: int, identity: int) -> None:
        self._rows, self._divisor, self._identity, self._bits = rows, divisor, identity, bits
        super().__init__({
            "fault": In(1), "kind": In(4), "row": In(ROW_BITS), "deviation": In(signed(bits)),
            "frame": In(1), "good": In(1), "schedule": In(schedule_bits), "state": In(16),
            "read_row": Out(ROW_BITS), "read_bin": Out(range(BINS)), "valid": In(1),
            "least": In(16), "most": In(16), "count": In(32), "bin": In(16),
            "line": Out(1, init=1),
        })  # fmt: skip

    def elaborate(self, _platform: object) -> Module:
        m = Module()
        m.submodules.sender = sender = Sender(self._divisor)
        m.submodules.waiting = waiting = SyncFIFOBuffered(width=4 + ROW_BITS + 32 + 16, depth=FAULTS)
        m.d.comb += self.line.eq(sender.line)
        frames, good, faults, fresh, turn = Signal(32), Signal(16), Signal(32), Signal(), Signal()
        wide = Signal(signed(32))
        m.d.comb += wide.eq(self.deviation)
        m.d.comb += [waiting.w_en.eq(self.fault), waiting.w_data.eq(Cat(self.kind, self.row, wide, frames[:16]))]
        with m.If(self.fault):
            m.d.sync += faults.eq(faults + 1)
        with m.If(self.frame):
            m.d.sync += [frames.eq(frames + 1), good.eq(good + self.good), fresh.eq(1)]

        number, place, crc = Signal(8), Signal(range(11)), Signal(8)
        kind, row, a, b = Signal(8), Signal(8), Signal(32), Signal(16)
        record = Array([Const(SYNC, 8), kind, row, number, a[:8], a[8:16], a[16:24], a[24:], b[:8], b[8:], crc])
        item, item_row, part = Signal(range(ITEMS + 2)), Signal(ROW_BITS), Signal(16)
        m.d.comb += [self.read_row.eq(item_row), sender.data.eq(record[place])]

        def begin(kind_: Value | int, row_: Value | int, a_: Value | int, b_: Value | int) -> None:
            m.d.sync += [kind.eq(kind_), row.eq(row_), a.eq(a_), b.eq(b_), place.eq(0), crc.eq(0)]
            m.next = "SEND"

        with m.FSM(name="reporter"):
            with m.State("IDLE"):
                with m.If(waiting.r_rdy):
                    data = waiting.r_data
                    m.d.comb += waiting.r_en.eq(1)
                    begin(VERDICT | data[:4], data[4 : 4 + ROW_BITS], data[4 + ROW_BITS : 36 + ROW_BITS], data[36 + ROW_BITS :])
                with m.Elif(fresh & turn):
                    m.d.sync += [fresh.eq(0), turn.eq(0)]
                    begin(RecordType.FRAMES, self.schedule, frames, good)
                with m.Else():
                    m.d.sync += turn.eq(1)
                    with m.If(item == 0):
                        m.d.sync += item.eq(1)
                        begin(RecordType.HELLO, 0, self._identity, PROTOCOL)
                    with m.Elif(item == 1):
                        m.d.sync += item.eq(2)
                        begin(RecordType.STATE, 0, faults, self.state)
                    with m.Else():
                        m.next = "READ"
            pair = Signal(range(BIN_RECORDS))
            m.d.comb += pair.eq(item - 4)
            with m.State("READ"):
                m.d.comb += self.read_bin.eq(Cat(Const(0, 1), pair))
                m.next = "READ LOW"
            with m.State("READ LOW"):
                m.d.comb += self.read_bin.eq(Cat(Const(1, 1), pair))
                m.d.sync += part.eq(self.bin)
                m.next = "READ HIGH"
                with m.If(~self.valid):
                    m.next = "READ"
            with m.State("READ HIGH"):
                m.d.sync += item.eq(item + 1)
                with m.If(item == ITEMS + 1):
                    m.d.sync += [item.eq(2), item_row.eq(item_row + 1)]
                    with m.If(item_row == self._rows - 1):
                        m.d.sync += [item.eq(0), item_row.eq(0)]
                with m.If(item == 2):
                    begin(RecordType.RANGE, item_row, Cat(self.least, self.most), 0)
                with m.Elif(item == 3):
                    begin(RecordType.COUNT, item_row, self.count, 0)
                with m.Else():
                    begin(RecordType.BINS, item_row, Cat(part, self.bin), Cat(Const(0, 1), pair))
                with m.If(~self.valid):
                    m.d.sync += [item.eq(item), item_row.eq(item_row)]
                    m.next = "READ"
            with m.State("SEND"):
                m.d.comb += sender.valid.eq(1)
                with m.If(sender.ready):
                    m.d.sync += place.eq(place + 1)
                    with m.If(place != 0):
                        m.d.sync += crc.eq(crc8(crc ^ sender.data))
                    with m.If(place == 10):
                        m.d.sync += number.eq(number + 1)
                        m.next = "IDLE"
        return m


def crc8(value: Value) -> Value:
    """Eight steps of the division by x^8 + x^2 + x + 1."""
    bits = [value[n] for n in range(8)]
    for _ in range(8):
        top = bits[7]
        bits = [top, bits[0] ^ top, bits[1] ^ top, *bits[2:7]]
    return Cat(*bits)
