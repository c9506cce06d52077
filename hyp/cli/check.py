"""`hyp check`: all diagnostics of a plan, as text, JSON or SARIF."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from hyp.codes import CODES, Code
from hyp.diagnostics import Severity
from hyp.exits import ExitCode, Stop
from hyp.lab.boards_file import LoadedBoards, is_boards_file, load_boards
from hyp.plan import Loaded, load
from hyp.plan.capacity import stated
from hyp.plan.exchange import check_json, sarif
from hyp.plan.quote import nearest, quote
from hyp.plan.render import render_text, summary
from hyp.plan.source import SIZE_MAX

HELP = "check a plan: every mistake in it, with place, reason and fix"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", nargs="?", metavar="PLAN", help="plan or boards file; `-` reads standard input")
    parser.add_argument(
        "--format", choices=("text", "json", "sarif"), default="text", help="form of the diagnostics (default: %(default)s)"
    )
    parser.add_argument("--strict", action="store_true", help="exit 1 on warnings too")
    parser.add_argument("--explain", metavar="CODE", help="say what a diagnostic's code means, e.g. SCH001")
    parser.add_argument("--base", metavar="DIR", type=Path, help="folder of the plan's relative paths (default: the plan's own)")


def run(args: argparse.Namespace) -> int:
    """The exit code. Raises Stop when the plan cannot be opened."""
    if args.explain is not None:
        sys.stdout.write(explain(args.explain))
        return ExitCode.GOOD
    if args.plan is None:
        raise Stop(ExitCode.ENVIRONMENT, "name the plan to check, e.g. `hyp check config/demo.yaml`, or `-` for standard input")
    if args.base is not None and not args.base.is_dir():
        raise Stop(ExitCode.ENVIRONMENT, f"--base {args.base}: there is no such folder")
    name, loaded = _load(args)
    if args.format == "json":
        sys.stdout.write(json.dumps(check_json(name, loaded.diagnostics), indent=2) + "\n")
    elif args.format == "sarif":
        sys.stdout.write(json.dumps(sarif(loaded.diagnostics), indent=2) + "\n")
    else:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        text = render_text(loaded.diagnostics, loaded.sources, colour=colour)
        carried = "".join(f"{name}: {line}\n" for line in _lines(loaded))
        sys.stdout.write(text + ("\n" if text else "") + carried + f"{name}: {summary(loaded.diagnostics)}\n")
    bad = {Severity.ERROR, Severity.WARNING} if args.strict else {Severity.ERROR}
    return ExitCode.WRONG_INPUT if any(diagnostic.severity in bad for diagnostic in loaded.diagnostics) else ExitCode.GOOD


def _lines(loaded: Loaded | LoadedBoards) -> list[str]:
    """What the kernel's UARTs can carry, when the plan says anything about them."""
    if isinstance(loaded, LoadedBoards) or loaded.plan is None or loaded.spans is None:
        return []
    if not any(loaded.spans.is_written((key,)) for key in ("console", "trace")):
        return []
    return stated(loaded.plan)


def explain(code: str) -> str:
    """Title, severity and reason of a code. Raises Stop when there is none."""
    entry = CODES.get(code.upper())
    if entry is None:
        meant = nearest(code.upper(), CODES)
        raise Stop(ExitCode.ENVIRONMENT, f"there is no code `{quote(code)}`" + (f"; did you mean `{meant}`?" if meant else ""))
    return _explanation(entry)


def _explanation(entry: Code) -> str:
    return f"{entry.code}: {entry.title} ({entry.severity})\n  why: {entry.why}\n"


def _load(args: argparse.Namespace) -> tuple[str, Loaded | LoadedBoards]:
    if args.plan == "-":
        name = "<stdin>"
        return name, load(name, text=sys.stdin.buffer.read(SIZE_MAX + 1), base=args.base or Path.cwd())
    if is_boards_file(Path(args.plan)):
        return args.plan, load_boards(args.plan)
    return args.plan, load(args.plan, base=args.base)
