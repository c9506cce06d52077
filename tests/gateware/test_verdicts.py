"""The RTL's verdicts equal the oracle's: on what the real kernel writes, and on that with faults in it, one at a time and many at once."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from hyp.monitor.kinds import Kind, WatchdogState
from hyp.target.bundle import Bundle
from sim.monitor.standin.bench import Bench, Said
from sim.monitor.standin.pins import Write
from tests.gateware.oracle import Judgement, Oracle, edges
from tests.gateware.proving import played
from tests.gateware.streams import HALF_PS, MUTATIONS, Mutation, Stream, from_writes

EDGES = 14
"""Edges of a mutated stream: some five frames."""
AFTER_CLOCKS = 60
ALARM = [("PULSE", 1), ("BOOT", 1), ("PULSE", 2), ("BOOT", 2), ("ALARM", 2)]


def compare(stream: Stream, rtl: Bench, oracle: Oracle) -> tuple[Judgement, Said]:
    """Runs the stream to the silence after it."""
    wanted = oracle.judge(edges(stream.changes, stream.half_ps, oracle.steady))
    after = (oracle.silence + oracle.steady + AFTER_CLOCKS) * 2 * stream.half_ps
    said = rtl.run(stream.events(), stream.end_ps + after, stream.half_ps)
    assert list(said.verdicts) == wanted.verdicts
    assert list(said.frames) == wanted.frames
    return wanted, said


def note(seen: Counter[str], wanted: Judgement, said: Said) -> None:
    seen["streams"] += 1
    seen.update(f"verdict {kind.name}" for kind in {kind for kind, _, _ in wanted.verdicts})
    seen.update(f"watchdog {state.name}" for state in {state for state, _ in said.watchdog})


@pytest.fixture(scope="module")
def oracle(fast: Bundle) -> Oracle:
    return Oracle(fast.manifest)


def pieces(writes: list[Write]) -> list[Stream]:
    """Two pieces of the kernel's stream: one begins at boot, in one there is a switch of schedules and it begins inside a frame."""
    return [from_writes(writes[:EDGES]), from_writes(writes[12 : 12 + EDGES])]


def test_the_kernel_itself_is_judged_good(writes: list[Write], rtl: Bench, oracle: Oracle) -> None:
    """All of the run, both schedules and the switches between them; the end of the run is silence."""
    wanted, _ = compare(from_writes(writes), rtl, oracle)
    assert len(wanted.frames) > 20
    assert all(wanted.frames)
    kinds = [kind for kind, _, _ in wanted.verdicts]
    assert kinds == [Kind.LOCKED, *[Kind.GOOD] * (len(writes) - 1), Kind.SILENT]
    assert {row for _, row, _ in wanted.verdicts} == set(range(5)), "every window of both schedules"
    assert max(abs(off) for kind, _, off in wanted.verdicts if kind is Kind.GOOD) <= 1, "the resolution is one clock"


MUTATION = st.builds(
    Mutation, st.sampled_from(sorted(MUTATIONS)), st.integers(0, EDGES - 1), st.integers(0, 1 << 16), st.integers(0, 1 << 16)
)


