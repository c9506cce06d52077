"""The whole way: the kernel in QEMU, its pins as the emulator stamps them, the RTL, the bytes of its line, `hyp monitor watch`."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from hyp.exits import ExitCode
from hyp.monitor.beside import Background
from hyp.monitor.counters import QUEUE
from hyp.monitor.kinds import Kind
from hyp.monitor.summary import edges_of_bins
from hyp.monitor.witness import Witness
from hyp.target.bundle import Bundle
from sim.monitor.reporter import FAULTS
from sim.monitor.standin.bench import Bench
from sim.monitor.standin.line import Line
from sim.monitor.standin.pins import record
from tests.gateware.oracle import Judgement, Oracle, edges
from tests.gateware.streams import HALF_PS, Mutation, Stream, from_writes, missing

FRAMES = 260
SEEN = 150
"""Frames that the watch waits for: by then the line has carried the whole of the statistics."""


@pytest.fixture(scope="module")
def stream(fast: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Stream:
    return from_writes(record(fast, FRAMES, tmp_path_factory.mktemp("pins")))


def line_of(rtl: Bench, stream: Stream) -> bytes:
    """All that the monitor sends up to just before the silence after the last edge."""
    return rtl.run(stream.events(), stream.end_ps + 20_000_000, HALF_PS).host


def watch(url: str, bundle: Bundle, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hyp", "monitor", "watch", "--port", url, "--plan", str(bundle.folder), *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)


def judged(stream: Stream, bundle: Bundle) -> Judgement:
    oracle = Oracle(bundle.manifest)
    return oracle.judge(edges(stream.changes, stream.half_ps, oracle.steady))


def test_good_and_bad(rtl: Bench, fast: Bundle, stream: Stream, tmp_path: Path, repository: Path) -> None:
    """What the host tool says of each window is what the oracle says; a window left out is found, and named."""
    with Line(line_of(rtl, stream)) as line:
        kept = tmp_path / "record.json"
        done = watch(line.url, fast, "--frames", str(SEEN), "--json", "--record", str(kept))
        assert (done.returncode, done.stderr.splitlines()[-1]) == (ExitCode.GOOD, "monitor: verdict: good")
        with Background(fast.manifest, line.url) as beside:
            while beside.witness.frames < SEEN:
                assert beside._thread.is_alive()
        assert beside.witness.good
    said = json.loads(done.stdout)
    jsonschema.validate(said, json.loads((repository / "hyp" / "schemas" / "monitor.schema.json").read_text()))
    assert json.loads(kept.read_text()) == said
    assert said["resolution_ns"] == 83
    wanted = judged(stream, fast).statistics
    for window in said["windows"]:
        exact = wanted[window["index"]]
        assert 0 < window["count"] <= exact.count
        assert window["count"] <= sum(one["count"] for one in window["histogram"]), "the histogram comes after the count"
        assert exact.least * 84 - 84 <= window["deviation_min_ns"] <= window["deviation_max_ns"] <= exact.most * 84 + 84

    broken = missing(stream, 100, 0, 0)
    with Line(line_of(rtl, broken)) as line:
        done = watch(line.url, fast, "--frames", str(SEEN))
    assert done.returncode == ExitCode.JUDGED_BAD
    kind, row, _ = next(verdict for verdict in judged(broken, fast).verdicts if verdict[0] > 1)
    reason = next(text for text in done.stdout.splitlines() if text.startswith("monitor: bad: "))
    assert f"{kind.name.lower()}: window {row} of " in reason


def test_statistics_are_the_oracles(rtl: Bench, fast: Bundle, stream: Stream) -> None:
    """Exactly, once the board is silent and the line has carried everything."""
    some = replace(stream, changes=stream.changes[:90])
    late = Mutation("late", 20, 250, 0).apply(Mutation("early", 41, 3000, 0).apply(some))
    witness = Witness(fast.manifest)
    witness.feed(rtl.run(late.events(), late.end_ps + 8_000_000_000, HALF_PS).host)
    wanted = judged(late, fast)
    faults = [(kind, row) for kind, row, _ in wanted.verdicts if kind > Kind.GOOD]
    assert [(fault.kind, fault.index) for fault in witness.faults] == faults
    assert {kind for kind, _ in faults} == {Kind.EARLY, Kind.LATE, Kind.SILENT}
    before = len(wanted.frames) - witness.frames  # frames that had ended when the first record of them began
    assert 0 <= before <= 3
    assert (witness.good_frames, witness.lost) == (sum(wanted.frames) - before, 0)
    begins = edges_of_bins(witness.parameters)
    for index, seen in witness.windows.items():
        exact = wanted.statistics[index]
        assert (seen.count, seen.least, seen.most) == (exact.count, exact.least, exact.most)
        bins = [0] * len(begins)
        for value in exact.values:
            bins[max(n for n, begin in enumerate(begins) if n == 0 or value >= begin)] += 1
        assert seen.bins == bins


def test_a_monitor_of_another_plan_is_found_out(rtl: Bench, fast: Bundle, stream: Stream, tmp_path: Path) -> None:
    other = json.loads((fast.folder / "image.json").read_text())
    other["schedules"][0]["windows"][1]["at_ns"] += 100
    for name in ("image.elf", "image.json"):
        (tmp_path / name).write_bytes((fast.folder / name).read_bytes())
    (tmp_path / "image.json").write_text(json.dumps(other))
    with Line(line_of(rtl, stream)) as line:
        done = watch(line.url, Bundle(tmp_path, other), "--frames", "10")
    assert done.returncode == ExitCode.WRONG_INPUT
    assert "built from another plan" in done.stderr


def test_the_host_knows_how_many_faults_wait() -> None:
    assert QUEUE == FAULTS


def test_a_line_that_ends_is_a_failure(fast: Bundle) -> None:
    with Line(b"noise", hang_up=True) as line:
        done = watch(line.url, fast, "--frames", "10")
    assert done.returncode == ExitCode.TARGET_FAILED
    assert "the monitor's line is lost" in done.stderr
