"""What connects partitions, as the kernel and the partitions find it: ports, channels, events, shared areas."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from hyp.abi import pages, state, tables
from hyp.abi.numbers import EVENT_FIRST, Direction, PortKind
from hyp.plan.model import Channel, Event, Shared
from tests.unit.image import plans
from tests.unit.image.built import Built
from tests.unit.image.walk import Leaf, Memory

ONES = (1 << 64) - 1
SAMPLING, QUEUING = PortKind.SAMPLING, PortKind.QUEUING
SOURCE, DESTINATION = Direction.SOURCE, Direction.DESTINATION

IMU = Channel("imu", "sampling", 64, 0, ("sensor", "imu_out"), (("control", "imu_in"), ("monitor", "imu_in")), 20_000_000)
COMMANDS = Channel("commands", "queuing", 33, 16, ("control", "cmd_out"), (("monitor", "cmd_in"),), 0)
LOOP = Channel("loop", "sampling", 1, 0, ("control", "out"), (("control", "back"),), 0)
EVENTS = (
    Event("ready", "sensor", "control"),
    Event("done", "control", "sensor"),
    Event("stop", "sensor", "monitor"),
    Event("go", "monitor", "control"),
)
FRAME = Shared("frame", 0x1234, {"sensor": "rw", "monitor": "ro"})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    plan = plans.plan({name: plans.memory() for name in ("sensor", "control", "monitor")})
    plan = replace(plan, channels=(IMU, COMMANDS, LOOP), events=EVENTS, shared=(FRAME,))
    outcome = plans.compile_plan(plan, tmp_path_factory.mktemp("connected"))
    assert outcome.image is not None, outcome.diagnostics
    return Built(plan, outcome.image, Memory(outcome.image.data))


def ports_of(built: Built, name: str) -> list[dict[str, Any]]:
    row = built.partition(name)
    return built.rows(tables.PORT, row["ports"], row["port_count"])


def channel_at(built: Built, index: int) -> int:
    """Kernel virtual address of a channel_plan."""
    return int(built.head()["channels"] + index * tables.CHANNEL.size)


def test_partitions_find_their_ports_by_name(built: Built) -> None:
    def found(name: str) -> list[tuple[object, ...]]:
        keys = ("name", "kind", "direction", "size", "depth", "event", "valid_for")
        return [tuple(row[key] for key in keys) for row in built.listed(name, "ports", pages.PORT)]

    assert found("sensor") == [("imu_out", SAMPLING, SOURCE, 64, 0, 16, 20_000_000)]
    assert found("control") == [
        ("imu_in", SAMPLING, DESTINATION, 64, 0, 16, 20_000_000),
        ("cmd_out", QUEUING, SOURCE, 33, 16, 17, 0),
        ("out", SAMPLING, SOURCE, 1, 0, 18, 0),
        ("back", SAMPLING, DESTINATION, 1, 0, 19, 0),
    ]
    assert found("monitor") == [
        ("imu_in", SAMPLING, DESTINATION, 64, 0, 16, 20_000_000),
        ("cmd_in", QUEUING, DESTINATION, 33, 16, 17, 0),
    ]


def test_ports_lead_to_their_channels(built: Built) -> None:
    assert built.head()["channel_count"] == 3
    found = {
        name: [(row["channel"], row["use"], row["reading"], bool(row["state"])) for row in ports_of(built, name)]
        for name in ("sensor", "control", "monitor")
    }
    imu, commands, loop = (channel_at(built, n) for n in range(3))
    states = [row["state"] for row in built.rows(tables.CHANNEL, "channels", 3)]
    words = state.CHANNEL_STATE.offsets["readers"]
    first, second, own = states[0] + words, states[0] + words + state.READER_STATE.size, states[2] + words
    receives = tables.PORT_DESTINATION
    assert found == {
        "sensor": [(imu, SAMPLING, 0, False)],
        "control": [
            (imu, SAMPLING | receives, first, True),
            (commands, QUEUING, 0, False),
            (loop, SAMPLING, 0, False),
            (loop, SAMPLING | receives, own, True),
        ],
        "monitor": [(imu, SAMPLING | receives, second, True), (commands, QUEUING | receives, 0, True)],
    }
    for name in found:
        for row in ports_of(built, name):
            if row["state"]:
                assert built.record(state.PORT_STATE, row["state"]) == {"last": 0, "overwritten": 0}


def test_channels_have_the_memory_that_their_kind_needs(built: Built) -> None:
    rows = built.rows(tables.CHANNEL, "channels", 3)
    keys = ("kind", "depth", "size", "stride", "valid_ns", "reader_count")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        (SAMPLING, 4, 64, 128, 20_000_000, 2),
        (QUEUING, 16, 33, 128, ONES, 1),
        (SAMPLING, 3, 1, 64, ONES, 1),
    ]
    assert [(row["reader_bytes"], row["own_reader"]) for row in rows] == [(32, 0), (16, 0), (16, 1)]
    for row, entry, readers in zip(rows, built.image.manifest["channels"], (2, 0, 1), strict=True):
        assert (built.boot.physical(row["state"]), built.boot.physical(row["slots"])) == (entry["state"], entry["slots"])
        assert (row["depth"], row["stride"]) == (entry["depth"], entry["stride"])
        first: dict[str, Any] = built.record(state.CHANNEL_STATE, row["state"])
        assert [one["reading"] for one in first.pop("readers")] == [state.DECIDED] * readers + [0] * (32 - readers)
        assert first.pop("latest") == (state.DECIDED if readers else 0)
        assert not any(value for value in first.values() if value != [0] * 4 and value != [0] * 7)
        assert row["slots"] % 64 == row["state"] % 64 == 0
        assert built.boot.read(row["slots"], row["depth"] * row["stride"]) == bytes(row["depth"] * row["stride"])
    assert [e["source"] for e in built.image.manifest["channels"]] == ["sensor.imu_out", "control.cmd_out", "control.out"]
    assert built.image.manifest["channels"][0]["destinations"] == ["control.imu_in", "monitor.imu_in"]


def test_nothing_of_the_kernels_memory_has_two_uses(built: Built) -> None:
    head = built.head()
    taken = []
    for row in built.rows(tables.PARTITION, "partitions", 3):
        taken.append((row["state"], state.PARTITION_STATE.size))
        taken += [(port["state"], state.PORT_STATE.size) for port in ports_of(built, row["name"]) if port["state"]]
    taken += [(row["counters"], state.WINDOW_COUNTERS.size) for row in built.rows(tables.WINDOW, "windows", head["window_count"])]
    for row in built.rows(tables.CHANNEL, "channels", 3):
        taken += [(row["state"], state.CHANNEL_STATE.size), (row["slots"], row["depth"] * row["stride"])]
    for n in range(head["stream_count"]):
        ring = built.record(state.RING, head["streams"] + n * state.RING.size)
        taken += [(head["streams"] + n * state.RING.size, state.RING.size), (ring["data"], ring["size"])]
    core = built.record(state.CORE, tables.CORE_BASE)
    taken.append((core["health_ring"], state.HEALTH_RECORDS * state.HEALTH_RECORD.size))
    taken.append((core["trace_ring"], state.TRACE_RECORDS * state.TRACE_RECORD.size))
    assert all(low + size <= high for (low, size), (high, _) in pairwise(sorted(taken)))
    for at, size in taken:
        assert built.boot.leaf(at).write
        assert built.boot.leaf(at + size - 1).write


def test_receivers_of_two_partitions_share_no_cache_line(built: Built) -> None:
    control, monitor = ({row["state"] // 64 for row in ports_of(built, name) if row["state"]} for name in ("control", "monitor"))
    assert control
    assert monitor
    assert not control & monitor


def test_channels_tell_their_readers_and_a_queue_its_writer(built: Built) -> None:
    names = {row["state"]: row["name"] for row in built.rows(tables.PARTITION, "partitions", 3)}
    told = []
    for row in built.rows(tables.CHANNEL, "channels", 3):
        count = row["reader_count"] + (row["kind"] == QUEUING)
        told.append([(names[one["state"]], one["event"]) for one in built.rows(tables.LISTENER, row["listeners"], count)])
    assert told == [[("control", 16), ("monitor", 16)], [("monitor", 17), ("control", 17)], [("control", 19)]]


def test_events_are_numbered_after_the_ports_incoming_first(built: Built) -> None:
    def found(name: str) -> list[tuple[object, ...]]:
        return [(row["name"], row["number"], row["direction"]) for row in built.listed(name, "events", pages.EVENT)]

    assert found("sensor") == [("done", 17, DESTINATION), ("ready", 18, SOURCE), ("stop", 19, SOURCE)]
    assert found("control") == [("ready", 20, DESTINATION), ("go", 21, DESTINATION), ("done", 22, SOURCE)]
    assert found("monitor") == [("stop", 18, DESTINATION), ("go", 19, SOURCE)]


def test_an_event_is_raised_where_its_receiver_knows_it(built: Built) -> None:
    names = {row["state"]: row["name"] for row in built.rows(tables.PARTITION, "partitions", 3)}
    raised = {}
    for name in names.values():
        row = built.partition(name)
        for n, one in enumerate(built.rows(tables.LISTENER, row["events"], row["event_count"])):
            raised[name, row["event_base"] + n] = (names[one["state"]], one["event"])
    assert raised == {
        ("sensor", 18): ("control", 20),
        ("sensor", 19): ("monitor", 18),
        ("control", 22): ("sensor", 17),
        ("monitor", 19): ("control", 21),
    }


def test_a_shared_area_is_one_memory_with_the_plans_rights(built: Built) -> None:
    (entry,) = built.image.manifest["shared"]
    assert entry == {
        "name": "frame",
        "physical": entry["physical"],
        "size": 0x2000,
        "access": {"sensor": "rw", "monitor": "ro"},
        "cache": "wb",
    }
    for name, write in (("sensor", True), ("monitor", False)):
        area = next(row for row in built.listed(name, "areas", pages.AREA) if row["name"] == "frame")
        assert (area["size"], area["access"]) == (0x2000, 3 if write else 1)
        for offset in (0, 0x1000):
            leaf = built.space(name).leaf(area["base"] + offset)
            assert (leaf.physical, leaf.user, leaf.write, leaf.execute) == (entry["physical"] + offset, True, write, False)
    assert "frame" not in {row["name"] for row in built.listed("control", "areas", pages.AREA)}


def test_the_loader_gets_every_byte_once(built: Built) -> None:
    loads = sorted((at, size) for at, _, size in built.memory.loads)
    assert all(low + size <= high for (low, size), (high, _) in pairwise(loads))
    assert sum(size for _, size in loads) == built.image.manifest["memory"]["used"]


def test_restarts_leave_shared_areas_alone(built: Built) -> None:
    at = next(row["base"] for row in built.listed("sensor", "areas", pages.AREA) if row["name"] == "frame")
    row = built.partition("sensor")
    restores = built.rows(tables.RESTORE, row["restores"], row["restore_count"])
    assert restores
    assert all(one["target"] + one["copy"] + one["zero"] <= at or at + 0x2000 <= one["target"] for one in restores)


def test_a_large_shared_area_has_large_pages_everywhere(tmp_path: Path) -> None:
    plan = plans.plan({name: plans.memory() for name in ("a", "b")})
    outcome = plans.compile_plan(replace(plan, shared=(Shared("big", 5 << 20, {"a": "rw", "b": "rw"}),)), tmp_path)
    assert outcome.image is not None
    made = Built(plan, outcome.image, Memory(outcome.image.data))
    for name in ("a", "b"):
        assert sum(leaf.size == 1 << 21 for leaf in made.space(name).leaves if leaf.user) == 2
    with_none = plans.compile_plan(plan, tmp_path)
    assert with_none.image is not None
    used = [one.image.manifest["memory"]["used"] for one in (outcome, with_none) if one.image]
    assert used[0] - used[1] < (5 << 20) + (1 << 16), "the frames are there more than once"


PAT = {0: "wb", 1: "wt", 3: "uc", 4: "wc"}
"""Entries of the PAT that images use, as the kernel programs it (hyp/kernel/x86/features.c)."""


def pat_entry(leaf: Leaf) -> int:
    """PWT, PCD and PAT of a leaf as the number of a PAT entry; the last lies elsewhere in a large page (SDM 3A 11.12.3)."""
    pat = leaf.entry >> (7 if leaf.size == 1 << 12 else 12) & 1
    return pat << 2 | leaf.entry >> 3 & 3


@pytest.mark.parametrize("cache", ["wb", "wt", "uc", "wc"])
def test_all_mappings_of_a_shared_area_have_its_cache_attribute(cache: str, tmp_path: Path) -> None:
    plan = plans.plan({name: plans.memory(heap=0x10000) for name in ("a", "b")})
    areas = Shared("small", 0x3000, {"a": "rw", "b": "ro"}, cache), Shared("large", 5 << 20, {"a": "ro", "b": "rw"}, cache)
    outcome = plans.compile_plan(replace(plan, shared=areas), tmp_path)
    assert outcome.image is not None
    made = Built(plan, outcome.image, Memory(outcome.image.data))
    for name in ("a", "b"):
        listed = {row["name"]: row for row in made.listed(name, "areas", pages.AREA)}
        leaves = [leaf for leaf in made.space(name).leaves if leaf.user]
        for area, sizes in (("small", {1 << 12: 3}), ("large", {1 << 21: 2, 1 << 12: 256})):
            row = listed[area]
            inside = [leaf for leaf in leaves if row["base"] <= leaf.virtual < row["base"] + row["size"]]
            assert Counter(leaf.size for leaf in inside) == sizes
            assert {PAT[pat_entry(leaf)] for leaf in inside} == {cache}
            leaves = [leaf for leaf in leaves if leaf not in inside]
        assert {PAT[pat_entry(leaf)] for leaf in leaves} == {"wb"}, "private memory has an attribute that nobody gave it"
        entries = next(p for p in outcome.image.manifest["partitions"] if p["name"] == name)["areas"]
        assert {e["name"]: e["cache"] for e in entries if e["cache"] != "wb"} == ({} if cache == "wb" else {"small": cache, "large": cache})
    assert [entry["cache"] for entry in outcome.image.manifest["shared"]] == [cache, cache]


def test_the_messages_take_no_room_in_the_file(tmp_path: Path) -> None:
    plan = plans.plan({name: plans.memory() for name in ("a", "b")})
    queue = Channel("big", "queuing", 1 << 16, 100, ("a", "out"), (("b", "in"),), 0)
    sizes = []
    for channels in ((), (queue,)):
        outcome = plans.compile_plan(replace(plan, channels=channels, shared=(Shared("x", 1 << 20, {"a": "rw"}),)), tmp_path)
        assert outcome.image is not None
        sizes.append(outcome.image.manifest["image"]["size"])
    assert sizes[1] - sizes[0] <= 0x3000


def test_the_map_shows_channels_and_shared_areas(built: Built) -> None:
    entry = built.image.manifest["channels"][1]
    assert (
        f"\nchannel commands: queuing, control.cmd_out to monitor.cmd_in\n  messages of 33 bytes, 16 slots of 128 at {entry['slots']:#x}"
        in (built.image.map)
    )
    rows = [line for line in built.image.map.splitlines() if "shared: frame" in line]
    assert len(rows) == 1
    assert f"{built.image.manifest['shared'][0]['physical']:#012x}" in rows[0]


def test_a_partition_without_connections_has_empty_tables(tmp_path: Path) -> None:
    plan = plans.plan({"a": plans.memory()})
    outcome = plans.compile_plan(plan, tmp_path)
    assert outcome.image is not None
    made = Built(plan, outcome.image, Memory(outcome.image.data))
    row = made.partition("a")
    assert (row["port_count"], row["event_count"], row["event_base"], made.head()["channel_count"]) == (0, 0, EVENT_FIRST, 0)
    assert made.listed("a", "ports", pages.PORT) == made.listed("a", "events", pages.EVENT) == []
    assert outcome.image.manifest["channels"] == []
    assert outcome.image.manifest["shared"] == []
