"""A board of the lab under control: its lines kept open, its power switched, an image handed to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from hyp.boot.link import Link
from hyp.boot.session import Boot, Wish
from hyp.exits import ExitCode, Stop
from hyp.lab.borrowed import BorrowedPort, borrow
from hyp.lab.commands import run_command
from hyp.lab.line import Line, Opener
from hyp.lab.model import LabBoard
from hyp.line.port import open_port

CONSOLE_LOG, TRACE_LOG, COMMANDS_LOG = "console.log", "trace.log", "commands.log"
_OPEN_SECONDS = 2.0
_OPEN_AFTER_POWER_SECONDS = 20.0
"""An adapter on the board itself comes with its power, after some seconds of USB enumeration."""


class Control:
    """Raw logs and the commands' output are kept in `folder`. Every method may raise Stop."""

    def __init__(
        self, board: LabBoard, folder: Path, opener: Opener = open_port, switches: Mapping[str, Callable[[], None]] | None = None
    ) -> None:
        """`opener` opens the console; `switches` stand for commands of the board, by their keys."""
        self.board = board
        self.folder = folder
        self._switches = switches or {}
        self.console = Line(board.port, board.baud, folder / CONSOLE_LOG, opener)
        self.trace = Line(board.trace_port, board.baud, folder / TRACE_LOG) if board.trace_port else None
        self.started_at = 0  # bytes of the console's raw log before the board's last start, or before the image's own first one
        self._speeds = (board.baud, board.baud)  # of console and trace while an image runs
        self.powered = False  # by us
        self._image: Path | None = None
        self._command_line = ""

    @property
    def lines(self) -> tuple[Line, ...]:
        return (self.console,) if self.trace is None else (self.console, self.trace)

    def open(self) -> None:
        """Stop ENVIRONMENT when a line cannot be opened, unless its board may have to be switched on for that."""
        for line in self.lines:
            line.quiet = self.board.power_on is not None
            line.start()
        for line in self.lines:
            if self.board.power_on is None:
                self._wait(line, _OPEN_SECONDS, f"cannot open {line.url}")
            else:
                line.wait_open(_OPEN_SECONDS / 10)

    def close(self) -> None:
        """Ends what we started; the lines' logs are whole afterwards."""
        try:
            if self.powered:
                self.power_off()
        finally:
            for line in self.lines:
                line.close()

    def use_speeds(self, console: int, trace: int | None) -> None:
        """Of the image that is to run next, or runs already: its UARTs have the plan's speed, whatever the loader's is."""
        self._speeds = (console, trace or self.board.baud)
        if not self.board.has_loader:
            self.listen_to_image()

    def listen_to_image(self) -> None:
        """At the speeds of `use_speeds`."""
        for line, baud in zip(self.lines, self._speeds, strict=False):
            line.set_baud(baud)

    def load(self, image: Path, command_line: str) -> None:
        """Hand an image to a board whose row has `load`."""
        assert self.board.load is not None
        self._image, self._command_line = image.resolve(), command_line
        self._run("load", self.board.load)

    def boot(self, image: Path, command_line: str, say: Callable[[str], None]) -> int:
        """Hand an image to the loader that the board was started with. Bytes of the console's log before the image's own first one.

        A board that does not answer is started anew, once, when it can be. Stop as of `hyp boot`.
        """
        self.console.set_baud(self.board.baud)
        if self.board.power_on is not None and not self.powered:
            self.power_on()
        wish = Wish(image, image.read_bytes(), command_line, self.board.boot_baud)
        try:
            return self._boot(wish, say)
        except Stop as stop:
            if stop.code is not ExitCode.TARGET_FAILED or not self.board.can_start:
                raise
            say(f"{stop.message}; starting the board anew")
        self.start_anew()
        return self._boot(wish, say)

    def _boot(self, wish: Wish, say: Callable[[str], None]) -> int:
        port = borrow(self.console, _OPEN_SECONDS)

        def again(_baud: int) -> BorrowedPort:
            borrow(self.console, _OPEN_SECONDS)
            return port

        link = Link(again, self.board.baud)
        booted = Boot(link, wish, say, lambda _there, _total: None).run()
        self.listen_to_image()
        self.started_at = port.at - len(booted.early)
        return self.started_at

    def start_anew(self) -> None:
        """Reset it, or switch it off and on: the next byte is from its boot, or the last ones from before it. Needs `can_start`."""
        if self.board.reset is not None and (self.powered or self.board.power_on is None):
            self.reset()
        else:
            self.power_cycle()

    def power_on(self) -> None:
        for line in self.lines:
            line.off_at = line.size
        self._switch("power_on", self.board.power_on)
        self.powered = True
        for line in self.lines:
            self._wait(line, _OPEN_AFTER_POWER_SECONDS, f"board {self.board.name} is on, and {line.url} cannot be opened")
            line.quiet, line.off_at = False, None

    def power_off(self) -> None:
        """Does nothing when the board has no `power_off`: then it stays on."""
        if self.board.power_off is None:
            return
        for line in self.lines:
            line.quiet = True
        self._run("power_off", self.board.power_off)
        self.powered = False

    def power_cycle(self) -> None:
        self.power_off()
        self.power_on()

    def reset(self) -> None:
        self._switch("reset", self.board.reset)
        for line in self.lines:
            self._wait(line, _OPEN_AFTER_POWER_SECONDS, f"board {self.board.name} was reset, and {line.url} cannot be opened")
            line.quiet = False

    def _switch(self, key: str, command: str | None) -> None:
        if command is None:
            raise Stop(ExitCode.ENVIRONMENT, f"board {self.board.name} has no `{key}` command in the boards file")
        for line in self.lines:
            line.quiet = True
        if self.board.has_loader:
            self.console.set_baud(self.board.baud)
        self.started_at = self.console.size
        self._run(key, command)

    def _run(self, key: str, command: str) -> None:
        board = self.board
        words = {"HYP_BOARD": board.name, "HYP_PORT": board.port, "HYP_TRACE_PORT": board.trace_port or "", "HYP_BAUD": str(board.baud)}
        if self._image is not None:
            words |= {"HYP_IMAGE": str(self._image), "HYP_COMMAND_LINE": self._command_line}
        if key in self._switches:
            return self._run_switch(key)
        try:
            run_command(key, command, board.folder, words, board.command_time_ns / 1e9, self.folder / COMMANDS_LOG)
        except Stop as stop:
            raise Stop(stop.code, f"board {board.name}: {stop.message}") from None
        except OSError as error:
            raise Stop(ExitCode.ENVIRONMENT, f"board {board.name}: `{key}` cannot be run: {error.strerror}") from None
        return None

    def _run_switch(self, key: str) -> None:
        try:
            self._switches[key]()
        except Exception as error:
            raise Stop(ExitCode.ENVIRONMENT, f"board {self.board.name}: {key} failed: {str(error) or type(error).__name__}") from error

    @staticmethod
    def _wait(line: Line, seconds: float, failed: str) -> None:
        reason = line.wait_open(seconds)
        if reason is not None:
            raise Stop(ExitCode.ENVIRONMENT, f"{failed}: {reason}")
