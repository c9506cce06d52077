"""The monitor's RTL in Icarus, as a process that streams of pin values are sent to. It stands in for the FPGA where there is none."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

from amaranth.back import verilog
from cocotb_tools.config import lib_entry, pygpi_entry_point
from find_libpython import find_libpython

from hyp.exits import ExitCode, Stop
from hyp.monitor.kinds import Kind, WatchdogState
from hyp.monitor.parameters import Parameters
from hyp.monitor.rom import layout
from hyp.toolchain.system import require
from sim.monitor.top import Monitor

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
_START_S = 60.0


@dataclass(frozen=True)
class Event:
    """At `at_ps` the bench's input `name` (pins, serial, prover_in) becomes `value`."""

    at_ps: int
    name: str
    value: int


@dataclass(frozen=True)
class Said:
    """What the monitor said: (kind, row, deviation) in order, good or not per frame, the watchdog's (state, tries), bytes to the host."""

    verdicts: tuple[tuple[Kind, int, int], ...]
    frames: tuple[bool, ...]
    watchdog: tuple[tuple[WatchdogState, int], ...]
    host: bytes
    challenges: bytes


class Bench:
    """A simulator with one monitor. Use it as a context; each `run` begins with a reset."""

    def __init__(self, parameters: Parameters, folder: Path) -> None:
        self.parameters = parameters
        self._folder = folder

    @cached_property
    def program(self) -> Path:
        """The simulation, compiled. Stop ENVIRONMENT when Icarus is missing."""
        require("iverilog", "vvp")
        self._folder.mkdir(parents=True, exist_ok=True)
        source, program = self._folder / "monitor.v", self._folder / "bench.vvp"
        source.write_text(verilog.convert(Monitor(self.parameters), name="monitor", emit_src=False, strip_internal_attrs=True))
        form, proof = layout(self.parameters), self.parameters.proof
        defines = {
            "TIME_BITS": form.time_bits,
            "SCHEDULE_BITS": form.schedule_bits,
            "DIVISOR": self.parameters.host_divisor,
            "PROOF_DIVISOR": self.parameters.host_divisor if proof is None else proof.divisor,
        }
        words = [f"-D{name}={value}" for name, value in defines.items()]
        command = ["iverilog", "-g2012", "-s", "bench", "-o", str(program), *words, str(HERE / "bench.v"), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Stop(ExitCode.ENVIRONMENT, f"the monitor cannot be simulated: {done.stderr.strip()}")
        return program

    def __enter__(self) -> Bench:
        address = self._folder / "bench.sock"
        program = self.program
        address.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        with listener:
            listener.bind(str(address))
            listener.listen(1)
            listener.settimeout(_START_S)
            self._log = (self._folder / "bench.log").open("w")
            environment = {
                **os.environ,
                "HYP_MONITOR_BENCH": str(address),
                "COCOTB_TEST_MODULES": "sim.monitor.standin.serve",
                "COCOTB_TOPLEVEL": "bench",
                "TOPLEVEL_LANG": "verilog",
                "COCOTB_RESULTS_FILE": str(self._folder / "results.xml"),
                "COCOTB_LOG_LEVEL": "WARNING",
                "PYGPI_PYTHON_BIN": sys.executable,
                "GPI_USERS": f"{find_libpython()};{pygpi_entry_point()}",
                "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
            }
            command = ["vvp", "-m", lib_entry("vpi", "icarus"), str(program)]
            self._child = subprocess.Popen(command, env=environment, cwd=self._folder, stdout=self._log, stderr=subprocess.STDOUT)
            try:
                self._link, _ = listener.accept()
            except TimeoutError:
                self._child.kill()
                raise Stop(ExitCode.TARGET_FAILED, f"the simulator did not start: see {self._folder / 'bench.log'}") from None
        self._lines = self._link.makefile("rw", encoding="utf-8")
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._lines.close()
        self._link.close()
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._log.close()

    def run(self, events: list[Event], until_ps: int, half_ps: int) -> Said:
        """Plays `events`, by time, against a clock of half-period `half_ps`. Stop TARGET_FAILED when the simulator is gone."""
        request = {"half_ps": half_ps, "until_ps": until_ps, "events": [(e.at_ps, e.name, e.value) for e in events]}
        self._lines.write(json.dumps(request) + "\n")
        self._lines.flush()
        line = self._lines.readline()
        if not line:
            raise Stop(ExitCode.TARGET_FAILED, f"the simulator ended: see {self._folder / 'bench.log'}")
        return _said(json.loads(line))


def _said(answer: dict[str, Any]) -> Said:
    log = [int(word) for word in answer["log"]]
    return Said(
        verdicts=tuple((Kind(word >> 48 & 15), word >> 32 & 127, _signed(word & 0xFFFFFFFF)) for word in log if word >> 56 == 0),
        frames=tuple(bool(word & 1) for word in log if word >> 56 == 1),
        watchdog=tuple((WatchdogState(word & 7), word >> 3 & 255) for word in log if word >> 56 == 2),
        host=bytes.fromhex(answer["bytes"]),
        challenges=bytes.fromhex(answer["challenges"]),
    )


def _signed(word: int) -> int:
    return word - (1 << 32) if word >> 31 else word
