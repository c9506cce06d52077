"""A plan that traces everything, run in the emulator: the ring in memory and the stream say the same, and it is true."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyp.abi.hypercalls import HYPERCALLS
from hyp.abi.numbers import HealthEvent, Trace
from hyp.cli.trace import deviations
from tests.trace.recording import PLANS, Traced, changed, record

FRAMES = 6
CALLS = {call.name: call.number for call in HYPERCALLS}


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Traced:
    return record(PLANS / "all.yaml", tmp_path_factory.mktemp("all"), FRAMES)


def test_stream_and_memory_are_equal(everything: Traced) -> None:
    assert everything.ran.verdict["verdict"] == "good", everything.ran.text
    (memory,), (stream,) = everything.memory.cores, everything.stream.cores
    assert stream.whole
    assert stream.events == tuple(sorted(memory.events, key=lambda one: one.ticks))


def test_every_kind_is_there(everything: Traced) -> None:
    (core,) = everything.stream.cores
    assert {one.kind for one in core.events} == {kind.name.lower() for kind in Trace}


def test_what_is_recorded_is_true(everything: Traced) -> None:
    """Each window of the talker: a write, a send, a raise, a health event, a record; of the listener: what it receives."""
    (core,) = everything.stream.cores
    seen = [(one.kind, one.detail, one.partition, one.value) for one in core.events]
    assert seen.count(("port", CALLS["sampling_write"], 0, 48 << 8)) == FRAMES
    assert seen.count(("port", CALLS["queuing_send"], 0, 20 << 8 | 1)) == FRAMES
    assert seen.count(("port", CALLS["sampling_read"], 1, 48 << 8)) == FRAMES
    assert seen.count(("port", CALLS["queuing_receive"], 1, 20 << 8 | 1)) == FRAMES
    assert seen.count(("raise", 0, 0, 1 << 16 | 18)) == FRAMES
    assert seen.count(("upcall", 0, 1, 0)) == FRAMES
    assert [one for one in seen if one[0] == "health"] == [("health", HealthEvent.APPLICATION_ERROR, 0, 1)] * FRAMES
    assert [one.value for one in core.events if one.kind == "own"] == list(range(FRAMES))
    gates = [one[1:] for one in seen if one[0] == "gate"]
    assert gates == [(0, 0, 2), (1, 2, 0)] * (FRAMES - 1), "the first call only starts the server"
    calls = [one for one in core.events if one.kind == "call"]
    results = [one for one in core.events if one.kind == "result"]
    assert {one.detail for one in calls} - {one.detail for one in results} == {CALLS["yield"], CALLS["gate_call"], CALLS["gate_reply_wait"]}
    empty = [one for one in results if one.detail == CALLS["queuing_receive"] and one.value == (1 << 32) - 2]
    assert len(empty) == FRAMES, "each window's last receive found nothing"


def test_the_grant_reads_it(everything: Traced) -> None:
    assert everything.ran.consoles["listener"] == ["own 1 of 0", "whole"]


def test_both_agree_with_the_plan(everything: Traced) -> None:
    assert deviations(everything.memory) == ()
    assert deviations(everything.stream) == ()


def test_planned_windows_cost_one_record_a_frame(tmp_path: Path) -> None:
    """10 partitions at 1 kHz: 11,520 bytes a second are what the line carries."""
    frames = 300
    traced = record(PLANS / "planned.yaml", tmp_path, frames)
    size = (tmp_path / "raw" / "com2.log").stat().st_size
    assert size <= frames * 11
    assert traced.ran.verdict["drops"] == {}
    assert deviations(traced.stream) == ()
    (memory,), (stream,) = traced.memory.cores, traced.stream.cores
    starts = [one for one in stream.events if one.kind == "window_start"]
    assert len(starts) == frames * 10
    kept = [one for one in memory.events if one.kind == "window_start"]
    assert starts[-len(kept) :] == kept
    ends = [one for one in stream.events if one.kind == "window_end"]
    true = [one for one in memory.events if one.kind == "window_end"]
    late = [one.ticks - planned.ticks for one, planned in zip(true, ends[-len(true) :], strict=True)]
    assert 0 <= min(late) <= max(late) < 100, "ends are filled in as planned; the timer comes a little later"


def test_overload_is_counted(tmp_path: Path) -> None:
    """The line is too slow for what is traced: records are lost, the count is right, and what came is as planned."""
    plan = changed("all.yaml", tmp_path, ("115200, buffer: 64 KiB", "1200, buffer: 4 KiB"), ("100 ms", "4 ms"))
    traced = record(plan, tmp_path / "record", 40)
    lost = traced.ran.verdict["drops"]["hyp.trace"]["events"]
    (stream,) = traced.stream.cores
    (memory,) = traced.memory.cores
    assert lost > 0
    assert not stream.whole
    written = len(memory.events) + traced.ran.verdict["trace_lost"]
    assert len(stream.events) + lost == written, "every record was sent or counted"
    assert deviations(traced.stream) == ()
    assert traced.ran.verdict["verdict"] == "good", traced.ran.text


def test_a_damaged_log_is_read_on(everything: Traced, tmp_path: Path) -> None:
    log = everything.folder / "raw" / "com2.log"
    whole = log.read_bytes()
    try:
        log.write_bytes(whole[: len(whole) // 3] + whole[len(whole) // 3 + 40 :])
        stream = everything.stream
    finally:
        log.write_bytes(whole)
    (core,) = stream.cores
    (full,) = everything.stream.cores
    assert not core.whole
    assert stream.remarks
    assert set(core.events) < set(full.events)
    assert len(full.events) - len(core.events) < 8
