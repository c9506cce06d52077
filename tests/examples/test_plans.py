"""The plans in config/ do what they say. The instruction clock makes every line of a run exact."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hyp.toolchain.share import partitions
from tests.examples.running import ROOT, Ran, run_plan

CONFIG = ROOT / "config"


def example(name: str, record: Path, *options: str) -> Ran:
    return run_plan(CONFIG / f"{name}.yaml", record, *options)


def judged(ran: Ran) -> tuple[int, str, int]:
    return ran.code, ran.verdict["verdict"], ran.verdict["release_jitter_max"]


def test_hello(tmp_path: Path) -> None:
    ran = example("hello", tmp_path, "--frames", "10", "--strict")
    assert judged(ran) == (0, "good", 0), ran.text
    assert ran.consoles["hello"] == [
        'hello from hello, args "my first plan"',
        *(f"window {n}, released at {n * 10_000_000} ns" for n in range(1, 6)),
    ]


def test_two(tmp_path: Path) -> None:
    ran = example("two", tmp_path, "--frames", "10", "--strict")
    assert judged(ran) == (0, "good", 0), ran.text
    for name, at in (("first", 0), ("second", 4)):
        assert ran.consoles[name] == [
            f'hello from {name}, args "I run at {at} ms"',
            *(f"window {n}, released at {n * 10_000_000 + at * 1_000_000} ns" for n in range(1, 6)),
        ]


def test_watched(tmp_path: Path) -> None:
    ran = example("watched", tmp_path, "--frames", "10", "--strict")
    assert judged(ran) == (0, "good", 0), ran.text


def test_restart(tmp_path: Path) -> None:
    ran = example("restart", tmp_path, "--frames", "120", "--strict")
    assert judged(ran) == (0, "good", 0), ran.text
    fresh, cold, warm = "mark 600dda7a", 1, 0
    expected: list[str] = []
    for life in (1, 2, 3, 1, 2, 3, 1):
        if expected:
            cold, warm = (cold + 1, warm) if life == 1 else (cold, warm + 1)
        cause = "self" if expected else "power_on"
        mark = fresh if life == 1 else f"mark {life - 1}"
        expected.append(f"started by {cause}: cold {cold}, warm {warm}; life {life} of this memory, {mark}")
    assert ran.consoles["phoenix"] == expected
    assert all(line.endswith("jitter 0 ns") for line in ran.consoles["monitor"])
    assert len(ran.consoles["monitor"]) == 5


def test_fpu(tmp_path: Path) -> None:
    ran = example("fpu", tmp_path, "--frames", "200", "--strict")
    assert judged(ran) == (0, "good", 0), ran.text
    for name in ("left", "right"):
        sums = [line.split(": ")[1] for line in ran.consoles[name]]
        assert len(sums) == 5
        assert len(set(sums)) == 1
    assert ran.consoles["left"] != ran.consoles["right"]
    assert "partition left: pass: every round the same" in ran.text
    assert "partition right: pass: every round the same" in ran.text


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return example("demo", tmp_path_factory.mktemp("demo"), "--frames", "200")


def test_demo_is_good_and_contains_its_rogue(demo: Ran) -> None:
    assert judged(demo) == (0, "good", 0), demo.text
    health = {(one["partition"], one["event"]): (one["action"], one["count"]) for one in demo.verdict["health"]}
    assert health == {("rogue", "illegal_hypercall"): ("log", 1), ("rogue", "general_protection"): ("halt", 1)}
    assert demo.consoles["rogue"][:8] == [
        "unknown hypercall: unknown_hypercall",
        "hypercall without the tag: unknown_hypercall",
        "text at a null pointer: bad_address",
        "text in the kernel: bad_address",
        "text that ends past the address space: bad_address",
        "control of a neighbour: not_permitted",
        "control of nobody: invalid_param",
        "an invented clock: invalid_param",
    ]
    assert demo.consoles["rogue"][-1] == "disabling all interrupts, for good"


def test_demo_drops_nothing_but_the_flood(demo: Ran) -> None:
    lost = {stream: drop["bytes"] for stream, drop in demo.verdict["drops"].items() if drop["bytes"]}
    assert list(lost) == ["rogue"]
    assert lost["rogue"] > 100_000


def test_demo_shows_the_loop(demo: Ran) -> None:
    head, *chart = demo.consoles["plant"]
    assert head.split() == ["time", "cart", "#,", "pole's", "tip", "o", "pole", "cart", "force"]
    assert [float(line.split()[0]) for line in chart] == pytest.approx([n * 0.05 for n in range(40)])
    angles = [float(re.findall(r"(\S+) deg", line)[0]) for line in chart]
    assert angles[0] == pytest.approx(20.1)
    assert max(abs(angle) for angle in angles[14:20]) < 5, "balanced before the kick"
    assert [n for n, line in enumerate(chart) if line.endswith("<- kick")] == [20]
    assert max(abs(angle) for angle in angles[22:26]) > 15, "the kick is felt"
    assert max(abs(angle) for angle in angles[34:]) < 3, "and balanced again"
    assert {len(line.removesuffix(" <- kick")) for line in [head, *chart]} == {72}, "aligned, and short enough for a terminal"


def test_demo_watch_sees_why_and_switches(demo: Ran) -> None:
    reports = [line for line in demo.consoles["watch"] if "sensor at most" in line]
    assert {line.split(": ", 1)[1] for line in reports} == {"sensor at most 2049 us old, 0 invalid; actuator 1550 us, 0 invalid"}
    schedules = [line.split(":")[0] for line in reports]
    assert schedules == ["normal"] * 3 + ["degraded"] * 6
    said = [re.sub(r"\d+ us", "N us", line) for line in demo.consoles["watch"] if line not in reports]
    assert said == ["rogue had illegal_hypercall at N us", "rogue had general_protection at N us", "switch to degraded: ok"]


def test_demo_loop_reports_its_kicks(demo: Ran) -> None:
    notes = [line for line in demo.consoles["logger"] if "the pole turns" in line]
    assert [note.split(",")[0] for note in notes] == ["loop closed", "kicked"]


def test_demo_neighbours_do_not_notice_the_rogue(demo: Ran, tmp_path: Path) -> None:
    """The same plan with a rogue that says hello instead: every neighbour's console is the same to the nanosecond.

    But for the watch, which has nothing to report then, and the worker, which does not get the rogue's time.
    """
    text = (CONFIG / "demo.yaml").read_text(encoding="utf-8")
    assert text.count("partitions/rogue") == 1
    for folder in ("plant", "controller", "logger", "monitor", "watch", "worker"):
        text = text.replace(f"partitions/{folder}", str(partitions() / folder))
    quiet_plan = tmp_path / "quiet.yaml"
    quiet_plan.write_text(text.replace("partitions/rogue", str(partitions() / "hello")), encoding="utf-8")
    quiet = run_plan(quiet_plan, tmp_path / "record", "--frames", "200")
    assert quiet.verdict["verdict"] == "good", quiet.text
    assert len(quiet.consoles["rogue"]) == 6
    for name in ("plant", "logger", "monitor"):
        assert quiet.consoles[name] == demo.consoles[name]


def test_demo_on_another_machine(tmp_path: Path) -> None:
    """Bochs: another emulator, another clock (20 ns an instruction), the same loop."""
    text = (CONFIG / "demo.yaml").read_text(encoding="utf-8")
    assert text.count("board: qemu-q35") == 1
    plan = tmp_path / "demo-bochs.yaml"
    plan.write_text(text.replace("board: qemu-q35", "board: bochs").replace("partitions/", f"{partitions()}/"), encoding="utf-8")
    ran = run_plan(plan, tmp_path / "record", "--target", "bochs", "--frames", "160")
    assert judged(ran) == (0, "good", 0), ran.text
    assert "partition plant: pass: the pole stands" in ran.text
    assert "partition monitor: pass: every release on time" in ran.text
