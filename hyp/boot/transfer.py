"""A file's blocks over the line: held ones found by hash, the others streamed without waiting, lost ones again until none is missing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from hyp.abi.loader import (
    ASK,
    BLOCK,
    HASHES,
    LOADER_ASK_MAX,
    LOADER_BLOCK,
    LOADER_HASH,
    LOADER_HASHES_MAX,
    LoaderFrame,
)
from hyp.boot.client import BITS, Client, Silent
from hyp.boot.messages import Missing, Result

BATCH = 16
"""Blocks between two questions what has come."""
_OPEN_MAX = 4
"""Questions on their way. So the line never idles, and no more than a few seconds of it are in the host's buffers."""
_SILENCES_MAX = 6
_HASHES_LEAST = 8


class Refused(Exception):
    """The loader answered with a result: it has lost the file on offer (a reset), or speaks otherwise."""

    def __init__(self, result: Result) -> None:
        super().__init__(f"{result}")
        self.result = result


@dataclass
class Counts:
    """Of one file, in blocks."""

    total: int = 0
    held: int = 0
    sent: int = 0


class Transfer:
    """`progress` is called with (blocks there, blocks in all)."""

    def __init__(self, client: Client, data: bytes, progress: Callable[[int, int], None]) -> None:
        self._client = client
        self._blocks = [data[at : at + LOADER_BLOCK] for at in range(0, len(data), LOADER_BLOCK)]
        self._progress = progress
        self._open: dict[int, list[int]] = {}
        self._queue: deque[int] = deque()
        self._missing: set[int] = set()
        self.counts = Counts(len(self._blocks))

    def run(self) -> None:
        """Until no block is missing. Silent when the loader does not answer any more, Refused when it does not want to."""
        self._missing = self._compare()
        self.counts.held = len(self._blocks) - len(self._missing)
        self._queue = deque(sorted(self._missing))
        self._open.clear()
        self._show()
        silences = 0
        while self._missing:
            while self._queue and len(self._open) < _OPEN_MAX:
                self._send_batch()
            if not self._open:
                self._ask(sorted(self._missing)[:BATCH])
            waits = not self._queue or len(self._open) == _OPEN_MAX
            answers = self._client.answers(self._patience() if waits else 0.0)
            for sequence, answer in answers:
                self._take(sequence, answer)
            if answers:
                silences = 0
            elif waits:
                silences += 1
                if silences == _SILENCES_MAX:
                    raise Silent
                self._ask_again()

    def _compare(self) -> set[int]:
        """The blocks that the loader does not hold. Fewer hashes at a time when the line lets no long frame through."""
        missing: set[int] = set()
        at, group = 0, LOADER_HASHES_MAX
        while at < len(self._blocks):
            blocks = self._blocks[at : at + group]
            hashes = b"".join(sha256(block).digest()[:LOADER_HASH] for block in blocks)
            try:
                answer = self._client.ask(LoaderFrame.HASHES, HASHES.pack(first=at, count=len(blocks)) + hashes, tries=3, seconds=0.2)
            except Silent:
                if group == _HASHES_LEAST:
                    raise
                group = max(group // 4, _HASHES_LEAST)
                continue
            if not isinstance(answer, Missing):
                raise Refused(answer) if isinstance(answer, Result) else Silent
            missing |= answer.blocks
            at += len(blocks)
        return missing

    def _send_batch(self) -> None:
        """Blocks that one question can ask about, and the question."""
        indices: list[int] = []
        while self._queue and len(indices) < BATCH and abs(self._queue[0] - (indices or [self._queue[0]])[0]) < LOADER_ASK_MAX // 2:
            indices.append(self._queue.popleft())
        body = b"".join(self._client.framed(LoaderFrame.BLOCK, BLOCK.pack(index=index) + self._blocks[index]) for index in indices)
        self._client.link.write(body)
        self.counts.sent += len(indices)
        self._ask(indices)

    def _ask(self, indices: list[int]) -> None:
        first = min(indices)
        body = ASK.pack(first=first, count=max(indices) - first + 1)
        self._open[self._client.send(LoaderFrame.ASK, body)] = indices

    def _ask_again(self) -> None:
        asked, self._open = list(self._open.values()), {}
        for indices in asked:
            self._ask(indices)

    def _take(self, sequence: int, answer: object) -> None:
        if isinstance(answer, Result):
            raise Refused(answer)
        indices = self._open.get(sequence)
        if not isinstance(answer, Missing) or indices is None or answer.first != min(indices):
            return
        earlier = []
        for other in list(self._open):
            taken = self._open.pop(other)
            if other == sequence:
                break
            earlier.append(taken)
        lost = [index for index in indices if index in answer.blocks]
        self._queue.extendleft(reversed(lost))
        self._missing -= set(indices) - set(lost)
        for taken in earlier:  # asked before this one, and not answered: question or answer was lost
            self._ask(taken)
        self._show()

    def _patience(self) -> float:
        """Seconds until the open questions should be answered: all that may be on the way before them, and a turn."""
        on_the_way = sum(len(indices) for indices in self._open.values()) * (LOADER_BLOCK + 24)
        return on_the_way * BITS / self._client.link.baud + self._client.time_of(0)

    def _show(self) -> None:
        self._progress(len(self._blocks) - len(self._missing), len(self._blocks))
