"""What the host sends to partitions' consoles: as packets, each sent again until the target says that it was taken, or as typed text.

A packet is short enough for the UART's FIFO, so that no window is too long for it; the next one follows the answer to the one before.
Typed text has no answer: it is paced, and what a partition does not fetch in time is lost and counted by the kernel.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Protocol

from hyp.abi.packets import PACKET_INPUT, PACKET_INPUT_MAX, PACKET_SELECT, encode
from hyp.exits import ExitCode, Stop

_AROUND = 8
"""Bytes around those of a packet: the zero before it, length, sequence, kind, stream, CRC, zero."""
_AGAIN_SECONDS = 0.25
"""Without an answer for so long a packet is sent again: the target may be in a long window, or the line may have eaten it."""
_FULL_SECONDS = 0.02
"""So long after the answer that a packet was not taken: its partition has to make room."""
_TEXT_PIECE = 64
_TEXT_SECONDS = 0.05
_CHOOSABLE = 256 - ord("0")


class Feeder(Protocol):
    @property
    def waiting(self) -> int:
        """Bytes that the target has not taken yet, as far as is known."""
        ...

    def put(self, partition: int, data: bytes) -> None:
        """After what was put before."""
        ...

    def poll(self, now: float, answers: Iterable[int]) -> bytes:
        """What to send now (seconds, any clock that goes on), with the answers that have come since the last time."""
        ...


class FramedFeeder:
    """Numbers its packets from 1 to 255 and again from 1: a kernel that has just booted takes 0 for the one that it has last taken."""

    def __init__(self, fifo: int = 16) -> None:
        """`fifo`: bytes that the target's UART holds."""
        self._size = max(1, min(PACKET_INPUT_MAX, fifo - _AROUND))
        self._queue: deque[tuple[int, bytes]] = deque()
        self._last: int | None = None  # the target's last answer; None: where its counting stands is not known
        self._sent: int | None = None  # the sequence number of the queue's first, once it was sent
        self._next_at = 0.0
        self.repeats = 0

    @property
    def waiting(self) -> int:
        return sum(len(data) for _, data in self._queue)

    def put(self, partition: int, data: bytes) -> None:
        self._queue.extend((partition, data[at : at + self._size]) for at in range(0, len(data), self._size))

    def ask_again(self) -> None:
        """The line was away, and the target may have started anew."""
        self._last = self._sent = None
        self._next_at = 0.0

    def poll(self, now: float, answers: Iterable[int]) -> bytes:
        for answer in answers:
            if self._sent is not None and answer == self._sent:
                self._queue.popleft()
                self._sent = None
                self._next_at = now
            elif self._last is None:
                self._next_at = now
            else:
                self._next_at = min(self._next_at, now + _FULL_SECONDS)
            self._last = answer
        if not self._queue or now < self._next_at:
            return b""
        self._next_at = now + _AGAIN_SECONDS
        partition, data = self._queue[0]
        if self._last is None:
            return b"\0" + encode(0, PACKET_INPUT, bytes((partition + 1,)))
        self.repeats += self._sent is not None
        self._sent = self._last % 255 + 1
        return b"\0" + encode(self._sent, PACKET_INPUT, bytes((partition + 1,)) + data)


class TextFeeder:
    def __init__(self) -> None:
        self._queue: deque[bytes] = deque()
        self._to: int | None = None
        self._next_at = 0.0

    @property
    def waiting(self) -> int:
        return sum(map(len, self._queue))

    def put(self, partition: int, data: bytes) -> None:
        if partition >= _CHOOSABLE:
            raise Stop(ExitCode.ENVIRONMENT, f"in text mode only the first {_CHOOSABLE} partitions can be chosen: use `mode: framed`")
        if PACKET_SELECT in data:
            raise Stop(ExitCode.ENVIRONMENT, "in text mode byte 0x0e (Ctrl-N) chooses a partition and cannot be sent: use `mode: framed`")
        if not data:
            return
        if self._to != partition:
            self._queue.append(bytes((PACKET_SELECT, ord("0") + partition)))
            self._to = partition
        self._queue.extend(data[at : at + _TEXT_PIECE] for at in range(0, len(data), _TEXT_PIECE))

    def poll(self, now: float, answers: Iterable[int]) -> bytes:
        if not self._queue or now < self._next_at:
            return b""
        self._next_at = now + _TEXT_SECONDS
        return self._queue.popleft()


def feeder(mode: str, fifo: int) -> FramedFeeder | TextFeeder:
    return FramedFeeder(fifo) if mode == "framed" else TextFeeder()
