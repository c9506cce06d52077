"""What the kernel shows of whole lessons, judged by the oracle: with halts, sleep, restarts, gates and switches of schedules."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyp.bench.measure import Bench
from hyp.monitor.kinds import Kind
from sim.monitor.standin.pins import record
from tests.gateware.conftest import watched
from tests.gateware.oracle import Oracle, edges
from tests.gateware.streams import from_writes

LESSONS = {"demo": 100, "gates": 60, "restart": 120, "health": 60, "schedules": 60, "events": 40, "supervision": 60}
"""Frames of each plan of config/: enough for what happens in it."""


@pytest.mark.parametrize("name", sorted(LESSONS))
def test_every_window_is_shown_in_time(name: str, repository: Path, tmp_path: Path) -> None:
    file = repository / "config" / f"{name}.yaml"
    bundle = Bench(repository).image(file, watched(file))
    writes = record(bundle, LESSONS[name], tmp_path)
    oracle = Oracle(bundle.manifest)
    judged = oracle.judge(edges(from_writes(writes).changes, 41_667, oracle.steady))
    assert [verdict for verdict in judged.verdicts if verdict[0] not in (Kind.LOCKED, Kind.GOOD)] == [judged.verdicts[-1]]
    assert judged.verdicts[-1][0] is Kind.SILENT, "the end of the run"
    assert len(judged.frames) == LESSONS[name] - 1
    assert all(judged.frames)
