"""memcpy and its family do what the host's do."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.host.lib.building import HERE, HostBuild


def test_strings_equal_the_hosts(host_build: HostBuild) -> None:
    program: Path = host_build.program("strings", ["string.c"], ["-include", str(HERE / "rename.h")])
    run = subprocess.run([program], capture_output=True, text=True, timeout=180, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "equal\n", "")
