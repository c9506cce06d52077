"""The fixture `hyp_board`: a board of the lab as tests handle it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from hyp.exits import ExitCode, Stop
from hyp.lab.control import Control
from hyp.lab.line import Opener
from hyp.pytest_plugin.console import Console
from hyp.pytest_plugin.hardware import HardwareRun
from hyp.pytest_plugin.monitor import BoardMonitor
from hyp.target.board import speeds
from hyp.target.bundle import Bundle, open_bundle
from hyp.target.options import command_line
from hyp.terminal.modes import AUTO


class HypBoard:
    """What goes wrong with the board or its lines fails the test, in one sentence."""

    def __init__(self, hardware: HardwareRun, control: Control) -> None:
        self.control = control
        self.image: Bundle | None = None  # what it holds, as far as we know
        self.frames: int | None = None  # that it was told to run; None: for ever, or what its medium says
        self.hardware = hardware
        self._console: Console | None = None  # the current test's
        self.monitor = BoardMonitor(control)
        if control.board.image is not None:
            self.holds(open_bundle(control.board.folder / control.board.image), None)

    @property
    def name(self) -> str:
        return self.control.board.name

    @property
    def features(self) -> tuple[str, ...]:
        return self.control.board.features

    @property
    def log(self) -> Path:
        """The console's raw log: every byte since the line was opened."""
        return self.control.console.log

    @property
    def losses(self) -> list[str]:
        """Times at which the line was lost, in words."""
        return [str(loss) for loss in self.control.console.losses]

    def load(self, image: Bundle, frames: int | None = None) -> None:
        """Say what the board shall boot, and put it where it boots from, unless that is its line; it does not start yet.

        `frames`: the major frames that it shall run; None: for ever.
        """
        with told():
            board, wanted = self.control.board, image.manifest["board"]
            if board.board and wanted["name"] != board.board:
                raise Stop(ExitCode.WRONG_INPUT, f"the image is for board {wanted['name']}, {board.name} is a {board.board}")
            if board.image is not None:
                raise Stop(ExitCode.ENVIRONMENT, f"board {board.name} boots what its medium holds, by its row in the boards file")
            if board.load is not None:
                self.control.load(image.image, command_line(wanted["command_line"], frames))
        self.holds(image, frames)

    def holds(self, image: Bundle, frames: int | None) -> None:
        """What it boots next: its lines' speeds, and its streams' names, follow."""
        self.image, self.frames = image, frames
        self.control.use_speeds(*speeds(image.manifest))
        if self._console is not None:
            self._console.know(image)

    def began(self, *, image: bool = True) -> None:
        """It was started, or its image was (`image`): who reads its console goes on there."""
        if self._console is not None:
            mode = self.image.manifest["console"]["mode"] if image and self.image is not None else AUTO
            self._console.skip_to(self.control.started_at, mode)

    def start(self) -> None:
        """Start what was loaded: over the line to its loader, else by a reset, or by switching it off and on, whichever it has."""
        with told():
            if self.image is not None:
                self.monitor.begin(self.image)
            if not self.control.board.has_loader:
                self.control.start_anew()
                self.began()
            elif self.image is None:
                raise Stop(ExitCode.ENVIRONMENT, f"board {self.name} waits for an image: call `hyp_board.load` first")
            else:
                words = command_line(self.image.manifest["board"]["command_line"], self.frames)
                self.control.boot(self.image.image, words, print)
                self.began()

    def power_on(self) -> None:
        with told():
            self.control.power_on()
            self.began(image=not self.control.board.has_loader)

    def power_off(self) -> None:
        with told():
            self.control.power_off()

    def power_cycle(self) -> None:
        with told():
            self.control.power_cycle()
            self.began(image=not self.control.board.has_loader)

    def reset(self) -> None:
        with told():
            self.control.reset()
            self.began(image=not self.control.board.has_loader)

    def console(self) -> Console:
        """A reader of its own, from the start of the current test on."""
        self._console = Console(self, self.hardware.test_from)
        return self._console


@contextmanager
def connected(hardware: HardwareRun, opener: Opener, switches: Mapping[str, Callable[[], None]]) -> Iterator[HypBoard]:
    """The board with its lines open; at the end what was switched on is switched off."""
    control = Control(hardware.board, hardware.folder, opener, switches)
    try:
        with told():
            board = HypBoard(hardware, control)
            control.open()
        hardware.control = control
        try:
            yield board
        finally:
            board.monitor.end()
    finally:
        with told():
            control.close()


@contextmanager
def told() -> Iterator[None]:
    """Stop becomes a failure without a traceback: the reason is in the lab, not in Python."""
    try:
        yield
    except Stop as stop:
        raise failure(stop.message) from None


def failure(message: str) -> BaseException:
    """A test's failure that is told by its message alone."""
    return pytest.fail.Exception(message, pytrace=False)
