"""The console ring with its writer and its reader on two threads, under ThreadSanitizer."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.host.kernel.building import THREAD, HostKernel

BYTES = 200_000
FLAG = "race:console_words"
"""A plain word that only says `look again`, by design without order; the ring's counters carry the order."""


SOURCES = (
    "core/console.c",
    "core/health.c",
    "core/hypercalls.c",
    "core/input.c",
    "core/lines.c",
    "core/packet.c",
    "core/print.c",
    "core/stream.c",
    "core/trace.c",
    "x86/uart.c",
)
UNORDERED = ("-Wno-builtin-macro-redefined", "-U__ATOMIC_RELEASE", "-D__ATOMIC_RELEASE=__ATOMIC_RELAXED")


def run(program: Path, known: Path) -> subprocess.CompletedProcess[str]:
    known.write_text(FLAG + "\n")
    environment = {**os.environ, "TSAN_OPTIONS": f"suppressions={known} halt_on_error=1"}
    return subprocess.run([program], env=environment, capture_output=True, text=True, timeout=300, check=False)


def test_one_writer_and_one_reader(host_kernel: HostKernel, tmp_path: Path) -> None:
    done = run(host_kernel.program("race", SOURCES, THREAD), tmp_path / "known")
    assert done.returncode == 0, done.stdout + done.stderr[:3000]
    assert done.stdout == f"{BYTES}\n"


def test_a_missing_order_would_be_seen(host_kernel: HostKernel, tmp_path: Path) -> None:
    """The same code without its releases."""
    done = run(host_kernel.program("race", SOURCES, (*THREAD, *UNORDERED)), tmp_path / "known")
    assert done.returncode != 0
    assert "data race" in done.stderr
