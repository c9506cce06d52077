"""Every FPGA board that is offered has the pins that the monitor wants, each once (with `hyp test --fpga`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.fpga

NAMES = ["hx8k-evn", "icebreaker", "icestick"]
LEDS = {"icebreaker": ("37", "11"), "icestick": ("95", "99"), "hx8k-evn": ("C3", "B3")}
"""FPGA pins of what is to be green and red, from the boards' schematics; the LEDs of the HX8K board are all alike."""


@pytest.fixture(scope="module")
def boards() -> Any:
    from sim.monitor import board  # only the extra `fpga` has the boards

    return board


def pin_of(made: Any, resource: tuple[str, int]) -> str:
    """Before the monitor is elaborated: a resource may be asked for only once."""
    (one,) = made.resources[resource].ios
    return str(one.names[0])


@pytest.mark.filterwarnings("ignore:Using platform.request without:DeprecationWarning")
@pytest.mark.parametrize("name", NAMES)
def test_the_monitor_gets_all_its_pins(name: str, boards: Any) -> None:
    made = boards.platform(name)
    assert sorted(boards.BOARDS) == NAMES
    assert boards.clock_hz(made) == 12_000_000
    for resource in ("lines", "identity", "answer", "challenge", "board_reset", "uart"):
        made.request(resource, 0)
    made.request(*boards.BOARDS[name].good)
    made.request(*boards.BOARDS[name].alarm)


@pytest.mark.parametrize("name", NAMES)
def test_good_is_green(name: str, boards: Any) -> None:
    made, board = boards.platform(name), boards.BOARDS[name]
    assert (pin_of(made, board.good), pin_of(made, board.alarm)) == LEDS[name]


@pytest.mark.parametrize("name", NAMES)
def test_the_wiring_table_is_right(name: str, boards: Any, repository: Path) -> None:
    """docs/monitor.md names the same connector pins."""
    rows = [line.split("|")[1:-1] for line in (repository / "docs" / "monitor.md").read_text().splitlines() if line.startswith("|")]
    wiring = [[cell.strip() for cell in row] for row in rows if len(row) == 4][2:]
    column = 1 + ["icebreaker", "icestick", "hx8k-evn"].index(name)
    pins = [numbers(row[column]) for row in wiring[:5]]
    added = {resource.name: resource.ios[0] for resource in boards.BOARDS[name].added}
    ios = [added[resource] for resource in ("lines", "identity", "answer", "challenge", "board_reset")]
    assert pins == [[one.split(":")[1] for one in io.names] for io in ios]


def numbers(cell: str) -> list[str]:
    """The pins of "J2, pins 4-6, 9"."""
    found = []
    for part in cell.split("pin")[1].removeprefix("s").split(","):
        first, _, last = part.strip().partition("-")
        found += [str(n) for n in range(int(first), int(last or first) + 1)]
    return found
