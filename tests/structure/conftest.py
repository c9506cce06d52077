"""The kernel and the library, compiled once for the checks of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyp.toolchain.prepare import build, build_firmware
from hyp.toolchain.request import kernel_elf, partition_request


@pytest.fixture(scope="session")
def built(repository: Path) -> Path:
    """The repository's root, with generated headers, kernel and both variants of the library current in its build folder."""
    build_firmware(repository, "loader")  # its generated header, too
    build(repository, [partition_request(repository, repository / "partitions" / "hello", fpu=fpu) for fpu in (True, False)])
    assert kernel_elf(repository).is_file()
    return repository
