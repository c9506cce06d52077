"""`hyp board`: reads what the probe says over a serial line, and writes the machine's board file."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from io import RawIOBase
from pathlib import Path

from hyp.cli.outputs import check_output, unwritable
from hyp.exits import ExitCode, Stop
from hyp.line import speed
from hyp.plan.units import DURATION, Wrong, parse_quantity
from hyp.probe.board_file import board_text, obstacles, remarks
from hyp.probe.collect import collect, from_log
from hyp.probe.facts import report_of
from hyp.probe.lines import Entry

HELP = "probe a board over serial and write its file"
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,29}")


def configure(parser: argparse.ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--port", metavar="URL", help="the line: a device such as /dev/ttyUSB0, socket://HOST:PORT, rfc2217://HOST:PORT")
    source.add_argument("--log", metavar="FILE", type=Path, help="what another program has received, in place of a line")
    parser.add_argument("-o", dest="out", metavar="FILE", type=Path, help="the board file; default: standard output")
    parser.add_argument("--name", help="name of the board (default: that of FILE, else `probed`)")
    parser.add_argument("--baud", type=int, default=speed.BAUD, help="speed of the line (default: %(default)s)")
    parser.add_argument("--timeout", metavar="TIME", default="60s", help="how long to wait for a whole report (default: %(default)s)")
    parser.add_argument("--raw", metavar="FILE", type=Path, help="keep every byte that was received")
    parser.epilog = "The probe comes from `hyp media probe`; docs/boards.md has cables and settings. Exit code 1: hyp cannot run there."


def run(args: argparse.Namespace) -> int:
    name = _name(args)
    for option, path in (("-o", args.out), ("--raw", args.raw)):
        check_output(option, path)
    report = report_of(_entries(args))
    text = board_text(report, name)
    for remark in remarks(report):
        _say(f"remark: {remark}")
    against = obstacles(report)
    for obstacle in against:
        _say(f"does not fit: {obstacle}")
    if args.out is None:
        sys.stdout.write(text)
    else:
        _write(args.out, text)
        _say(f"{args.out}: board {name}; `hyp check` of a plan with `board: {args.out}` says whether it fits")
    return ExitCode.WRONG_INPUT if against else ExitCode.GOOD


def _entries(args: argparse.Namespace) -> tuple[Entry, ...]:
    if args.log is not None:
        return from_log(_read(args.log))
    seconds, baud = _seconds(args.timeout), speed.checked("--baud", args.baud)
    from hyp.line.port import open_port  # only a line needs pyserial

    port = open_port(args.port, baud)
    try:
        if args.raw is None:
            return collect(port, seconds, _progress())
        with _open_raw(args.raw) as raw:
            return collect(port, seconds, _progress(), lambda data: _keep(raw.write, data))
    finally:
        port.close()


def _read(log: Path) -> bytes:
    try:
        return log.read_bytes()
    except OSError as error:
        raise Stop(ExitCode.ENVIRONMENT, f"--log {log}: {error.strerror}; give a file with what came on the line") from None


def _open_raw(path: Path) -> RawIOBase:
    try:
        return path.open("wb", buffering=0)
    except OSError as error:
        raise unwritable("--raw", path, error) from None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text)
    except OSError as error:
        raise unwritable("-o", path, error) from None


def _keep(write: Callable[[bytes], int | None], data: bytes) -> None:
    write(data)


def _name(args: argparse.Namespace) -> str:
    name = args.name or (args.out.stem if args.out is not None else "probed")
    if not _NAME.fullmatch(name):
        raise Stop(ExitCode.ENVIRONMENT, f"{name!r} is no name of a board: small letters, digits, `-` and `_`, at most 30; use --name")
    return str(name)


def _seconds(text: str) -> float:
    value = parse_quantity(text, DURATION)
    if isinstance(value, Wrong) or value == 0:
        raise Stop(ExitCode.ENVIRONMENT, f"--timeout {text}: write a time such as 60s")
    return value / 1e9


def _progress() -> Callable[[str], None]:
    """On a terminal one line that changes; in a pipe nothing."""
    if not sys.stderr.isatty():
        return lambda _: None
    return lambda text: print(f"\r\033[Khyp: {text}", end="", file=sys.stderr, flush=True)


def _say(text: str) -> None:
    clear = "\r\033[K" if sys.stderr.isatty() else ""
    print(f"{clear}hyp: {text}", file=sys.stderr)
