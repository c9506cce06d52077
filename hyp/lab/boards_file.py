"""Reads and checks a boards file, and finds the board that a command or a test run asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from hyp.diagnostics import Diagnostic, Severity
from hyp.exits import ExitCode, Stop
from hyp.lab import language as lang
from hyp.lab.checks import CHECKS
from hyp.lab.model import LabBoard
from hyp.plan.document import read_document, version_is
from hyp.plan.places import board_candidates
from hyp.plan.quote import alternatives, nearest, quote
from hyp.plan.render import render_text
from hyp.plan.report import Found, Report
from hyp.plan.shapes import Values
from hyp.plan.source import Source, read_bytes
from hyp.toolchain.project import project_root


@dataclass(frozen=True)
class LoadedBoards:
    """`boards` is None when there are errors. A board without a `port` gets it from an option."""

    boards: dict[str, LabBoard] | None
    diagnostics: tuple[Diagnostic, ...]
    sources: dict[str, Source]


def load_boards(path: Path | str) -> LoadedBoards:
    """Reads the boards file at `path`. Stop ENVIRONMENT when it cannot be opened; everything else is a diagnostic."""
    file = Path(path)
    found = Found()
    document = read_document(str(path), read_bytes(file), found)
    boards = None if document.report is None else _boards(document.report, file.parent.resolve())
    good = boards is not None and not found.errors()
    return LoadedBoards(boards if good else None, found.sorted(str(path)), {document.source.name: document.source})


def is_boards_file(path: Path) -> bool:
    """Whether a line of it says so; not whether it is a good one."""
    try:
        with path.open("rb") as file:
            return any(line.startswith(b"hyp_boards:") for line in file.read(4096).splitlines())
    except OSError:
        return False


def find_boards_file(start: Path) -> Path | None:
    """`hyp-boards.yaml` of the project that `start` is in, if it has one."""
    root = project_root(start)
    file = (root if root is not None else start) / lang.FILE_NAME
    return file if file.is_file() else None


def choose_board(
    name: str,
    file: Path | None,
    port: str | None = None,
    trace_port: str | None = None,
    baud: int | None = None,
    monitor: str | None = None,
) -> LabBoard:
    """The board `name` of a boards file, with what options say in place of its keys; with a port it needs no file.

    Stop WRONG_INPUT when the file has errors (the message holds them all); Stop ENVIRONMENT when it has no such board, or no port is known.
    """
    known = {} if file is None else _whole(file)
    board = known.get(name)
    if board is None and port is not None and name not in known:
        board = LabBoard(name, _namesake(name, Path.cwd()), port, Path.cwd())
    if board is None:
        where = f"{file} has no board" if file is not None else f"there is no {lang.FILE_NAME}, so no board"
        meant = nearest(name, known)
        has = f"it has {alternatives(known)}" if known else "name a file with --boards-file, or the line with --port"
        raise Stop(ExitCode.ENVIRONMENT, f"{where} `{quote(name)}`; {f'did you mean `{meant}`?' if meant else has}")
    board = replace(
        board,
        port=port or board.port,
        trace_port=trace_port or board.trace_port,
        baud=baud or board.baud,
        monitor=monitor or board.monitor,
    )
    if not board.port:
        raise Stop(ExitCode.ENVIRONMENT, f"no port is known for board `{name}`: add `port:` in {file}, or give --port")
    return board


def _whole(file: Path) -> dict[str, LabBoard]:
    loaded = load_boards(file)
    if loaded.boards is not None:
        return loaded.boards
    errors = [found for found in loaded.diagnostics if found.severity is Severity.ERROR]
    count = f"{len(errors)} error{'s' if len(errors) != 1 else ''}"
    raise Stop(ExitCode.WRONG_INPUT, f"{file}: {count} in the boards file\n{render_text(errors, loaded.sources).rstrip()}")


def _namesake(name: str, folder: Path) -> str:
    """`name` where a board file has it, else nothing."""
    return name if any(candidate.is_file() for candidate in board_candidates(folder, name)[1:]) else ""


def _boards(report: Report, folder: Path) -> dict[str, LabBoard] | None:
    if not version_is(report, "hyp_boards", lang.VERSION):
        return None
    values = lang.BOARDS_FILE.read(report.spans.root, (), report)
    rows = None if values is None else values.get(lang.BOARDS)
    if rows is None:
        return None
    for check in CHECKS:
        check(rows, report)
    return {name: _board(name, row, folder) for name, row in rows.items()}


def _board(name: str, row: Values, folder: Path) -> LabBoard:
    return LabBoard(
        name=name,
        board=row.get(lang.BOARD) or _namesake(name, folder),
        port=row.get(lang.PORT) or "",
        folder=folder,
        trace_port=row.get(lang.TRACE_PORT),
        monitor=row.get(lang.MONITOR),
        baud=row.get(lang.BAUD) or lang.BAUD_DEFAULT,
        power_on=row.get(lang.POWER_ON),
        power_off=row.get(lang.POWER_OFF),
        reset=row.get(lang.RESET),
        load=row.get(lang.LOAD),
        boot_baud=row.get(lang.BOOT_BAUD),
        image=row.get(lang.IMAGE),
        command_time_ns=row.get(lang.COMMAND_TIME) or lang.COMMAND_TIME_DEFAULT,
        features=row.get(lang.FEATURES) or (),
    )
