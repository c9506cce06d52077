"""From a UART's bytes in framed mode to lines that know their stream (docs/streams.md). Lost and damaged packets are counted and said.

Plain text stands between zero bytes too: firmware, boot, panic. What counts in a run's favour, the end report, has to come in packets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from hyp.abi.packets import PACKET_TAKEN, PACKET_TEXT, PACKET_TEXT_LOSS, Packet, parse, take_number
from hyp.target.console import KERNEL, Demultiplexer, Line, printable

_SEGMENT_MAX = 4096
"""Without a zero byte for so long it is no packet: what is kept of it is bounded."""
_LINE_MAX = 4096
_BOOT = "boot "
_IN_PACKETS_ONLY = ("window ", "health ", "drops ", "verdict ", "schedule ", "module restarts", "core ", "end")
"""The end report: noise that cuts a partition's packet at the right place could make a plain line, but no packet."""


class Decoder(Protocol):
    """Lines as they become complete, in the order of the bytes."""

    def feed(self, data: bytes) -> list[Line]: ...

    def finish(self) -> list[Line]: ...


@dataclass
class Damage:
    """`packets`: by stream, those that never came whole. `segments`: what was neither packet nor text. `bytes`: dropped in the target."""

    packets: dict[str, int] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)
    segments: int = 0

    def on_the_line(self) -> tuple[str, ...]:
        """What the line lost, for people."""
        lines = [f"{count} packets of {name} are missing" for name, count in sorted(self.packets.items())]
        return (*lines, f"{self.segments} damaged packets came") if self.segments else tuple(lines)

    def in_the_target(self) -> tuple[str, ...]:
        """What never came onto the line."""
        return tuple(f"{name} dropped {count} bytes at its full ring" for name, count in sorted(self.bytes.items()))


