"""What the kernel finds in an image: blob, first contexts, restart tables, core records. Read through the page tables, as it does."""

from __future__ import annotations

import dataclasses
import json
import zlib
from array import array
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from hyp.abi import numbers, pages, state, tables
from hyp.abi.hypercalls import HYPERCALLS
from hyp.abi.numbers import LINK_BASE, HealthAction, HealthEvent
from hyp.plan.model import Area, Range, Window
from tests.unit.image import elves, plans
from tests.unit.image.built import Built
from tests.unit.image.elves import EXECUTE, READ, WRITE, Part
from tests.unit.image.walk import Memory

PAGE = 4096
ONES = (1 << 64) - 1
FORTY_TWO = b"forty-two, and an odd length."


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    areas = [Area("scratch", 3 * PAGE, 0x1000_0000, "rw", "wb"), Area("table", PAGE, None, "ro", "wb")]
    windows = [Window("alpha", 0, 2_000_000, 0), Window("beta", 2_000_000, 3_000_000, 0), Window("alpha", 6_000_000, 1_000_000, 1)]
    plan = plans.plan({"alpha": plans.memory(heap=65536, areas=areas), "beta": plans.memory()}, plans.board(cores=2), windows)
    plan = dataclasses.replace(plan, partitions=(plan.partitions[0], dataclasses.replace(plan.partitions[1], fpu=False)))
    text, table = Part(READ | EXECUTE, 0x21_0000, b"\x90\xeb\xfd"), Part(READ, 0x21_1000, b"read only")
    data = (Part(READ | WRITE, 0x21_2000, FORTY_TWO, 0x2345), Part(READ | WRITE, 0x22_0008, b"second data", 0x1800))
    files = {"alpha": elves.elf((text, table, *data), 0x21_0000)}
    outcome = plans.compile_plan(plan, tmp_path_factory.mktemp("built"), files)
    assert outcome.image is not None, outcome.diagnostics
    return Built(plan, outcome.image, Memory(outcome.image.data))


def test_the_head_says_what_the_plan_says(built: Built) -> None:
    head = built.head()
    blob = built.boot.read(tables.PLAN_BASE, head["size"])
    assert head["magic"] == int.from_bytes(b"HYPPLAN1", "little")
    assert head["checksum"] == zlib.crc32(blob[16:])
    counts = {k: head[k] for k in ("core_count", "partition_count", "schedule_count", "window_count", "stream_count")}
    assert counts == {"core_count": 2, "partition_count": 2, "schedule_count": 1, "window_count": 3, "stream_count": 3}
    assert (head["name"], head["board"], head["guard_ns"], head["tsc_hz"]) == ("trial", "qemu-q35", 1500, 1_000_000_000)
    assert (head["uart_port"], head["uart_divisor"], head["uart_fifo"], head["uart_byte_ns"]) == (0x3F8, 1, 16, 86_806)
    assert (head["exit_port"], head["exit_value"]) == (0xF4, 0x10)
    assert head["tsc_verify"] == tables.VERIFIES.index("pit")
    assert head["xcr0"] == 3


def test_the_head_says_what_the_cpu_must_have(built: Built) -> None:
    rows = built.rows(tables.FEATURE, "features", built.head()["feature_count"])
    found = [(row["name"], row["leaf"], row["place"], row["bits"]) for row in rows]
    assert found == [
        ("nx", 0x80000001, 3, 1 << 20),
        ("smep", 7, 1, 1 << 7),
        ("smap", 7, 1, 1 << 20),
        ("umip", 7, 2, 1 << 2),
        ("fsgsbase", 7, 1, 1),
        ("xsave", 1, 2, 1 << 26),
        ("avx", 13, 0, 3),
    ]


def test_the_head_has_the_words_that_the_kernel_prints(built: Built) -> None:
    names = [one["text"] for one in built.head()["event_names"]]
    assert (names[0], names[2], names[8], names[14]) == ("divide_error", "exception", "double_fault", "page_fault")
    assert all(names[event] == event.name.lower() for event in HealthEvent)
    assert [one["text"] for one in built.head()["action_names"]][: len(HealthAction)] == [action.name.lower() for action in HealthAction]


def test_regions_are_what_the_loader_fills(built: Built) -> None:
    regions = built.rows(tables.REGION, "regions", built.head()["region_count"])
    covered = {page for r in regions for page in range(r["start"], r["end"], PAGE)}
    assert covered == {page for at, _, size in built.memory.loads for page in range(at, at + size, PAGE)}
    assert all(low["end"] < high["start"] for low, high in pairwise(regions))


