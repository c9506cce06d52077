"""Questions to the loader and their answers: asked again until they come, whatever the line does to them."""

from __future__ import annotations

from hyp.abi.loader import HEAD, LoaderFrame
from hyp.boot.frames import Decoder, Frame, encode
from hyp.boot.link import Link
from hyp.boot.messages import Answer, Result, State, answer_of

BITS = 10
"""On the line, per byte: 8N1."""
_TURN_SECONDS = 0.4
"""Beyond the time on the line: adapters, networks, the loader itself."""


class Silent(Exception):
    """The loader does not answer, or so much is damaged that it might as well not."""


class Client:
    """One conversation. `session` marks the file on offer; answers to other questions than the last ones are dropped."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.session = 0
        self.decoder = Decoder()
        self._sequence = 0

    def ask(self, kind: LoaderFrame, body: bytes = b"", *, tries: int = 10, seconds: float = 0.0) -> Answer:
        """The answer to one question; `seconds`: what the loader needs for it. Silent after `tries`."""
        sequences = set()
        for _ in range(tries):
            sequences.add(self.send(kind, body))
            deadline = self.link.now() + self.time_of(len(body)) + seconds
            while (left := deadline - self.link.now()) > 0:
                for sequence, answer in self.answers(left):
                    if sequence in sequences and fits(kind, answer):
                        return answer
        raise Silent

    def send(self, kind: LoaderFrame, body: bytes = b"") -> int:
        """One question, not waited for; its sequence number."""
        self._sequence = (self._sequence + 1) & 0xFF
        self.link.write(self.framed(kind, body, self._sequence))
        return self._sequence

    def framed(self, kind: LoaderFrame, body: bytes, sequence: int = 0) -> bytes:
        return encode(Frame(kind, sequence, self.session, body))

    def answers(self, seconds: float) -> list[tuple[int, Answer]]:
        """(sequence, answer) of what comes first within `seconds`; empty when nothing does."""
        deadline = self.link.now() + seconds
        while True:
            found = self._decoded(self.link.read(max(deadline - self.link.now(), 0.0)))
            if found or self.link.now() >= deadline:
                return found

    def time_of(self, size: int) -> float:
        """Seconds that a question of `size` bytes and a short answer may take."""
        return (size + 8 * HEAD.size + 100) * BITS / self.link.baud * 1.1 + _TURN_SECONDS

    def _decoded(self, data: bytes) -> list[tuple[int, Answer]]:
        """A state is the loader's own; everything else is about a file, and only about ours."""
        frames = [frame for frame in self.decoder.feed(data) if frame.session == self.session or frame.type == LoaderFrame.STATE]
        return [(frame.sequence, answer) for frame in frames if (answer := answer_of(frame)) is not None]


def fits(kind: LoaderFrame, answer: Answer) -> bool:
    """Whether it may be the answer to a question of this kind."""
    if isinstance(answer, Result):
        return answer.request == kind
    wants_state = kind in (LoaderFrame.HELLO, LoaderFrame.OFFER)
    return wants_state == isinstance(answer, State)
