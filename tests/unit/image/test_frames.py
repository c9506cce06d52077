"""Physical memory: what is usable, and that nothing is given twice."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hyp.image.frames import Frames, usable
from hyp.plan.model import Range

PAGE = 4096
GIB = 1 << 30

extents = st.builds(lambda start, size: Range(start * 0x800, size * 0x800), st.integers(0, 400), st.integers(1, 120))


def test_usable_memory_is_whole_pages_below_4_gib_without_reserved_ones() -> None:
    ram = [Range(0x10_0800, 0x3800), Range(0x10_4000, 0x2000), Range(4 * GIB - PAGE, 3 * PAGE)]
    assert usable(ram, [Range(0x10_2FFF, 2)]) == [Range(0x10_1000, 0x1000), Range(0x10_4000, 0x2000), Range(4 * GIB - PAGE, PAGE)]


@given(st.lists(extents, max_size=5), st.lists(extents, max_size=4))
def test_usable_is_exactly_the_pages_that_are_wholly_ram_and_not_reserved(ram: list[Range], reserved: list[Range]) -> None:
    cells = {cell for r in ram for cell in range(r.start, r.end, 0x800)} - {cell for r in reserved for cell in range(r.start, r.end, 0x800)}
    # RAM is rounded inwards range by range: a page that only two neighbours cover together is not used.
    whole = {page for r in ram for page in range(-(-r.start // PAGE) * PAGE, r.end // PAGE * PAGE, PAGE)}
    expected = {page for page in whole if {page, page + 0x800} <= cells}
    found = usable(ram, reserved)
    assert {page for r in found for page in range(r.start, r.end, PAGE)} == expected
    assert all(low.end <= high.start for low, high in pairwise(found))


@given(
    st.lists(extents, max_size=4),
    st.lists(st.tuples(st.integers(1, 30), st.sampled_from((1, 4, 16)), st.integers(0, 15)), max_size=12),
)
def test_what_is_taken_is_aligned_usable_and_disjoint(ram: list[Range], requests: list[tuple[int, int, int]]) -> None:
    memory = usable(ram, [])
    frames = Frames(memory)
    total = frames.free
    given_pages: set[int] = set()
    for pages, modulus, residue in requests:
        before = frames.free
        start = frames.take(pages * PAGE, modulus * PAGE, residue % modulus * PAGE)
        if start is None:
            assert frames.free == before
            continue
        own = set(range(start, start + pages * PAGE, PAGE))
        assert start % (modulus * PAGE) == residue % modulus * PAGE
        assert any(r.start <= start and start + pages * PAGE <= r.end for r in memory)
        assert not own & given_pages
        given_pages |= own
    assert frames.free == total - len(given_pages) * PAGE
    assert frames.largest.size == max((r.size for r in frames.ranges), default=0)


def test_first_fit_uses_the_gap_that_alignment_left() -> None:
    frames = Frames([Range(0x1000, 0x9000)])
    assert frames.take(0x2000, 0x4000) == 0x4000
    assert frames.take(0x3000) == 0x1000
    assert frames.take(0x5000) is None
    assert frames.take(0x4000) == 0x6000
    assert frames.largest == Range(0, 0)


def test_claim_takes_exactly_what_it_says() -> None:
    frames = Frames([Range(0x1000, 0x4000)])
    assert not frames.claim(0x4000, 0x2000)
    assert frames.claim(0x2000, 0x1000)
    assert not frames.claim(0x2000, 0x1000)
    assert frames.ranges == [Range(0x1000, 0x1000), Range(0x3000, 0x2000)]
