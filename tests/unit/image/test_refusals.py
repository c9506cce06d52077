"""What a plan and its programs can get wrong together: one message each, with figures, at its place in the plan."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import hyp.image
from hyp.codes import CODES
from hyp.diagnostics import Diagnostic, Place
from hyp.image import build
from hyp.image.elf import Fault, parse
from hyp.image.space import arrange
from hyp.image.wiring import wiring
from hyp.plan.model import Area, Channel, Event, Memory, Partition, Plan, Range, Shared
from tests.unit.image import elves, plans
from tests.unit.image.elves import EXECUTE, READ, WRITE, Part

MIB = 1 << 20
TOP = 0x7FFF_FFFF_F000


def refusal(plan: Plan, folder: Path, files: Mapping[str, bytes] | None = None) -> Diagnostic:
    """The one diagnostic of a build."""
    outcome = plans.compile_plan(plan, folder, files)
    assert outcome.image is None
    (diagnostic,) = outcome.diagnostics
    return diagnostic


def test_an_area_over_the_program(tmp_path: Path) -> None:
    area = Area("scratch", 0x2000, 0x21_1000, "rw", "wb")
    found = refusal(plans.plan({"a": plans.memory(areas=[area])}), tmp_path)
    assert found.code == "MEM101"
    assert found.message == "area `scratch` [0x211000, 0x213000) overlaps `rodata` [0x211000, 0x212000)"


def test_no_addresses_left(tmp_path: Path) -> None:
    blocks = [Area("low", 0x1F_0000, 0x1_0000, "ro", "wb"), Area("high", TOP - 0x20_0000_0000, 0x20_0000_0000, "ro", "wb")]
    found = refusal(plans.plan({"a": plans.memory(heap=1 << 47, areas=blocks)}), tmp_path)
    assert found.code == "MEM102"
    assert found.message == f"there is no free range of {1 << 47} bytes of addresses for `heap`"


def test_an_info_page_that_is_too_large() -> None:
    areas = tuple(Area(f"area{n}", 4096, None, "rw", "wb") for n in range(1200))
    parsed = parse(elves.partition())
    assert not isinstance(parsed, Fault)
    fault = arrange(Partition(0, "a", Path("a"), Memory(4096, 0, 4096, None, areas), None, fpu=True, args=""), parsed, (), {})
    assert isinstance(fault, Fault)
    assert fault.code == "MEM103"
    assert re.fullmatch(r"the info page needs \d+ bytes and 61440 fit", fault.message)


def test_the_limit_counts_everything_but_the_abi_pages(tmp_path: Path) -> None:
    # text 1, rodata 1, data 2, stack 4, upcall stack 1 pages
    needed = 9 * 4096
    assert plans.compile_plan(plans.plan({"a": plans.memory(limit=needed)}), tmp_path).image is not None
    found = refusal(plans.plan({"a": plans.memory(limit=needed - 1)}), tmp_path)
    assert found.code == "MEM104"
    assert found.message == f"the partition needs {needed} bytes and its limit is {needed - 1}"


def test_a_board_without_ram_for_the_kernel(tmp_path: Path) -> None:
    found = refusal(plans.plan({"a": plans.memory()}, plans.board([Range(2 * MIB, 64 * MIB)])), tmp_path)
    assert found.code == "MEM105"
    assert found.message == "the kernel needs RAM at [0x100000, 0x106000) and the board's RAM does not hold it"


def assert_figures(found: Diagnostic, what: str) -> None:
    """The message names what does not fit, what it needs, and less than that as the largest free range."""
    pattern = r"no memory for (.*): it needs (\d+) bytes in one piece; (\d+) bytes of RAM are free, at most (\d+) in one piece at (.*)"
    match = re.fullmatch(pattern, found.message)
    assert match is not None, found.message
    needed, free, largest = (int(match[n]) for n in (2, 3, 4))
    assert match[1] == what
    assert largest < needed
    assert largest <= free
    start, end = (int(text, 16) for text in match[5].strip("[)").split(", "))
    assert end - start == largest
    assert found.code == "MEM106"


@pytest.mark.parametrize(
    ("ram", "heap", "what"),
    [
        (64 * 1024, 4096, "the kernel's tables, states and rings"),
        (1 * MIB, 900 * 1024, "area `heap` of partition `a`"),
        (4 * MIB, 8 * MIB, "area `heap` of partition `a`"),
    ],
)
def test_memory_that_does_not_fit_gives_both_figures(tmp_path: Path, ram: int, heap: int, what: str) -> None:
    assert_figures(refusal(plans.plan({"a": plans.memory(heap=heap)}, plans.board([Range(MIB, ram)])), tmp_path), what)


def test_the_last_page_counts(tmp_path: Path) -> None:
    plan = plans.plan({"a": plans.memory(heap=4096)})
    outcome = plans.compile_plan(plan, tmp_path)
    assert outcome.image is not None
    used = outcome.image.manifest["memory"]["used"]
    assert plans.compile_plan(replace(plan, board=plans.board([Range(MIB, used)])), tmp_path).image is not None
    assert_figures(refusal(replace(plan, board=plans.board([Range(MIB, used - 4096)])), tmp_path), "the page tables")


def test_scattered_memory_is_used_piece_by_piece(tmp_path: Path) -> None:
    plan = plans.plan({"a": plans.memory(heap=64 * 1024)})
    outcome = plans.compile_plan(plan, tmp_path)
    assert outcome.image is not None
    areas = outcome.image.manifest["partitions"][0]["areas"]
    first = min(a["physical"] for a in areas)
    tables = Range(64 * MIB, 104 * 1024)  # less than the partition needs in one piece
    pieces = [Range(first + n * 128 * 1024, 64 * 1024) for n in range(4)]
    again = plans.compile_plan(replace(plan, board=plans.board([Range(MIB, first - MIB), *pieces, tables])), tmp_path)
    assert again.image is not None
    heap = next(a for a in again.image.manifest["partitions"][0]["areas"] if a["name"] == "heap")
    assert any(p.start <= heap["physical"] and heap["physical"] + heap["size"] <= p.end for p in pieces)


def test_a_shared_area_that_does_not_fit_is_named(tmp_path: Path) -> None:
    plan = replace(plans.plan({"a": plans.memory()}, plans.board([Range(MIB, 4 * MIB)])), shared=(Shared("frame", 8 * MIB, {"a": "rw"}),))
    asked: list[tuple[str | int, ...]] = []
    (tmp_path / "kernel.elf").write_bytes(elves.kernel())
    (tmp_path / "a.elf").write_bytes(elves.partition())

    def place_of(path: tuple[str | int, ...]) -> Place:
        asked.append(path)
        return Place("plan.yaml", 1, 1, 1, 1)

    outcome = build(plan, {"a": tmp_path / "a.elf"}, tmp_path / "kernel.elf", place_of)
    assert asked == [("shared", "frame")]
    assert_figures(outcome.diagnostics[0], "shared area `frame`")


def queue(name: str, size: int = 64, depth: int = 1) -> Channel:
    return Channel(name, "queuing", size, depth, ("a", f"{name}_out"), (("b", f"{name}_in"),), 0)


def test_channels_beyond_the_kernels_addresses(tmp_path: Path) -> None:
    plan = plans.plan({"a": plans.memory(), "b": plans.memory()}, plans.board([Range(MIB, 2048 * MIB)]))
    assert plans.compile_plan(replace(plan, channels=(queue("large", MIB, 250),)), tmp_path).image is not None
    found = refusal(replace(plan, channels=(queue("large", MIB, 256),)), tmp_path)
    assert found.code == "MEM107"
    assert re.fullmatch(rf"channels and consoles need \d+ bytes of kernel addresses; there are {256 * MIB}", found.message)


def test_event_numbers_never_leave_their_words() -> None:
    plan = plans.plan({"a": plans.memory(), "b": plans.memory(), "c": plans.memory()})
    channels = tuple(queue(f"q{n}") for n in range(200))
    events = tuple(Event(f"e{n}", "c", "a") for n in range(40))
    full = wiring(replace(plan, channels=channels, events=events)).partitions[0]
    assert (full.incoming[-1], full.event_base) == (("e39", 255), 256)
    with pytest.raises(ValueError, match="partition a needs 257 event numbers and there are 256"):
        wiring(replace(plan, channels=channels, events=(*events, Event("last", "a", "c"))))


def test_shared_areas_do_not_count_against_the_limit(tmp_path: Path) -> None:
    plan = plans.plan({"a": plans.memory(limit=9 * 4096)})
    outcome = plans.compile_plan(replace(plan, shared=(Shared("frame", MIB, {"a": "rw"}),)), tmp_path)
    assert outcome.image is not None
    assert outcome.image.manifest["partitions"][0]["memory_bytes"] == 9 * 4096


def test_a_huge_segment_is_refused_before_it_is_placed(tmp_path: Path) -> None:
    huge = elves.elf((Part(READ | EXECUTE, elves.LINK, b"\x90"), Part(READ | WRITE, 0x100_0000, b"", 1 << 46)), elves.LINK)
    found = refusal(plans.plan({"a": plans.memory()}), tmp_path, {"a": huge})
    assert found.code == "ELF011"


def test_a_file_larger_than_the_ram_is_not_even_read(tmp_path: Path) -> None:
    plan = plans.plan({"a": plans.memory()})
    (tmp_path / "kernel.elf").write_bytes(elves.kernel())
    with (tmp_path / "a.elf").open("wb") as file:
        file.truncate(1 << 40)
    outcome = build(plan, {"a": tmp_path / "a.elf"}, tmp_path / "kernel.elf")
    assert [(d.code, d.message) for d in outcome.diagnostics] == [
        ("ELF011", f"the image's file has {1 << 40} bytes and the board's RAM has {255 * MIB}")
    ]


def test_two_segments_of_a_kind_have_names_that_no_planned_area_has(tmp_path: Path) -> None:
    parts = (Part(READ | EXECUTE, elves.LINK, b"\x90\xeb\xfd"), *(Part(READ | WRITE, 0x22_0000 + n * 0x2000, b"x") for n in range(3)))
    areas = [Area("data_2", 4096, None, "rw", "wb")]
    outcome = plans.compile_plan(plans.plan({"a": plans.memory(areas=areas)}), tmp_path, {"a": elves.elf(parts, elves.LINK)})
    assert outcome.image is not None
    names = [a["name"] for a in outcome.image.manifest["partitions"][0]["areas"]]
    assert len(names) == len(set(names))
    assert {"data", "data.2", "data.3", "data_2"} <= set(names)


def test_args_may_hold_any_printable_text(tmp_path: Path) -> None:
    plan = plans.plan({"a": plans.memory()})
    outcome = plans.compile_plan(replace(plan, partitions=(replace(plan.partitions[0], args="grün"),)), tmp_path)
    assert outcome.image is not None
    assert "grün".encode() + b"\0" in outcome.image.data


def test_simd_is_refused_only_without_fpu(tmp_path: Path) -> None:
    program = {"a": elves.partition(text=bytes.fromhex("0f58c0 ebfe"))}
    plan = plans.plan({"a": plans.memory()})
    assert plans.compile_plan(plan, tmp_path, program).image is not None
    found = refusal(replace(plan, partitions=(replace(plan.partitions[0], fpu=False),)), tmp_path, program)
    assert found.code == "ELF012"
    assert found.message == "the image uses FPU or SIMD registers at 0x210000: `addps xmm0,xmm0`"


def test_every_partition_with_a_fault_is_named_in_one_run(tmp_path: Path) -> None:
    plan = plans.plan({name: plans.memory() for name in ("a", "b", "c")})
    asked: list[tuple[str | int, ...]] = []

    def place_of(path: tuple[str | int, ...]) -> Place:
        asked.append(path)
        return Place("plan.yaml", len(asked), 5, len(asked), 9)

    paths = {}
    for name, data in {"a": b"", "b": elves.partition(), "c": elves.partition()[:100]}.items():
        paths[name] = tmp_path / name
        paths[name].write_bytes(data)
    (tmp_path / "kernel.elf").write_bytes(elves.kernel())
    outcome = build(plan, paths, tmp_path / "kernel.elf", place_of)
    assert asked == [("partitions", "a", "image"), ("partitions", "c", "image")]
    assert [(d.code, d.place.line) for d in outcome.diagnostics] == [("ELF001", 1), ("ELF001", 2)]


def test_segments_that_share_a_page_with_equal_rights_are_one_area(tmp_path: Path) -> None:
    parts = (
        Part(READ | EXECUTE, elves.LINK, b"\x90\xeb\xfd"),
        Part(READ | WRITE, 0x22_0100, b"one"),
        Part(READ | WRITE, 0x22_0800, b"two", 0x900),
    )
    outcome = plans.compile_plan(plans.plan({"a": plans.memory()}), tmp_path, {"a": elves.elf(parts, elves.LINK)})
    assert outcome.image is not None
    areas = [(a["name"], a["virtual"], a["size"]) for a in outcome.image.manifest["partitions"][0]["areas"] if a["name"].startswith("data")]
    assert areas == [("data", 0x22_0000, 0x2000)]


def test_every_code_of_the_image_stage_is_in_the_catalogue_and_back() -> None:
    sources = "".join(path.read_text() for path in sorted(Path(hyp.image.__file__).parent.glob("*.py")))
    used = set(re.findall(r'"([A-Z]{3}\d{3})"', sources))
    assert used == {code for code, entry in CODES.items() if entry.stage == "image"}
    tests = "".join(path.read_text() for path in sorted(Path(__file__).parent.glob("test_*.py")))
    assert used == {code for code in used if f'"{code}"' in tests}, "a code that no test provokes"
