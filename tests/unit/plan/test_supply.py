"""The arithmetic of delivered time against a count of single nanoseconds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hyp.plan.checks.supply import Supply

FRAMES = (12, 24, 60)


@st.composite
def stretches(draw: st.DrawFn, frame: int) -> list[tuple[int, int]]:
    """Disjoint stretches of [0, frame), perhaps touching, perhaps empty."""
    edges = sorted(draw(st.lists(st.integers(0, frame), max_size=10)))
    return list(zip(edges[::2], edges[1::2], strict=False))


def counted(frame: int, windows: list[tuple[int, int]], start: int, end: int) -> int:
    return sum(any(low <= instant % frame < high for low, high in windows) for instant in range(start, end))


@given(st.data())
def test_between_counts_nanoseconds(data: st.DataObject) -> None:
    frame = data.draw(st.sampled_from(FRAMES))
    windows = data.draw(stretches(frame))
    start = data.draw(st.integers(0, 3 * frame))
    end = data.draw(st.integers(start, start + 3 * frame))
    assert Supply(frame, windows).between(start, end) == counted(frame, windows, start, end)


@given(st.data())
def test_the_worst_period_is_the_worst_of_all(data: st.DataObject) -> None:
    frame = data.draw(st.sampled_from(FRAMES))
    windows = data.draw(stretches(frame))
    period = data.draw(st.sampled_from([value for value in range(1, 4 * frame + 1) if frame % value == 0 or value % frame == 0]))
    deadline = data.draw(st.integers(1, period))
    offset = data.draw(st.integers(0, period - 1))
    starts = [offset + number * period for number in range(max(1, frame // period))]
    every = [counted(frame, windows, start, start + deadline) for start in starts]
    least, most = Supply(frame, windows).worst(period, deadline, offset)
    assert (least.delivered, most.delivered) == (min(every), max(every))
    assert every[least.number] == least.delivered
    assert (least.start, least.end) == (starts[least.number], starts[least.number] + deadline)


def test_the_effort_does_not_depend_on_the_period() -> None:
    """A frame of a minute with periods of 1 ns ends at once."""
    minute = 60_000_000_000
    least, most = Supply(minute, [(0, minute // 2)]).worst(1, 1, 0)
    assert (least.delivered, most.delivered) == (0, 1)
