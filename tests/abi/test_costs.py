"""Every call that returns within its window costs at most what its definition declares, in instructions (ABI, Convention)."""

from __future__ import annotations

import struct
from pathlib import Path

from hyp.abi.hypercalls import HYPERCALLS
from tests.hostile.machine import Attacker, build_plan, plan_text, run

NEVER_AT_ONCE = {"yield", "upcall_return", "trap_return", "health_raise"}
"""Back at the next release, elsewhere in the program, or with an event; their paths are the benchmark's (tests/bench)."""


def test_calls_keep_their_bounds(repository: Path, tmp_path: Path) -> None:
    text = plan_text([Attacker("costs", "", image="../../abi/costs", keys=("system: true",))], for_us=40, idle_us=2000)
    found = run(build_plan(text, repository, tmp_path / "image"), tmp_path / "run", 60)
    assert found.events("costs") == {}
    ticks = dict(
        zip((call.name for call in HYPERCALLS), struct.unpack_from(f"<{len(HYPERCALLS)}Q", found.area("costs", "log")), strict=True)
    )
    measured = {name: count for name, count in ticks.items() if name not in NEVER_AT_ONCE}
    assert all(measured.values()), measured
    assert {call.name: measured[call.name] for call in HYPERCALLS if measured.get(call.name, 0) > call.worst_case} == {}
