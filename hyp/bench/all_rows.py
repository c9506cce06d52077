"""All of the benchmark, in the table's order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyp.bench import builds, calls, gates, image_rows, jitter, services, switch
from hyp.bench.measure import PLANS, Bench, Measured
from hyp.bench.rows import Row

EXTREME_FRAMES = 4000


@dataclass(frozen=True)
class Runs:
    """The measured runs that the table is made of."""

    jitter: Measured
    null_call: Measured
    null_call_traced: Measured
    switch: Measured
    switch_fpu: Measured
    switch_upcall: Measured
    services: Measured
    services_many: Measured
    gates: Measured
    extremes: Measured
    demo: Measured

    @property
    def hostile(self) -> tuple[Measured, ...]:
        """Those that make the longest paths."""
        return self.jitter, self.extremes, self.services, self.gates, self.demo


def run_all(bench: Bench, demo: Path) -> Runs:
    return Runs(
        jitter.measure(bench),
        calls.measure(bench),
        calls.measure_traced(bench),
        switch.measure(bench, fpu=False),
        switch.measure(bench, fpu=True),
        services.measure_switch(bench),
        services.measure(bench),
        services.measure_many(bench),
        gates.measure(bench),
        bench.measure(PLANS / "extremes.yaml", EXTREME_FRAMES),
        image_rows.measure(bench, demo),
    )


def instruction_rows(runs: Runs) -> list[Row]:
    """What is judged."""
    null, traced, *paths = calls.rows(runs.null_call, runs.null_call_traced, runs.hostile)
    return [
        *jitter.rows(runs.jitter),
        null,
        traced,
        *switch.rows(runs.switch, runs.switch_fpu),
        *services.rows(runs.services, runs.services_many, runs.switch_upcall),
        *gates.rows(runs.gates),
        *image_rows.rows(runs.demo),
        *image_rows.path_rows(runs.hostile),
        *paths,
    ]


def build_rows(bench: Bench, demo: Path) -> list[Row]:
    """What the host's wall clock says."""
    bench.say("building plans")
    return builds.rows(bench.root, demo)
