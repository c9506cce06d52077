"""Page tables: what was mapped is what a walk finds, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyp.image.pagetables import Mapping, Tables, rights
from tests.unit.image.elves import Part, elf
from tests.unit.image.walk import Memory, Space

PAGE, LARGE = 4096, 1 << 21
BASE = 0x4000_0000


def walked(tables: Tables, root: int) -> Space:
    """The tables in an ELF file of their own, read back."""
    return Space(Memory(elf((Part(4, BASE, tables.bytes_at(BASE)),), 0)), BASE + root * PAGE)


@st.composite
def mappings(draw: st.DrawFn) -> list[Mapping]:
    """Disjoint mappings in both halves, some with frames congruent modulo 2 MiB."""
    made, at = [], draw(st.sampled_from((0x1_0000, 0x20_0000, 0x7FBF_FFF0_0000, 0xFFFF_8000_0000_0000, 0xFFFF_FFFF_8000_0000)))
    for _ in range(draw(st.integers(1, 5))):
        at += draw(st.integers(0, 600)) * PAGE
        size = draw(st.integers(1, 1200)) * PAGE
        physical = 0x800_0000 + (at % LARGE if draw(st.booleans()) else draw(st.integers(0, 511)) * PAGE)
        bits = rights(draw(st.sampled_from(("r", "rw", "rx"))), draw(st.sampled_from(("wb", "wt", "uc", "wc"))), user=at < 1 << 47)
        made.append(Mapping(at, physical, size, bits))
        at += size
    return made


@given(mappings())
@settings(max_examples=60, deadline=None)
def test_a_walk_finds_exactly_what_was_mapped(wanted: list[Mapping]) -> None:
    tables = Tables()
    root = tables.new()
    for mapping in wanted:
        tables.map(root, mapping)
    space = walked(tables, root)
    assert space.page_count == sum(m.size for m in wanted) // PAGE
    for mapping in wanted:
        for offset in range(0, mapping.size, PAGE):
            leaf = space.leaf(mapping.virtual + offset)
            assert space.physical(mapping.virtual + offset) == mapping.physical + offset
            assert leaf.user == bool(mapping.bits & 4)
            assert leaf.write == bool(mapping.bits & 2)
            assert leaf.execute == (not mapping.bits >> 63)
            assert bool(leaf.entry & 0x40) == leaf.write, "dirty is preset where writing is allowed"
    assert len(space.tables) * PAGE == tables.size


@pytest.mark.parametrize(("cache", "small", "large"), [("wb", 0, 0), ("wt", 0x08, 0x08), ("uc", 0x18, 0x18), ("wc", 0x80, 0x1000)])
def test_cache_attribute_selects_the_pat_entry(cache: str, small: int, large: int) -> None:
    tables = Tables()
    root = tables.new()
    tables.map(root, Mapping(LARGE, LARGE, LARGE + PAGE, rights("rw", cache, user=True)))
    space = walked(tables, root)
    big, little = space.leaves
    assert (big.size, little.size) == (LARGE, PAGE)
    assert big.entry & 0x1018 == large
    assert little.entry & 0x98 == small


def test_2_mib_pages_are_used_where_they_fit_and_only_there() -> None:
    tables = Tables()
    root = tables.new()
    tables.map(root, Mapping(LARGE - 2 * PAGE, 5 * LARGE - 2 * PAGE, 2 * LARGE + 3 * PAGE, rights("rw")))
    assert [leaf.size for leaf in walked(tables, root).leaves] == [PAGE, PAGE, LARGE, LARGE, PAGE]
    tables = Tables()
    root = tables.new()
    tables.map(root, Mapping(LARGE, 3 * LARGE, LARGE, rights("rw")))
    assert [leaf.size for leaf in walked(tables, root).leaves] == [LARGE]
    tables = Tables()
    root = tables.new()
    tables.map(root, Mapping(LARGE, LARGE + PAGE, LARGE, rights("rw")))
    assert {leaf.size for leaf in walked(tables, root).leaves} == {PAGE}


def test_a_linked_table_is_the_same_table() -> None:
    tables = Tables()
    first, second = tables.new(), tables.new()
    tables.map(first, Mapping(0x40_0000, 0x1000, PAGE, rights("rw", user=True)))
    for slot, child in tables.children(first, 256):
        tables.link(second, slot, child, user=True)
        tables.link(second, slot, child, user=True)
    assert walked(tables, second).leaves == walked(tables, first).leaves
