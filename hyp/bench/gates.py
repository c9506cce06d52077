"""Calls through gates: what a client pays for a call and its reply, and the longest paths of long ways."""

from __future__ import annotations

from hyp.bench.measure import PLANS, Bench, Measured
from hyp.bench.rows import INSTRUCTIONS, Row
from hyp.exits import ExitCode, Stop

ROUNDS = 500
FRAMES = 1000
_CLIENT = "client"


def measure(bench: Bench) -> Measured:
    return bench.measure(PLANS / "gates.yaml", FRAMES, tuple((_CLIENT, name) for name in ("calls", "empty_pairs", "done")))


def round_trip(measured: Measured) -> int:
    """The worst, less the empty pair; the server's three instructions are in it. Stop TARGET_FAILED when the client is not at its end."""
    if measured.words[_CLIENT, "done"][0] != ROUNDS:
        raise Stop(ExitCode.TARGET_FAILED, "bench-gates: the client did not make all its calls")
    return max(measured.words[_CLIENT, "calls"]) - min(measured.words[_CLIENT, "empty_pairs"])


def rows(measured: Measured) -> list[Row]:
    what = "gate call + reply, two address spaces, no FPU"
    return [Row("gate_call", what, round_trip(measured), INSTRUCTIONS, 260, 180, "497 (seL4)")]
