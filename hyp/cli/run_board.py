"""The part of `hyp run` that is about boards: its options, and the board under control that they name."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from hyp.exits import ExitCode, Stop
from hyp.lab.boards_file import choose_board, find_boards_file
from hyp.lab.control import Control
from hyp.lab.model import LabBoard
from hyp.line import speed
from hyp.target.run import BOARD

_OPTIONS = ("board", "port", "trace_port", "monitor", "baud", "boards_file", "attach")
_EMULATOR_OPTIONS = ("gdb", "qemu_arg")


def configure_board(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("a board at the end of a serial line (docs/hil.md)")
    group.add_argument("--board", metavar="NAME", help="board of the boards file; a plan is built for its board file")
    group.add_argument("--port", metavar="URL", help="line to its console: a tty, socket://HOST:PORT, rfc2217://HOST:PORT, ...")
    group.add_argument("--trace-port", metavar="URL", help="line to its trace")
    group.add_argument("--monitor", metavar="URL", help="line to the schedule monitor at its pins, one more witness (docs/monitor.md)")
    group.add_argument("--baud", metavar="N", type=int, help="speed of its loader; default: the boards file's, else 115200")
    group.add_argument("--boards-file", metavar="F", type=Path, help="default: hyp-boards.yaml of the project")
    group.add_argument(
        "--attach", action="store_true", default=None, help="load nothing: judge what the board boots by itself, or is running already"
    )


def target_of(args: argparse.Namespace) -> str | None:
    """--target, which an option of boards implies. Stop ENVIRONMENT (usage) for options that do not belong together."""
    asked = [name for name in _OPTIONS if getattr(args, name) is not None]
    if not asked:
        if args.target == BOARD:
            raise Stop(ExitCode.ENVIRONMENT, "--target board: which one? Give --board NAME of a boards file, or --port URL")
        return str(args.target) if args.target is not None else None
    if args.target not in (None, BOARD):
        raise Stop(ExitCode.ENVIRONMENT, f"{_option(asked[0])} is for boards; leave out --target {args.target}")
    odd = next((name for name in _EMULATOR_OPTIONS if getattr(args, name)), None)
    if odd is not None:
        raise Stop(ExitCode.ENVIRONMENT, f"{_option(odd)} is for emulators; a board has none")
    if args.attach and (args.frames is not None or args.length is not None):
        raise Stop(ExitCode.ENVIRONMENT, "--attach: what the board boots says itself how long it runs; leave out --frames and --for")
    if args.baud is not None:
        speed.checked("--baud", args.baud)
    return BOARD


def board_of(args: argparse.Namespace) -> LabBoard:
    """The board that the options name; without --board, whatever is at the end of --port (its board file is then unknown: empty)."""
    file = args.boards_file or find_boards_file(Path.cwd())
    if args.boards_file is not None and not args.boards_file.is_file():
        raise Stop(ExitCode.ENVIRONMENT, f"--boards-file {args.boards_file}: there is no such file")
    if args.board is None and args.port is None:
        raise Stop(ExitCode.ENVIRONMENT, "which board? Give --board NAME of the boards file, or --port URL")
    if args.board is None:
        return replace(choose_board("board", None, args.port, args.trace_port, args.baud, args.monitor), board="")
    return choose_board(args.board, file, args.port, args.trace_port, args.baud, args.monitor)


@contextmanager
def controlled(board: LabBoard, folder: Path) -> Iterator[Control]:
    """The board's lines open, their raw logs in `folder`; whatever happens, it is switched off again if it was switched on here."""
    control = Control(board, folder)
    try:
        control.open()
        if not board.can_start:
            print(f"hyp run: listening at {board.port}; no command starts board {board.name}: switch it on now", file=sys.stderr)
        yield control
    finally:
        control.close()


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
