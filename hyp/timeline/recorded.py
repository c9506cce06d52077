"""A run's record read back: its events, from the memory's trace rings or from the stream, and what it takes to judge them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from hyp.abi.state import TRACE_RECORD
from hyp.exits import ExitCode, Stop
from hyp.image.manifest import Manifest
from hyp.target.facts import TraceDump
from hyp.target.shape import misfit
from hyp.timeline.events import Event, events
from hyp.timeline.stream import read_stream

MEMORY, STREAM = "memory", "stream"
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True)
class CoreEvents:
    """`pieces`: events in order, with something missing in between; `whole`: the first begins with the run. `tick_scale`: the kernel's."""

    core: int
    pieces: tuple[tuple[Event, ...], ...]
    whole: bool
    tick_scale: int

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(one for piece in self.pieces for one in piece)


@dataclass(frozen=True)
class Recorded:
    """`frames` by schedule; None: the run was stopped. `remarks` for people: what is missing."""

    manifest: Manifest
    tsc_hz: int
    cores: tuple[CoreEvents, ...]
    restarts: int
    frames: dict[str, int] | None
    remarks: tuple[str, ...]


def read_record(path: Path, source: str | None) -> Recorded:
    """`path`: a folder of `hyp run --record`, or a file in it; `source` None: memory where the record has it. Stop when it does not fit."""
    folder = path if path.is_dir() else path.parent
    manifest = cast(Manifest, _json(folder / "image.json"))
    wrong = misfit(manifest, Manifest)
    if wrong is not None:
        raise Stop(ExitCode.WRONG_INPUT, f"{folder / 'image.json'}: {wrong}; record the run again")
    verdict = _json(folder / "verdict.json")
    hz = int(verdict.get("tsc_hz", manifest["board"]["tsc_hz"]))
    chosen = source or (MEMORY if (folder / "trace.bin").is_file() else STREAM)
    cores, remarks = _memory(folder, hz) if chosen == MEMORY else _stream(folder, manifest, hz)
    complete = verdict.get("end") == "complete"
    return Recorded(manifest, hz, cores, int(verdict.get("module_restarts", 0)), verdict["schedules"] if complete else None, remarks)


def _memory(folder: Path, tsc_hz: int) -> tuple[tuple[CoreEvents, ...], tuple[str, ...]]:
    data = _bytes(folder / "trace.bin")
    cores, remarks, at = [], [], 0
    for entry in _json(folder / "trace.json")["cores"]:
        size = entry["records"] * TRACE_RECORD.size
        dump = TraceDump(entry["core"], data[at : at + size], entry["lost"], entry["epoch_tsc"], entry["tick_scale"])
        at += size
        if len(dump.records) != size:
            raise Stop(ExitCode.WRONG_INPUT, f"{folder / 'trace.bin'} is shorter than trace.json says; record the run again")
        if dump.lost:
            remarks.append(f"core {dump.core}: the ring had room for the last {entry['records']} records, {dump.lost} before them are gone")
        cores.append(CoreEvents(dump.core, (events(dump, tsc_hz),), not dump.lost, dump.tick_scale))
    return tuple(cores), tuple(remarks)


def _stream(folder: Path, manifest: Manifest, tsc_hz: int) -> tuple[tuple[CoreEvents, ...], tuple[str, ...]]:
    trace = manifest["trace"]
    if trace is None:
        raise Stop(ExitCode.WRONG_INPUT, f"{folder}: this plan streams no trace; give it `trace: {{uart: com2}}`")
    scale = (tsc_hz << 32) // _SECOND_NS
    streams = read_stream(_bytes(folder / "raw" / f"{trace['uart']}.log"), manifest["schedules"], manifest["guard_ns"], tsc_hz, scale)
    remarks = [f"core {one.core}: {one.lost} records were lost in the kernel, {one.gaps} gaps on the line" for one in streams]
    cores = tuple(CoreEvents(one.core, one.pieces, not one.lost and not one.gaps, scale) for one in streams)
    return cores, tuple(remark for remark, one in zip(remarks, streams, strict=True) if one.lost or one.gaps)


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(_bytes(path))
    except ValueError:
        raise Stop(ExitCode.WRONG_INPUT, f"{path} is not JSON; record the run again") from None
    if not isinstance(value, dict):
        raise Stop(ExitCode.WRONG_INPUT, f"{path} is not an object; record the run again")
    return value


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Stop(ExitCode.ENVIRONMENT, f"{path}: {error.strerror}; give the folder of a `hyp run --record`") from None
