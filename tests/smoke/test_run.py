"""Real images on the emulators: what the kernel counts, prints and traces is one story, the same in every run."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hyp.image.project import build_project
from hyp.report.places import Places
from hyp.report.table import verdict_text
from hyp.target.bundle import Bundle, open_bundle
from hyp.target.console import Line
from hyp.target.gdb import write_script
from hyp.target.options import WALL, Match, Options
from hyp.target.run import Run, run
from hyp.target.session import End
from hyp.timeline.verdict import judge
from tests.ports import free_port

pytestmark = pytest.mark.slow

Builder = Callable[[str], Bundle]


def quiet(line: Line) -> None:
    """What nobody watches."""


def judged(bundle: Bundle, options: Options, target: str = "qemu") -> Run:
    """A run that must be good, its drops aside."""
    result = run(bundle, target, options, quiet)
    verdict = judge(bundle.manifest, options, result, strict=False)
    assert verdict.reasons == ()
    return result


@pytest.mark.parametrize(
    "name",
    ["hello", "two", "restart", "fpu", "sampling", "queuing", "events", "timers", "traps", "control", "schedules", "health", "shared"],
)
def test_memory_and_console_agree(bundle_of: Builder, name: str) -> None:
    result = judged(bundle_of(name), Options(frames=20, timeout_s=300))
    assert result.facts == result.reported
    assert result.traces is not None
    assert sum(len(dump.records) for dump in result.traces) > 0


def test_restarts_of_the_module_are_followed(tmp_path: Path) -> None:
    """Windows go on after each restart at a new instant, counters go on as if nothing had been, and the trace says when."""
    bundle = open_bundle(build_project(Path(__file__).with_name("restarts.yaml"), tmp_path))
    options = Options(frames=60, timeout_s=300)
    result = judged(bundle, options)
    assert result.facts == result.reported
    assert result.facts.module_restarts == 3
    assert sum(result.facts.schedules.values()) == 60
    assert min(result.facts.schedules.values()) >= 12
    lives = [line.text for line in result.session.lines if line.stream == "phoenix"]
    assert lives == [f"life after {n} warm restarts, {cold} cold starts" for n, cold in ((0, 1), (1, 1), (2, 1), (2, 2))]
    verdict = judge(bundle.manifest, options, result, strict=True)
    assert len(verdict.restarted) == 3
    assert all(at % 1000 == 0 for at in verdict.restarted)
    assert f"{verdict.restarted[0] // 1000} us" in verdict_text(verdict, result)


def test_a_restart_that_nobody_counted_is_a_deviation(tmp_path: Path) -> None:
    bundle = open_bundle(build_project(Path(__file__).with_name("restarts.yaml"), tmp_path))
    options = Options(frames=60, timeout_s=300)
    result = run(bundle, "qemu", options, quiet)
    denied = replace(result, facts=replace(result.facts, module_restarts=2))
    codes = {reason.code for reason in judge(bundle.manifest, options, denied, strict=False).reasons}
    assert "trace" in codes


def test_the_demo_is_good_and_its_rogue_contained(bundle_of: Builder) -> None:
    bundle = bundle_of("demo")
    options = Options(frames=200, timeout_s=300)
    result = judged(bundle, options)
    assert result.facts == result.reported
    assert judge(bundle.manifest, options, result, strict=False).release_jitter_max == 0
    places = Places(bundle)
    faults = [place for line in result.session.lines if (place := places.of(line)) is not None]
    assert any(re.fullmatch(r"in \w+\+0x[0-9a-f]+ of rogue\.elf, \w+\.c:\d+", place) for place in faults)


def test_the_same_bytes_in_every_run(bundle_of: Builder, tmp_path: Path) -> None:
    bundle = bundle_of("demo")
    results = [run(bundle, "qemu", Options(frames=50, timeout_s=300), quiet, tmp_path / name) for name in ("first", "second")]
    assert results[0].traces == results[1].traces
    assert (tmp_path / "first" / "com1.log").read_bytes() == (tmp_path / "second" / "com1.log").read_bytes()


def test_a_run_stops_where_it_is_told(bundle_of: Builder) -> None:
    until = Match("second", re.compile("^window 2"))
    result = judged(bundle_of("two"), Options(frames=10**9, timeout_s=300, until=until))
    assert result.session.end is End.UNTIL
    assert 2 <= result.facts.cores[0].frames < 10**9, "how many more it ran until the host saw the line is the host's affair"


def test_the_wall_clock_runs_to_the_end(bundle_of: Builder) -> None:
    result = run(bundle_of("two"), "qemu", Options(frames=20, timeout_s=300, clock=WALL), quiet)
    assert result.session.end is End.COMPLETE
    assert result.facts.cores[0].frames == 20
    assert {window.delivered for window in result.facts.windows.values()} == {20}


def test_a_machine_that_is_not_the_boards_is_refused(bundle_of: Builder) -> None:
    result = run(bundle_of("hello"), "qemu", Options(frames=5, timeout_s=300, arguments=("-cpu", "qemu64")), quiet)
    assert result.session.end is End.HALTED
    assert result.session.message.startswith("the kernel refuses this machine: halt: cpu")


def test_bochs_agrees(bundle_of: Builder, tmp_path: Path) -> None:
    """A second machine, booted through GRUB: the same plan on the board `bochs`."""
    config = Path(__file__).resolve().parents[2] / "config"
    plan = tmp_path / "two.yaml"
    plan.write_text(re.sub(r"^board: .*$", "board: bochs", (config / "two.yaml").read_text(), flags=re.MULTILINE))
    out = tmp_path / "out"
    subprocess.run([sys.executable, "-m", "hyp", "build", str(plan), "-o", str(out)], check=True, timeout=300, capture_output=True)
    result = judged(open_bundle(out), Options(frames=10, timeout_s=300), "bochs")
    assert result.facts.cores[0].frames == 10
    assert [line for line in result.session.lines if line.stream == "first"] == [
        line for line in run(bundle_of("two"), "qemu", Options(frames=10, timeout_s=300), quiet).session.lines if line.stream == "first"
    ]


def test_gdb_stops_in_a_partition(bundle_of: Builder) -> None:
    bundle = bundle_of("hello")
    port = free_port()
    script = write_script(bundle, port)
    command = [sys.executable, "-m", "hyp", "run", str(bundle.image), "--frames", "5", "--gdb", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as runner:
        try:
            wait = ["-ex", "set tcp auto-retry on", "-ex", "set tcp connect-timeout 120"]
            steps = ["hyp-partition hello", "hbreak partition_main", "continue", "backtrace 1", "delete", "continue"]
            asked = [word for step in steps for word in ("-ex", step)]
            gdb = ["gdb", "-batch", "-nx", *wait, "-x", str(script), *asked]
            said = subprocess.run(gdb, capture_output=True, text=True, timeout=180, check=False).stdout
            out, _ = runner.communicate(timeout=180)
        finally:
            runner.kill()
    assert re.search(r"#0 +partition_main \(\) at .*main\.c:\d+", said), said
    assert "verdict: good" in out
