"""The drivers of config/devices.yaml: a UART and a clock, served in partitions."""

from __future__ import annotations

import re
from pathlib import Path

from tests.examples.running import ROOT, run_plan

PLAN = ROOT / "config" / "devices.yaml"
LINES = [f"line {n} of a driver in a partition" for n in range(1, 41)]
TICK_NS = 1_000_000_000 // 1024
WINDOW_NS, FRAME_NS = 4_900_000, 10_000_000
"""Of the clock's window, what it counts in."""


def test_drivers_serve_their_devices_by_interrupt(tmp_path: Path) -> None:
    ran = run_plan(PLAN, tmp_path, "--frames", "60", "--strict")
    assert (ran.code, ran.verdict["verdict"], ran.verdict["release_jitter_max"]) == (0, "good", 0), ran.text
    assert (tmp_path / "raw" / "com3.log").read_text(encoding="ascii").splitlines() == LINES
    assert ran.consoles["serial"] == ["sent 40 lines, served the UART 120 times, 0 bytes lost"]


def test_the_clock_ticks_as_often_as_it_should(tmp_path: Path) -> None:
    """Between windows the line is masked: all ticks of that time are one. Inside, each is one, at its instant."""
    ran = run_plan(PLAN, tmp_path, "--frames", "60", "--strict")
    date, *windows, summary = ran.consoles["clock"]
    assert date == "2026-01-01 00:00:00"
    counts = [int(found[1]) for line in windows if (found := re.fullmatch(r"window \d+: (\d+) ticks", line))]
    assert len(counts) == 20
    inside = WINDOW_NS / TICK_NS
    assert all(int(inside) <= count - 1 <= int(inside) + 1 for count in counts)
    apart = re.fullmatch(r"ticks are (\d+) to (\d+) ns apart", summary)
    assert apart is not None
    assert (int(apart[1]), int(apart[2])) == (TICK_NS, TICK_NS + 1)


def test_what_the_uart_receives_comes_back(tmp_path: Path) -> None:
    """The emulator reads a file when the host lets it, so only the order of the bytes is asserted.

    A byte that comes before the driver has started is cleared with the FIFO: the first one, here `!`, may be such.
    """
    text = "the quick brown fox jumps over the lazy dog\n" * 4
    line = tmp_path / "line"
    line.with_suffix(".in").write_text("!" + text, encoding="ascii")
    line.with_suffix(".out").touch()
    settings = [f"--qemu-arg={word}" for setting in ("backend=pipe", f"path={line}") for word in ("-set", f"chardev.com3.{setting}")]
    ran = run_plan(PLAN, tmp_path / "record", "--frames", "300", *settings)
    assert ran.code == 0, ran.text
    sent, written = line.with_suffix(".out").read_bytes().decode("ascii"), "".join(f"{line}\r\n" for line in LINES)
    assert sent in (written + text, written + "!" + text)
