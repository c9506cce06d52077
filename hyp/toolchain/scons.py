"""SCons as a process of its own: it is slow to import, and owns the working folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from hyp.toolchain import share


def run_scons(root: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Runs SCons in `root` on all cores; goes on after an error, so that all of them show. Output and errors come as one text."""
    search = os.pathsep.join([str(share.PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-P", "-m", "SCons", "-Q", "-k", "--no-site-dir", f"-j{len(os.sched_getaffinity(0))}", *arguments]
    environment = {**os.environ, "PYTHONPATH": search}
    return subprocess.run(command, cwd=root, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
