"""Random calls with arguments of every kind: each result is what the model of the ABI says, and no victim notices.

`pytest tests/fuzz --fuzz-calls 1000000 --fuzz-seed N` is the nightly run.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hyp.abi.hypercalls import HYPERCALLS
from tests.fuzz.machine import fuzz, judge
from tests.hostile.test_interference import timelines


@pytest.mark.slow
def test_every_result_is_what_the_model_says(repository: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    calls, seed = int(request.config.getoption("--fuzz-calls")), int(request.config.getoption("--fuzz-seed"))
    frames = calls // 20 + 100
    found = fuzz(f"fuzz {seed} {calls}", calls, frames, repository, tmp_path / "hostile")
    model, made = judge(found)
    assert made == calls, "the fuzzer did not come to its end"
    assert {name for name, _ in model.seen} >= {call.name for call in HYPERCALLS}, "a call was never tried"
    batchable = {call.number for call in HYPERCALLS if call.in_batch}
    assert {number for name, number in model.seen if name == "entry"} >= batchable, "a call was never tried in a batch"
    assert [fact for fact in found.facts.health if fact.partition == "module"] == []
    quiet = timelines(fuzz("idle", calls, frames, repository, tmp_path / "idle"))
    loud = timelines(found)
    for what, wanted in quiet.items():
        assert loud[what] == wanted, f"{what} differs"
