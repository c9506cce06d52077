"""The host wants the loader back, on the line model: the run ends in order and in idle time, or nothing happens at all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hyp.abi.packets import attention
from tests.console.lines import FRAMED, Spoken, as_text, at, changed, speak
from tests.examples.running import ROOT
from tests.line.machine import BREAK

START = 200_000_000
"""ns: the kernel listens by then."""
FRAMES = 60
LATE = 30_000_000
BY_BREAK, BY_BYTES = [(0, BREAK)], at(0, attention())
HALT = "hyp: module halt"
TRACED = ("age: 2 ms}\n", "age: 2 ms}\ntrace: {uart: com1}\n")


def asked(plan: Path, folder: Path, sends: list[tuple[int, int]], when: int = LATE, *, loader: bool = True) -> Spoken:
    """A run that is asked to end `when` ns after START. Nobody jumps to the loader that is not there: the exit port comes first."""
    words = ("--qemu-arg=-append", f"--qemu-arg=frames={FRAMES} loader=1048576") if loader else ()
    return speak(plan, folder, FRAMES, [(START + when + instant, byte) for instant, byte in sends], *words)


def assert_ended_in_order(spoken: Spoken) -> None:
    assert [reason["code"] for reason in spoken.ran.verdict["reasons"]] == ["frames"], spoken.ran.text
    assert HALT in spoken.ran.consoles["hyp"]
    assert spoken.jitter() == 0
    delivered = [window["delivered"] for window in spoken.ran.verdict["windows"]]
    assert max(delivered) - min(delivered) <= 1
    assert 0 < max(delivered) < FRAMES


@pytest.mark.parametrize("sends", [BY_BREAK, BY_BYTES], ids=["break", "bytes"])
@pytest.mark.parametrize("framed", [True, False], ids=["framed", "text"])
def test_the_run_ends(tmp_path: Path, framed: bool, sends: list[tuple[int, int]]) -> None:
    assert_ended_in_order(asked(FRAMED if framed else as_text(FRAMED, tmp_path), tmp_path, sends))


@pytest.mark.parametrize("framed", [True, False], ids=["framed", "text"])
def test_without_a_loader_nothing_happens(tmp_path: Path, framed: bool) -> None:
    """Both ways, many times over, and the windows come as in a run that nobody disturbs."""
    sends = [(n * 20_000_000 + instant, byte) for n in range(20) for instant, byte in BY_BREAK + BY_BYTES]
    spoken = asked(FRAMED if framed else as_text(FRAMED, tmp_path), tmp_path, sends, loader=False)
    assert spoken.ran.code == 0, spoken.ran.text
    assert spoken.jitter() == 0
    assert {window["delivered"] for window in spoken.ran.verdict["windows"]} == {FRAMES}


@pytest.mark.parametrize("when", range(LATE, LATE + 10_000_000, 1_300_000))
def test_no_window_is_cut(tmp_path: Path, when: int) -> None:
    """At whatever place of the major frame it comes: the trace tells that no window was moved, and none ended before its time."""
    spoken = asked(changed(FRAMED, tmp_path, TRACED), tmp_path, BY_BYTES, when)
    assert_ended_in_order(spoken)


def test_nobody_reads(tmp_path: Path) -> None:
    """A plan without input, in whose idle time nothing else happens."""
    assert_ended_in_order(asked(ROOT / "config/hello.yaml", tmp_path, BY_BREAK))


@pytest.mark.parametrize("sends", [BY_BREAK, BY_BYTES], ids=["break", "bytes"])
def test_a_line_without_interrupt(tmp_path: Path, sends: list[tuple[int, int]]) -> None:
    """What comes is looked at after a window. QEMU's own UART needs an interrupt, so `hyp run` does not listen to this one."""
    board = (ROOT / "config/boards/qemu-q35.yaml").read_text()
    (tmp_path / "silent.yaml").write_text(board.replace("count: 8}], irq: 4,", "count: 8}],"))
    spoken = asked(changed(ROOT / "config/hello.yaml", tmp_path, ("board: qemu-q35", "board: silent.yaml")), tmp_path, sends)
    assert b"hyp: module halt" in spoken.raw
    assert re.search(rb"hyp: window 0 delivered=\d+ not_ready=\d+ late=0\.\.0 ", spoken.raw)
    assert spoken.raw.endswith(b"hyp: end\r\n")
