"""`hyp console`: attach to a target's console over a serial line."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TextIO

from hyp.exits import ExitCode, Stop
from hyp.line.port import BAUD, Port, open_port
from hyp.plan.units import DURATION, Wrong, parse_quantity
from hyp.report.live import coloured, text_of
from hyp.target.bundle import open_bundle
from hyp.target.console import Line
from hyp.target.options import Match, parse_match
from hyp.target.run import streams
from hyp.terminal.modes import AUTO, MODES, Streams
from hyp.terminal.session import End, Session, Wishes

HELP = "attach to the console of a board, or of anything that speaks like one"
_DIM = "\x1b[2m"
_PLAIN = "\x1b[0m"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", required=True, metavar="URL", help="/dev/ttyUSB0, socket://HOST:PORT, rfc2217://HOST:PORT")
    parser.add_argument("--baud", type=int, default=None, metavar="N", help=f"default: the image's, or {BAUD}")
    parser.add_argument("--image", metavar="IMAGE", help="image.elf, image.json or their folder: the names of the streams, mode and speed")
    parser.add_argument("--mode", choices=MODES, default=None, help="default: the image's, or by what comes")
    parser.add_argument("--log", metavar="FILE", type=Path, help="every byte as received; default hyp-console-DATE-TIME.log")
    parser.add_argument(
        "--to", metavar="PART", help="the partition that typed lines go to; /to PART changes it, /loader ends the run, /quit ends"
    )
    parser.add_argument("--only", metavar="STREAM", action="append", default=[], help="show this stream only; may be repeated")
    parser.add_argument("--no-times", action="store_true", help="leave out the host's time before each line")
    parser.add_argument("--no-reconnect", action="store_true", help="end when the line is lost (exit 4)")
    parser.add_argument("--for", dest="length", metavar="TIME", help="end after this host time")
    parser.add_argument("--until", metavar="STREAM:REGEX", help="end when this line comes; with --for, exit 3 when it does not")


def run(args: argparse.Namespace) -> int:
    names, mode, fifo, baud = _known(args)
    session = Session(
        lambda: open_port(args.port, baud),
        lambda: _reopen(args.port, baud),
        log := _open_log(args.log),
        console := Streams(mode, names, fifo),
        Wishes(names, _seconds(args.length), _until(args.until, names), not args.no_reconnect),
        _printer(sys.stdout, not args.no_times, tuple(args.only)),
        _say,
    )
    if args.to is not None and not session.choose(args.to):
        known = f"; there are {', '.join(names[1:])}" if names else "; give its number, or --image for names"
        raise Stop(ExitCode.ENVIRONMENT, f"--to {args.to}: no such partition{known}")
    _say(f"{args.port} at {baud} baud, every byte goes to {log.name}; Ctrl-C ends")
    session.listen(sys.stdin)
    with log:
        try:
            end = session.run()
        finally:
            for one in console.damage:
                _say(one)
    return _exit_code(end, session, args)


def _exit_code(end: End, session: Session, args: argparse.Namespace) -> ExitCode:
    if end is End.LOST:
        return ExitCode.TARGET_FAILED
    if end is End.TIME and not session.received:
        raise Stop(ExitCode.TARGET_FAILED, f"{args.port}: nothing came in {args.length}: is the board on, is this its port and its speed?")
    if end is End.TIME and args.until is not None:
        _say(f"--until {args.until} was not seen in {args.length}")
        return ExitCode.JUDGED_BAD
    return ExitCode.GOOD


def _known(args: argparse.Namespace) -> tuple[tuple[str, ...], str, int, int]:
    """Names of the streams, mode, the UART's FIFO and speed: the image's, unless an option says otherwise."""
    if args.image is None:
        return (), args.mode or AUTO, 16, args.baud or BAUD
    bundle = open_bundle(Path(args.image))
    console = bundle.manifest["console"]
    return streams(bundle), args.mode or console["mode"], console["fifo"], args.baud or console["baud"]


def _reopen(url: str, baud: int) -> Port | None:
    try:
        return open_port(url, baud)
    except Stop:
        return None


def _until(text: str | None, names: tuple[str, ...]) -> Match | None:
    """Without an image any name may be a stream's."""
    if text is None:
        return None
    return parse_match(text, "--until", names or (text.partition(":")[0],))


def _open_log(path: Path | None) -> BinaryIO:
    path = path or Path(time.strftime("hyp-console-%Y%m%d-%H%M%S.log"))
    try:
        return path.open("ab")
    except OSError as error:
        raise Stop(ExitCode.ENVIRONMENT, f"--log {path}: {error.strerror}; give a file that can be written") from None


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    value = parse_quantity(text, DURATION)
    if isinstance(value, Wrong):
        raise Stop(ExitCode.ENVIRONMENT, f"--for {text}: {value.message}; {value.fix}")
    return value / 1e9


def _printer(out: TextIO, times: bool, only: tuple[str, ...]) -> Callable[[Line], None]:
    dim, plain = (_DIM, _PLAIN) if coloured(out) else ("", "")

    def show(line: Line) -> None:
        if only and line.stream not in only:
            return
        now = time.time()
        stamp = f"{dim}{time.strftime('%H:%M:%S', time.localtime(now))}.{int(now * 1000) % 1000:03d}{plain} " if times else ""
        out.write(f"{stamp}{text_of(line)}\n")
        out.flush()

    return show


def _say(text: str) -> None:
    print(f"hyp console: {text}", file=sys.stderr, flush=True)
