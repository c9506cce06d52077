"""`hyp trace`: a recorded trace in other tools' formats, or held against the plan's prediction."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

from hyp.exits import ExitCode
from hyp.timeline.describe import Described, Words
from hyp.timeline.deviations import follow_events
from hyp.timeline.follow import Deviation
from hyp.timeline.perfetto import perfetto
from hyp.timeline.predict import predict
from hyp.timeline.recorded import MEMORY, STREAM, Recorded, read_record
from hyp.timeline.spans import Span, planned
from hyp.timeline.vcd import vcd

HELP = "convert a recorded trace, or verify it against the plan's timeline"
VERSION = 1
_COLUMNS = ("at_ns", "core", "kind", "partition", "schedule", "window", "late", "call", "result", "port", "bytes", "event", "action",
            "does", "to", "value")  # fmt: skip


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("record", metavar="RECORD", type=Path, help="a folder of `hyp run --record`, or its trace.bin")
    parser.add_argument("--format", choices=("perfetto", "vcd", "csv", "json"), help="convert to this; default json without --verify")
    parser.add_argument("--verify", action="store_true", help="compare with the plan's predicted timeline; a deviation exits 3")
    parser.add_argument(
        "--source", choices=(MEMORY, STREAM), help="the rings in the target's memory, or the stream; default: memory where it was recorded"
    )
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="write there instead of standard output")


def run(args: argparse.Namespace) -> int:
    recorded = read_record(args.record, args.source)
    for remark in recorded.remarks:
        print(f"hyp trace: {remark}", file=sys.stderr)
    if args.format is not None or not args.verify:
        _write(converted(recorded, args.format or "json"), args.output)
    return _verified(recorded) if args.verify else ExitCode.GOOD


def converted(recorded: Recorded, form: str) -> str:
    """The whole trace as text."""
    words = Words(recorded.manifest)
    found = [one for core in recorded.cores for one in words.describe(core.events)]
    names = [entry["name"] for entry in recorded.manifest["partitions"]]
    if form == "perfetto":
        return json.dumps(perfetto(names, [core.core for core in recorded.cores], found, _plan(recorded))) + "\n"
    if form == "vcd":
        return vcd(recorded.manifest["plan"], names, found, _plan(recorded))
    if form == "csv":
        return _csv(found)
    return json.dumps({"version": VERSION, "plan": recorded.manifest["plan"], "events": [_entry(one) for one in found]}, indent=1) + "\n"


def deviations(recorded: Recorded) -> tuple[Deviation, ...]:
    """Where the trace leaves the plan; pieces between which something is missing are each compared for themselves."""
    found: list[Deviation] = []
    for core in recorded.cores:
        prediction = predict(recorded.manifest["schedules"], core.core, core.tick_scale)
        frames = recorded.frames if core.whole else None
        for piece in core.pieces:
            followed = follow_events(prediction, core.core, piece, whole=core.whole, restarts=recorded.restarts, frames=frames)
            found += followed.deviations
    return tuple(found)


def _verified(recorded: Recorded) -> int:
    found = deviations(recorded)
    for one in found:
        print(f"hyp trace: core {one.core} at {one.at_ns} ns: {one.message}", file=sys.stderr)
    releases = sum(event.kind == "window_start" for core in recorded.cores for event in core.events)
    if found or not releases:
        print(f"hyp trace: {len(found)} deviations in {releases} releases", file=sys.stderr)
        return ExitCode.JUDGED_BAD
    print(f"hyp trace: {releases} releases, all as planned", file=sys.stderr)
    return ExitCode.GOOD


def _plan(recorded: Recorded) -> list[Span]:
    guard, hz = recorded.manifest["guard_ns"], recorded.tsc_hz
    return [
        span
        for core in recorded.cores
        for span in planned(core.events, predict(recorded.manifest["schedules"], core.core, core.tick_scale), core.core, guard, hz)
    ]


def _entry(one: Described) -> dict[str, Any]:
    return {"at_ns": one.event.at_ns, "core": one.event.core, "kind": one.event.kind, "partition": one.partition, **one.words}


def _csv(found: list[Described]) -> str:
    out = io.StringIO()
    table = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(_entry(one) for one in found)
    return out.getvalue()


def _write(text: str, path: Path | None) -> None:
    if path is None:
        sys.stdout.write(text)
    else:
        path.write_text(text, encoding="utf-8")
