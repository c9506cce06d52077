"""Ports with their writer and readers on threads of their own, under ThreadSanitizer: nothing torn, lost or twice."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.host.kernel.building import THREAD, HostKernel, host_headers

SOURCES = ("core/ports.c", "core/sampling.c", "core/queuing.c")
WRITES = "20000\n"
FLAGS = ("-mgeneral-regs-only", "-mno-red-zone", "-Wno-parentheses")
"""As the kernel is compiled: its handlers' calling convention keeps only general registers."""
UNORDERED = (
    "-Wno-builtin-macro-redefined",
    *(f"-U__ATOMIC_{order}" for order in ("RELEASE", "SEQ_CST")),
    *(f"-D__ATOMIC_{order}=__ATOMIC_RELAXED" for order in ("RELEASE", "SEQ_CST")),
)


@pytest.fixture(scope="module")
def cores(tmp_path_factory: pytest.TempPathFactory) -> HostKernel:
    """The kernel for the host with a core record and a clock for each thread."""
    folder = tmp_path_factory.mktemp("host-cores")
    host_headers(folder / "include")
    for name, words in (("hyp_kernel.h", "extern struct core *host_core"), ("cpu.h", "extern uint64_t host_tsc")):
        header = folder / "include" / name
        text, count = re.subn(re.escape(words), words.replace("extern", "extern _Thread_local"), header.read_text())
        assert count == 1
        header.write_text(text)
    return HostKernel(folder)


def run(program: Path, kind: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, kind], env={"TSAN_OPTIONS": "halt_on_error=1"}, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sampling", "queuing"])
def test_writer_and_readers_at_once(cores: HostKernel, kind: str) -> None:
    done = run(cores.program("ports", ("core/ports.c", "core/sampling.c", "core/queuing.c"), (*THREAD, *FLAGS)), kind)
    assert done.returncode == 0, done.stdout + done.stderr[:3000]
    assert done.stdout == WRITES


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sampling", "queuing"])
def test_a_missing_order_would_be_seen(cores: HostKernel, kind: str) -> None:
    done = run(cores.program("ports", ("core/ports.c", "core/sampling.c", "core/queuing.c"), (*THREAD, *FLAGS, *UNORDERED)), kind)
    assert done.returncode != 0
    assert "data race" in done.stderr or "torn" in done.stdout