def test_lanes_lead_to_the_windows(built: Built) -> None:
    lanes = built.rows(tables.LANE, "lanes", 2)
    windows = built.rows(tables.WINDOW, "windows", 3)
    partitions = built.rows(tables.PARTITION, "partitions", 2)
    at = {built.head()["partitions"] + n * tables.PARTITION.size: p["name"] for n, p in enumerate(partitions)}
    found = [
        (core, at[w["partition"]], w["at_ns"], w["root"]) for core, lane in enumerate(lanes)
        for w in windows[lane["first"] : lane["first"] + lane["count"]]
    ]  # fmt: skip
    roots = {p["name"]: p["roots"] for p in built.image.manifest["partitions"]}
    assert found == [
        (0, "alpha", 0, roots["alpha"]["0"]),
        (0, "beta", 2_000_000, roots["beta"]["0"]),
        (1, "alpha", 6_000_000, roots["alpha"]["1"]),
    ]
    for n, window in enumerate(windows):
        assert window["index"] == n
        entry = built.image.manifest["schedules"][0]["windows"][n]
        assert (entry["index"], entry["counters"]) == (n, built.boot.physical(window["counters"]))
        counters = state.WINDOW_COUNTERS.unpack(built.boot.read(window["counters"], state.WINDOW_COUNTERS.size))
        assert {k: v for k, v in counters.items() if v} == {"late_min": 0xFFFF_FFFF}


def test_partitions_wait_for_their_first_start(built: Built) -> None:
    for entry, row in zip(built.image.manifest["partitions"], built.rows(tables.PARTITION, "partitions", 2), strict=True):
        found = state.PARTITION_STATE.unpack(built.boot.read(row["state"], state.PARTITION_STATE.size))
        assert built.boot.physical(row["state"]) == entry["state"]
        assert built.boot.physical(row["stream"]) == entry["ring"]
        assert (found["status"], found["mode"], found["request"], found["cause"], found["cold_starts"]) == (0, 1, 1, 0, 1)
        assert row["flags"] == (tables.PARTITION_FPU if entry["fpu"] else 0)
        assert (found["alarm"], found["timer_due"], found["watchdog_due"], found["wait_until"]) == (ONES, [ONES, ONES], ONES, 0)
        closed = {call.name for call in HYPERCALLS if not row["rights"] >> call.number & 1}
        assert closed == {"schedule_switch", "health_read", "health_status", "module_control", "trace_read"}
        assert row["rights"] < 1 << len(HYPERCALLS)
        actions = row["actions"]
        halting = {n for n in range(numbers.FIRST_MODULE_EVENT) if actions[n] == numbers.HealthAction.HALT}
        assert halting == {*range(33), 34, 35, 40}
        assert {actions[n] for n in range(48) if n not in halting} == {numbers.HealthAction.LOG}


def test_the_first_context_is_the_c_abi_at_function_entry(built: Built) -> None:
    for row in built.rows(tables.PARTITION, "partitions", 2):
        space = built.space(row["name"])
        frame = state.SAVE.unpack(space.read(tables.SLOT_SAVE, PAGE))["frame"]
        assert isinstance(frame, dict)
        assert {k: v for k, v in frame.items() if v} == {
            "rip": 0x21_0000, "cs": 0x23, "ss": 0x1B, "rflags": 0x202, "rsp": row["stack_top"],
        }  # fmt: skip
        assert row["stack_top"] % 16 == 8
        assert space.leaf(row["stack_top"]).user
        assert row["stack_top"] + 8 not in space
        fpu = space.read(tables.SLOT_FPU, 576)
        assert (fpu[0:2], fpu[24:28], fpu[512:520], fpu[520:576]) == (b"\x7f\x03", b"\x80\x1f\0\0", b"\x03" + bytes(7), bytes(56))


def test_the_info_page_names_areas_and_itself(built: Built) -> None:
    space = built.space("alpha")
    data = space.read(numbers.INFO_PAGE, PAGE)
    assert data == space.read(tables.SLOT_INFO, PAGE)
    info: dict[str, Any] = pages.INFO.unpack(data)
    assert (info["magic"], info["name"], info["partition"], info["args"]) == (numbers.INFO_MAGIC, "alpha", 0, "args of alpha")
    assert (info["start_cause"], info["mode_at_start"], info["cold_starts"], info["time_sequence"]) == (0, 1, 1, 0)
    table = info["areas"]
    areas = [pages.AREA.unpack(data, table["offset"] + n * pages.AREA.size) for n in range(table["count"])]
    known = {a["name"]: a for a in built.image.manifest["partitions"][0]["areas"]}
    assert {a["name"] for a in areas} == {"heap", "stack", "upcall_stack", "scratch", "table"}
    for area in areas:
        entry = known[str(area["name"])]
        assert (area["base"], area["size"], area["access"]) == (entry["virtual"], entry["size"], 3 if entry["access"] == "rw" else 1)
    peers = info["peers"]
    assert peers["count"] == 1
    assert pages.PEER.unpack(data, peers["offset"]) == {"name": "alpha", "id": 0, "reserved": 0}


