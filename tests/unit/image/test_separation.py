"""Separation, from the image's bytes alone: every root is walked as the CPU would, and the design's promises are checked on it."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from hyp.image import Image
from hyp.plan.model import Area, Memory, Plan, Range, Window
from tests.unit.image import elves, plans
from tests.unit.image.walk import PAGE, Leaf, Space
from tests.unit.image.walk import Memory as Physical

LARGE = 1 << 21
USER_TOP = 1 << 47
SLOT = 0xFFFF_FFFF_C000_0000
CORE = 0xFFFF_FFFF_9800_0000
SLOT_SAVE, SLOT_FPU, SLOT_CONTROL, SLOT_INFO = SLOT + 0x6000, SLOT + 0x7000, SLOT + 0x9000, SLOT + 0xA000


@dataclass(frozen=True)
class Spaces:
    """An image with all its address spaces walked."""

    image: Image

    @cached_property
    def physical(self) -> Physical:
        return Physical(self.image.data)

    @cached_property
    def boot(self) -> Space:
        return Space(self.physical, int.from_bytes(self.physical.read(elves.BOOT_ROOT, 4), "little"))

    @cached_property
    def idle(self) -> list[Space]:
        """One per core: PLAN names the first, the others follow it (`idle_root` at its offset in the blob)."""
        blob = self.boot.physical(0xFFFF_FFFF_9000_0000)
        first = int.from_bytes(self.physical.read(blob + 72 + 64 + 8, 8), "little")
        return [Space(self.physical, first + n * PAGE) for n in range(len(self.image.manifest["cores"]))]

    @cached_property
    def roots(self) -> dict[tuple[str, int], Space]:
        return {
            (p["name"], int(core)): Space(self.physical, root)
            for p in self.image.manifest["partitions"]
            for core, root in p["roots"].items()
        }


def user(space: Space) -> list[Leaf]:
    return [leaf for leaf in space.leaves if leaf.virtual < USER_TOP]


def frames(leaves: list[Leaf]) -> set[int]:
    return {frame for leaf in leaves for frame in leaf.frames}


def assert_separated(plan: Plan, spaces: Spaces) -> None:
    """All promises at once; the tests below draw many plans."""
    kernel = [frame for leaf in spaces.boot.leaves if leaf.virtual >= USER_TOP for frame in leaf.frames]
    by_partition: dict[str, set[int]] = {}
    everything = [*spaces.idle, *spaces.roots.values()]
    tables = {table for space in [spaces.boot, *everything] for table in space.tables}
    assert len(spaces.roots) == len({(w.partition, w.core) for s in plan.schedules for w in s.windows})
    for space in everything:
        assert not any(leaf.write and leaf.execute for leaf in space.leaves), "writable and executable"
        assert not frames([leaf for leaf in space.leaves if leaf.write]) & tables, "a page table can be written"
        for leaf in space.leaves:
            assert leaf.user == (leaf.virtual < USER_TOP), "the kernel's half is reachable from ring 3, or a partition's own is not"
            assert leaf.shared == (USER_TOP <= leaf.virtual < SLOT), "global is what is the same everywhere, and only that"
            assert bool(leaf.entry & 0x40) == leaf.write, "dirty is not preset"
            assert not leaf.user or (leaf.virtual >= 0x1_0000 and leaf.virtual + leaf.size <= USER_TOP - PAGE)
        for core_bottom in (0x1000, 0x4000, 0x6000, 0x8000):
            assert CORE + core_bottom not in space, "a kernel stack has no guard page"
    for (name, core), space in spaces.roots.items():
        own = frames(user(space))
        assert by_partition.setdefault(name, own) == own, "two cores see different memory"
        assert all(count == 1 for count in Counter(f for leaf in user(space) for f in leaf.frames).values()), (
            "a frame has two user addresses"
        )
        assert not own & set(kernel), "the kernel's memory is in a partition"
        shared = {(leaf.virtual, leaf.entry) for leaf in space.leaves if USER_TOP <= leaf.virtual < SLOT}
        assert shared == {(leaf.virtual, leaf.entry) for leaf in spaces.idle[core].leaves if USER_TOP <= leaf.virtual < SLOT}
        aliased = frames([leaf for leaf in space.leaves if leaf.virtual >= SLOT]) & own
        assert aliased == {space.physical(SLOT_CONTROL), space.physical(SLOT_INFO)}, (
            "the slot reaches more of the partition than its two pages"
        )
        entry = next(p for p in spaces.image.manifest["partitions"] if p["name"] == name)
        mapped = {(leaf.virtual + n, leaf.physical + n) for leaf in user(space) for n in range(0, leaf.size, PAGE)}
        named = {(a["virtual"] + n, a["physical"] + n) for a in entry["areas"] for n in range(0, a["size"], PAGE)}
        assert mapped == named, "the manifest and the page tables differ"
        for area in entry["areas"]:
            page = space.leaf(area["virtual"])
            assert (page.write, page.execute) == ("w" in area["access"], "x" in area["access"])
            if area["name"] in ("stack", "upcall_stack"):
                assert area["virtual"] - PAGE not in space, "a stack has no guard page"
        assert all(frame in spaces.physical for frame in own), "a frame is not loaded, so not zeroed"
    owned = Counter(frame for own in by_partition.values() for frame in own)
    assert all(count == 1 for count in owned.values()), "two partitions reach one frame"
    private: Counter[int] = Counter()
    for name in by_partition:
        space = next(s for (n, _), s in spaces.roots.items() if n == name)
        private.update({space.physical(at) for at in (SLOT_SAVE, SLOT_FPU)})
    assert all(count == 1 for count in private.values()), "two partitions share a save area"
    assert not set(private) & (set(owned) | set(kernel))
    ram = [range(r.start, r.end) for r in plan.board.ram]
    for at, _, size in spaces.physical.loads:
        assert any(at in r and at + size - 1 in r for r in ram), "a segment is not in RAM"
        assert all(at + size <= hole.start or hole.end <= at for hole in plan.board.reserved), "a segment is in reserved memory"


NAMES = [f"p{n}" for n in range(5)]
sizes = st.one_of(st.integers(1, 9).map(lambda n: n * PAGE), st.integers(2 * LARGE // PAGE - 3, 3 * LARGE // PAGE).map(lambda n: n * PAGE))
accesses = st.sampled_from(("ro", "rw"))
caches = st.sampled_from(("wb", "wc", "wt", "uc"))


@st.composite
def memories(draw: st.DrawFn) -> Memory:
    at = 0x1000_0000
    areas = []
    for n in range(draw(st.integers(0, 3))):
        size = draw(sizes)
        fixed = draw(st.booleans())
        areas.append(Area(f"area{n}", size, at if fixed else None, draw(accesses), draw(caches)))
        at += size + draw(st.integers(0, 2)) * PAGE
    heap = draw(st.one_of(st.just(0), sizes))
    return plans.memory(stack=draw(st.integers(1, 4)) * PAGE, heap=heap, areas=areas)


@st.composite
def separated_plans(draw: st.DrawFn) -> tuple[Plan, dict[str, bytes]]:
    names = NAMES[: draw(st.integers(1, 5))]
    cores = draw(st.integers(1, 3))
    hole = draw(st.sampled_from((0x18_0000, 0x20_0000, 0x43_2000)))
    board = plans.board(reserved=[Range(hole, draw(st.integers(1, 0x300)) * PAGE)], cores=cores)
    windows = [
        Window(name, n * 1_000_000 + turn * 10_000_000 // 2, 500_000, draw(st.integers(0, cores - 1)))
        for n, name in enumerate(names)
        for turn in range(draw(st.integers(1, 2)))
    ]
    files = {
        name: elves.partition(
            data=draw(st.binary(max_size=40)),
            bss=draw(st.integers(1, 3 * LARGE)),
            base=draw(st.sampled_from((0x21_0000, 0x40_0000, 0x7000_0000_0000))),
        )
        for name in names
    }
    return plans.plan({name: draw(memories()) for name in names}, board, windows), files


@given(separated_plans())
@settings(max_examples=60, deadline=None)
def test_every_plan_is_separated(drawn: tuple[Plan, dict[str, bytes]]) -> None:
    plan, files = drawn
    with tempfile.TemporaryDirectory() as folder:
        outcome = plans.compile_plan(plan, Path(folder), files)
    assert outcome.image is not None, outcome.diagnostics
    assert_separated(plan, Spaces(outcome.image))


def test_the_boot_map_is_an_identity_of_4_gib_and_never_global(tmp_path: Path) -> None:
    outcome = plans.compile_plan(plans.plan({"a": plans.memory()}), tmp_path)
    assert outcome.image is not None
    low = [leaf for leaf in Spaces(outcome.image).boot.leaves if leaf.virtual < USER_TOP]
    assert sum(leaf.size for leaf in low) == 1 << 32
    for leaf in low:
        assert leaf.virtual == leaf.physical
        assert leaf.size == LARGE
        assert leaf.execute
        assert leaf.write
        assert not leaf.shared
        assert not leaf.user


def test_large_areas_get_2_mib_pages(tmp_path: Path) -> None:
    areas = [Area("fixed", 4 * LARGE, 0x1000_0000 + 3 * PAGE, "rw", "wb"), Area("free", 2 * LARGE + PAGE, None, "ro", "wb")]
    outcome = plans.compile_plan(plans.plan({"a": plans.memory(heap=3 * LARGE, areas=areas)}), tmp_path)
    assert outcome.image is not None
    spaces = Spaces(outcome.image)
    large = Counter(leaf.virtual for leaf in user(spaces.roots["a", 0]) if leaf.size == LARGE)
    where = {a["name"]: a["virtual"] for a in outcome.image.manifest["partitions"][0]["areas"]}
    inside = {name: sum(1 for at in large if where[name] <= at < where[name] + 4 * LARGE) for name in ("fixed", "free", "heap")}
    assert inside["fixed"] == 3
    assert sum(large.values()) == 3 + 2 + 3
    assert where["heap"] % LARGE == 0
    assert where["free"] % LARGE == 0
