"""A whole run on an emulator or a board: start, watch, stop, and what is known afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hyp.exits import ExitCode, Stop
from hyp.lab.control import Control
from hyp.target.board import Board
from hyp.target.bochs import Bochs
from hyp.target.bundle import Bundle
from hyp.target.console import KERNEL, Line
from hyp.target.facts import Facts, TraceDump
from hyp.target.feed import feeder
from hyp.target.frames import decoder
from hyp.target.options import Options
from hyp.target.qemu import Qemu
from hyp.target.report_lines import clock, console_facts, logged_events, own_lines
from hyp.target.report_memory import memory_facts, trace_dumps
from hyp.target.session import Session, Watch
from hyp.target.target import Target
from hyp.target.workspace import private_folder

TARGETS = ("qemu", "bochs")
BOARD = "board"
"""The third kind of target: a machine at the end of a line."""


@dataclass(frozen=True)
class Run:
    """`facts` come from memory where the target shows it; `reported` always from the console's end report.

    `traces` is None when the target does not show its memory.
    """

    target: str
    version: str
    session: Session
    facts: Facts
    reported: Facts
    traces: tuple[TraceDump, ...] | None


def default_target(bundle: Bundle) -> str:
    """The first emulator that the board can be, QEMU before Bochs. Stop WRONG_INPUT when it is a real board only."""
    board = bundle.manifest["board"]
    for name in TARGETS:
        if name in board["emulator"]:
            return name
    raise Stop(ExitCode.WRONG_INPUT, f"board {board['name']} has no `emulator:` block: it cannot run here")


def streams(bundle: Bundle) -> tuple[str, ...]:
    """Names of the console's streams: the kernel's, then the partitions' by id."""
    return (KERNEL, *(partition["name"] for partition in bundle.manifest["partitions"]))


def run(bundle: Bundle, name: str, options: Options, show: Callable[[Line], None], raw: Path | None = None) -> Run:
    """Run the image on the emulator `name`; `show` gets every console line as it is completed; UART logs are kept in `raw`."""
    with private_folder() as folder:
        logs = raw if raw is not None else folder / "raw"
        logs.mkdir(parents=True, exist_ok=True)
        return _watched(bundle, _target(bundle, name, options, folder, logs), options, show)


def run_on_board(
    bundle: Bundle,
    control: Control,
    options: Options,
    show: Callable[[Line], None],
    raw: Path | None = None,
    *,
    attach: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Run:
    """Run the image on a board whose lines `control` keeps open; parts of their logs that belong to the run are kept in `raw`.

    `attach`: nothing is loaded, whatever the board boots is judged as this image. `say` is told of difficulties that were overcome.
    Stop when the board cannot take the image or be started.
    """
    board = Board(bundle, control, options, raw, say, attach=attach)
    return _watched(bundle, board, options, show, from_boot=board.starts)


def _watched(bundle: Bundle, target: Target, options: Options, show: Callable[[Line], None], *, from_boot: bool = False) -> Run:
    target.prepare()
    console = bundle.manifest["console"]
    source = feeder(console["mode"], console["fifo"])
    for partition, data in options.inputs:
        source.put(partition, data)
    reader = decoder(console["mode"], streams(bundle), whole=not from_boot)
    session = Watch(target, console["uart"], reader, options, show, source, from_boot=from_boot).run()
    if source.waiting:
        hint = "; a longer run takes more of it (--for, --frames)" if target.name != BOARD else ""
        show(Line(None, f"hyp run: {source.waiting} bytes of input were not taken before the end{hint}"))
    return _known(bundle, target, session)


def _target(bundle: Bundle, name: str, options: Options, folder: Path, raw: Path) -> Target:
    if name == "bochs":
        return Bochs(bundle, options, folder, raw)
    return Qemu(bundle, options, folder, raw)


def _known(bundle: Bundle, target: Target, session: Session) -> Run:
    reported = console_facts(session.lines)
    kernel = list(own_lines(session.lines))
    booted = any(line.direct and line.text.startswith("start") for line in kernel)
    memory = target.memory() if booted else None  # before `hyp: start` the counters are not the kernel's yet
    if memory is None:
        return Run(target.name, target.version(), session, reported, reported, None)
    facts = memory_facts(bundle.manifest, memory, clock(kernel), logged_events(kernel))
    return Run(target.name, target.version(), session, facts, reported, trace_dumps(bundle.manifest, memory))
