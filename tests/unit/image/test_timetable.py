"""The timetable: order, net ends, next windows across cores and frames, and which windows idle time follows."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hyp.abi.tables import WINDOW_GAP, WINDOW_LAST
from hyp.image.timetable import timetable
from hyp.plan.model import Schedule, Window
from tests.unit.image.plans import memory, plan

GUARD = 1500
FRAME = 10_000_000


def test_one_window_is_its_own_next() -> None:
    value = plan({"a": memory()}, windows=[Window("a", 1_000_000, 500_000, 0)])
    ((lane,),) = timetable(value, 1)
    (entry,) = lane.entries
    assert (entry.end_ns, entry.next_start_ns, entry.next_end_ns) == (1_500_000 - GUARD, 11_000_000, 11_500_000 - GUARD)
    assert entry.flags == WINDOW_GAP | WINDOW_LAST


def test_next_window_may_be_on_another_core() -> None:
    windows = [Window("a", 0, 1_000_000, 0), Window("b", 1_000_000, 9_000_000, 0), Window("a", 5_000_000, 2_000_000, 1)]
    ((first, second),) = timetable(plan({"a": memory(), "b": memory()}, windows=windows), 2)
    a0, b, a1 = first.entries[0], first.entries[1], second.entries[0]
    assert (a0.next_start_ns, a0.next_end_ns) == (5_000_000, 7_000_000 - GUARD)
    assert (a1.next_start_ns, a1.next_end_ns) == (FRAME, FRAME + 1_000_000 - GUARD)
    assert (a0.index, b.index, a1.index) == (0, 1, 2)
    assert (a0.position, b.position, a1.position) == (0, 1, 2)
    assert second.first == 2


def test_gap_means_more_than_a_guard_of_idle_time() -> None:
    def flags(hole: int) -> int:
        windows = [Window("a", 0, 5_000_000, 0), Window("b", 5_000_000 + hole, 5_000_000 - hole, 0)]
        ((lane,),) = timetable(plan({"a": memory(), "b": memory()}, windows=windows), 1)
        assert lane.entries[1].flags == WINDOW_LAST
        return lane.entries[0].flags

    assert flags(0) == 0
    assert flags(GUARD) == 0
    assert flags(GUARD + 1) == WINDOW_GAP


def test_schedules_follow_each_other_in_the_window_table() -> None:
    value = plan({"a": memory()}, windows=[Window("a", 0, 5_000_000, 0)])
    other = Schedule("other", 20_000_000, (Window("a", 0, 1_000_000, 1), Window("a", 8_000_000, 1_000_000, 0)))
    value = replace(value, schedules=(*value.schedules, other))
    (normal0, normal1), (other0, other1) = timetable(value, 2)
    assert [len(lane.entries) for lane in (normal0, normal1, other0, other1)] == [1, 0, 1, 1]
    assert [lane.first for lane in (normal0, normal1, other0, other1)] == [0, 1, 1, 2]
    assert (other0.entries[0].position, other1.entries[0].position) == (1, 0)
    assert other0.entries[0].next_start_ns == 20_000_000


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 1)), min_size=1, max_size=12))
def test_next_is_the_earliest_later_own_window(slots: list[tuple[str, int]]) -> None:
    windows = [Window(name, n * 600_000, 500_000, core) for n, (name, core) in enumerate(slots)]
    value = plan({name: memory() for name in "abc"}, windows=windows)
    entries = [entry for lane in timetable(value, 2)[0] for entry in lane.entries]
    assert [e.index for e in entries] == list(range(len(slots)))
    for entry in entries:
        starts = [w.at_ns + turn * FRAME for turn in (0, 1) for w in windows if w.partition == entry.window.partition]
        assert entry.next_start_ns == min(at for at in starts if at > entry.window.at_ns)
