"""Separation, from the image's bytes alone: every root is walked as the CPU would, and the design's promises are checked on it."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from hyp.plan.model import Area, Channel, Memory, Plan, Range, Shared, Window
from tests.unit.image import elves, plans
from tests.unit.image.separation import USER_TOP, Spaces, assert_separated, user
from tests.unit.image.walk import LARGE, PAGE


@dataclass(frozen=True)
class Program:
    """What `elves.partition` makes a file of; short to print, as the file is not."""

    data: bytes
    bss: int
    base: int


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
def separated_plans(draw: st.DrawFn) -> tuple[Plan, dict[str, Program]]:
    names = NAMES[: draw(st.integers(1, 5))]
    cores = draw(st.integers(1, 3))
    hole = draw(st.sampled_from((0x18_0000, 0x20_0000, 0x43_2000)))
    board = plans.board(reserved=[Range(hole, draw(st.integers(1, 0x300)) * PAGE)], cores=cores)
    windows = [
        Window(name, n * 1_000_000 + turn * 10_000_000 // 2, 500_000, draw(st.integers(0, cores - 1)))
        for n, name in enumerate(names)
        for turn in range(draw(st.integers(1, 2)))
    ]
    programs = {
        name: Program(
            draw(st.binary(max_size=40)), draw(st.integers(1, 3 * LARGE)), draw(st.sampled_from((0x21_0000, 0x40_0000, 0x7000_0000_0000)))
        )
        for name in names
    }
    shared = tuple(
        Shared(f"shared{n}", draw(sizes), draw(st.dictionaries(st.sampled_from(names), accesses, min_size=1)), draw(caches))
        for n in range(draw(st.integers(0, 3)))
    )
    plan = plans.plan({name: draw(memories()) for name in names}, board, windows)
    return replace(plan, shared=shared, channels=draw(channels(names))), programs


@st.composite
def channels(draw: st.DrawFn, names: list[str]) -> tuple[Channel, ...]:
    """Connections of all shapes, their ends anywhere."""
    made = []
    for n in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(("sampling", "queuing")))
        many = draw(st.integers(1, 30)) if kind == "sampling" else 1
        ends = tuple((draw(st.sampled_from(names)), f"in{n}_{reader}") for reader in range(many))
        depth = draw(st.integers(1, 50)) if kind == "queuing" else 0
        made.append(Channel(f"channel{n}", kind, draw(st.integers(1, 70_000)), depth, (draw(st.sampled_from(names)), f"out{n}"), ends, 0))
    return tuple(made)


@given(separated_plans())
@settings(max_examples=60, deadline=None)
def test_every_plan_is_separated(drawn: tuple[Plan, dict[str, Program]]) -> None:
    plan, programs = drawn
    files = {name: elves.partition(data=one.data, bss=one.bss, base=one.base) for name, one in programs.items()}
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
