"""How much is tried."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("hypercall fuzzer")
    group.addoption("--fuzz-calls", type=int, default=50_000, metavar="N", help="calls of the hypercall fuzzer (default 50000)")
    group.addoption("--fuzz-seed", type=int, default=1, metavar="N", help="seed of the hypercall fuzzer (default 1)")
