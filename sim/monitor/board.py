"""The monitor on FPGA boards: which pins it has there. Wiring and levels are in docs/monitor.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from amaranth.build import Attrs, Pins, Resource
from amaranth.hdl import Elaboratable, Module
from amaranth_boards.ice40_hx8k_b_evn import ICE40HX8KBEVNPlatform
from amaranth_boards.icebreaker import ICEBreakerPlatform
from amaranth_boards.icestick import ICEStickPlatform

from hyp.monitor.parameters import Parameters
from sim.monitor.top import Monitor

IO = Attrs(IO_STANDARD="SB_LVCMOS")
_PMOD = "1 2 3 4 7 8 9 10"


def _resources(lines: tuple[str, tuple[str, int]], others: tuple[str, tuple[str, int]]) -> list[Any]:
    """`lines` are eight pins, `others` four: identity bytes, the partition's answer, the challenge to it, the reset output."""
    names, place = others[0].split(), others[1]
    return [
        Resource("lines", 0, Pins(lines[0], dir="i", conn=lines[1]), IO),
        Resource("identity", 0, Pins(names[0], dir="i", conn=place), IO),
        Resource("answer", 0, Pins(names[1], dir="i", conn=place), IO),
        Resource("challenge", 0, Pins(names[2], dir="o", conn=place), IO),
        Resource("board_reset", 0, Pins(names[3], dir="o", conn=place), IO),
    ]


@dataclass(frozen=True)
class Board:
    """`added` to the platform's own resources. `good` and `alarm` are two of its LEDs: green and red where it has both.

    `room`: how many the FPGA has of what nextpnr counts.
    """

    platform: Any
    added: list[Any]
    good: tuple[str, int]
    alarm: tuple[str, int]
    room: dict[str, int]


_UP5K = {"ICESTORM_LC": 5280, "ICESTORM_RAM": 30}
_HX1K = {"ICESTORM_LC": 1280, "ICESTORM_RAM": 16}
_HX8K = {"ICESTORM_LC": 7680, "ICESTORM_RAM": 32}
BOARDS: dict[str, Board] = {
    "icebreaker": Board(ICEBreakerPlatform, _resources((_PMOD, ("pmod", 0)), ("1 2 3 4", ("pmod", 1))), ("led_g", 0), ("led_r", 0), _UP5K),
    "icestick": Board(ICEStickPlatform, _resources((_PMOD, ("pmod", 0)), ("3 4 5 6", ("j", 1))), ("led", 4), ("led", 0), _HX1K),
    "hx8k-evn": Board(
        ICE40HX8KBEVNPlatform, _resources(("4 5 6 9 10 11 12 13", ("j", 2)), ("14 17 18 19", ("j", 2))), ("led", 0), ("led", 1), _HX8K
    ),
}


def platform(name: str) -> Any:
    """The board's platform with the monitor's pins, or None when there is no such board."""
    known = BOARDS.get(name)
    if known is None:
        return None
    made = known.platform()
    made.add_resources(known.added)
    return made


def clock_hz(made: Any) -> int:
    return int(made.default_clk_frequency)


def prepare(made: Any, parameters: Parameters, board: str, name: str) -> Any:
    """All files and commands of the build."""
    return made.prepare(_OnBoard(parameters, BOARDS[board]), name, nextpnr_opts="--seed 1")


class _OnBoard(Elaboratable):
    def __init__(self, parameters: Parameters, board: Board) -> None:
        self._parameters, self._board = parameters, board

    def elaborate(self, made: Any) -> Module:
        m = Module()
        m.submodules.monitor = monitor = Monitor(self._parameters)
        uart, good, alarm = made.request("uart", 0), made.request(*self._board.good), made.request(*self._board.alarm)
        m.d.comb += [monitor.pins.eq(made.request("lines").i), monitor.serial.eq(made.request("identity").i)]
        m.d.comb += [monitor.prover_in.eq(made.request("answer").i), made.request("challenge").o.eq(monitor.prover_out)]
        m.d.comb += [made.request("board_reset").o.eq(monitor.reset), uart.tx.o.eq(monitor.host)]
        m.d.comb += [good.o.eq(monitor.led_good), alarm.o.eq(monitor.led_alarm)]
        return m
