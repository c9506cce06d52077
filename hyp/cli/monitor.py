"""`hyp monitor`: the schedule monitor's gateware for an FPGA board, and its host side."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hyp.cli.outputs import check_output
from hyp.exits import ExitCode, Stop
from hyp.image.manifest import Manifest
from hyp.monitor import summary
from hyp.monitor.parameters import entry_of
from hyp.monitor.witness import Witness
from hyp.plan.units import DURATION, Wrong, parse_quantity

HELP = "the schedule monitor: `build` its gateware, `watch` what it says"
_TIMEOUT = "60s"


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="build|watch", help="what to do; each has its own --help")
    build = actions.add_parser("build", help="gateware for an FPGA board, from a plan", allow_abbrev=False)
    build.add_argument("plan", metavar="PLAN", help="a plan with `monitor:`, an image.elf, an image.json or their folder")
    build.add_argument("--board", required=True, help="an FPGA board with an iCE40, e.g. icebreaker, icestick")
    build.add_argument("-o", "--output", metavar="DIR", type=Path, help="default: build/<plan name>/monitor-<board>")
    watch = actions.add_parser("watch", help="listen to a monitor, and exit by its verdict", allow_abbrev=False)
    watch.add_argument("--port", metavar="URL", required=True, help="the monitor's line: a tty, socket://HOST:PORT, rfc2217://HOST:PORT")
    watch.add_argument("--plan", metavar="PLAN", required=True, help="what the monitor was built from; also an image")
    length = watch.add_mutually_exclusive_group()
    length.add_argument("--frames", type=int, metavar="N", help="until N major frames were seen; then the verdict")
    length.add_argument("--for", dest="length", metavar="TIME", help="host time; without it and --frames until interrupted")
    watch.add_argument("--timeout", metavar="TIME", default=_TIMEOUT, help=f"host time for --frames; default {_TIMEOUT}")
    watch.add_argument("--json", action="store_true", help="the record on standard output, everything else on standard error")
    watch.add_argument("--record", metavar="FILE", type=Path, help="keep the record as a file")
    parser.epilog = "Exit codes of watch: 0 all was as planned, 3 it was not, 4 no fault, but the monitor or the frames stayed away."


def run(args: argparse.Namespace) -> int:
    return _build(args) if args.action == "build" else _watch(args)


def _build(args: argparse.Namespace) -> int:
    from hyp.monitor.gateware import synthesise  # only this needs the FPGA tools

    manifest, folder = _manifest(args.plan)
    entry_of(manifest)
    output = args.output or folder / f"monitor-{args.board}"
    built = synthesise(manifest, args.board, output, lambda text: print(f"hyp monitor: {text}", file=sys.stderr, flush=True))
    sys.stdout.write(built.text())
    return ExitCode.GOOD


def _watch(args: argparse.Namespace) -> int:
    from hyp.line.port import open_port
    from hyp.monitor.watching import watch

    if args.frames is not None and args.frames < 1:
        raise Stop(ExitCode.ENVIRONMENT, f"--frames {args.frames}: give 1 or more")
    check_output("--record", args.record)
    seconds, timeout = _seconds(args.length, "--for"), _seconds(args.timeout, "--timeout")
    if args.record is not None:
        _check(args.record)
    manifest, _ = _manifest(args.plan)
    witness = Witness(manifest)
    port = open_port(args.port, entry_of(manifest)["host_baud"])
    interrupted, failed = False, None
    try:
        with _live(witness) as show:
            watch(witness, port, frames=args.frames, seconds=seconds, timeout_s=timeout if args.frames else None, show=show)
    except KeyboardInterrupt:
        interrupted = True
    except Stop as stop:
        failed = stop
    finally:
        port.close()
    _tell(args, witness)
    if failed is not None and not (failed.code is ExitCode.TARGET_FAILED and witness.fault_count):
        raise failed
    if not witness.good:
        return ExitCode.JUDGED_BAD
    return ExitCode.INTERRUPTED if interrupted and (args.frames or seconds) else ExitCode.GOOD


def _tell(args: argparse.Namespace, witness: Witness) -> None:
    """The table for people, the record for machines."""
    (sys.stderr if args.json else sys.stdout).write(summary.text(witness))
    if args.json:
        sys.stdout.write(json.dumps(summary.record_of(witness), indent=1) + "\n")
    if args.record is not None:
        summary.keep(witness, args.record)


def _check(record: Path) -> None:
    """Whoever waited for a long watch shall not lose it to a slip in the file's name."""
    try:
        with record.open("ab"):
            pass
    except OSError as error:
        raise Stop(ExitCode.ENVIRONMENT, f"--record {record}: {error.strerror}; give a file that can be written") from None


def _manifest(path: str) -> tuple[Manifest, Path]:
    """Of an image as it is, or of a plan that is built first; and the folder of the image."""
    from hyp.target.bundle import open_bundle

    if path.endswith((".elf", ".json")) or (Path(path) / "image.json").is_file():
        bundle = open_bundle(Path(path))
    else:
        from hyp.image.project import build_project  # only a plan needs the compiler

        bundle = open_bundle(build_project(path))
    return bundle.manifest, bundle.folder


@contextmanager
def _live(witness: Witness) -> Iterator[Callable[[], None]]:
    """A table that changes in place on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.live import Live
    from rich.table import Table

    def table() -> Table:
        frames = f"{witness.frames} frames, {witness.good_frames} good, {witness.fault_count} faults"
        made = Table(*summary.HEAD, title=f"{witness.manifest['plan']}: {frames}", highlight=False)
        for row in summary.rows(witness):
            made.add_row(*row)
        return made

    with Live(table(), console=Console(stderr=True), refresh_per_second=4, transient=True) as live:
        yield lambda: live.update(table())


def _seconds(text: str | None, option: str) -> float | None:
    if text is None:
        return None
    value = parse_quantity(text, DURATION)
    if isinstance(value, Wrong) or value == 0:
        raise Stop(ExitCode.ENVIRONMENT, f"{option} {text}: give a time with its unit, such as 10s")
    return value / 1e9
