"""Packets of the trace's stream: sequence, kind, words, checksum; stuffed so that a zero byte ends a packet and is nothing else.

The kernel's end is core/stream.c. Consistent overhead byte stuffing: S. Cheshire and M. Baker, SIGCOMM 1997.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SYNC, PART = 0x40, 0x41
FRAME = 0x80
"""+ the first window's index; FRAME_LONG: the index follows."""
FRAME_LONG = 0xFF
RECORDS_BELOW = SYNC
"""Kinds below are those of trace records (hyp.abi.numbers.Trace)."""
_OVERHEAD = 3
"""Bytes of sequence, kind and checksum."""


@dataclass(frozen=True)
class Packet:
    """`gap`: packets before it are missing or were damaged. `body`: what follows the kind."""

    sequence: int
    kind: int
    body: bytes
    gap: bool


def encode(sequence: int, kind: int, body: bytes) -> bytes:
    """A packet as it goes over the line, its zero byte included."""
    raw = bytes((sequence & 0xFF, kind)) + body
    return _stuffed(raw + bytes((checksum(raw),))) + b"\0"


def decode(data: bytes) -> Iterator[Packet]:
    """The whole packets of a log that may begin, end or be damaged anywhere."""
    *frames, _ = data.split(b"\0")
    expected: int | None = None
    damaged = False
    for stuffed in frames:
        raw = _unstuffed(stuffed)
        if raw is None or len(raw) < _OVERHEAD or checksum(raw[:-1]) != raw[-1]:
            damaged = True
            continue
        gap = damaged or (expected is not None and raw[0] != expected)
        yield Packet(raw[0], raw[1], raw[2:-1], gap)
        expected, damaged = (raw[0] + 1) & 0xFF, False


def checksum(raw: bytes) -> int:
    """CRC-8, polynomial 0x07, from 0."""
    crc = 0
    for byte in raw:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07) & 0xFF if crc & 0x80 else crc << 1
    return crc


def number(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the top bit says that more follow."""
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


def _stuffed(raw: bytes) -> bytes:
    """Packets are shorter than 254 bytes: one length byte for each zero, and one at the start."""
    return b"".join(bytes((len(part) + 1,)) + part for part in raw.split(b"\0"))


def _unstuffed(stuffed: bytes) -> bytes | None:
    parts, at = [], 0
    while at < len(stuffed):
        end = at + stuffed[at]
        if end > len(stuffed):
            return None
        parts.append(stuffed[at + 1 : end])
        at = end
    return b"\0".join(parts) if parts else None
