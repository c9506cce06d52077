"""The design's promises of separation, checked on what a walk of an image's page tables finds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from hyp.abi.tables import PLAN
from hyp.image import Image
from hyp.plan.model import Plan
from tests.unit.image import elves
from tests.unit.image.walk import PAGE, Leaf, Space
from tests.unit.image.walk import Memory as Physical

USER_TOP = 1 << 47
SLOT = 0xFFFF_FFFF_C000_0000
CORE = 0xFFFF_FFFF_9800_0000
SLOT_SAVE, SLOT_FPU, SLOT_CONTROL, SLOT_INFO = SLOT + 0x6000, SLOT + 0x7000, SLOT + 0x9000, SLOT + 0xA000


@dataclass(frozen=True)
class Spaces:
    """An image with all its address spaces walked; `boot_root` is the physical address of the kernel's word."""

    image: Image
    boot_root: int = elves.BOOT_ROOT

    @cached_property
    def physical(self) -> Physical:
        return Physical(self.image.data)

    @cached_property
    def boot(self) -> Space:
        return Space(self.physical, int.from_bytes(self.physical.read(self.boot_root, 4), "little"))

    @cached_property
    def idle(self) -> list[Space]:
        """One per core: PLAN names the first, the others follow it."""
        blob = self.boot.physical(0xFFFF_FFFF_9000_0000)
        first = int.from_bytes(self.physical.read(blob + PLAN.offsets["idle_root"], 8), "little")
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


def shared_frames(spaces: Spaces) -> dict[str, set[int]]:
    """By name, what the manifest says of the plan's shared areas."""
    entries = spaces.image.manifest["shared"]
    return {e["name"]: set(range(e["physical"], e["physical"] + e["size"], PAGE)) for e in entries}


def assert_separated(plan: Plan, spaces: Spaces) -> None:
    """All promises at once; the tests draw many plans."""
    kernel = [frame for leaf in spaces.boot.leaves if leaf.virtual >= USER_TOP for frame in leaf.frames]
    by_partition: dict[str, set[int]] = {}
    common = shared_frames(spaces)
    sharers: dict[str, set[str]] = {one.name: set() for one in plan.shared}
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
        entry = next(p for p in spaces.image.manifest["partitions"] if p["name"] == name)
        aliased = frames([leaf for leaf in space.leaves if leaf.virtual >= SLOT]) & own
        info = next(a for a in entry["areas"] if a["name"] == "info")
        pages = {space.physical(SLOT_CONTROL), *(space.physical(SLOT_INFO + at) for at in range(0, info["size"], PAGE))}
        assert aliased == pages, "the slot reaches more of the partition than its control and info pages"
        mapped = {(leaf.virtual + n, leaf.physical + n) for leaf in user(space) for n in range(0, leaf.size, PAGE)}
        named = {(a["virtual"] + n, a["physical"] + n) for a in entry["areas"] for n in range(0, a["size"], PAGE)}
        assert mapped == named, "the manifest and the page tables differ"
        for one in plan.shared:
            reached = [leaf for leaf in user(space) if common[one.name] & set(leaf.frames)]
            assert frames(reached) & common[one.name] in (set(), common[one.name]), "part of a shared area is missing"
            if reached:
                sharers[one.name].add(name)
                assert {leaf.write for leaf in reached} == {one.access.get(name) == "rw"}, "a right that the plan does not give"
        for area in entry["areas"]:
            page = space.leaf(area["virtual"])
            assert (page.write, page.execute) == ("w" in area["access"], "x" in area["access"])
            if area["name"] in ("stack", "upcall_stack"):
                assert area["virtual"] - PAGE not in space, "a stack has no guard page"
        assert all(frame in spaces.physical for frame in own), "a frame is not loaded, so not zeroed"
    running = {name for name, _ in spaces.roots}
    for one in plan.shared:
        assert sharers[one.name] == running & set(one.access), "a shared area is reachable for others than the plan names"
    assert sum(map(len, common.values())) == len(set().union(*common.values())), "two shared areas have one frame"
    owned = Counter(frame for own in by_partition.values() for frame in own - set().union(*common.values()))
    assert all(count == 1 for count in owned.values()), "two partitions reach one frame that the plan does not share"
    private: Counter[int] = Counter()
    for name in by_partition:
        space = next(s for (n, _), s in spaces.roots.items() if n == name)
        private.update({space.physical(at) for at in (SLOT_SAVE, SLOT_FPU)})
    assert all(count == 1 for count in private.values()), "two partitions share a save area"
    assert not set(private) & (set(owned) | set(kernel) | set().union(*common.values()))
    ram = [range(r.start, r.end) for r in plan.board.ram]
    for at, _, size in spaces.physical.loads:
        assert any(at in r and at + size - 1 in r for r in ram), "a segment is not in RAM"
        assert all(at + size <= hole.start or hole.end <= at for hole in plan.board.reserved), "a segment is in reserved memory"
