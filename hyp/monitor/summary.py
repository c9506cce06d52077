"""A witness's account: the table for people and the record for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hyp import __version__
from hyp.exits import ExitCode, Stop
from hyp.image.manifest import WindowEntry
from hyp.monitor.bounds import Tolerance
from hyp.monitor.kinds import WatchdogState
from hyp.monitor.parameters import BINS, Parameters, entry_of
from hyp.monitor.witness import Witness

VERSION = 1
REASONS_SHOWN = 10
HEAD = ("schedule", "window", "partition", "at", "edges", "earliest", "latest", "tolerance", "histogram")


def record_of(witness: Witness) -> dict[str, Any]:
    """The JSON record; `hyp/schemas/monitor.schema.json` describes it."""
    return {
        "version": VERSION,
        "hyp": __version__,
        "plan": witness.manifest["plan"],
        "image_sha256": witness.manifest["image"]["sha256"],
        "verdict": "good" if witness.good else "bad",
        "reasons": witness.reasons()[: REASONS_SHOWN * 10],
        "resolution_ns": witness.ns(1),
        "frames": {"seen": witness.frames, "good": witness.good_frames},
        "faults": [
            {"kind": one.kind.name.lower(), "window": one.index, "deviation_ns": one.deviation_ns, "frame": one.frame}
            for one in witness.faults
        ],
        "fault_count": witness.fault_count,
        "lost_records": witness.lost,
        "watchdog": {"state": witness.watchdog.name.lower(), "tries": witness.tries},
        "windows": [_window(witness, schedule, entry) for schedule, entry in _entries(witness)],
    }


def rows(witness: Witness) -> Iterator[tuple[str, ...]]:
    """The live table's body."""
    tolerance = Tolerance.of(entry_of(witness.manifest))
    for schedule, entry in _entries(witness):
        seen = witness.windows[entry["index"]]
        spread = f"+-{int(tolerance.total_ns(_offset(witness, entry)))} ns"
        early, late = (
            ("", "") if seen.least is None or not seen.count else (f"{witness.ns(seen.least)} ns", f"{witness.ns(seen.most or 0)} ns")
        )
        place = f"{entry['at_ns'] / 1000:g} us"
        yield schedule, str(entry["index"]), entry["partition"], place, str(seen.count), early, late, spread, _bars(seen.bins)


def text(witness: Witness) -> str:
    """The table, and last the verdict with its reasons."""
    table = [HEAD, *rows(witness)]
    widths = [max(len(row[n]) for row in table) for n in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    watchdog = "" if witness.watchdog is WatchdogState.OFF else f", watchdog {witness.watchdog.name.lower()} after {witness.tries} resets"
    lines.append(f"{witness.frames} major frames, {witness.good_frames} good; resolution {witness.ns(1)} ns{watchdog}")
    reasons = witness.reasons()
    lines += [f"monitor: bad: {reason}" for reason in brief(witness)]
    lines.append(f"monitor: verdict: {'bad' if reasons else 'good'}")
    return "\n".join(lines) + "\n"


def said(witness: Witness) -> str:
    """How much it has seen, in one line."""
    return f"{witness.frames} major frames, {witness.good_frames} good, {witness.fault_count} faults"


def brief(witness: Witness) -> list[str]:
    """Its reasons; only the first ones when there are many."""
    reasons = witness.reasons()
    rest = len(reasons) - REASONS_SHOWN
    return reasons if rest <= 0 else [*reasons[:REASONS_SHOWN], f"and {rest} more"]


def keep(witness: Witness, file: Path) -> None:
    """Its record. Stop ENVIRONMENT when the disk refuses."""
    try:
        file.write_text(json.dumps(record_of(witness), indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise Stop(ExitCode.ENVIRONMENT, f"--record {file}: {error.strerror}; give a file that can be written") from None


def edges_of_bins(parameters: Parameters) -> list[int]:
    """Clocks at which the histogram's bins begin; the first one has all below, the last one all above."""
    return [(n - BINS // 2) << parameters.bin_shift for n in range(BINS)]


def _window(witness: Witness, schedule: str, entry: WindowEntry) -> dict[str, Any]:
    seen = witness.windows[entry["index"]]
    begins = edges_of_bins(witness.parameters)
    return {
        "schedule": schedule,
        "index": entry["index"],
        "partition": entry["partition"],
        "at_ns": entry["at_ns"],
        "count": seen.count,
        "deviation_min_ns": None if seen.least is None or not seen.count else witness.ns(seen.least),
        "deviation_max_ns": None if seen.most is None or not seen.count else witness.ns(seen.most),
        "histogram": [{"from_ns": witness.ns(begin), "count": count} for begin, count in zip(begins, seen.bins, strict=True)],
    }


def _entries(witness: Witness) -> Iterator[tuple[str, WindowEntry]]:
    for schedule in witness.manifest["schedules"]:
        for entry in schedule["windows"]:
            yield schedule["name"], entry


def _offset(witness: Witness, entry: WindowEntry) -> int:
    first = next(s["windows"][0] for s in witness.manifest["schedules"] if entry in s["windows"])
    return entry["at_ns"] - first["at_ns"]


def _bars(bins: list[int]) -> str:
    most = max(bins)
    return "".join(" .:-=+*#"[0 if not count else 1 + count * 6 // most] for count in bins)
