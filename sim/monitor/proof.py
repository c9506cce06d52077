"""Proof of life: a challenge to a partition over its own UART, and its answer in time. No cipher: it shows who runs, not who may."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Signal, Value
from amaranth.lib.wiring import Component, In, Out

from hyp.monitor.parameters import Proof
from sim.monitor.uart import Receiver, Sender


def answer(challenge: Value, key: int) -> Value:
    """Low byte of 9 (challenge xor key) + 0x1d, its halves exchanged; `hyp.monitor.answer` is the same in Python."""
    mixed = (challenge ^ key) * 9 + 0x1D
    return Cat(mixed[4:8], mixed[:4])


class Prover(Component):
    """While it runs (`run`), a new challenge every `within`, the first one after as long: by then whoever answers has had its windows.

    `fault` when the answer to the last one was wrong or did not come. `alive`: there was a right one since it began to run.
    """

    def __init__(self, proof: Proof) -> None:
        self._proof = proof
        super().__init__({"run": In(1), "received": In(1, init=1), "sent": Out(1, init=1), "fault": Out(1), "alive": Out(1)})

    def elaborate(self, _platform: object) -> Module:
        m = Module()
        m.submodules.sender = sender = Sender(self._proof.divisor)
        m.submodules.receiver = receiver = Receiver(self._proof.divisor)
        m.d.comb += [receiver.line.eq(self.received), self.sent.eq(sender.line)]
        left, shift, open_, right = Signal(range(self._proof.within + 1)), Signal(16, init=0xACE1), Signal(), Signal()
        challenge, valid = shift[:8], Signal()
        m.d.comb += [sender.data.eq(challenge), sender.valid.eq(valid)]
        m.d.sync += self.fault.eq(0)
        with m.If(valid & sender.ready):
            m.d.sync += valid.eq(0)
        with m.If(right):
            m.d.sync += self.alive.eq(1)
        with m.If(~self.run):
            m.d.sync += [open_.eq(0), right.eq(0), self.alive.eq(0), left.eq(self._proof.within)]
        with m.Elif(left != 0):
            m.d.sync += left.eq(left - 1)
            with m.If(receiver.strobe):
                m.d.sync += right.eq(open_ & (receiver.data == answer(challenge, self._proof.key)))
        with m.Else():
            m.d.sync += [self.fault.eq(open_ & ~right), open_.eq(1), right.eq(0), left.eq(self._proof.within), valid.eq(1)]
        with m.If(~open_ | (left == 0)):  # so the first challenge depends on when the board was ready
            m.d.sync += shift.eq(stirred(shift))
        return m


def stirred(shift: Value) -> Value:
    """Eight steps of the register of maximal length, x^16 + x^14 + x^13 + x^11 + 1."""
    return Cat(shift[8:], *(shift[n] ^ shift[n + 2] ^ shift[n + 3] ^ shift[n + 5] for n in range(8)))
