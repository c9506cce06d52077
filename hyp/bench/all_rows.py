"""All of the benchmark, in the table's order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyp.bench import builds, calls, image_rows, jitter, switch
from hyp.bench.measure import Bench, Measured
from hyp.bench.rows import Row


@dataclass(frozen=True)
class Runs:
    """The measured runs that the table is made of."""

    jitter: Measured
    null_call: Measured
    switch: Measured
    switch_fpu: Measured
    demo: Measured


def run_all(bench: Bench, demo: Path) -> Runs:
    return Runs(
        jitter.measure(bench),
        calls.measure(bench),
        switch.measure(bench, fpu=False),
        switch.measure(bench, fpu=True),
        image_rows.measure(bench, demo),
    )


def instruction_rows(runs: Runs) -> list[Row]:
    """What is judged."""
    null, *paths = calls.rows(runs.null_call, runs.jitter)
    return [
        *jitter.rows(runs.jitter),
        null,
        *switch.rows(runs.switch, runs.switch_fpu),
        *image_rows.rows(runs.demo),
        *image_rows.path_rows(runs.jitter, runs.demo),
        *paths,
    ]


def build_rows(bench: Bench, demo: Path) -> list[Row]:
    """What the host's wall clock says."""
    bench.say("building plans")
    return builds.rows(bench.root, demo)
