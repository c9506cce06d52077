"""The arithmetic of ages and queues against a search through every nanosecond of small frames."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hyp.plan.checks.arrivals import Arrivals, most_in
from hyp.plan.checks.flow import _oldest
from hyp.plan.checks.presence import Stretch
from hyp.plan.units import Rate

FRAME = 24


@st.composite
def stretches(draw: st.DrawFn, least: int = 1) -> list[Stretch]:
    """Stretches in [0, FRAME) that neither overlap nor touch."""
    edges = sorted(draw(st.sets(st.integers(0, FRAME - 1), min_size=2 * least, max_size=8)))
    return [(edges[index], edges[index + 1]) for index in range(0, len(edges) - 1, 2)]


@given(stretches(), stretches())
def test_the_oldest_message(writer: list[Stretch], reader: list[Stretch]) -> None:
    """Every message is written when its window begins, and the latest one is not there before its window has ended."""
    worst = 0
    for start, end in reader:
        for instant in range(start + 1, end + 1):
            seen = [s + n * FRAME for s, e in writer for n in (-1, 0) if e + n * FRAME < instant or (e + n * FRAME == instant == end)]
            worst = max(worst, instant - max(seen))
    for start, end in reader:
        for _, stop in writer:
            if start < stop <= end:
                seen = [s + n * FRAME for s, e in writer for n in (-1, 0) if e + n * FRAME < stop]
                worst = max(worst, stop - max(seen))
    assert max(read - written for written, read in _oldest(writer, reader, FRAME)) == worst


@given(stretches(), stretches(), st.integers(1, 3), st.integers(1, 30))
def test_a_rate_is_never_exceeded(writer: list[Stretch], reader: list[Stretch], count: int, per: int) -> None:
    """A greedy writer, which sends as soon as its rate lets it, stays within what is said, wherever it begins."""
    arrivals = Arrivals(FRAME, Rate(count, per), 0, 0)
    for (start, end), most in most_in(gaps(reader), writer, arrivals):
        mine = [instant for instant in range(start, end) if any(s <= instant % FRAME < e for s, e in writer)]
        sent: list[int] = []
        for instant in mine:
            sent += [instant] * (count - sum(instant - per < other for other in sent))
        assert len(sent) <= most
        assert (most == 0) == (mine == [])


@given(stretches(), stretches(), st.sampled_from([1, 2, 3, 4, 6, 8, 12, 24, 48, 72]), st.integers(0, 23))
def test_one_message_per_period(writer: list[Stretch], reader: list[Stretch], period: int, offset: int) -> None:
    arrivals = Arrivals(FRAME, None, period, offset % period)
    for (start, end), most in most_in(gaps(reader), writer, arrivals):
        counts = []
        for frame in range(max(1, period // FRAME)):
            moved = [instant + frame * FRAME for instant in range(start, end) if any(s <= instant % FRAME < e for s, e in writer)]
            counts.append(len({(instant - offset % period) // period for instant in moved}))
        assert most == max(counts)


@given(stretches(), stretches())
def test_one_message_per_window(writer: list[Stretch], reader: list[Stretch]) -> None:
    for (start, end), most in most_in(gaps(reader), writer, Arrivals(FRAME, None, 0, 0)):
        touched = {(s + n * FRAME) for s, e in writer for n in (0, 1) if s + n * FRAME < end and e + n * FRAME > start}
        assert most == len(touched)


def gaps(reader: list[Stretch]) -> list[Stretch]:
    following = [*reader[1:], (reader[0][0] + FRAME, 0)]
    return [(end, start) for (_, end), (start, _) in zip(reader, following, strict=True)]
