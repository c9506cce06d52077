"""One build folder for the library's host programs."""

from __future__ import annotations

import shutil

import pytest

from hyp.abi.emit import partition_header
from hyp.toolchain.share import partition_library
from tests.host.lib.building import HostBuild


@pytest.fixture(scope="session")
def host_build(tmp_path_factory: pytest.TempPathFactory) -> HostBuild:
    folder = tmp_path_factory.mktemp("host-lib")
    (folder / "hyp_abi.h").write_text(partition_header())
    shutil.copy(partition_library() / "include" / "hyp.h", folder)
    return HostBuild(folder)
