"""`hyp run`: build if needed, run on an emulator or a board, stream the consoles, end with a verdict."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path
from typing import TextIO

from hyp.cli.run_board import board_of, configure_board, controlled, target_of
from hyp.exits import ExitCode, Stop
from hyp.image.manifest import Manifest
from hyp.lab.model import LabBoard
from hyp.monitor.beside import listening, reasons
from hyp.monitor.summary import keep as keep_witness
from hyp.monitor.witness import Witness
from hyp.plan.units import DURATION, Wrong, parse_quantity
from hyp.report.live import Printer
from hyp.report.places import Places
from hyp.report.record import keep, open_record
from hyp.report.table import verdict_text
from hyp.report.verdict_json import verdict_json
from hyp.target.bundle import Bundle, open_bundle
from hyp.target.gdb import write_script
from hyp.target.options import INSTRUCTIONS, WALL, Options, parse_input, parse_match
from hyp.target.run import BOARD, TARGETS, Run, default_target, run_on_board, streams
from hyp.target.run import run as run_image
from hyp.target.session import FAILED, End
from hyp.target.workspace import private_folder
from hyp.timeline.verdict import Verdict, judge

HELP = "run a plan or an image on an emulator or a board, stream its consoles, end with a verdict"
_DEFAULT_FOR = "2s"
_DEFAULT_TIMEOUT = "60s"
_GDB_PORT = 1234


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "image", nargs="?", metavar="PLAN|IMAGE", help="a plan (it is built first), an image.elf, an image.json or their folder"
    )
    parser.add_argument(
        "--target", choices=(*TARGETS, BOARD), help="default: qemu where the board can be QEMU; board where --board or --port is given"
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--for", dest="length", metavar="TIME", help=f"target time, rounded up to major frames; default {_DEFAULT_FOR}")
    length.add_argument("--frames", type=int, metavar="N", help="major frames")
    parser.add_argument("--timeout", metavar="TIME", help=f"host time; default {_DEFAULT_TIMEOUT}, with --gdb none")
    parser.add_argument(
        "--clock", choices=(INSTRUCTIONS, WALL), default=INSTRUCTIONS, help="QEMU's: one instruction is 1 ns (default), or the host's time"
    )
    parser.add_argument("--record", metavar="DIR", type=Path, help="keep raw logs, consoles, trace and verdict.json")
    parser.add_argument("--expect", metavar="PART:REGEX", action="append", default=[], help="a line that must come; may be repeated")
    parser.add_argument(
        "--input", metavar="PART=FILE", action="append", default=[], help="send a file to a partition's console; may be repeated"
    )
    parser.add_argument("--until", metavar="PART:REGEX", help="stop when this line comes")
    parser.add_argument(
        "--gdb", metavar="PORT", nargs="?", const=str(_GDB_PORT), help=f"wait for gdb on this TCP port; default {_GDB_PORT}"
    )
    parser.add_argument("--strict", action="store_true", help="dropped console output is bad")
    parser.add_argument("--json", action="store_true", help="verdict.json on standard output, everything else on standard error")
    parser.add_argument(
        "--qemu-arg", metavar="ARG", action="append", default=[], help="one more argument for the emulator; may be repeated"
    )
    configure_board(parser)


def run(args: argparse.Namespace) -> int:
    if args.gdb is not None and args.image is None and not args.gdb.isdecimal():
        args.image, args.gdb = args.gdb, str(_GDB_PORT)  # `--gdb PLAN`: PLAN is not a port
    if args.image is None:
        raise Stop(ExitCode.ENVIRONMENT, "which plan or image? For example: hyp run config/demo.yaml")
    limits = _host_limit(args), _port(args)  # usage errors come before a build
    asked = target_of(args)
    board = board_of(args) if asked == BOARD else None
    bundle = _bundle(args.image, None if board is None else board.board)
    target = asked or default_target(bundle)
    options = _options(args, bundle, board, *limits)
    if target == "bochs" and (options.gdb_port is not None or options.clock == WALL):
        raise Stop(ExitCode.ENVIRONMENT, "--gdb and --clock wall are QEMU's; leave out --target bochs")
    people = sys.stderr if args.json else sys.stdout
    raw = open_record(args.record) if args.record is not None else None
    if options.gdb_port is not None:
        _announce_gdb(bundle, options.gdb_port)
    printer = Printer(people, streams(bundle), Places(bundle).of)
    ran, witness = _ran(args, bundle, board or target, options, printer, raw)
    return _judged(args, bundle.manifest, options, ran, witness, people)


def _ran(
    args: argparse.Namespace, bundle: Bundle, target: LabBoard | str, options: Options, printer: Printer, raw: Path | None
) -> tuple[Run, Witness | None]:
    if isinstance(target, str):
        return run_image(bundle, target, options, printer.show, raw), None
    attach = bool(args.attach)
    with private_folder() as folder, controlled(target, folder if raw is None else raw) as control:
        with listening(bundle.manifest, control, attach=attach) as witness:
            ran = run_on_board(bundle, control, options, printer.show, raw, attach=attach, say=_remark)
        return ran, witness


def _remark(text: str) -> None:
    print(f"hyp run: {text}", file=sys.stderr, flush=True)


def _judged(args: argparse.Namespace, manifest: Manifest, options: Options, ran: Run, witness: Witness | None, people: TextIO) -> int:
    verdict = judge(manifest, options, ran, args.strict, reasons(witness, complete=ran.session.end is End.COMPLETE))
    summary = verdict_json(manifest, options.clock, ran, verdict)
    people.write(verdict_text(verdict, ran))
    if args.record is not None:
        keep(args.record, manifest, ran, verdict, summary)
        if witness is not None:
            keep_witness(witness, args.record / "monitor.json")
    if args.json:
        sys.stdout.write(json.dumps(summary, indent=1) + "\n")
    if ran.session.end in FAILED:
        raise Stop(ExitCode.TARGET_FAILED, ran.session.message)
    return _exit_code(ran, verdict)


def _exit_code(ran: Run, verdict: Verdict) -> ExitCode:
    if ran.session.end is End.INTERRUPTED:
        return ExitCode.INTERRUPTED
    return ExitCode.GOOD if verdict.good else ExitCode.JUDGED_BAD


def _bundle(path: str, board: str | None) -> Bundle:
    """An image as it is, everything else as a plan that is built first: for `board`, if one is chosen."""
    if path.endswith((".elf", ".json")) or (Path(path) / "image.json").is_file() or _is_elf(Path(path)):
        return open_bundle(Path(path))
    from hyp.image.project import build_project  # only a plan needs the compiler

    return open_bundle(build_project(path, board=board or None))


def _is_elf(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"\x7fELF"
    except OSError:
        return False


def _options(args: argparse.Namespace, bundle: Bundle, board: LabBoard | None, timeout_s: float | None, gdb_port: int | None) -> Options:
    names = streams(bundle)
    return Options(
        frames=None if board is not None and (args.attach or board.image is not None) else _frames(args, bundle.manifest),
        timeout_s=timeout_s,
        clock=args.clock if board is None else WALL,
        expect=tuple(parse_match(text, "--expect", names) for text in args.expect),
        until=parse_match(args.until, "--until", names) if args.until is not None else None,
        gdb_port=gdb_port,
        arguments=tuple(args.qemu_arg),
        inputs=tuple(parse_input(text, names[1:]) for text in args.input),
    )


def _frames(args: argparse.Namespace, manifest: Manifest) -> int:
    """--frames, or --for in major frames, rounded up; with neither, the board's own `frames=`, or a default that is said."""
    if args.frames is not None:
        if args.frames < 1:
            raise Stop(ExitCode.ENVIRONMENT, f"--frames {args.frames}: give 1 or more")
        return int(args.frames)
    board = [word.removeprefix("frames=") for word in manifest["board"]["command_line"].split() if word.startswith("frames=")]
    if args.length is None and board and board[-1].isdecimal():
        return int(board[-1])
    if args.length is None:
        print(f"hyp run: neither --for nor --frames is given: running for {_DEFAULT_FOR} of target time", file=sys.stderr)
    major = manifest["schedules"][0]["major_frame_ns"]
    return -(-_duration(args.length or _DEFAULT_FOR, "--for") // major)


def _host_limit(args: argparse.Namespace) -> float | None:
    if args.timeout is None and args.gdb is not None:
        return None
    return _duration(args.timeout or _DEFAULT_TIMEOUT, "--timeout") / 1e9


def _port(args: argparse.Namespace) -> int | None:
    if args.gdb is None:
        return None
    if not args.gdb.isdecimal() or not 0 < int(args.gdb) < 65536:
        raise Stop(ExitCode.ENVIRONMENT, f"--gdb {args.gdb}: not a TCP port; give 1 to 65535, or no value for {_GDB_PORT}")
    return int(args.gdb)


def _duration(text: str, option: str) -> int:
    """ns, as written in plans. Stop ENVIRONMENT (usage) otherwise, and for 0."""
    value = parse_quantity(text, DURATION)
    if isinstance(value, Wrong):
        raise Stop(ExitCode.ENVIRONMENT, f"{option} {text}: {value.message}; {value.fix}")
    if value == 0:
        raise Stop(ExitCode.ENVIRONMENT, f"{option} {text}: give more than 0")
    return value


def _announce_gdb(bundle: Bundle, port: int) -> None:
    path = write_script(bundle, port)
    print(f"hyp run: the machine waits for gdb; in another terminal: gdb -x {shlex.quote(str(path))}", file=sys.stderr)
