"""The trace's packets out of what came over a UART, which the console's streams may share (hyp/abi/packets.py)."""

from __future__ import annotations

from collections.abc import Iterator

from hyp.abi.packets import PACKET_FRAME, PACKET_PART, PACKET_SYNC, Packet, packets

SYNC, PART, FRAME = PACKET_SYNC, PACKET_PART, PACKET_FRAME
RECORDS_BELOW = SYNC
"""Kinds below are those of trace records (hyp.abi.numbers.Trace)."""


def is_trace(packet: Packet) -> bool:
    return packet.kind <= PART or packet.kind >= FRAME


def trace_packets(data: bytes) -> Iterator[tuple[Packet, bool]]:
    """The whole packets of the trace in a log that may begin, end or be damaged anywhere; True: some before it are missing."""
    expected: int | None = None
    for packet in packets(data):
        if is_trace(packet):
            yield packet, expected is not None and packet.sequence != expected
            expected = (packet.sequence + 1) & 0xFF