def test_faults_one_at_a_time_and_many(
    writes: list[Write], rtl: Bench, proving: Bench, oracle: Oracle, repository: Path, pytestconfig: pytest.Config
) -> None:
    """One test, so that one process sees all of the coverage. Hypothesis draws the faults of the second part; a stream on which RTL and
    oracle differ is shrunk to the fewest faults that still show it.
    """
    starts = pieces(writes)
    seen: Counter[str] = Counter()
    for name in sorted(MUTATIONS):
        for number in range(6):
            mutation = Mutation(name, 3 + 5 * number % EDGES, 977 * number, 0x2B5D * number)
            note(seen, *compare(mutation.apply(starts[number % 2]), rtl, oracle))

    dead = rtl.run([], 300_000_000, HALF_PS)
    seen.update(f"watchdog {state.name}" for state, _ in dead.watchdog)
    assert [(state.name, tries) for state, tries in dead.watchdog] == ALARM, "a board that never boots"

    dumb = played(proving, [], 24)  # a partition that never proves that it runs, on a monitor of its own
    seen.update(f"verdict {kind.name}" for kind in {kind for kind, _, _ in dumb.verdicts} if kind is Kind.PROOF)

    number = int(pytestconfig.getoption("--monitor-seed"))
    streams = int(pytestconfig.getoption("--monitor-streams"))

    @settings(max_examples=streams, deadline=None, derandomize=number == 0, database=None, suppress_health_check=list(HealthCheck),
              phases=(Phase.explicit, Phase.generate, Phase.shrink))  # fmt: skip
    @given(st.sampled_from(starts), st.lists(MUTATION, min_size=1, max_size=4))
    def equal(stream: Stream, mutations: list[Mutation]) -> None:
        for mutation in mutations:
            stream = mutation.apply(stream)
        note(seen, *compare(stream, rtl, oracle))

    (equal if number == 0 else seed(number)(equal))()
    report(seen, repository / "build" / "gateware" / "coverage.txt")
    assert seen["streams"] >= 500, "verdict equality on at least 500 mutated streams"
    kinds = {name for name in seen if name.startswith("verdict ")}
    assert kinds == {f"verdict {kind.name}" for kind in Kind}
    states = {name for name in seen if name.startswith("watchdog ")}
    assert states == {f"watchdog {state.name}" for state in WatchdogState if state is not WatchdogState.OFF}


def report(seen: Counter[str], path: Path) -> None:
    """Streams in which each verdict and each state of the watchdog was seen."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{name:<28}{count}\n" for name, count in sorted(seen.items())))


def test_lines_that_do_not_settle_together_make_one_edge(writes: list[Write], rtl: Bench, oracle: Oracle) -> None:
    """Within the filter's time the stamp is the first line's, so the verdicts are those of clean edges."""
    clean = from_writes(writes[:EDGES])
    changes = [(at, value) for at, value in clean.changes]
    for n in range(1, EDGES):
        at, value = clean.changes[n]
        changes += [(at, clean.changes[n - 1][1] ^ 0x80), (at + 100_000, value ^ 1)]
    late = [(at + 200_001, value) for at, value in clean.changes[1:]]
    skewed = Stream(tuple(sorted([clean.changes[0], *changes[EDGES:], *late], key=lambda pair: pair[0])), HALF_PS)
    wanted, _ = compare(skewed, rtl, oracle)
    assert [kind for kind, _, _ in wanted.verdicts] == [Kind.LOCKED, *[Kind.GOOD] * (EDGES - 1), Kind.SILENT]


def test_a_difference_of_one_clock_shows(writes: list[Write], rtl: Bench, fast: Bundle, oracle: Oracle) -> None:
    """The comparison is as sharp as the resolution: an oracle of one clock more tolerance, or guard, disagrees with the RTL."""
    base = from_writes(writes[:EDGES])
    at, value = base.changes[4]
    streams = [
        Stream((*base.changes[:4], (at + by * 1000 + 1, value), *base.changes[5:]))
        for edge in (300, 300 + fast.manifest["guard_ns"])
        for by in range(edge - 250, edge + 250, 40)
    ]
    said = [compare(stream, rtl, oracle)[1] for stream in streams]
    for key, manifest in (("jitter_ns", deepcopy(fast.manifest)), ("guard_ns", deepcopy(fast.manifest))):
        if key == "guard_ns":
            manifest["guard_ns"] += 84
        elif manifest["monitor"] is not None:
            manifest["monitor"]["jitter_ns"] += 84
        other = Oracle(manifest)
        wanted = [other.judge(edges(stream.changes, stream.half_ps, other.steady)).verdicts for stream in streams]
        assert wanted != [list(one.verdicts) for one in said], key
