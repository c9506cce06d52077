"""Packets: what goes over a UART in framed mode and as the trace's stream, both ways. The kernel's end is core/packet.c and core/input.c.

A packet is a sequence number (1 byte), a kind (1 byte), a body, and a CRC-16 over all of it, high byte first. It is stuffed so that it
holds no zero (S. Cheshire and M. Baker, "Consistent Overhead Byte Stuffing", SIGCOMM 1997), and a zero byte ends it: whatever came before,
a reader is in step again at the next zero. The CRC is that of ITU-T V.41 (polynomial 0x1021) from 0xffff, as `binascii.crc_hqx` has it;
over packet and CRC together it is 0.

`number` is seven bits a byte, the lowest first; the top bit says that more follow.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from dataclasses import dataclass

PACKET_CRC_FROM = 0xFFFF
PACKET_MAX = 254
"""Bytes of a packet with its CRC, before stuffing: one more would need a second length byte."""

# Kinds below PACKET_SYNC are those of trace records (hyp.abi.numbers.Trace); bodies: docs/reference/streams.md.
PACKET_SYNC = 0x40
PACKET_PART = 0x41
PACKET_TEXT = 0x50
"""number: stream, bytes. Stream 0 is the kernel's, partition n has n + 1; each counts its own packets."""
PACKET_TEXT_LOSS = 0x51
"""number: stream, number: bytes of it that were dropped at its ring since it was last said, bytes."""
PACKET_TAKEN = 0x52
"""To the host: the sequence number of the last INPUT that was taken."""
PACKET_INPUT = 0x53
"""To the kernel: stream (1 byte), bytes; without bytes it only asks for a TAKEN."""
PACKET_LEAVE = 0x54
"""To the kernel: stream (1 byte), which is 0. The run is to end and the loader to come back, if one started the image."""
PACKET_FRAME = 0x80
"""+ index of the first window of a major frame that came as planned."""
PACKET_FRAME_LONG = 0xFF
"""The index follows."""

PACKET_INPUT_MAX = 32
"""Bytes of one INPUT."""
PACKET_SELECT = 0x0E
"""Text mode, to the kernel (Ctrl-N): the next byte less `0` is the id of the partition that what follows is for."""
PACKET_SELECT_LEAVES = 6
"""Text mode: so many Ctrl-N in a row ask for what PACKET_LEAVE does. Of random bytes one in 2^48 completes them."""

_OVERHEAD = 4
"""Bytes of sequence, kind and CRC."""


@dataclass(frozen=True)
class Packet:
    sequence: int
    kind: int
    body: bytes


def encode(sequence: int, kind: int, body: bytes) -> bytes:
    """A packet as it goes over the line, its zero byte included. ValueError when it is too long."""
    raw = bytes((sequence & 0xFF, kind)) + body
    raw += binascii.crc_hqx(raw, PACKET_CRC_FROM).to_bytes(2, "big")
    if len(raw) >= PACKET_MAX:
        raise ValueError(f"a packet of {len(raw)} bytes")
    return b"".join(bytes((len(part) + 1,)) + part for part in raw.split(b"\0")) + b"\0"


def attention() -> bytes:
    """Asks a kernel of either mode for its loader, over a line that carries no break. It fits into a FIFO of 16 bytes, behind a break."""
    return b"\0" + encode(0, PACKET_LEAVE, b"\0") + bytes((PACKET_SELECT,)) * PACKET_SELECT_LEAVES


def parse(stuffed: bytes) -> Packet | None:
    """What stands between two zero bytes; None when it is no packet, or a damaged one."""
    parts, at = [], 0
    while at < len(stuffed):
        end = at + stuffed[at]
        if end > len(stuffed) or end == at:
            return None
        parts.append(stuffed[at + 1 : end])
        at = end
    raw = b"\0".join(parts)
    if len(raw) < _OVERHEAD or binascii.crc_hqx(raw, PACKET_CRC_FROM):
        return None
    return Packet(raw[0], raw[1], raw[2:-2])


def packets(data: bytes) -> Iterator[Packet]:
    """The whole packets of a log that may begin, end or be damaged anywhere."""
    *stuffed, _ = data.split(b"\0")
    return (packet for one in stuffed if (packet := parse(one)) is not None)


def number(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*found, value))


def take_number(body: bytes, at: int) -> tuple[int, int]:
    """A number and where it ends. IndexError when it is cut."""
    value = shift = 0
    while True:
        byte = body[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
