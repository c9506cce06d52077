"""Frames of the serial loader (`hyp.abi.loader`) from and to bytes. What is no frame is kept apart as text or noise, never lost."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

from hyp.abi.loader import HEAD, LOADER_CONTENT_MAX

_CRC = 4
_RUN = 254
_SINCE_MAX = 1 << 16
_FIRST_LINES = (b"hyp: boot", b"hyp: clock", b"hyp: start", b"hyp: halt", b"hyp: panic")
_ENCODED_MAX = LOADER_CONTENT_MAX + LOADER_CONTENT_MAX // _RUN + 2


@dataclass(frozen=True)
class Frame:
    """`type` is a number of LoaderFrame, or one that this version does not know."""

    type: int
    sequence: int
    session: int
    body: bytes


def encode(frame: Frame) -> bytes:
    """The bytes on the line, zeros around them. ValueError when the body is too long."""
    content = HEAD.pack(type=frame.type, sequence=frame.sequence, session=frame.session) + frame.body
    if len(content) + _CRC > LOADER_CONTENT_MAX:
        raise ValueError(f"a frame of {len(content) + _CRC} bytes; the longest has {LOADER_CONTENT_MAX}")
    return b"\0" + stuff(content + crc32(content).to_bytes(_CRC, "little")) + b"\0"


def stuff(data: bytes) -> bytes:
    """COBS: the same without zero bytes."""
    out = bytearray()
    groups = data.split(b"\0")
    for n, group in enumerate(groups):
        while len(group) >= _RUN:
            out.append(_RUN + 1)
            out += group[:_RUN]
            group = group[_RUN:]
            if not group and n == len(groups) - 1:
                return bytes(out)
        out.append(len(group) + 1)
        out += group
    return bytes(out)


def unstuff(data: bytes) -> bytes | None:
    """The inverse; None when `data` is not stuffed."""
    out = bytearray()
    at = 0
    while at < len(data):
        code = data[at]
        group = data[at + 1 : at + code]
        if code == 0 or len(group) != code - 1 or 0 in group:
            return None
        out += group
        at += code
        if code != _RUN + 1 and at < len(data):
            out.append(0)
    return bytes(out)


class Decoder:
    """Bytes in any pieces to frames. `text` collects what was none; `damaged` counts those among them that looked like frames."""

    def __init__(self) -> None:
        self._piece = bytearray()
        self.text = bytearray()
        self.damaged = 0
        self._since = bytearray()  # the last frame, as it came

    def feed(self, data: bytes) -> list[Frame]:
        frames = []
        *whole, rest = bytes(data).split(b"\0")
        for piece in whole:
            self._piece += piece
            self._since += piece + b"\0"
            frame = self._decoded(bytes(self._piece))
            if frame is not None:
                frames.append(frame)
                self._since.clear()
            else:
                self.text += self._piece
            self._piece.clear()
        self._piece += rest
        self._since += rest
        del self._since[:-_SINCE_MAX]
        if len(self._piece) > _ENCODED_MAX:
            self.text += self._piece
            self._piece.clear()
        return frames

    def finish(self) -> bytes:
        """The text so far, with what may have been the beginning of a frame; it is forgotten."""
        found = bytes(self.text + self._piece)
        self.text.clear()
        self._piece.clear()
        return found

    def since_frame(self) -> bytes:
        """What an image has said after the last frame, as it came, zeros included; all is forgotten.

        A frame that came damaged is no part of it: it begins with the kernel's first lines, else after the last zero.
        """
        since = bytes(self._since)
        self.finish()
        self._since.clear()
        found = [at for line in _FIRST_LINES if (at := since.find(line)) >= 0]
        return since[since.rfind(b"\0", 0, min(found, default=len(since))) + 1 :]

    def _decoded(self, piece: bytes) -> Frame | None:
        content = unstuff(piece)
        if content is None or len(content) < HEAD.size + _CRC:
            return None
        if crc32(content[:-_CRC]) != int.from_bytes(content[-_CRC:], "little"):
            self.damaged += 1
            return None
        head = HEAD.unpack(content)
        return Frame(int(str(head["type"])), int(str(head["sequence"])), int(str(head["session"])), content[HEAD.size : -_CRC])