def test_a_cold_restart_gives_back_the_first_memory(built: Built) -> None:
    for row in built.rows(tables.PARTITION, "partitions", 2):
        space = built.space(row["name"])
        written = {leaf.virtual for leaf in space.leaves if leaf.user and leaf.write}
        first = {at: space.read(at, PAGE) for at in written}
        dirty = {at: bytearray(b"\xaa" * PAGE) for at in written}
        constant: set[int] = set()
        for one in built.rows(tables.RESTORE, row["restores"], row["restore_count"]):
            assert one["copy"] % 8 == 0
            assert one["zero"] % 8 == 0
            words = array("Q", space.read(one["source"], one["copy"]) if one["copy"] else b"")
            assert sum(words) % (1 << 64) == one["sum"]
            if one["target"] == 0:
                constant |= {leaf.virtual for leaf in space.leaves if one["source"] <= leaf.virtual < one["source"] + one["copy"]}
                continue
            content = (space.read(one["source"], one["copy"]) if one["copy"] else b"") + bytes(one["zero"])
            for offset in range(0, len(content), PAGE):
                dirty[one["target"] + offset][:] = content[offset : offset + PAGE]
        assert {at: bytes(data) for at, data in dirty.items()} == first
        fixed = {leaf.virtual for leaf in space.leaves if leaf.user and not leaf.write and leaf.virtual >= LINK_BASE}
        assert constant == {at for at in fixed if any(space.read(at, PAGE))}
    assert FORTY_TWO in built.space("alpha").read(0x21_2000, PAGE)


def test_cores_have_stacks_that_know_their_core(built: Built) -> None:
    for core in (0, 1):
        base = tables.CORE_BASE + core * tables.CORE_STRIDE
        record: dict[str, Any] = state.CORE.unpack(built.boot.read(base, state.CORE.size))
        assert (record["self"], record["stack"], record["id"]) == (base, base + tables.CORE_STACK_START, core)
        assert record["frame_limit"] == (1 << 64) - 1
        entry = built.image.manifest["cores"][core]
        assert built.boot.physical(base) == entry["state"]
        assert built.boot.physical(record["trace_ring"]) == entry["trace_ring"]
        assert built.boot.physical(record["health_ring"]) == entry["health_ring"]
        last = record["trace_ring"] + state.TRACE_RECORDS * state.TRACE_RECORD.size - 1
        assert built.boot.physical(last) == entry["trace_ring"] + state.TRACE_RECORDS * state.TRACE_RECORD.size - 1
        space = built.space("alpha", core)
        task = space.read(tables.SLOT_TSS, tables.TSS_SIZE)
        assert int.from_bytes(task[4:12], "little") == tables.SLOT_SAVE + pages.FRAME.size
        assert int.from_bytes(task[0x66:0x68], "little") == tables.TSS_SIZE
        for n, top in enumerate((tables.CORE_NMI_TOP, tables.CORE_FAULT_TOP, tables.CORE_CHECK_TOP)):
            stack = int.from_bytes(task[0x24 + 8 * n : 0x2C + 8 * n], "little")
            assert stack == base + top - 16
            assert stack % 16 == 0
            assert built.boot.read(base + top - 8, 8) == base.to_bytes(8, "little")
        assert space.read(tables.SLOT_IO_BITMAP, 0x2001) == b"\xff" * 0x2001


def test_rings_have_room_of_their_own(built: Built) -> None:
    ranges = []
    for stream in range(3):
        at = built.head()["streams"] + stream * state.RING.size
        ring: dict[str, Any] = state.RING.unpack(built.boot.read(at, state.RING.size))
        assert ring["size"] == 4096
        assert {k for k, v in ring.items() if v and k not in ("pad_writer", "pad_reader")} == {"data", "size"}
        assert built.boot.read(ring["data"], ring["size"]) == bytes(ring["size"])
        ranges.append((ring["data"], ring["data"] + ring["size"]))
    for core in (0, 1):
        record: dict[str, Any] = state.CORE.unpack(built.boot.read(tables.CORE_BASE + core * tables.CORE_STRIDE, state.CORE.size))
        for ring_at, one, count in (
            (record["health_ring"], state.HEALTH_RECORD, state.HEALTH_RECORDS),
            (record["trace_ring"], state.TRACE_RECORD, state.TRACE_RECORDS),
        ):
            ranges.append((ring_at, ring_at + one.size * count))
    assert all(low[1] <= high[0] for low, high in pairwise(sorted(ranges)))


def test_the_manifest_is_plain_json_and_counts_every_byte(built: Built) -> None:
    manifest = built.image.manifest
    assert json.loads(json.dumps(manifest)) == manifest
    memory = manifest["memory"]
    assert memory["used"] + memory["free"] == 255 << 20
    assert memory["used"] == sum(size for _, _, size in built.memory.loads)
    assert manifest["image"]["size"] == len(built.image.data)
    assert manifest["kernel"]["text_bytes"] == 0x80 + 3
    assert manifest["kernel"]["rodata_bytes"] == len(b"constant")
    for partition in manifest["partitions"]:
        assert partition["memory_bytes"] == sum(a["size"] for a in partition["areas"] if a["name"] not in ("info", "control"))


def test_two_builds_in_two_directories_are_equal(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two, with another name"):
        folder = tmp_path / name
        folder.mkdir()
        plan = plans.plan({"a": plans.memory(heap=4 << 20), "b": plans.memory()}, plans.board(reserved=[Range(0x20_0000, PAGE)]))
        plan = dataclasses.replace(plan, file=folder / "trial.yaml", root=folder)
        made.append(plans.compile_plan(plan, folder).image)
    assert made[0] is not None
    assert made[0] == made[1]
