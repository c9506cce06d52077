"""A test run on a board: which one, where its logs go, what took part, and what JUnit and the summary say of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hyp.exits import Stop
from hyp.lab.boards_file import choose_board, find_boards_file
from hyp.lab.labgrid import SCHEME, opener_of, switches_of
from hyp.lab.line import Opener
from hyp.lab.model import LabBoard
from hyp.line import speed
from hyp.line.port import open_port
from hyp.toolchain.project import project_root

if TYPE_CHECKING:
    from hyp.lab.control import Control

OURS = ("hyp_board", "hyp_console", "hyp_run")
_SHOWN_BYTES = 6000
_SHOWN_LINES = 40


class HardwareRun:
    """`folder` is this run's own. `control` is None until the first test asks for the board."""

    def __init__(self, board: LabBoard, folder: Path) -> None:
        self.board = board
        self.folder = folder
        self.control: Control | None = None
        self.test_from = 0  # bytes of the console's raw log before the current test
        self._losses_before = 0
        self._ran: set[str] = set()
        self._current: pytest.Item | None = None

    @property
    def nothing_ran(self) -> bool:
        return not self._ran

    def header(self) -> str:
        kind = f" ({self.board.board})" if self.board.board else ""
        return f"hyp: board {self.board.name}{kind} at {self.board.port}, {self.board.baud} baud, logs in {self.folder}"

    def properties(self) -> list[tuple[str, str]]:
        """For the whole suite in JUnit's file."""
        board = self.board
        return [
            ("hyp_board", board.name),
            ("hyp_board_file", board.board),
            ("hyp_port", board.port),
            ("hyp_baud", str(board.baud)),
            ("hyp_log_dir", str(self.folder)),
        ]

    def reached_by(self, request: pytest.FixtureRequest) -> tuple[Opener, Mapping[str, Callable[[], None]]]:
        """How its console is opened, and what switches it besides the boards file's commands: labgrid, for `labgrid://TARGET`."""
        if not self.board.port.startswith(SCHEME):
            return open_port, {}
        target = request.getfixturevalue("env").get_target(self.board.port.removeprefix(SCHEME))
        if target is None:
            raise pytest.fail.Exception(f"labgrid's environment has no target for {self.board.port}", pytrace=False)
        switches = switches_of(target)
        board, by = self.board, self.board.port
        self.board = replace(
            board,
            power_on=by if "power_on" in switches else board.power_on,
            power_off=by if "power_off" in switches else board.power_off,
            reset=by if "reset" in switches else board.reset,
        )
        return opener_of(target), switches

    def begin(self, item: pytest.Item) -> None:
        self._current = item
        if self.control is not None:
            self.test_from = self.control.console.size
            self._losses_before = len(self.control.console.losses)

    def end(self, item: pytest.Item) -> None:
        """Keep the test's part of the raw log, and say in its properties where it is."""
        self._current = None
        if self.control is None or not _uses_board(item):
            return
        line = self.control.console
        path = self.folder / "tests" / f"{file_name(item.nodeid)}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        data = _tail_from(line.log, self.test_from)
        path.write_bytes(data)
        losses = line.losses[self._losses_before :]
        found = [("hyp_board", self.board.name), ("hyp_console_log", str(path)), ("hyp_console_bytes", str(len(data)))]
        found += [("hyp_line_loss", str(loss)) for loss in losses]
        item.user_properties.extend(found)

    def note(self, properties: list[tuple[str, str]]) -> None:
        """For the current test in JUnit's file."""
        if self._current is not None:
            self._current.user_properties.extend(properties)

    def finish(self) -> None:
        """The session is over; an interrupted test has not ended."""
        if self._current is not None:
            self.end(self._current)

    def took_part(self, item: pytest.Item, report: pytest.TestReport) -> None:
        if report.when == "call" and report.outcome != "skipped" and _uses_board(item):
            self._ran.add(item.nodeid)
        if report.failed and self.control is not None and _uses_board(item):
            report.sections.append((f"Console of {self.board.name}", self._shown()))

    def summary(self) -> list[str]:
        if self.control is None:
            return [f"board {self.board.name} was not used"]
        line = self.control.console
        count = len(self._ran)
        tests = "1 test" if count == 1 else f"{count} tests"
        return [
            f"board {self.board.name}: {tests}, {line.size} bytes on {line.url}; raw log: {line.log}",
            *(f"board {self.board.name}: {loss}" for loss in line.losses),
        ]

    def _shown(self) -> str:
        """The end of what came during the test, safe on a terminal."""
        from hyp.target.console import printable

        assert self.control is not None
        data = _tail_from(self.control.console.log, self.test_from)
        if not data:
            return f"nothing came on {self.board.port} during this test"
        lines = [printable(raw.rstrip(b"\r")) for raw in data[-_SHOWN_BYTES:].split(b"\n")]
        return "\n".join(lines[-_SHOWN_LINES:])


def hardware_run(config: pytest.Config) -> HardwareRun:
    """What the options ask for. Raises pytest.UsageError when they name no usable board.

    The project is the one that pytest was started in. Its own root folder may be any: in `--hyp-port /dev/ttyUSB0` it takes the port for
    a test's path, as it looks for its root before it knows our options.
    """
    here = config.invocation_params.dir
    if config.getoption("numprocesses", None):
        raise pytest.UsageError("--hyp-board: a board serves one process at a time; leave out -n")
    name, file = config.getoption("hyp_board"), config.getoption("hyp_boards_file")
    baud = config.getoption("hyp_baud")
    try:
        if baud is not None:
            speed.checked("--hyp-baud", baud)
        if file is not None and not file.is_file():
            raise pytest.UsageError(f"--hyp-boards-file {file}: there is no such file")
        found = file or find_boards_file(here)
        board = choose_board(
            name, found, config.getoption("hyp_port"), config.getoption("hyp_trace_port"), baud, config.getoption("hyp_monitor")
        )
        if board.port.startswith(SCHEME) and config.getoption("lg_env", None) is None:
            raise pytest.UsageError(f"{board.port} needs labgrid in this environment and its --lg-env FILE: pip install 'hyp[labgrid]'")
        logs = config.getoption("hyp_log_dir") or (project_root(here) or here) / "build" / "hil"
        return HardwareRun(board, _own_folder(logs / board.name))
    except Stop as stop:
        raise pytest.UsageError(stop.message.replace("--boards-file", "--hyp-boards-file").replace("--port", "--hyp-port")) from None
    except OSError as error:
        raise pytest.UsageError(f"--hyp-log-dir: {error.filename}: {error.strerror}") from None


def _own_folder(folder: Path) -> Path:
    """The next number that is free: an earlier run's logs are never written over."""
    folder.mkdir(parents=True, exist_ok=True)
    number = max((int(path.name) for path in folder.iterdir() if path.name.isdecimal()), default=0) + 1
    while True:
        try:
            (folder / f"{number:04}").mkdir()
        except FileExistsError:
            number += 1
            continue
        return (folder / f"{number:04}").resolve()


def _uses_board(item: pytest.Item) -> bool:
    return any(name in OURS for name in getattr(item, "fixturenames", ()))


def file_name(nodeid: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", nodeid).strip("-.")[-180:] or "test"


def _tail_from(path: Path, start: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(start)
            return file.read()
    except OSError:
        return b""
