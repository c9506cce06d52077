"""Traces that a kernel may leave and traces that it may not, for plans with one schedule and with two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyp.abi.state import TRACE_RECORD
from hyp.image.manifest import ScheduleEntry, WindowEntry
from hyp.target.facts import TraceDump
from hyp.timeline.deviations import follow
from hyp.timeline.events import events
from hyp.timeline.follow import Followed
from tests.unit.target.guest import EPOCH, MAJOR_NS, WINDOWS, State, lay_out, manifest, whole_trace

GHZ = 1_000_000_000
Record = tuple[int, int, int]
Records = list[Record]


def window(index: int, at_ns: int) -> WindowEntry:
    return {"index": index, "position": 0, "core": 0, "partition": "alpha", "at_ns": at_ns, "for_ns": 1_000_000, "counters": 0}


NORMAL = manifest(lay_out(State())[1])["schedules"][0]
SECOND: ScheduleEntry = {"name": "second", "major_frame_ns": 6_000_000, "windows": [window(2, 500_000), window(3, 3_000_000)]}
SCHEDULES = [NORMAL, SECOND]
PLACES = {0: [(index, at) for index, _, at, _ in WINDOWS], 1: [(2, 500_000), (3, 3_000_000)]}
MAJORS = {0: MAJOR_NS, 1: 6_000_000}


def frames_of(order: list[int], start_ns: int = 0, scale: int = 1 << 32) -> Records:
    """The trace of these major frames, one after the other; 0 is NORMAL, 1 is SECOND."""
    records: Records = []
    for schedule in order:
        for index, at in PLACES[schedule]:
            ticks = (start_ns * scale >> 32) + (at * scale >> 32)
            records += [(ticks, 1, index), (ticks + (900_000 * scale >> 32), 2, 0)]
        start_ns += MAJORS[schedule]
    return records


def length(order: list[int]) -> int:
    return sum(MAJORS[schedule] for schedule in order)


def dump(records: Records, lost: int = 0, hz: int = GHZ) -> TraceDump:
    raw = b"".join(TRACE_RECORD.pack(tsc=EPOCH + ticks, kind=kind, value=value) for ticks, kind, value in records)
    return TraceDump(0, raw, lost, EPOCH, (hz << 32) // GHZ)


def followed(records: Records, lost: int = 0, frames: dict[str, int] | None = None, restarts: int = 0) -> Followed:
    return follow(SCHEDULES, dump(records, lost), GHZ, restarts, frames)


def found(records: Records, lost: int = 0, frames: dict[str, int] | None = None, restarts: int = 0) -> list[str]:
    return [deviation.message for deviation in followed(records, lost, frames, restarts).deviations]


def test_an_exact_trace_has_no_deviation() -> None:
    assert found(list(whole_trace(5)), frames={"normal": 5}) == []
    assert found([], frames={"normal": 0}) == []


@given(st.lists(st.integers(0, 1), max_size=12))
def test_a_new_frame_may_begin_any_schedule(order: list[int]) -> None:
    order = [0, *order]
    counted = {"normal": order.count(0), "second": order.count(1)}
    assert followed(frames_of(order), frames=counted) == Followed(counted, (), (), whole=True)


def test_the_first_schedule_runs_first() -> None:
    assert found(frames_of([1])) == ["window 2 was released where window 0 (alpha, frame 0) was due"]


def test_a_switch_inside_a_frame() -> None:
    records = frames_of([0])[:2] + frames_of([1], 2_000_000)
    assert found(records) == ["window 2 was released where window 1 (beta, frame 0) was due"]


def test_a_switch_that_comes_late() -> None:
    records = frames_of([0]) + frames_of([1], MAJOR_NS + 7)
    assert found(records)[0] == "window 2 (alpha, frame 1) was due at tick 10500000, the trace says 10500007"


def test_a_frame_that_begins_in_its_middle() -> None:
    assert found(frames_of([0]) + frames_of([1], MAJOR_NS)[2:]) == [
        "window 3 was released where the first window of a schedule (frame 1) was due"
    ]


def test_frames_that_the_kernel_did_not_count() -> None:
    assert found(frames_of([0, 1]), frames={"normal": 2, "second": 0}) == [
        "1 major frames of schedule normal, the kernel counted 2",
        "1 major frames of schedule second, the kernel counted 0",
    ]


@given(st.lists(st.integers(0, 1), max_size=10), st.integers(0, 30), st.integers(1, 12))
def test_a_trace_whose_beginning_is_lost_has_none_either(order: list[int], lost: int, kept: int) -> None:
    assert found(frames_of([0, *order])[lost : lost + kept], lost=lost) == []


def test_a_trace_whose_beginning_is_lost_is_compared_all_the_same() -> None:
    records = frames_of([0, 1, 0], 0)[4:]
    assert found([(ticks + 1, kind, value) for ticks, kind, value in records], lost=4) == [
        "window 2 was released at tick 10500001, at which no frame has it"
    ]


@given(st.integers(1_000_000, 4_000_000_000), st.lists(st.integers(0, 1), max_size=20), st.integers(0, 20))
def test_the_kernels_rounding_is_no_deviation(hz: int, order: list[int], lost: int) -> None:
    """The kernel makes ticks from ns with a scale of 32 fraction bits, rounded down: the frame's, and the window's in it."""
    records = frames_of([0, *order], scale=(hz << 32) // GHZ)
    assert follow(SCHEDULES, dump(records[lost:], lost, hz), hz).deviations == ()


@pytest.mark.parametrize("cut", range(5))
def test_a_restart_of_the_module_begins_anew_at_any_point(cut: int) -> None:
    """After `cut` records of the second frame; the frame after the restart begins where the kernel puts it, on a whole us."""
    begin = MAJOR_NS + 9_123_000
    records = frames_of([0]) + frames_of([0], MAJOR_NS)[:cut] + frames_of([0, 1], begin)
    counted = {"normal": 3 if cut == 4 else 2, "second": 1}
    assert followed(records, frames=counted, restarts=1) == Followed(counted, (begin,), (), whole=True)
    assert found(records) != []
    late = [record if n < 4 + cut else (record[0] + 1, *record[1:]) for n, record in enumerate(records)]
    assert found(late, restarts=1) != []


def test_no_more_restarts_than_the_kernel_counted() -> None:
    records = frames_of([0]) + frames_of([0], length([0]) + 5000) + frames_of([0], 2 * length([0]) + 9000)
    assert followed(records, restarts=2).restarts == (length([0]) + 5000, 2 * length([0]) + 9000)
    assert found(records, restarts=1)[0] == "window 0 (alpha, frame 2) was due at tick 20005000, the trace says 20009000"


def test_a_restart_leads_to_the_first_schedule() -> None:
    assert found(frames_of([0])[:2] + frames_of([1], MAJOR_NS + 5000), restarts=1) == [
        "window 2 was released where window 1 (beta, frame 0) was due"
    ]


def test_a_late_release() -> None:
    records = list(whole_trace(2))
    records[2] = (2_000_003, 1, 1)
    assert found(records) == ["window 1 (beta, frame 0) was due at tick 2000000, the trace says 2000003"]


def test_a_window_that_was_left_out() -> None:
    records = list(whole_trace(2))
    del records[2:4]
    assert found(records) == ["window 0 was released where window 1 (beta, frame 0) was due"]


def test_a_window_without_its_end() -> None:
    records = list(whole_trace(2))
    del records[1]
    assert found(records) == ["window 1 was released where the end of window 0 (alpha, frame 0) was due"]


def test_a_window_of_another_core() -> None:
    assert found([(0, 1, 9)]) == ["window 9 was released, which this core does not have"]


def test_a_trace_that_stops_early() -> None:
    assert found(list(whole_trace(2))[:-2], frames={"normal": 2}) == [
        "the trace ends inside a major frame",
        "1 major frames of schedule normal, the kernel counted 2",
    ]


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
