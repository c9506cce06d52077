"""What every test may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("hyp", derandomize=True, deadline=None)
settings.load_profile("hyp")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this repository."""
    return Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Here, not beside the fuzzer: options are read before the folders below are."""
    group = parser.getgroup("hypercall fuzzer")
    group.addoption("--fuzz-calls", type=int, default=50_000, metavar="N", help="calls of the hypercall fuzzer (default 50000)")
    group.addoption("--fuzz-seed", type=int, default=1, metavar="N", help="seed of the hypercall fuzzer (default 1)")
