"""Which windows judge a supervised partition, and by which instant. Net ends are a guard before the windows' ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hyp.abi.tables import WINDOW_DEADLINE, WINDOW_PERIOD_END
from hyp.image.supervision import Judgement, judgements
from hyp.image.timetable import timetable
from hyp.plan.model import Plan, Timing, Window
from tests.unit.image.plans import MS, memory, plan

GUARD = 1500
BOTH = WINDOW_DEADLINE | WINDOW_PERIOD_END


def timed(windows: list[Window], timing: Timing) -> Plan:
    """Frames of 10 ms; `a` has the timing, `b` none."""
    value = plan({"a": memory(), "b": memory()}, windows=windows)
    return replace(value, partitions=(replace(value.partitions[0], timing=timing), value.partitions[1]))


def judged(at: list[int], period: int, deadline: int, offset: int = 0) -> dict[int, Judgement]:
    """Of windows of 1 ms of `a` that start at these instants (ns)."""
    value = timed([Window("a", one, MS, 0) for one in at], Timing(period, MS // 2, deadline, offset, supervise=True))
    return judgements(value.schedules[0], value.partitions, GUARD)


def test_one_window_per_period_judges_deadline_and_end() -> None:
    assert judged([0, 5 * MS], 5 * MS, 600_000) == {0: Judgement(BOTH, 600_000), 1: Judgement(BOTH, 5_600_000)}


def test_the_first_window_that_reaches_the_deadline_judges_it() -> None:
    found = judged([0, 3 * MS, 6 * MS], 10 * MS, 3_500_000)
    assert [found[n].flags for n in range(3)] == [0, WINDOW_DEADLINE, WINDOW_PERIOD_END]
    assert found[1].deadline_ns == 3_500_000


def test_a_deadline_between_windows_is_judged_by_the_next_one() -> None:
    found = judged([0, 3 * MS, 6 * MS], 10 * MS, 5 * MS)
    assert [found[n].flags for n in range(3)] == [0, 0, BOTH]
    assert found[2].deadline_ns == 5 * MS, "a yield in the third window is late"


@pytest.mark.parametrize(("deadline", "judge"), [(MS - GUARD, 0), (MS - GUARD + 1, 1)])
def test_a_window_reaches_to_its_net_end(deadline: int, judge: int) -> None:
    found = judged([0, 3 * MS, 6 * MS], 10 * MS, deadline)
    assert [n for n in found if found[n].flags & WINDOW_DEADLINE] == [judge]


def test_a_deadline_after_the_last_window_is_judged_by_that() -> None:
    found = judged([0, 3 * MS], 10 * MS, 9 * MS)
    assert found == {0: Judgement(0, 9 * MS), 1: Judgement(BOTH, 9 * MS)}


def test_an_offset_moves_periods_and_deadlines() -> None:
    found = judged([2 * MS, 7 * MS], 5 * MS, 600_000, offset=2 * MS)
    assert found == {0: Judgement(BOTH, 2_600_000), 1: Judgement(BOTH, 7_600_000)}


def test_a_period_goes_on_in_the_next_frame() -> None:
    """The period starts at 8 ms: the window at 8 ms is its first, the one at 0 ms of the next frame its last."""
    found = judged([0, 8 * MS], 10 * MS, 2_500_000, offset=8 * MS)
    assert found == {0: Judgement(BOTH, 500_000), 1: Judgement(0, 10_500_000)}


def test_a_deadline_in_the_frame_before_has_passed_at_the_start() -> None:
    found = judged([0, 7 * MS], 10 * MS, 2 * MS, offset=7 * MS)
    assert found[0] == Judgement(BOTH, 0), "the deadline was 1 ms before this frame"
    assert found[1] == Judgement(0, 9 * MS)


def test_a_window_that_starts_late_in_its_period() -> None:
    assert judged([MS, 8 * MS], 5 * MS, 4 * MS) == {0: Judgement(BOTH, 4 * MS), 1: Judgement(BOTH, 9 * MS)}


def test_only_who_is_supervised_is_judged() -> None:
    windows = [Window("b", 0, MS, 0), Window("a", 2 * MS, MS, 0)]
    value = timed(windows, Timing(10 * MS, MS // 2, 4 * MS, 0, supervise=True))
    assert set(judgements(value.schedules[0], value.partitions, GUARD)) == {1}
    free = timed(windows, Timing(10 * MS, MS // 2, 4 * MS, 0, supervise=False))
    assert judgements(free.schedules[0], free.partitions, GUARD) == {}


def test_a_schedule_has_a_timing_of_its_own() -> None:
    value = timed([Window("a", 0, MS, 0)], Timing(10 * MS, MS // 2, 600_000, 0, supervise=True))
    (normal,) = value.schedules
    relaxed = replace(normal, timing={"a": Timing(10 * MS, MS // 2, 900_000, 0, supervise=True)})
    unwatched = replace(normal, timing={"a": Timing(10 * MS, MS // 2, 600_000, 0, supervise=False)})
    assert judgements(relaxed, value.partitions, GUARD) == {0: Judgement(BOTH, 900_000)}
    assert judgements(unwatched, value.partitions, GUARD) == {}


def test_the_timetable_carries_the_judgement_on_each_core() -> None:
    windows = [Window("a", 6 * MS, MS, 1), Window("b", 0, MS, 0), Window("a", 2 * MS, MS, 0)]
    value = timed(windows, Timing(10 * MS, MS // 2, 2_500_000, 0, supervise=True))
    entries = {entry.window.at_ns: entry for lane in timetable(value, 2)[0] for entry in lane.entries}
    assert {at: (entry.flags & BOTH, entry.deadline_ns) for at, entry in entries.items()} == {
        0: (0, 0),
        2 * MS: (WINDOW_DEADLINE, 2_500_000),
        6 * MS: (WINDOW_PERIOD_END, 2_500_000),
    }
