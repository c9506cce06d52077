"""Finds, reads and checks a plan's board file."""

from __future__ import annotations

from pathlib import Path as FilePath

from hyp.plan import board_language as lang
from hyp.plan.checks import BOARD_CHECKS
from hyp.plan.document import read_document, version_is
from hyp.plan.draft import BoardDraft
from hyp.plan.model import Board, Costs, Device, ExitPort, Range, Tsc
from hyp.plan.node import Path
from hyp.plan.places import board_candidates, board_folders, exists, shown
from hyp.plan.quote import alternatives, nearest, quote
from hyp.plan.report import Found, Report
from hyp.plan.shapes import Field, Values
from hyp.plan.source import SIZE_MAX, Source, decode

BOARD: Path = ("board",)


def find_board(written: str, base: FilePath, report: Report) -> FilePath | None:
    """The file of the board that a plan names; None when there is none, which is then reported."""
    candidates = board_candidates(base, written)
    for candidate in candidates:
        if exists(candidate) and candidate.is_file():
            return candidate
    known = sorted({file.stem for folder in board_folders(base) if exists(folder) for file in folder.glob("*.yaml") if _is_board(file)})
    meant = nearest(written, known)
    if any(exists(candidate) for candidate in candidates):
        fix = "name the board file in the folder"
    elif meant is not None:
        fix = f"did you mean `{meant}`?"
    else:
        fix = f"use {alternatives(known)}, or write a path to a board file" if known else "write a path to a board file"
    report.add("BRD001", BOARD, f"there is no board `{quote(written)}`", fix)
    return None


def load_board(file: FilePath, report: Report, found: Found, sources: dict[str, Source]) -> Board | None:
    """The board in `file`. Its mistakes are reported in its own text, an unreadable file at the plan's `board`."""
    try:
        with file.open("rb") as stream:
            data = stream.read(SIZE_MAX + 1)
    except OSError as error:
        report.add("BRD001", BOARD, f"the board file {shown(file)} cannot be read ({error.strerror})", "check its permissions")
        return None
    name = shown(file)
    document = read_document(name, data, found)
    sources[name] = document.source
    if document.report is None:
        return None
    own = document.report
    if not version_is(own, "hyp_board", lang.VERSION):
        return None
    values = lang.BOARD.read(own.spans.root, (), own)
    board = None if values is None else board_of(values, file, own)
    if board is None:
        return None
    draft = BoardDraft(board, own)
    for check in BOARD_CHECKS:
        check(draft)
    return board if own.ok(()) else None


def board_of(values: Values, file: FilePath, report: Report) -> Board | None:
    """The board, when all of its values are good."""
    name, status, ram, reserved = values.get(lang.NAME), values.get(lang.STATUS), values.get(lang.RAM), values.get(lang.RESERVED)
    cores, timer, tsc, line = values.get(lang.CORES), values.get(lang.TIMER), _tsc(values), values.get(lang.COMMAND_LINE)
    console, costs, devices = values.get(lang.CONSOLE), _costs(values), values.get(lang.DEVICES)
    cpu = values.get(lang.BOARD_CPU)
    if not report.ok(()) or name is None or status is None or ram is None or reserved is None or cores is None or timer is None:
        return None
    if tsc is None or line is None or console is None or costs is None or devices is None:
        return None
    return Board(
        name=name,
        file=file,
        status=status,
        ram=tuple(_range(item) for item in ram),
        reserved=tuple(_range(item) for item in reserved),
        cores=cores,
        timer=timer,
        tsc=tsc,
        command_line=line,
        exit_port=_exit_port(values),
        cpu_require=() if cpu is None else cpu.get(lang.CPU_REQUIRE) or (),
        cpu_use=() if cpu is None else cpu.get(lang.CPU_USE) or (),
        cpu_has=() if cpu is None else cpu.get(lang.CPU_HAS) or (),
        console=console,
        costs=costs,
        devices={key: _device(key, device) for key, device in devices.items()},
        emulator=_emulator(values),
    )


def _range(values: Values) -> Range:
    return Range(values.get(lang.R_AT) or 0, values.get(lang.R_SIZE) or 0)


def _tsc(values: Values) -> Tsc | None:
    record = values.get(lang.BOARD_TSC)
    if record is None:
        return None
    frequency, verify = record.get(lang.TSC_FREQUENCY), record.get(lang.TSC_VERIFY)
    tolerance, otherwise = record.get(lang.TSC_TOLERANCE), record.get(lang.TSC_OTHERWISE)
    if frequency is None or verify is None or tolerance is None or otherwise is None:
        return None
    return Tsc(frequency, verify, tolerance, otherwise)


def _costs(values: Values) -> Costs | None:
    record = values.get(lang.BOARD_COSTS)
    if record is None:
        return None
    source, switch, path = record.get(lang.COST_SOURCE), record.get(lang.COST_SWITCH), record.get(lang.COST_KERNEL_PATH)
    io_write, tolerance = record.get(lang.COST_IO_WRITE), record.get(lang.COST_TOLERANCE)
    if source is None or switch is None or path is None or io_write is None or tolerance is None:
        return None
    return Costs(source, switch, path, io_write, tolerance)


def _exit_port(values: Values) -> ExitPort | None:
    record = values.get(lang.BOARD_EXIT_PORT)
    return None if record is None else ExitPort(record.get(lang.EXIT_AT) or 0, record.get(lang.EXIT_VALUE) or 0)


def _device(name: str, values: Values) -> Device:
    ports, mmio = values.get(lang.D_PORTS) or (), values.get(lang.D_MMIO) or ()
    return Device(
        name=name,
        kind=values.get(lang.D_KIND) or "",
        ports=tuple(Range(item.get(lang.PORT_AT) or 0, item.get(lang.PORT_COUNT) or 0) for item in ports),
        mmio=tuple(Range(item.get(lang.MMIO_AT) or 0, item.get(lang.MMIO_SIZE) or 0) for item in mmio),
        irq=values.get(lang.D_IRQ),
        clock_hz=values.get(lang.D_CLOCK),
        fifo=values.get(lang.D_FIFO),
        mmio_cache=tuple(item.get(lang.MMIO_CACHE) or "uc" for item in mmio),
        reg_shift=values.get(lang.D_REG_SHIFT) or 0,
        access_width=values.get(lang.D_ACCESS_WIDTH) or 1,
        bus_master=values.get(lang.D_BUS_MASTER) is True,
    )


def _emulator(values: Values) -> dict[str, dict[str, str]]:
    record = values.get(lang.BOARD_EMULATOR)
    if record is None:
        return {}
    result: dict[str, dict[str, str]] = {}
    for field in (lang.QEMU, lang.BOCHS):
        settings = record.get(field)
        if settings is not None:
            keys: tuple[Field[str] | Field[int], ...] = (lang.E_MACHINE, lang.E_CPU, lang.E_MEMORY)
            result[field.key] = {key.key: settings.text(key) for key in keys if settings.written(key)}
    return result


def _is_board(file: FilePath) -> bool:
    """Whether a YAML file of a folder that may also hold plans is a board file."""
    try:
        with file.open("rb") as stream:
            text = decode(stream.read(4096))
    except OSError:
        return False
    return text is not None and any(line.startswith("hyp_board:") for line in text.splitlines())
