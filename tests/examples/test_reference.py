"""config/reference.yaml, the plan of the language's page: every key of it, checked, built and run."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyp.plan import load
from tests.examples.running import ROOT, run_plan

PLAN = ROOT / "config" / "reference.yaml"
LATER = "windows: auto                       # synthesised from `timing:`"
_WINDOWS = (("control", "1 ms", "1 ms"), ("control", "6 ms", "1 ms"), ("monitor", "8 ms", "500 us"))
IN_ITS_PLACE = f"windows: [{', '.join(f'{{partition: {who}, at: {at}, for: {length}}}' for who, at, length in _WINDOWS)}]"


def supported(folder: Path) -> Path:
    """The plan, or the one with windows written out as long as this version synthesises none."""
    found = [(one.code, one.message) for one in load(PLAN).diagnostics]
    if found == [("FUT001", "`windows: auto` is not supported yet")]:
        text = PLAN.read_text(encoding="utf-8")
        assert text.count(LATER) == 1
        plan = folder / "reference.yaml"
        plan.write_text(text.replace(LATER, IN_ITS_PLACE).replace("image: partitions", f"image: {ROOT}/partitions"), encoding="utf-8")
        return plan
    assert found == []
    return PLAN


@pytest.mark.slow
def test_reference_runs_as_planned(tmp_path: Path) -> None:
    ran = run_plan(supported(tmp_path), tmp_path / "record", "--frames", "40")
    assert (ran.code, ran.verdict["verdict"], ran.verdict["release_jitter_max"]) == (0, "good", 0), ran.text
    assert "partition control: pass: all that can be solved" in ran.text
    assert ran.consoles["control"][0] == "1: not_available", "the solver comes up in the window of its first caller"
    assert [line.split(",")[0] for line in ran.consoles["control"][1:]] == [f"{n}: x = {n}" for n in range(1, 9)]
    assert all(line.endswith("jitter 0 ns") for line in ran.consoles["monitor"])
