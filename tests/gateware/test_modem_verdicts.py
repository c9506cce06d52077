"""The RTL's verdicts on modem lines and identity bytes equal the oracle's: on what the kernel writes, and on that with faults in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from hyp.bench.measure import Bench as Images
from hyp.monitor.kinds import Kind
from hyp.monitor.parameters import parameters
from hyp.target.bundle import Bundle
from sim.monitor.standin.bench import Bench, Event
from sim.monitor.standin.pins import Write, record
from tests.gateware.conftest import PLANS
from tests.gateware.oracle import RTS, Judgement, Oracle, edges, heard
from tests.gateware.proving import frame_of
from tests.gateware.streams import MUTATIONS, NS, Mutation, Stream, from_writes

FRAMES = 8
CHANGES = 16
"""Of the pins in a mutated stream: two frames and more."""
STREAMS = 6
"""Random ones are so many times fewer than on parallel lines: their frames are as much longer."""
AFTER_CLOCKS = 60
CLOSE_CLOCKS = 40
"""A byte and an edge that end closer together may be told in either order."""


@dataclass(frozen=True)
class Said:
    """A byte of the identity line, from `at_ps` on."""

    at_ps: int
    value: int


@dataclass(frozen=True)
class Board:
    pins: Stream
    bytes: tuple[Said, ...]

    def serial(self) -> list[Event]:
        """The line; a byte that begins before the one before has ended takes its place. Never at a clock edge."""
        events: list[Event] = []
        for one in sorted(self.bytes, key=lambda byte: byte.at_ps):
            at = one.at_ps | 1
            at += 2 * (at % self.pins.half_ps == 0)
            events = [event for event in events if event.at_ps < at] + frame_of(one.value, at, "serial")
        return events


@pytest.fixture(scope="module")
def image(repository: Path) -> Bundle:
    return Images(repository).image(PLANS / "modem-fast.yaml")


@pytest.fixture(scope="module")
def rtl(image: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with Bench(parameters(image.manifest), tmp_path_factory.mktemp("modem-fast")) as bench:
        yield bench


@pytest.fixture(scope="module")
def writes(image: Bundle, tmp_path_factory: pytest.TempPathFactory) -> list[Write]:
    return record(image, FRAMES, tmp_path_factory.mktemp("pins"))


@pytest.fixture(scope="module")
def oracle(image: Bundle) -> Oracle:
    return Oracle(image.manifest)


def board_of(writes: list[Write], first: int, changes: int) -> Board:
    """So many changes of the pins from the `first` on, and the bytes between them."""
    pins = [one for one in writes if not one.serial][first : first + changes]
    begin, end = pins[0].at_ns, pins[-1].at_ns
    spoken = [one for one in writes if one.serial and begin <= one.at_ns <= end]
    return Board(from_writes(pins), tuple(Said((one.at_ns - begin + 2000) * NS, one.value) for one in spoken))


def compare(board: Board, rtl: Bench, oracle: Oracle) -> Judgement | None:
    """Runs the board to the silence after it. None when the order of an edge and a byte is anyone's."""
    pins, serial = board.pins, board.serial()
    found = edges([(at, value & 3) for at, value in pins.changes], pins.half_ps, oracle.steady)
    bytes_ = heard([(event.at_ps, event.value) for event in serial], pins.half_ps, oracle.bit)
    taken = [edge.taken for edge in found]
    ends = taken + [at + oracle.silence + oracle.steady for at in taken] + [edge.began + oracle.limit for edge in found]
    if any(abs(byte.taken - end) < CLOSE_CLOCKS for byte in bytes_ for end in ends):
        return None
    wanted = oracle.judge(found, bytes_)
    events = sorted([*pins.events(), *serial], key=lambda event: event.at_ps)
    last = max([0, *(event.at_ps for event in events)])
    said = rtl.run(events, last + (oracle.limit + oracle.steady + AFTER_CLOCKS) * 2 * pins.half_ps, pins.half_ps)
    assert list(said.verdicts) == wanted.verdicts
    assert list(said.frames) == wanted.frames
    return wanted


