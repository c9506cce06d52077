"""`hyp bench`: the benchmark table, in instructions of the deterministic clock."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from hyp.bench import profile
from hyp.bench.all_rows import build_rows, instruction_rows, run_all
from hyp.bench.measure import Bench
from hyp.bench.rows import Row
from hyp.bench.table import as_json, as_text
from hyp.exits import ExitCode
from hyp.toolchain import share
from hyp.toolchain.project import project_root

HELP = "the benchmark table: what the kernel costs, in instructions"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="the rows on standard output, everything else on standard error")
    parser.add_argument("--no-builds", action="store_true", help="without the rows that build plans by the wall clock")
    parser.add_argument(
        "--profile", metavar="DIR", type=Path, help="also the kernel's longest paths by function, and its coverage, as text files"
    )
    parser.epilog = "Exit codes: 0 all bounds are kept, 3 one is exceeded (marked in the table). Rows in seconds are never judged."


def run(args: argparse.Namespace) -> int:
    root = project_root(Path.cwd()) or Path.cwd()
    bench = Bench(root.resolve(), lambda text: print(f"hyp bench: {text}", file=sys.stderr, flush=True))
    runs = run_all(bench, share.demo())
    rows = instruction_rows(runs)
    if not args.no_builds:
        rows += build_rows(bench, share.demo())
    sys.stdout.write(json.dumps(as_json(rows), indent=1) + "\n" if args.json else as_text(rows))
    if args.profile is not None:
        profile.write(args.profile, runs)
    return exit_code(rows)


def exit_code(rows: list[Row]) -> ExitCode:
    return ExitCode.JUDGED_BAD if any(row.exceeded for row in rows) else ExitCode.GOOD
