"""Plan-only `hyp build` by the wall clock: process start to image written, kernel and partitions compiled before."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from hyp.bench.rows import SECONDS, Row
from hyp.exits import ExitCode, Stop
from hyp.target.workspace import private_folder
from hyp.toolchain import share

RUNS = 5
PARTITIONS, WINDOWS = 256, 1024
_WINDOW_US = 10
_SHOWN = 300


def large_plan() -> str:
    """A plan of 256 partitions and 1,024 windows, every partition the demo's worker."""
    worker = json.dumps(str(share.partitions() / "worker"))  # quoted as YAML wants it
    frame = WINDOWS * _WINDOW_US * 5 // 4
    lines = ["# Made by the benchmark.", "hyp: 1", "name: bench-large", "board: qemu-q35"]
    lines += ["console: {uart: com1, mode: text, baud: 115200, buffer: 1 KiB}", "", "partitions:"]
    lines += [f"  p{n}: {{image: {worker}, fpu: false}}" for n in range(PARTITIONS)]
    lines += ["", "schedules:", "  normal:", f"    major_frame: {frame} us", "    windows:"]
    lines += [f"      - {{partition: p{n % PARTITIONS}, at: {n * _WINDOW_US} us, for: {_WINDOW_US} us}}" for n in range(WINDOWS)]
    return "\n".join(lines) + "\n"


def build_seconds(plan: Path) -> float:
    """Median of RUNS builds in processes of their own, after one to warm up. Stop when a build fails."""
    with private_folder() as folder:
        return median([_build(plan, folder / "out") for _ in range(RUNS + 1)][1:])


def rows(root: Path, demo: Path) -> list[Row]:
    large = root / "build" / "bench" / "large.yaml"
    large.parent.mkdir(parents=True, exist_ok=True)
    large.write_text(large_plan())
    return [
        Row("build_demo", f"plan-only `hyp build` of the demo: median of {RUNS}", build_seconds(demo), SECONDS, 1.0, 0.4, "not measured"),
        Row(
            "build_large",
            f"the same for {PARTITIONS} partitions, {WINDOWS} windows",
            build_seconds(large),
            SECONDS,
            5.0,
            2.0,
            "not measured",
        ),
    ]


def _build(plan: Path, out: Path) -> float:
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "hyp", "build", str(plan), "-o", str(out)], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise Stop(ExitCode.TARGET_FAILED, f"`hyp build {plan}` failed: {done.stderr.strip()[-_SHOWN:]}")
    return seconds
