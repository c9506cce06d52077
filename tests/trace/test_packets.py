"""Packets of the trace's stream: what is sent comes out, and nothing else does."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from hyp.timeline.packets import decode, encode, number, take_number

BODIES = st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=40)), max_size=40)


def line(packets: list[tuple[int, bytes]]) -> list[bytes]:
    return [encode(n, kind, body) for n, (kind, body) in enumerate(packets)]


@given(BODIES)
def test_what_is_sent_comes_out(packets: list[tuple[int, bytes]]) -> None:
    found = list(decode(b"".join(line(packets))))
    assert [(one.kind, one.body) for one in found] == packets
    assert not any(one.gap for one in found)


@given(BODIES, st.randoms(use_true_random=False))
def test_a_missing_packet_is_a_gap(packets: list[tuple[int, bytes]], chance: random.Random) -> None:
    sent = line(packets)
    kept = [n for n in range(len(sent)) if chance.random() < 0.7]
    found = list(decode(b"".join(sent[n] for n in kept)))
    assert [(one.sequence, one.body) for one in found] == [(n, packets[n][1]) for n in kept]
    assert [one.gap for one in found] == [at > 0 and kept[at - 1] != n - 1 for at, n in enumerate(kept)]


@given(BODIES.filter(bool), st.data())
def test_a_damaged_byte_costs_two_packets_at_most(packets: list[tuple[int, bytes]], data: st.DataObject) -> None:
    """A changed delimiter joins two packets; whatever is whole again counts, and the damage shows as a gap."""
    raw = bytearray(b"".join(line(packets)))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    found = list(decode(bytes(raw)))
    wanted = [(n, kind, body) for n, (kind, body) in enumerate(packets)]
    good = [one for one in found if (one.sequence, one.kind, one.body) in wanted]
    assert len(good) >= len(packets) - 2
    # CRC-8 misses one in 256 of what several bytes have become; it never misses a single one.
    if raw[at] != 0 and bytes(raw).count(0) == len(packets):
        assert len(good) == len(packets) - 1 or at == len(raw) - 1


@given(st.binary(max_size=400))
def test_noise_is_survived(noise: bytes) -> None:
    sent = encode(7, 0x40, b"whole")
    assert [one.body for one in decode(noise + b"\0" + sent)][-1] == b"whole"


@given(st.integers(0, (1 << 32) - 1), st.binary(max_size=5))
def test_numbers(value: int, rest: bytes) -> None:
    coded = number(value)
    assert take_number(coded + rest, 0) == (value, len(coded))
