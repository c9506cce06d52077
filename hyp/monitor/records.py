"""The monitor's line to the host, byte by byte: records of 11 bytes, found again after whatever was lost between them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SYNC = 0xA5
SIZE = 11
_BODY = struct.Struct("<BBBBIHB")


@dataclass(frozen=True)
class Record:
    """`type` is a RecordType, or VERDICT | Kind; `number` counts the monitor's records modulo 256."""

    type: int
    row: int
    number: int
    a: int
    b: int


class Decoder:
    """Bytes in, records out. `lost` counts records that never came, by their numbers; bytes before the first record are nobody's."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._number: int | None = None
        self.lost = 0

    def feed(self, data: bytes) -> Iterator[Record]:
        self._data += data
        while len(self._data) >= SIZE:
            if self._data[0] != SYNC or crc8(self._data[1:SIZE]) != 0:
                del self._data[0]
                continue
            _, kind, row, number, a, b, _ = _BODY.unpack(self._data[:SIZE])
            del self._data[:SIZE]
            if self._number is not None:
                self.lost += (number - self._number - 1) % 256
            self._number = number
            yield Record(kind, row, number, a, b)


def encode(record: Record) -> bytes:
    """As the monitor sends it."""
    body = _BODY.pack(SYNC, record.type, record.row, record.number, record.a, record.b, 0)[:-1]
    return body + bytes([crc8(body[1:])])


def crc8(data: bytes | bytearray) -> int:
    """x^8 + x^2 + x + 1, from 0, most significant bit first (ITU-T I.432.1, without its final mask); 0 over data and its own code."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ (0x07 if crc & 0x80 else 0)) & 0xFF
    return crc
