"""A monitor that says what a test wants: its records, and the end of its line."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from copy import copy
from types import TracebackType
from typing import cast

from hyp.image.manifest import Manifest, MonitorEntry
from hyp.monitor.kinds import PROTOCOL, VERDICT, Kind, RecordType
from hyp.monitor.parameters import parameters
from hyp.monitor.records import Record, encode
from hyp.monitor.rom import identity
from tests.unit.target.guest import State, lay_out, manifest

MONITOR: MonitorEntry = {
    "lines": "parallel",
    "device": "lpt1",
    "port": 0x378,
    "lead_ns": 1000,
    "byte_ns": 0,
    "baud": 115200,
    "clock_hz": 12_000_000,
    "accuracy_ppm": 100,
    "jitter_ns": 200,
    "filter_ns": 500,
    "silence_ns": 10_000_000,
    "drift_frames": 64,
    "host_baud": 115200,
    "reset": None,
    "proof": None,
}


def watched() -> Manifest:
    """The tiny plan's manifest, with a monitor: windows 0 of alpha and 1 of beta."""
    return cast(Manifest, {**manifest(lay_out(State())[1], b""), "monitor": MONITOR})


class Speaker:
    """Records in the order in which they are asked for, numbered as on a line."""

    def __init__(self, plan: Manifest) -> None:
        self._identity = identity(parameters(plan))
        self._number = 0

    def record(self, kind: int, row: int = 0, a: int = 0, b: int = 0) -> bytes:
        self._number += 1
        return encode(Record(kind, row, (self._number - 1) % 256, a, b))

    def hello(self, version: int = PROTOCOL) -> bytes:
        return self.record(RecordType.HELLO, a=self._identity, b=version)

    def frames(self, count: int, good: int) -> bytes:
        return self.record(RecordType.FRAMES, a=count % (1 << 32), b=good % (1 << 16))

    def good(self, first: int, last: int) -> bytes:
        """Reports of frames `first` to `last`, all of them good, as were those before."""
        return b"".join(self.frames(number, number) for number in range(first, last + 1))

    def fault(self, kind: int, row: int = 0, clocks: int = 0, frame: int = 0) -> bytes:
        return self.record(VERDICT | kind, row, clocks % (1 << 32), frame)

    def state(self, faults: int = 0, state: int = 0, tries: int = 0) -> bytes:
        return self.record(RecordType.STATE, a=faults, b=state | tries << 8)


class SpokenLine:
    """A TCP port where each who connects hears `data`. `url` is for the host."""

    def __init__(self, data: bytes, speaker: Speaker | None = None, faults: int = 0, last: bytes = b"") -> None:
        """`last` comes a second after `data`. With a `speaker`, which made them, it goes on with the monitor's state: so many faults."""
        self._last = last
        self._data, self._speaker, self._faults = data, speaker, faults
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.02)
        self.url = f"socket://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> SpokenLine:
        self._thread.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._closing.set()
        self._thread.join(5.0)
        self._listener.close()

    def _serve(self) -> None:
        while not self._closing.is_set():
            with suppress(TimeoutError):
                link, _ = self._listener.accept()
                speaker = copy(self._speaker)  # goes on from `data` for each who comes
                with link, suppress(OSError):
                    link.settimeout(5.0)
                    link.sendall(self._data)
                    if self._last and not self._closing.wait(1.0):
                        link.sendall(self._last)
                    while not self._closing.wait(0.01):
                        if speaker is not None:
                            link.sendall(speaker.state(self._faults))


def spoilt(kind: Kind = Kind.SILENT, frames: int = 10) -> tuple[bytes, Speaker]:
    """So many good frames, then a fault."""
    speaker = Speaker(watched())
    return speaker.hello() + speaker.state() + speaker.good(1, frames + 1) + speaker.fault(kind, frame=frames + 1), speaker