def test_the_kernel_itself_is_judged_good(writes: list[Write], rtl: Bench, oracle: Oracle) -> None:
    board = board_of(writes, 0, len(writes))
    wanted = compare(board, rtl, oracle)
    assert wanted is not None
    ups = sum(value & RTS != 0 for _, value in board.pins.changes)
    assert [kind for kind, _, _ in wanted.verdicts] == [Kind.LOCKED, *[Kind.GOOD] * (ups - 1), Kind.SILENT]
    assert len(board.bytes) > FRAMES - 2


def test_judging_begins_with_a_frame(writes: list[Write], rtl: Bench, oracle: Oracle) -> None:
    """A monitor that is switched on within a frame takes no window for the first one that does not say so."""
    for first in range(1, 6):
        wanted = compare(board_of(writes, first, CHANGES), rtl, oracle)
        assert wanted is not None
        assert {kind for kind, _, _ in wanted.verdicts} == {Kind.LOCKED, Kind.GOOD, Kind.SILENT}


@dataclass(frozen=True)
class Misspoken:
    """What is done to the `at`-th byte: another value, later or earlier, lost, or said once more."""

    name: str
    at: int
    amount: int

    def apply(self, board: Board) -> Board:
        if not board.bytes:
            return board
        at = self.at % len(board.bytes)
        one, others = board.bytes[at], board.bytes[:at] + board.bytes[at + 1 :]
        made = {
            "other": (replace(one, value=one.value ^ (1 + self.amount % 255)),),
            "window": (replace(one, value=self.amount % 4),),
            "late": (replace(one, at_ps=one.at_ps + self.amount % 400_000 * NS),),
            "lost": (),
            "twice": (one, replace(one, at_ps=one.at_ps + (90_000 + self.amount % 200_000) * NS)),
            "torn": (one, replace(one, at_ps=one.at_ps + self.amount % 86_000 * NS)),
        }
        return replace(board, bytes=others + made[self.name])


MISSPOKEN = ("other", "window", "late", "lost", "twice", "torn")
NUMBERS = st.integers(0, 1 << 16)
FAULT = st.builds(Mutation, st.sampled_from(sorted(MUTATIONS)), st.integers(0, CHANGES - 1), NUMBERS, NUMBERS) | st.builds(
    Misspoken, st.sampled_from(MISSPOKEN), st.integers(0, 3), st.integers(0, 1 << 20)
)


def damaged(board: Board, fault: Mutation | Misspoken) -> Board:
    return fault.apply(board) if isinstance(fault, Misspoken) else replace(board, pins=fault.apply(board.pins))


def test_faults_one_at_a_time_and_many(writes: list[Write], rtl: Bench, oracle: Oracle, pytestconfig: pytest.Config) -> None:
    starts = [board_of(writes, 0, CHANGES), board_of(writes, 3, CHANGES)]
    seen: Counter[Kind] = Counter()
    judged = 0

    def note(board: Board) -> None:
        nonlocal judged
        wanted = compare(board, rtl, oracle)
        if wanted is not None:
            judged += 1
            seen.update({kind for kind, _, _ in wanted.verdicts})

    for count, name in enumerate(sorted(MUTATIONS)):
        note(damaged(starts[count % 2], Mutation(name, 5, 977 * count, 0x2B5D * count)))
    for count, name in enumerate(MISSPOKEN):
        note(damaged(starts[0], Misspoken(name, 1, 97_711 * (count + 1))))

    number, streams = int(pytestconfig.getoption("--monitor-seed")), int(pytestconfig.getoption("--monitor-streams"))

    @settings(max_examples=streams // STREAMS, deadline=None, derandomize=number == 0, database=None,
              suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate, Phase.shrink))  # fmt: skip
    @given(st.sampled_from(starts), st.lists(FAULT, min_size=1, max_size=3))
    def equal(board: Board, faults: list[Mutation | Misspoken]) -> None:
        for fault in faults:
            board = damaged(board, fault)
        note(board)

    (equal if number == 0 else seed(number)(equal))()
    assert judged >= 70
    assert set(seen) == {kind for kind in Kind if kind not in (Kind.PROOF, Kind.DRIFT)}, "these wait for more frames: test_verdicts"
