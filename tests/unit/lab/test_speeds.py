"""Lines have the loader's speed while a board is started, and the plan's while its image runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hyp.lab.control import Control
from hyp.lab.model import LabBoard
from hyp.line.port import LineLost


class Deaf:
    """A port on which nothing comes; `speeds` are those that it was given."""

    def __init__(self, baud: int) -> None:
        self.speeds = [baud]
        self.pulled = False

    def read(self, seconds: float) -> bytes:
        if self.pulled:
            self.pulled = False
            raise LineLost("the cable is pulled")
        time.sleep(min(seconds, 0.01))
        return b""

    def write(self, data: bytes) -> None: ...
    def flush(self) -> None: ...
    def send_break(self) -> None: ...
    def close(self) -> None: ...

    def set_baud(self, baud: int) -> None:
        self.speeds.append(baud)

    def now(self) -> float:
        return time.monotonic()


@contextmanager
def control(folder: Path, *, load: str | None) -> Iterator[tuple[Control, Deaf]]:
    port = Deaf(0)

    def opener(_url: str, baud: int) -> Deaf:
        port.speeds = [baud]
        return port

    made = Control(LabBoard("bench", "", "loop://", folder, baud=9600, power_on="true", reset="true", load=load), folder, opener)
    made.open()
    try:
        made.power_on()
        yield made, port
    finally:
        made.close()


def test_a_board_without_loader_has_the_plans_speed_at_once(tmp_path: Path) -> None:
    with control(tmp_path, load="true") as (bench, port):
        bench.use_speeds(57600, None)
        assert port.speeds == [9600, 57600]
        bench.reset()
        bench.use_speeds(57600, None)
        assert port.speeds == [9600, 57600], "no change, no noise on the line"


def test_a_board_with_loader_has_it_once_its_image_runs(tmp_path: Path) -> None:
    with control(tmp_path, load=None) as (bench, port):
        bench.use_speeds(57600, None)
        assert port.speeds == [9600]
        bench.listen_to_image()  # as after a boot, or with --attach
        assert port.speeds == [9600, 57600]
        bench.reset()
        assert port.speeds == [9600, 57600, 9600]


@pytest.mark.parametrize("load", ["true", None])
def test_a_line_that_comes_back_has_its_speed(tmp_path: Path, load: str | None) -> None:
    with control(tmp_path, load=load) as (bench, port):
        bench.use_speeds(38400, None)
        bench.listen_to_image()
        port.pulled = True
        deadline = time.monotonic() + 60
        while port.speeds[0] != 38400:
            assert time.monotonic() < deadline
            time.sleep(0.01)
