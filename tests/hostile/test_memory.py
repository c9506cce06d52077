"""What a run leaves in memory: nothing that the compiler made constant has changed, tables least of all (DESIGN 1)."""

from __future__ import annotations

import io

import pytest
from elftools.elf.elffile import ELFFile

from hyp.abi.tables import PLAN, PLAN_BASE
from tests.hostile.conftest import RunPlan, named
from tests.hostile.machine import Attacker, Found, Log, integer
from tests.unit.image.walk import PAGE, Memory, Space

NAMES = ("cold", "warm", "flood", "write_text", "write 200000", "bases", "fpu 11", "stack_overflow")


@pytest.fixture
def found(run_attacks: RunPlan) -> Found:
    return run_attacks(named(NAMES), 60)


def roots(found: Found, image: Memory) -> list[int]:
    first = found.manifest["partitions"][0]["roots"]["0"]
    plan = PLAN.unpack(Space(image, first).read(PLAN_BASE, PLAN.size))
    return [integer(plan["idle_root"]), *(entry["roots"]["0"] for entry in found.manifest["partitions"])]


def test_constant_memory_is_as_the_image_has_it(found: Found) -> None:
    """Page tables (A and D bits are set beforehand, so not even the CPU writes), code, read-only data, the plan, pristine copies."""
    image = Memory(found.bundle.image.read_bytes())
    tables: set[int] = set()
    constant: set[int] = set()
    written: set[int] = set()
    for root in roots(found, image):
        space = Space(image, root)
        tables |= space.tables
        for leaf in space.leaves:
            (written if leaf.write else constant).update(leaf.frames)
    constant = {frame for frame in constant - written if frame in image}
    assert len(tables) > 3 * len(NAMES)
    assert len(constant) > 10 * len(NAMES)
    assert tables.isdisjoint(written)
    changed = [frame for frame in sorted(tables | constant) if found.memory.read(frame, PAGE) != image.read(frame, PAGE)]
    assert [hex(frame) for frame in changed] == []


def test_the_check_above_sees_a_change(found: Found) -> None:
    """Memory that is written differs: the run and the image are really compared."""
    image = Memory(found.bundle.image.read_bytes())
    state = found.partition("a0")["state"] // PAGE * PAGE
    assert found.memory.read(state, PAGE) != image.read(state, PAGE)


def test_no_partition_reaches_the_kernel_half(found: Found) -> None:
    image = Memory(found.bundle.image.read_bytes())
    for root in roots(found, image):
        leaves = Space(image, root).leaves
        assert [hex(leaf.virtual) for leaf in leaves if leaf.user != (leaf.virtual < 1 << 47)] == []
        assert [hex(leaf.virtual) for leaf in leaves if leaf.write and leaf.execute] == []


@pytest.mark.parametrize("others", [(), ("fpu 11",)], ids=["first to run", "after an FPU user"])
def test_a_partition_without_fpu_has_none(others: tuple[str, ...], run_attacks: RunPlan) -> None:
    """Its FPU instruction is `device_not_available`, also when nobody has used the FPU before."""
    attackers = [*named(others), Attacker("bare", "", image="nofpu", fpu=False)]
    found = run_attacks(attackers, 4)
    assert found.events("bare") == {"device_not_available": 1}
    assert found.log("bare").began == Log.BEGAN
    assert found.log("bare").survived == 0
    assert not others or found.events("a0") == {}


def test_the_kernel_in_memory_is_kernel_elf(found: Found) -> None:
    """Text and read-only data; the boot segment, whose one word the compiler patches, is not mapped any more."""
    kernel = ELFFile(io.BytesIO((found.bundle.folder / found.manifest["kernel"]["elf"]).read_bytes()))
    checked = 0
    for segment in kernel.iter_segments("PT_LOAD"):
        if segment["p_flags"] & 2 or segment["p_vaddr"] == segment["p_paddr"]:
            continue
        data = segment.data()
        assert found.memory.read(segment["p_paddr"], len(data)) == data
        checked += len(data)
    assert checked > PAGE
