"""What the kernel costs stays within what is promised, on the instruction clock."""

from __future__ import annotations

import pytest

from hyp.abi.hypercalls import HYPERCALLS, Hypercall
from hyp.bench import calls, image_rows, jitter, switch
from hyp.bench.all_rows import Runs, instruction_rows
from hyp.bench.measure import PLANS, Bench
from hyp.plan import load

pytestmark = pytest.mark.slow

BOUNDS = {
    "release_jitter_idle": 4,
    "release_jitter_hostile": 4,
    "null_hypercall": 40,
    "switch": 200,
    "boot": 400_000,
    "boot_clock": 300_000,
    "kernel_size": 32 * 1024,
    "drain_step": 1500,
    "sampling": 260,
    "sampling_reader": 12,
    "queuing": 300,
    "event_send": 100,
    "gate_call": 260,
    "trap": 160,
    "timer_upcall": 190,
    "switch_upcall": 250,
    "time_page": 12,
    "many_partitions": 0,
    "kernel_path": 2000,
}


def test_every_bound_of_the_table_is_kept(runs: Runs) -> None:
    rows = {row.name: row for row in instruction_rows(runs)}
    assert {name: rows[name].bound for name in BOUNDS} == BOUNDS
    assert {row.name: row.value for row in rows.values() if row.exceeded} == {}


@pytest.mark.parametrize("call", HYPERCALLS, ids=lambda call: call.name)
def test_a_hypercall_keeps_its_declared_worst_case(runs: Runs, call: Hypercall) -> None:
    assert 0 < calls.worst_paths(runs.hostile)[call.name] <= call.worst_case


def test_every_neighbour_was_there_and_every_release_was_seen(runs: Runs) -> None:
    found = jitter.deviations(runs.jitter)
    partitions = {one["name"] for one in runs.jitter.manifest["partitions"]} - set(jitter.METERS)
    assert {(one.meter, one.neighbour) for one in found} == {(meter, who) for meter in jitter.METERS for who in partitions}
    assert min(one.releases for one in found) >= 500


def test_neighbours_did_what_they_are_named_for(runs: Runs) -> None:
    reported = runs.jitter.reported
    assert {(one.partition, one.event) for one in reported.health} == {
        ("untagged", "illegal_hypercall"),
        ("page_fault", "page_fault"),
        ("privileged", "general_protection"),
        ("breakpoint", "breakpoint"),
    }
    assert reported.drops["console"].bytes > 1_000_000
    assert runs.jitter.counts.longest["call:6"].count > 10_000  # warm and cold restarts


def test_the_kernel_agrees_that_no_release_was_late(runs: Runs) -> None:
    for one in (runs.jitter, runs.switch, runs.switch_fpu, runs.demo):
        assert {window.late_max for window in one.reported.windows.values()} <= {0, None}
        guard = one.manifest["guard_ns"]
        assert max(window.path_max or 0 for window in one.reported.windows.values()) < guard


def test_the_timer_is_never_early(runs: Runs) -> None:
    for one in (runs.switch, runs.switch_fpu):
        assert 0 <= switch.switches(one).late_least <= switch.switches(one).late_most <= 4
        assert "spurious" not in one.counts.longest


@pytest.mark.parametrize("board", ["qemu-q35", "qemu-pc"])
def test_the_board_files_costs_cover_what_was_measured(runs: Runs, board: str) -> None:
    text = (PLANS / "switch.yaml").read_text().replace("qemu-q35", board)
    loaded = load(PLANS / "switch.yaml", text=text)
    assert loaded.plan is not None
    costs = loaded.plan.board.costs
    assert costs.source == "measured"
    assert costs.kernel_path_ns >= image_rows.kernel_path(runs.hostile)
    assert costs.switch_ns >= image_rows.release_path((*runs.hostile, runs.switch_fpu, runs.switch_upcall))


def test_no_partition_at_its_worst_makes_a_release_late(runs: Runs) -> None:
    assert {window.late_max for window in runs.extremes.reported.windows.values()} <= {0, None}
    guard = runs.extremes.manifest["guard_ns"]
    assert max(window.path_max or 0 for window in runs.extremes.reported.windows.values()) < guard


def test_what_is_traced_costs_and_what_is_not_does_not(runs: Runs) -> None:
    assert calls.null_call(runs.null_call).most == 22
    assert 0 < calls.null_call(runs.null_call_traced).most - calls.null_call(runs.null_call).most <= 150


def test_the_extremes_happened(runs: Runs) -> None:
    reported, longest = runs.extremes.reported, runs.extremes.counts.longest
    assert reported.module_restarts > 2
    assert min(reported.schedules.values()) > 100
    events = {(one.partition, one.event) for one in reported.health}
    assert {"nested_fault", "application_error", "page_fault", "breakpoint"} <= {event for who, event in events if who == "storm"}
    assert {f"call:{call.number}" for call in HYPERCALLS} <= set(longest)


def test_a_second_run_counts_the_same(bench: Bench, runs: Runs) -> None:
    assert switch.measure(bench, fpu=False).counts == runs.switch.counts
