"""`hyp test`: pytest on the nearest project's tests, from the environment that hyp runs in."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from hyp.exits import ExitCode, Stop
from hyp.toolchain.project import project_root

HELP = "pytest on the nearest project's tests"
PASSES_ON = True
"""Arguments that are not ours are pytest's."""

_OF_PYTEST = {0: ExitCode.GOOD, 1: ExitCode.JUDGED_BAD, 2: ExitCode.INTERRUPTED, 5: ExitCode.ENVIRONMENT}
_ALONE = ("-n", "--numprocesses", "--pdb", "-s", "--collect-only", "--co", "-h")
_WITH_VALUE = ("-k", "-m", "-n", "-p", "-c", "-o", "-W", "-r")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.usage = "hyp test [PYTEST ARGS]"
    parser.epilog = (
        "Without a path it runs tests/ of the project that the current folder is in; on all cores unless -n, -s, --pdb or a single "
        "test (file::name) is given. Exit codes: 0 passed, 3 something failed, 2 nothing to run or wrong usage."
    )


def run(args: argparse.Namespace) -> int:
    """Runs pytest in the project root."""
    here = Path.cwd()
    root = project_root(here)
    if root is None:
        raise Stop(ExitCode.ENVIRONMENT, f"{here} is in no project: no folder above it has an SConstruct or .git")
    command = [sys.executable, "-P", "-m", "pytest", *pytest_arguments(args.rest, here, root, len(os.sched_getaffinity(0)))]
    pytest = subprocess.Popen(command, cwd=root)
    while True:
        try:
            return _OF_PYTEST.get(pytest.wait(), ExitCode.ENVIRONMENT)
        except KeyboardInterrupt:
            continue  # pytest got it, too, and still cleans up


def pytest_arguments(given: list[str], here: Path, root: Path, cores: int) -> list[str]:
    """`given` with paths made absolute, the project's tests where it names none, and all cores where that is safe."""
    before = ["", *given]
    paths = {given[n]: _absolute(given[n], here) for n in range(len(given)) if before[n] not in _WITH_VALUE}
    named = [word for word, path in paths.items() if path]
    if not named and not (root / "tests").is_dir():
        raise Stop(ExitCode.ENVIRONMENT, f"{root} has no tests/ folder")
    alone = cores < 2 or any(word.startswith(_ALONE) or "::" in word for word in given)
    return [
        *([] if alone else ["-n", str(cores), "--dist", "worksteal"]),
        *(paths.get(word) or word for word in given),
        *([] if named else ["tests"]),
    ]


def _absolute(word: str, here: Path) -> str:
    """The absolute path of an argument like `tests/unit/test_x.py::test_y`, or nothing when it names no file."""
    name, colons, test = word.partition("::")
    return f"{(here / name).resolve()}{colons}{test}" if not word.startswith("-") and (here / name).exists() else ""
