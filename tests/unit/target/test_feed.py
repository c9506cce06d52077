"""Input for partitions: each packet is sent until it is taken, once, in order; typed text is paced and says for whom it is."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyp.abi.packets import PACKET_INPUT, PACKET_SELECT, packets
from hyp.exits import Stop
from hyp.target.feed import FramedFeeder, TextFeeder


class Kernel:
    """The other end as core/input.c has it, with a line that loses packets and answers, and rings that are full at times."""

    def __init__(self, seed: int, loss: float, taken: int) -> None:
        self.chance = random.Random(seed)
        self.loss = loss
        self.taken = taken
        self.text: dict[int, bytes] = {}

    def hear(self, raw: bytes) -> list[int]:
        answers = []
        for packet in packets(raw):
            assert packet.kind == PACKET_INPUT
            if self.chance.random() < self.loss:
                continue
            to, data = packet.body[0] - 1, packet.body[1:]
            if data and packet.sequence != self.taken and self.chance.random() > 0.2:
                self.text[to] = self.text.get(to, b"") + data
                self.taken = packet.sequence
            if self.chance.random() >= self.loss:
                answers.append(self.taken)
        return answers


@given(
    st.lists(st.tuples(st.integers(0, 3), st.binary(max_size=60)), max_size=8),
    st.integers(0, 255),
    st.sampled_from([0.0, 0.3]),
    st.integers(),
)
def test_everything_arrives_once_and_in_order(puts: list[tuple[int, bytes]], taken: int, loss: float, seed: int) -> None:
    kernel, feeder = Kernel(seed, loss, taken), FramedFeeder()
    for partition, data in puts:
        feeder.put(partition, data)
    now, answers = 0.0, list[int]()
    for _ in range(20_000):
        raw = feeder.poll(now, answers)
        assert len(raw) <= 1 + 16, "it fits the FIFO, whatever window is open"
        answers = kernel.hear(raw)
        now += 0.01
        if not feeder.waiting:
            break
    wanted: dict[int, bytes] = {}
    for partition, data in puts:
        if data:
            wanted[partition] = wanted.get(partition, b"") + data
    assert feeder.waiting == 0
    assert kernel.text == wanted


def test_nothing_is_sent_without_need() -> None:
    feeder = FramedFeeder()
    assert feeder.poll(0.0, []) == b""
    feeder.put(0, b"x")
    first = feeder.poll(1.0, [])
    assert [packet.body for packet in packets(first)] == [b"\1"], "it asks where the target's counting stands"
    assert feeder.poll(1.1, []) == b""
    assert [packet.sequence for packet in packets(feeder.poll(1.2, [41]))] == [42]
    assert feeder.poll(1.3, [42]) == b""
    assert feeder.waiting == 0


def test_a_restart_is_never_taken_for_an_answer() -> None:
    """A kernel that has just booted answers with 0 whatever it drops: no packet of ours has that number."""
    feeder = FramedFeeder()
    feeder.put(0, b"a")
    feeder.poll(0.0, [])
    assert [packet.sequence for packet in packets(feeder.poll(1.0, [255]))] == [1]
    feeder.poll(2.0, [1])
    kernel = Kernel(seed=1, loss=0.0, taken=255)  # the one that said so; it is started anew before it hears more
    feeder = FramedFeeder()
    feeder.put(0, b"b")
    feeder.poll(0.0, [])
    feeder.poll(1.0, [kernel.taken])
    kernel.taken = 0
    answers = list[int]()
    for n in range(100):
        answers = kernel.hear(feeder.poll(2.0 + n, answers))
    assert (feeder.waiting, kernel.text) == (0, {0: b"b"})


def test_typed_text_says_for_whom_it_is() -> None:
    feeder = TextFeeder()
    feeder.put(2, b"a" * 100)
    feeder.put(2, b"b")
    feeder.put(0, b"c")
    sent = [feeder.poll(n * 1.0, []) for n in range(8)]
    assert sent == [bytes((PACKET_SELECT, ord("2"))), b"a" * 64, b"a" * 36, b"b", bytes((PACKET_SELECT, ord("0"))), b"c", b"", b""]
    assert feeder.poll(0.0, []) == b""


def test_typed_text_is_paced() -> None:
    feeder = TextFeeder()
    feeder.put(0, b"x" * 1000)
    assert feeder.poll(0.0, [])
    assert feeder.poll(0.01, []) == b""


@pytest.mark.parametrize(("partition", "data"), [(0, b"a\x0eb"), (208, b"a")])
def test_what_text_cannot_say(partition: int, data: bytes) -> None:
    with pytest.raises(Stop, match="mode: framed"):
        TextFeeder().put(partition, data)
