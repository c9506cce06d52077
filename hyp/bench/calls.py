"""Hypercalls: the null call's round trip as a partition sees it, and the longest kernel path of each call."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from hyp.abi.hypercalls import HYPERCALLS
from hyp.bench.measure import PLANS, Bench, Measured
from hyp.bench.rows import INSTRUCTIONS, Row
from hyp.exits import ExitCode, Stop

SAMPLES = 1000
_CALLER = "caller"


@dataclass(frozen=True)
class RoundTrip:
    """Instructions between two looks at the clock, less the empty pair."""

    least: int
    middle: float
    most: int


_PLAN = PLANS / "null-call.yaml"
_WANTED = tuple((_CALLER, name) for name in ("round_trips", "empty_pairs", "done"))


def measure(bench: Bench) -> Measured:
    return bench.measure(_PLAN, 2, _WANTED)


def measure_traced(bench: Bench) -> Measured:
    """The same with a trace that records every hypercall and its result."""
    text = _PLAN.read_text().replace("name: bench-null-call", "name: bench-null-call-traced")
    return bench.measure_text(_PLAN, text + "\ntrace: {events: [window, hypercall]}\n", 2, _WANTED)


def null_call(measured: Measured) -> RoundTrip:
    """Stop TARGET_FAILED when the caller did not come to its end."""
    if measured.words[_CALLER, "done"][0] != SAMPLES:
        raise Stop(ExitCode.TARGET_FAILED, "bench-null-call: the caller did not take all its samples")
    empty = int(median(measured.words[_CALLER, "empty_pairs"]))
    trips = [trip - empty for trip in measured.words[_CALLER, "round_trips"]]
    return RoundTrip(min(trips), median(trips), max(trips))


def worst_paths(measured: tuple[Measured, ...]) -> dict[str, int]:
    """By hypercall that was made: instructions of its longest stretch in the kernel without a look at the clock that could end it."""
    found: dict[str, int] = {}
    for call in HYPERCALLS:
        ways = [one.counts.longest[kind] for one in measured if (kind := f"call:{call.number}") in one.counts.longest]
        if ways:
            found[call.name] = max(way.length for way in ways)
    return found


def rows(quiet: Measured, traced: Measured, hostile: tuple[Measured, ...]) -> list[Row]:
    """`quiet` and `traced` have the caller, `hostile` every call at its worst."""
    trip, recorded = null_call(quiet), null_call(traced)
    paths = worst_paths(hostile)
    return [
        Row(
            "null_hypercall",
            f"null hypercall, round trip: worst of {SAMPLES}",
            trip.most,
            INSTRUCTIONS,
            40,
            22,
            "129 (XtratuM), 265 (seL4)",
        ),
        Row("hypercall_trace", "what a trace of hypercalls adds to each", recorded.most - trip.most, INSTRUCTIONS),
        *(
            Row(f"path_{call.name}", f"{call.name}: longest kernel path", paths[call.name], INSTRUCTIONS, call.worst_case)
            for call in HYPERCALLS
            if call.name in paths
        ),
    ]
