"""The lessons about the kernel's services in config/ do what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.examples.running import ROOT, Ran, run_plan


def lesson(name: str, record: Path, frames: int = 30) -> Ran:
    """The run of config/<name>.yaml, which was good and on time."""
    ran = run_plan(ROOT / "config" / f"{name}.yaml", record, "--frames", str(frames), "--strict")
    assert (ran.code, ran.verdict["verdict"], ran.verdict["release_jitter_max"]) == (0, "good", 0), ran.text
    return ran


def test_sampling_tells_age_freshness_and_validity(tmp_path: Path) -> None:
    ran = lesson("sampling", tmp_path)
    newest = [f"reading {n}, 4 ms old, fresh, valid" for n in range(1, 11)]
    asleep = [f"reading 10, {n}4 ms old, seen before, {'valid' if n < 3 else 'stale'}" for n in range(1, 6)]
    assert ran.consoles["display"] == [*newest, *asleep]


def test_queuing_loses_nothing_when_full(tmp_path: Path) -> None:
    ran = lesson("queuing", tmp_path)
    assert "partition consumer: pass: every job once, in order" in ran.text
    lines = ran.consoles["consumer"]
    assert [int(job) for line in lines for job in line.split("jobs")[1].split()] == list(range(1, 31))
    assert [line.split(" places")[0] for line in lines] == ["8 of 8"] * 8 + ["6 of 8", "3 of 8"], "filled up as it was emptied"
    full = re.fullmatch(r"sent 30 jobs; the queue was full (\d+) times", ran.consoles["producer"][0])
    assert full is not None
    assert int(full[1]) >= 22, "each job after the eighth waited"


def test_events_interrupt_the_receiver_in_its_own_window(tmp_path: Path) -> None:
    ran = lesson("events", tmp_path)
    assert "partition bell: pass: one upcall per press" in ran.text
    rings = [re.fullmatch(r"ring (\d), (\d+) ns after the release", line) for line in ran.consoles["bell"]]
    assert [int(ring[1]) for ring in rings if ring] == [1, 2, 3, 4, 5]
    assert len({ring[2] for ring in rings if ring}) == 1, "the same delay each time"


def test_gates_answer_in_the_callers_window(tmp_path: Path) -> None:
    ran = lesson("gates", tmp_path)
    solved = {name: [line.rsplit(",", 1)[0] for line in ran.consoles[name]] for name in ("control", "planner")}
    right = [f"{n}: x = {n}, y = {-2 * n}" for n in range(1, 9)]
    assert solved["planner"] == [*right[:4], "5: not_available", *right[5:]], "its fifth equations have no solution"
    assert solved["control"] == ["1: not_available", *right[:4], "5: not_available", *right[4:]], "it lends two windows"
    took = {int(line.rsplit(",", 1)[1].split()[0]) for lines in ran.consoles.values() for line in lines if " x = " in line}
    assert max(took) < 400, "no other window came between"
    assert [(one["partition"], one["event"], one["count"]) for one in ran.verdict["health"]] == [("solver", "divide_error", 1)]


def test_timers_tick_at_their_instants(tmp_path: Path) -> None:
    ran = lesson("timers", tmp_path)
    *windows, summary = ran.consoles["ticker"]
    assert windows == [f"window {n}: {8 if n == 0 else 9} ticks" for n in range(8)], "a later window begins with what was pending"
    # The period is 250 us and the frame 10 ms: of each frame's 40 expiries the window of 2 ms takes 8, one stands for the others.
    missed = re.fullmatch(r"(\d+) expiries missed between windows; upcalls at most (\d+) ns after their instant", summary)
    assert missed is not None
    assert int(missed[1]) == 8 * (40 - 8 - 1)
    assert int(missed[2]) < 1000


def test_traps_are_handled_by_the_partition_itself(tmp_path: Path) -> None:
    ran = lesson("traps", tmp_path)
    assert ran.consoles["divider"] == ["10 / 2 = 5", "10 / 1 = 10", "10 / 0 = 2147483647", "touched 0x1000", "read 42 there"]
    assert {(one["event"], one["action"], one["count"]) for one in ran.verdict["health"]} == {
        ("divide_error", "propagate", 1),
        ("page_fault", "propagate", 1),
    }
    assert "in divide of divider.elf" in ran.text or "in partition_main" in ran.text, "the log shows the fault, not its handler"
    assert "in handlers_trap" not in ran.text


def test_control_restarts_a_halted_ward(tmp_path: Path) -> None:
    ran = lesson("control", tmp_path)
    assert ran.consoles["faulty"] == ["started by power_on, 1 times cold", *(f"started by partition, {n} times cold" for n in (2, 3))]
    assert ran.consoles["supervisor"] == [*(f"faulty is halted: restart {n}: ok" for n in (1, 2)), "suspend it: ok"]


def test_schedules_switch_at_the_end_of_a_frame(tmp_path: Path) -> None:
    ran = lesson("schedules", tmp_path)
    assert ran.consoles["operator"] == [
        "start: normal since 0 ms, next normal",
        "asked: normal since 0 ms, next degraded at 40 ms",
        "entered: degraded since 40 ms, next degraded",
        "asked: degraded since 40 ms, next normal at 90 ms",  # its shortest stay is 50 ms
        "entered: normal since 90 ms, next normal",
        "asked: normal since 90 ms, next degraded at 130 ms",
        "entered: degraded since 130 ms, next degraded",
        "asked: degraded since 130 ms, next normal at 180 ms",
        "entered: normal since 180 ms, next normal",
    ]


def test_health_takes_then_at_the_limit(tmp_path: Path) -> None:
    ran = lesson("health", tmp_path)
    assert ran.consoles["fragile"] == ["life 1, started by power_on", *(f"life {n}, started by health" for n in (2, 3, 4))]
    assert ran.consoles["doctor"] == [
        *(f"{n}: fragile had application_error, code 7, and was restarted warm" for n in (1, 2, 3)),
        "4: fragile had application_error, code 7, and was halted",
    ]


@pytest.mark.parametrize("supervise", ["true", "false"])
def test_supervision_reports_late_and_missing_yields(supervise: str, tmp_path: Path) -> None:
    """Jobs start every 5 ms: job 10 at 50 ms is late, job 20 at 100 ms does not end in its window. Each is judged at the window's end."""
    text = (ROOT / "config" / "supervision.yaml").read_text(encoding="utf-8")
    assert text.count("supervise: true") == 1
    plan = tmp_path / "supervision.yaml"
    text = text.replace("supervise: true", f"supervise: {supervise}").replace("partitions/", f"{ROOT / 'partitions'}/")
    plan.write_text(text, encoding="utf-8")
    ran = run_plan(plan, tmp_path / "record", "--frames", "30", "--strict")
    assert (ran.code, ran.verdict["verdict"], ran.verdict["release_jitter_max"]) == (0, "good", 0), ran.text
    assert ran.consoles["late"] == ["job 10 takes 800 us", "job 20 takes 1500 us"]
    found = re.findall(r"health late (\w+) action=(\w+) at=(\d+)", ran.text)
    missed = [("deadline_missed", "log", 50), ("deadline_missed", "log", 100), ("overrun", "log", 100)]
    assert [(event, action, int(at) // 1_000_000) for event, action, at in found] == (missed if supervise == "true" else [])
    assert all(int(at) % 1_000_000 > 990_000 for *_, at in found), "at the net end of a window of 1 ms"
    counted = {(one["event"], one["count"]) for one in ran.verdict["health"]}
    assert counted == ({("deadline_missed", 2), ("overrun", 1)} if supervise == "true" else set())


def test_shared_memory_is_seen_whole(tmp_path: Path) -> None:
    ran = lesson("shared", tmp_path)
    head, *pictures = ran.consoles["viewer"]
    assert head == "picture: 65536 bytes, read-only"
    assert pictures == [f"picture {n}: 0 pixels wrong" for n in range(1, 6)]


@pytest.mark.parametrize(("cache", "size"), [("uc", "64 KiB"), ("wc", "64 KiB"), ("wc", "2 MiB")])
def test_shared_memory_of_every_cache_attribute_is_memory(cache: str, size: str, tmp_path: Path) -> None:
    """The page tables are legal to the CPU, in pages of both sizes; an emulator does not show what a cache does."""
    text = (ROOT / "config" / "shared.yaml").read_text(encoding="utf-8").replace("partitions/", f"{ROOT / 'partitions'}/")
    for old, new in (("{size: 64 KiB, ", f"{{size: {size}, cache: {cache}, "), ("at: 4 ms, for: 1 ms", "at: 5 ms, for: 5 ms")):
        assert text.count(old) == 1
        text = text.replace(old, new)
    plan = tmp_path / "shared.yaml"
    plan.write_text(text.replace("at: 0 ms, for: 1 ms", "at: 0 ms, for: 5 ms"), encoding="utf-8")
    ran = run_plan(plan, tmp_path / "record", "--frames", "10")
    assert (ran.code, ran.verdict["verdict"]) == (0, "good"), ran.text
    assert ran.consoles["viewer"][1:] == [f"picture {n}: 0 pixels wrong" for n in range(1, 6)]


@pytest.mark.parametrize("access", ["rw", "ro"])
def test_who_may_only_read_a_shared_area_cannot_write_it(access: str, tmp_path: Path) -> None:
    """The viewer's program in the camera's place: a picture is never made, and the camera with `ro` faults."""
    text = (ROOT / "config" / "shared.yaml").read_text(encoding="utf-8")
    assert text.count("camera: rw") == 1
    plan = tmp_path / "shared.yaml"
    plan.write_text(text.replace("camera: rw", f"camera: {access}").replace("partitions/", f"{ROOT / 'partitions'}/"), encoding="utf-8")
    ran = run_plan(plan, tmp_path / "record", "--frames", "10")
    faults = [(one["partition"], one["event"]) for one in ran.verdict["health"]]
    assert faults == ([] if access == "rw" else [("camera", "page_fault")]), ran.text
