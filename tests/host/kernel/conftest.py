"""One folder for the kernel's host programs."""

from __future__ import annotations

import pytest

from tests.host.kernel.building import HostKernel, host_headers


@pytest.fixture(scope="session")
def host_kernel(tmp_path_factory: pytest.TempPathFactory) -> HostKernel:
    folder = tmp_path_factory.mktemp("host-kernel")
    host_headers(folder / "include")
    return HostKernel(folder)
