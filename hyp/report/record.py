"""`--record DIR`: what is kept of a run. UART logs are written into DIR/raw while it runs; the rest when it is over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hyp.abi.state import TRACE_RECORD
from hyp.exits import ExitCode, Stop
from hyp.image.manifest import Manifest
from hyp.report.live import text_of
from hyp.target.console import KERNEL, Line
from hyp.target.facts import TraceDump
from hyp.target.run import Run
from hyp.timeline.describe import Words
from hyp.timeline.events import events
from hyp.timeline.verdict import Verdict

TRACE_VERSION = 1
_OURS = ("trace.bin", "trace.json", "verdict.json", "image.json", "monitor.json")


def open_record(folder: Path) -> Path:
    """DIR/raw, made and empty of an earlier record's files. Stop ENVIRONMENT when that cannot be done."""
    raw = folder / "raw"
    try:
        raw.mkdir(parents=True, exist_ok=True)
        for old in (*raw.glob("*.log"), *folder.glob("console-*.txt"), *(folder / name for name in _OURS)):
            old.unlink(missing_ok=True)
    except OSError as error:
        raise Stop(ExitCode.ENVIRONMENT, f"--record {folder}: {error.strerror}; give a folder that can be written") from None
    return raw


def keep(folder: Path, manifest: Manifest, run: Run, verdict: Verdict, summary: dict[str, Any]) -> None:
    """Write consoles, trace and verdict. Stop ENVIRONMENT when the disk refuses."""
    try:
        for name in (KERNEL, *(partition["name"] for partition in manifest["partitions"])):
            _write(folder / f"console-{name}.txt", _console(run.session.lines, name).encode())
        if run.traces is not None:
            _write(folder / "trace.bin", b"".join(dump.records for dump in run.traces))
            _write(folder / "trace.json", _json(trace_json(manifest, run.traces, verdict.tsc_hz)))
        _write(folder / "image.json", _json(dict(manifest)))
        _write(folder / "verdict.json", _json(summary))
    except OSError as error:
        raise Stop(ExitCode.ENVIRONMENT, f"--record {folder}: {error.strerror}; the record is not complete") from None


def trace_json(manifest: Manifest, traces: tuple[TraceDump, ...], tsc_hz: int) -> dict[str, Any]:
    """Events of all cores in the order of trace.bin; `lost` records were overwritten before the first one that is here."""
    found: list[dict[str, Any]] = []
    for dump in traces:
        for one in Words(manifest).describe(events(dump, tsc_hz)):
            entry = {"at_ns": one.event.at_ns, "core": one.event.core, "kind": one.event.kind, **one.words}
            found.append(entry if one.partition is None else {**entry, "partition": one.partition})
    cores = [
        {
            "core": dump.core,
            "records": len(dump.records) // TRACE_RECORD.size,
            "lost": dump.lost,
            "epoch_tsc": dump.epoch,
            "tick_scale": dump.tick_scale,
        }
        for dump in traces
    ]
    return {"version": TRACE_VERSION, "plan": manifest["plan"], "tsc_hz": tsc_hz, "cores": cores, "events": found}


def _console(lines: tuple[Line, ...], name: str) -> str:
    """A stream's lines; the kernel's keep their prefixes, which tell its two kinds apart."""
    return "".join((text_of(line) if name == KERNEL else line.text) + "\n" for line in lines if line.stream == name)


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    draft = path.with_name(path.name + ".part")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
