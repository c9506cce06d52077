"""`hyp boot`: an image over a serial line to the board's loader (`hyp media loader`), which starts it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hyp.boot.link import Link
from hyp.boot.session import Boot, Booted, Wish
from hyp.exits import ExitCode, Stop
from hyp.line import speed
from hyp.line.port import open_port
from hyp.plan.units import DURATION, Wrong, parse_quantity
from hyp.target.bundle import open_bundle

HELP = "send an image over a serial line to the board's loader, and start it"
_TIMEOUT = "10s"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("image", metavar="IMAGE", type=Path, help="an image.elf, an image.json or their folder")
    parser.add_argument("--port", metavar="URL", required=True, help="a tty such as /dev/ttyUSB0, socket://HOST:PORT, rfc2217://HOST:PORT")
    parser.add_argument(
        "--baud", metavar="N", type=int, default=speed.BAUD, help="the line's speed, the loader's own (default: %(default)s)"
    )
    parser.add_argument("--speed", metavar="N", type=int, help="for the transfer another speed; the line's own when it does not carry it")
    parser.add_argument("--args", metavar="TEXT", help="the image's command line, e.g. 'frames=100'; default: the board file's")
    parser.add_argument("--timeout", metavar="TIME", default=_TIMEOUT, help="how long the loader may be silent (default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    seconds = _seconds(args.timeout)
    for option, value in (("--baud", args.baud), ("--speed", args.speed)):
        if value is not None:
            speed.checked(option, value)
    path, own_words = _image(args.image)
    wish = Wish(path, _read(path), own_words if args.args is None else args.args, args.speed, seconds)
    link = Link(lambda baud: open_port(args.port, baud), args.baud)
    try:
        with _progress() as progress:
            booted = Boot(link, wish, _say, progress).run()
    finally:
        link.close()
    _report(path, booted)
    return ExitCode.GOOD


def _image(path: Path) -> tuple[Path, str]:
    """The ELF, and the command line that its board wants. Without a manifest beside it any ELF is taken; the loader judges it."""
    if path.is_dir() or path.suffix == ".json" or path.with_suffix(".json").is_file():
        bundle = open_bundle(path)
        return bundle.image, bundle.manifest["board"]["command_line"]
    return path, ""


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Stop(ExitCode.ENVIRONMENT, f"{path}: {error.strerror}; give the path of an image.elf") from None


def _seconds(text: str) -> float:
    value = parse_quantity(text, DURATION)
    if isinstance(value, Wrong) or value == 0:
        raise Stop(ExitCode.ENVIRONMENT, f"--timeout {text}: give a time with its unit, such as 10s")
    return value / 1e9


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _there, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("sending"), BarColumn(), MofNCompleteColumn(), TextColumn("KiB"), TimeRemainingColumn(), console=Console(stderr=True)
    )
    with bar:
        task = bar.add_task("sending", total=None)
        yield lambda there, total: bar.update(task, completed=there, total=total)


def _report(path: Path, booted: Booted) -> None:
    counts = booted.counts
    again = counts.sent - (counts.total - counts.held)
    _say(
        f"{path} is started: {counts.total} KiB in {booted.seconds:.1f} s, {counts.held} held already, {counts.sent} sent"
        + (f", {again} of them again" if again else "")
    )


def _say(message: str) -> None:
    print(f"hyp boot: {message}", file=sys.stderr, flush=True)
