"""What the kernel costs stays within what is promised, on the instruction clock."""

from __future__ import annotations

import pytest

from hyp.abi.hypercalls import HYPERCALLS, Hypercall
from hyp.bench import calls, jitter, switch
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
    "drain_step": 600,
}


def test_every_bound_of_the_table_is_kept(runs: Runs) -> None:
    rows = {row.name: row for row in instruction_rows(runs)}
    assert {name: rows[name].bound for name in BOUNDS} == BOUNDS
    assert {row.name: row.value for row in rows.values() if row.exceeded} == {}


@pytest.mark.parametrize("call", HYPERCALLS, ids=lambda call: call.name)
def test_a_hypercall_keeps_its_declared_worst_case(runs: Runs, call: Hypercall) -> None:
    assert 0 < calls.worst_paths(runs.jitter)[call.name] <= call.worst_case


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
def test_the_board_files_costs_cover_what_was_measured(bench: Bench, runs: Runs, board: str) -> None:
    text = (PLANS / "switch.yaml").read_text().replace("qemu-q35", board)
    loaded = load(PLANS / "switch.yaml", text=text)
    assert loaded.plan is not None
    costs = loaded.plan.board.costs
    longest = runs.jitter.counts.longest
    assert costs.source == "measured"
    assert costs.kernel_path_ns >= max(way.length for kind, way in longest.items() if kind.startswith("call:") or kind == "fault")
    assert costs.switch_ns >= longest["timer_fpu"].length


def test_a_second_run_counts_the_same(bench: Bench, runs: Runs) -> None:
    assert switch.measure(bench, fpu=False).counts == runs.switch.counts