class FramedDemultiplexer:
    """`names`: of the streams by number, the kernel's first; without, they are numbered. `whole`: the log begins with the run, so that the
    first packet of each stream is number 0, as it is after each boot; else the log may begin anywhere. `from_boot`: damage before the
    first boot is of no interest.
    """

    def __init__(self, names: tuple[str, ...] = (), *, whole: bool = True, from_boot: bool = False) -> None:
        self.damage = Damage()
        self.answers: list[int] = []
        """Sequence numbers of the packets of input that the target says it has taken; who reads them removes them."""
        self._names = names
        self._rest = b""
        self._expected: dict[int, int] = {}
        self._whole = whole
        self._from_boot = from_boot
        self._joined = whole  # else the first segment may be the end of a packet
        self._packets_seen = False
        self._partial: dict[int, bytes] = {}

    def feed(self, data: bytes) -> list[Line]:
        lines: list[Line] = []
        *segments, rest = (self._rest + data).split(b"\0")
        for segment in segments:
            lines += self._segment(segment)
        self._rest = rest
        if len(rest) > _SEGMENT_MAX:  # firmware's text, or noise
            lines += self._text(rest)
            self._rest = b""
        elif not self._packets_seen and b"\n" in rest and _is_text(rest):  # a board's firmware speaks at once
            end = rest.rindex(b"\n") + 1
            if b"hyp: " not in rest[:end]:
                lines += self._text(rest[:end])
                self._rest = rest[end:]
        return lines

    def finish(self) -> list[Line]:
        """What was not completed, if any."""
        lines = [line for stream in sorted(self._partial) for line in self._close(stream)]
        rest, self._rest = self._rest, b""
        return lines + (self._text(rest) if rest and _is_text(rest) else [])

    def _segment(self, segment: bytes) -> list[Line]:
        packet = parse(segment)
        joined, self._joined = self._joined, True
        if packet is None:
            if not segment:
                return []
            if _is_text(segment):
                return self._text(segment)
            self.damage.segments += joined
            return []
        self._packets_seen = True
        try:
            return self._packet(packet)
        except IndexError:  # whole by its checksum and yet too short: another version's, or chance
            self.damage.segments += 1
            return []

    def _packet(self, packet: Packet) -> list[Line]:
        if packet.kind == PACKET_TAKEN:
            self.answers.append(packet.body[0])
            return []
        if packet.kind not in (PACKET_TEXT, PACKET_TEXT_LOSS):
            return []  # the trace's
        stream, at = take_number(packet.body, 0)
        dropped, at = take_number(packet.body, at) if packet.kind == PACKET_TEXT_LOSS else (0, at)
        if self._names and stream >= len(self._names):
            self.damage.segments += 1
            return []
        lines = self._missing(stream, packet.sequence)
        if dropped:
            name = self.name(stream)
            self.damage.bytes[name] = self.damage.bytes.get(name, 0) + dropped
        lines += self._bytes(stream, packet.body[at:])
        if dropped:
            lines += [*self._close(stream), Line(None, f"[{self.name(stream)}: {dropped} bytes were dropped here, its ring was full]")]
        return lines

    def _missing(self, stream: int, sequence: int) -> list[Line]:
        expected = self._expected.get(stream, 0 if self._whole else sequence)
        self._expected[stream] = (sequence + 1) & 0xFF
        lost = (sequence - expected) & 0xFF
        if not lost:
            return []
        name = self.name(stream)
        self.damage.packets[name] = self.damage.packets.get(name, 0) + lost
        return [*self._close(stream), Line(None, f"[{name}: {lost} packets are missing here]")]

    def _bytes(self, stream: int, data: bytes) -> list[Line]:
        *whole, rest = (self._partial.pop(stream, b"") + data).split(b"\n")
        lines = [self._line(stream, raw) for raw in whole]
        while len(rest) > _LINE_MAX:
            lines.append(self._line(stream, rest[:_LINE_MAX]))
            rest = rest[_LINE_MAX:]
        if rest:
            self._partial[stream] = rest
        return lines

    def _close(self, stream: int) -> list[Line]:
        partial = self._partial.pop(stream, b"")
        return [self._line(stream, partial)] if partial else []

    def _line(self, stream: int, raw: bytes) -> Line:
        raw = raw.removesuffix(b"\r")
        if stream == 0:
            direct = raw.startswith(b"hyp: ")
            return Line(KERNEL, printable(raw[5:] if direct else raw.removeprefix(b"hyp| ")), direct=direct)
        return Line(self.name(stream), printable(raw))

    def _text(self, text: bytes) -> list[Line]:
        found = Demultiplexer(())
        lines: list[Line] = []
        for raw in text.split(b"\n"):
            if line := raw.strip(b"\r"):
                lines += found.feed(line + b"\n")
        if any(line.direct and line.text.startswith(_BOOT) for line in lines):
            self._expected.clear()
            self._whole = True
            if self._from_boot:
                self._from_boot = False
                self.damage = Damage()
            lines = [*(one for stream in sorted(self._partial) for one in self._close(stream)), *lines]
        return [Line(None, f"hyp: {line.text}") if line.direct and line.text.startswith(_IN_PACKETS_ONLY) else line for line in lines]

    def know(self, names: tuple[str, ...]) -> None:
        """The streams' names, from here on."""
        self._names = names

    def name(self, stream: int) -> str:
        if self._names:
            return self._names[stream]
        return KERNEL if stream == 0 else f"partition{stream - 1}"


def _is_text(segment: bytes) -> bool:
    """Printable, with the control characters of terminals."""
    return all(0x20 <= byte < 0x7F or byte in b"\r\n\t\x1b\x08" for byte in segment)


def decoder(mode: str, names: tuple[str, ...], *, whole: bool = True) -> Demultiplexer | FramedDemultiplexer:
    """`names` as the streams are numbered, the kernel's first; `whole` False: the log may begin with the end of something else."""
    return FramedDemultiplexer(names, whole=whole, from_boot=not whole) if mode == "framed" else Demultiplexer(names[1:])
