"""Places that follow from counts: whatever they are, nothing overlaps, and what nobody needs takes no room."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hyp.abi import state
from hyp.image.addresses import Addresses, depth, stride
from hyp.plan.model import Channel

PAGE, LINE = 4096, 64
counts = st.integers(0, 40)


@st.composite
def counted(draw: st.DrawFn) -> Addresses:
    partitions = draw(st.integers(1, 20))
    return Addresses(
        cores=draw(st.integers(1, 3)),
        partitions=partitions,
        windows=draw(counts),
        console_buffer=draw(st.integers(1, 10_000)),
        channels=tuple(draw(st.lists(st.integers(1, 300_000), max_size=8))),
        destinations=tuple(draw(st.lists(counts, min_size=partitions, max_size=partitions))),
        limits=tuple(draw(st.lists(st.integers(1, 2_000), max_size=8))),
    )


@given(counted())
def test_everything_has_words_of_its_own(where: Addresses) -> None:
    states = [(where.state(n), state.PARTITION_STATE.size) for n in range(where.partitions)]
    states += [(where.counters(n), state.WINDOW_COUNTERS.size) for n in range(where.windows)]
    states += [(where.channel(n), state.CHANNEL_STATE.size) for n in range(len(where.channels))]
    states += [(where.port(p, n), state.PORT_STATE.size) for p, many in enumerate(where.destinations) for n in range(many)]
    rings = [(where.ring(n), state.RING.size) for n in range(where.streams)]
    rings += [(where.ring_data(n), where.console_buffer) for n in range(where.streams)]
    rings += [(where.health_ring(n), state.HEALTH_RECORDS * state.HEALTH_RECORD.size) for n in range(where.cores)]
    rings += [(where.trace_ring(n), state.TRACE_RECORDS * state.TRACE_RECORD.size) for n in range(where.cores)]
    rings += [(where.slots(n), size) for n, size in enumerate(where.channels)]
    rings += [(where.instants(n) - 8, 8 + 8 * limit) for n, limit in enumerate(where.limits)]
    for extents, end in ((states, where.states_size), (rings, where.rings_size + where.buffers_size)):
        assert end % PAGE == 0
        assert all(low + size <= high for (low, size), (high, _) in pairwise(sorted([*extents, (end, 0)])))
        assert all(at % 8 == 0 for at, _ in extents)
    assert all(where.slots(n) % LINE == where.channel(n) % LINE == 0 for n in range(len(where.channels)))


@given(counted())
def test_receivers_of_two_partitions_share_no_cache_line(where: Addresses) -> None:
    lines = [{where.port(p, n) // LINE for n in range(many)} for p, many in enumerate(where.destinations)]
    assert sum(map(len, lines)) == len(set().union(*lines))


@given(counted())
def test_what_nobody_needs_takes_no_room(where: Addresses) -> None:
    plain = Addresses(where.cores, where.partitions, where.windows, where.console_buffer, destinations=(0,) * where.partitions)
    records = where.partitions * state.PARTITION_STATE.size + where.windows * state.WINDOW_COUNTERS.size
    assert plain.states_size <= -(-(records + 2 * LINE) // PAGE) * PAGE
    assert plain.rings_size + plain.buffers_size == plain.trace_ring(plain.cores)


def test_slots_suffice_for_one_writer_and_all_readers() -> None:
    ends = tuple(("b", f"in{n}") for n in range(30))
    sampling = Channel("c", "sampling", 32, 0, ("a", "out"), ends, 0)
    queue = Channel("c", "queuing", 33, 7, ("a", "out"), ends[:1], 0)
    assert (depth(sampling), stride(sampling)) == (32, 64)
    assert (depth(queue), stride(queue)) == (7, 128)
