"""The benchmark's runs, once for all tests of a process."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyp.bench.all_rows import Runs, run_all
from hyp.bench.measure import Bench


@pytest.fixture(scope="session")
def bench(repository: Path) -> Bench:
    return Bench(repository)


@pytest.fixture(scope="session")
def runs(bench: Bench, repository: Path) -> Runs:
    return run_all(bench, repository / "config" / "demo.yaml")
