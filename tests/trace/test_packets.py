"""Packets: what is sent comes out, and nothing else does; the trace's among others."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyp.abi.packets import PACKET_MAX, PACKET_SYNC, PACKET_TEXT, encode, number, packets, parse, take_number
from hyp.timeline.packets import trace_packets

KINDS = st.integers(1, 0x41) | st.integers(0x80, 255)
BODIES = st.lists(st.tuples(KINDS, st.binary(max_size=40)), max_size=40)


def line(sent: list[tuple[int, bytes]]) -> list[bytes]:
    return [encode(n, kind, body) for n, (kind, body) in enumerate(sent)]


@given(BODIES)
def test_what_is_sent_comes_out(sent: list[tuple[int, bytes]]) -> None:
    found = list(trace_packets(b"".join(line(sent))))
    assert [(one.kind, one.body) for one, _ in found] == sent
    assert not any(gap for _, gap in found)


@given(BODIES, st.randoms(use_true_random=False))
def test_a_missing_packet_is_a_gap(sent: list[tuple[int, bytes]], chance: random.Random) -> None:
    raw = line(sent)
    kept = [n for n in range(len(raw)) if chance.random() < 0.7]
    found = list(trace_packets(b"".join(raw[n] for n in kept)))
    assert [(one.sequence, one.body) for one, _ in found] == [(n, sent[n][1]) for n in kept]
    assert [gap for _, gap in found] == [at > 0 and kept[at - 1] != n - 1 for at, n in enumerate(kept)]


@given(BODIES.filter(bool), st.data())
def test_a_damaged_byte_costs_two_packets_at_most(sent: list[tuple[int, bytes]], data: st.DataObject) -> None:
    """A changed delimiter joins two packets; a CRC-16 misses no burst of 16 bits, so nothing comes out that was not sent."""
    raw = bytearray(b"".join(line(sent)))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    wanted = [(n, kind, body) for n, (kind, body) in enumerate(sent)]
    good = [(one.sequence, one.kind, one.body) for one in packets(bytes(raw))]
    assert len(good) >= len(sent) - 2
    if bytes(raw).count(0) == len(sent) and not _length_byte(bytes(raw), at):
        assert set(good) <= set(wanted)


def _length_byte(raw: bytes, at: int) -> bool:
    """Whether a changed byte is one of the stuffing, which moves a zero and is damage at two places."""
    begin = raw.rfind(0, 0, at) + 1
    while begin < at:
        begin += max(1, raw[begin])
    return begin == at


def test_the_consoles_packets_are_no_gap() -> None:
    raw = encode(0, PACKET_SYNC, b"a") + encode(9, PACKET_TEXT, b"\1text") + b"hyp: panic: none\r\n\0" + encode(1, 1, b"b")
    assert [(one.kind, gap) for one, gap in trace_packets(raw)] == [(PACKET_SYNC, False), (1, False)]


@given(st.binary(max_size=400))
def test_noise_is_survived(noise: bytes) -> None:
    sent = encode(7, 0x40, b"whole")
    assert [one.body for one in packets(noise + b"\0" + sent)][-1] == b"whole"


@given(st.binary(max_size=300))
def test_whatever_stands_between_zeros_is_parsed_or_refused(noise: bytes) -> None:
    found = parse(noise.replace(b"\0", b"\1"))
    assert found is None or encode(found.sequence, found.kind, found.body) == noise.replace(b"\0", b"\1") + b"\0"


@pytest.mark.parametrize("size", [0, 1, PACKET_MAX - 5])
def test_the_longest_packet(size: int) -> None:
    for byte in (b"\0", b"x"):
        (found,) = packets(encode(300, 1, byte * size))
        assert (found.sequence, found.body) == (300 & 0xFF, byte * size)
    with pytest.raises(ValueError, match="255 bytes"):
        encode(0, 1, b"x" * (PACKET_MAX - 3))


@given(st.integers(0, (1 << 32) - 1), st.binary(max_size=5))
def test_numbers(value: int, rest: bytes) -> None:
    coded = number(value)
    assert take_number(coded + rest, 0) == (value, len(coded))
