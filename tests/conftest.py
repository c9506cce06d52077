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
    parser.getgroup("labgrid's environment").addoption("--labgrid", action="store_true", help="also the tests that install labgrid")
    group.addoption("--fuzz-seed", type=int, default=1, metavar="N", help="seed of the hypercall fuzzer (default 1)")
    parser.getgroup("hyp's own tests").addoption("--nightly", action="store_true", help="the long form of tests that have one")
    group = parser.getgroup("schedule monitor")
    group.addoption("--monitor-streams", type=int, default=440, metavar="N", help="random streams of edges for the monitor (default 440)")
    group.addoption("--monitor-seed", type=int, default=0, metavar="N", help="seed of these streams (default 0: always the same ones)")
    group.addoption("--fpga", action="store_true", help="also synthesis and model checking, some ten minutes; needs the extra `fpga`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The FPGA tools are no part of the test environment: their tests are asked for."""
    if config.getoption("--fpga"):
        return
    left = [item for item in items if item.get_closest_marker("fpga") is not None]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]
