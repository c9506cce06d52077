"""What the fuzzer and its peer recorded (partition/record.h), in the order in which calls took effect."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from hyp.abi.hypercalls import HYPERCALLS
from hyp.abi.numbers import Result

_HEADER = struct.Struct("<4Q")
_RECORD = struct.Struct("<5Qq3Q")
RECORD_BYTES = _RECORD.size
HEADER_BYTES = _HEADER.size
_EVENT_WAIT = next(call.number for call in HYPERCALLS if call.name == "event_wait")
UNANSWERED = -(2**63)
DID_TAKE, DID_ENABLE, DID_START = 0x10000, 0x10001, 0x10002
ENTRY_TAG = 0x62617463
"""Upper half of `rax`: an entry of the batch recorded before it."""


@dataclass(frozen=True, slots=True)
class Record:
    """One call of `partition`, or what it did itself. Times are ns on the monotonic clock; `extra` is a word in memory."""

    partition: int
    place: int
    rax: int
    arguments: tuple[int, int, int, int]
    result: int
    before: int
    after: int
    extra: int

    @property
    def answered(self) -> bool:
        return self.result != UNANSWERED

    @property
    def effect(self) -> int:
        """A call takes effect as it returns, one that never returns as it begins.

        One that times out does so then; its window may end before the partition notes the result.
        """
        if self.result == Result.TIMED_OUT:
            until = self.arguments[1] if self.rax & 0xFFFFFFFF == _EVENT_WAIT else self.before + self.arguments[3]
            return min(self.after, max(self.before, until))
        return self.after if self.answered else self.before


def read_journal(area: bytes, partition: int) -> list[Record]:
    count, _, limit, _ = _HEADER.unpack_from(area)
    assert count <= limit
    found = []
    for place in range(count):
        rax, a, b, c, d, result, before, after, extra = _RECORD.unpack_from(area, HEADER_BYTES + RECORD_BYTES * place)
        found.append(Record(partition, place, rax, (a, b, c, d), result, before, after, extra))
    return found


def together(*journals: list[Record]) -> list[Record]:
    return sorted((record for journal in journals for record in journal), key=lambda record: record.effect)
