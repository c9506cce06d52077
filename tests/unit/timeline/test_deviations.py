from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyp.abi.state import TRACE_RECORD
from hyp.target.facts import TraceDump
from hyp.timeline.deviations import deviations
from hyp.timeline.events import events
from hyp.timeline.predict import releases
from tests.unit.target.guest import EPOCH, MAJOR_NS, State, lay_out, manifest, whole_trace

SCHEDULE = manifest(lay_out(State())[1])["schedules"][0]
GHZ = 1_000_000_000
Records = list[tuple[int, int, int]]


def dump(records: Records, lost: int = 0, hz: int = GHZ) -> TraceDump:
    raw = b"".join(TRACE_RECORD.pack(tsc=EPOCH + ticks, kind=kind, value=value) for ticks, kind, value in records)
    return TraceDump(0, raw, lost, EPOCH, (hz << 32) // GHZ)


def found(records: Records, lost: int = 0, frames: int | None = None) -> list[str]:
    return [deviation.message for deviation in deviations(SCHEDULE, dump(records, lost), GHZ, frames)]


def test_prediction() -> None:
    instants = [(release.frame, release.at_ns, release.window["index"]) for release in islice(releases(SCHEDULE, 0), 3)]
    assert instants == [(0, 0, 0), (0, 2_000_000, 1), (1, MAJOR_NS, 0)]
    assert list(releases(SCHEDULE, 1)) == []


def test_an_exact_trace_has_no_deviation() -> None:
    assert found(list(whole_trace(5)), frames=5) == []
    assert found([], frames=0) == []


@given(st.integers(0, 40), st.integers(1, 12), st.integers(1, 60))
def test_a_trace_whose_beginning_is_lost_has_none_either(lost: int, length: int, frames: int) -> None:
    records = list(whole_trace(frames))[lost : lost + length]
    assert found(records, lost=lost) == []


@given(st.integers(1_000_000, 4_000_000_000), st.integers(1, 3000))
def test_the_kernels_rounding_is_no_deviation(hz: int, frame: int) -> None:
    """The kernel makes ticks from ns with a scale of 32 fraction bits, rounded down: the frame's, and the window's in it."""
    scale = (hz << 32) // GHZ
    start = frame * MAJOR_NS * scale >> 32
    records = [(start + (at * scale >> 32), kind, value) for at, kind, value in whole_trace(1)]
    assert list(deviations(SCHEDULE, dump(records, 4 * frame, hz), hz)) == []


def test_a_late_release() -> None:
    records = list(whole_trace(2))
    records[2] = (2_000_003, 1, 1)
    assert found(records) == ["window 1 (beta, frame 0) was due at tick 2000000, the trace says 2000003"]


def test_a_window_that_was_left_out() -> None:
    records = list(whole_trace(2))
    del records[2:4]
    assert found(records) == ["window 0 was released where window 1 (beta, frame 0) was due"]


def test_a_trace_that_stops_early() -> None:
    assert found(list(whole_trace(2))[:-2], frames=2) == ["3 releases, planned 4"]


def test_a_window_that_took_its_neighbours_time() -> None:
    records = list(whole_trace(1))
    records[1] = (1_000_001, 2, 0)
    assert found(records) == ["window 0 (alpha) ended 1000001 ticks after its release, planned at most 1000000"]


def test_an_unknown_record() -> None:
    assert found([*whole_trace(1), (9_000_000, 77, 0)]) == ["a trace record of an unknown kind"]


@pytest.mark.parametrize(("hz", "ticks", "at_ns"), [(GHZ, 1234, 1234), (50_000_000, 3, 60), (3_000_000_000, 10, 3)])
def test_events_are_in_ns(hz: int, ticks: int, at_ns: int) -> None:
    (event,) = events(dump([(ticks, 1, 7)]), hz)
    assert (event.kind, event.at_ns, event.value) == ("window_start", at_ns, 7)
