"""`hyp test`: pytest on the nearest project's tests, from the environment that hyp runs in."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from hyp.exits import ExitCode, Stop
from hyp.toolchain.project import project_root

HELP = "pytest on the nearest project's tests"
PASSES_ON = True
"""Arguments that are not ours are pytest's."""

_OF_PYTEST = {0: ExitCode.GOOD, 1: ExitCode.JUDGED_BAD, 2: ExitCode.INTERRUPTED, 5: ExitCode.ENVIRONMENT}
_ALONE = ("-n", "--numprocesses", "--pdb", "-s", "--collect-only", "--co", "-h", "--hyp-board")
_SHORT_WITH_VALUE = ("-k", "-m", "-n", "-p", "-c", "-o", "-W", "-r")
_WITH_VALUE = ("--hyp-board", "--hyp-port", "--hyp-trace-port", "--hyp-baud")
_WITH_PATH = (
    "--hyp-boards-file",
    "--hyp-log-dir",
    "--lg-env",
    "--junitxml",
    "--junit-xml",
    "--basetemp",
    "--log-file",
    "--rootdir",
)
"""Their values are relative to where the user is; pytest runs in the project's root."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.usage = "hyp test [--board NAME] [PYTEST ARGS]"
    parser.add_argument("--board", metavar="NAME", help="board of the lab that tests run on: pytest's --hyp-board (docs/hil.md)")
    parser.epilog = (
        "Without a path it runs tests/ of the project that the current folder is in; on all cores unless -n, -s, --pdb, a "
        "board or a single test (file::name) is given. Exit codes: 0 passed, 3 something failed, 2 nothing to run or wrong usage."
    )


def run(args: argparse.Namespace) -> int:
    """Runs pytest in the project root."""
    here = Path.cwd()
    root = project_root(here)
    if root is None:
        raise Stop(ExitCode.ENVIRONMENT, f"{here} is in no project: no folder above it has an SConstruct or .git")
    given = args.rest if args.board is None else [f"--hyp-board={args.board}", *args.rest]
    command = [
        sys.executable,
        "-P",
        "-m",
        "pytest",
        "-p",
        "hyp.pytest_plugin",
        *pytest_arguments(given, here, root, len(os.sched_getaffinity(0))),
    ]
    pytest = subprocess.Popen(command, cwd=root)
    while True:
        try:
            return _OF_PYTEST.get(pytest.wait(), ExitCode.ENVIRONMENT)
        except KeyboardInterrupt:
            continue  # pytest got it, too, and still cleans up


def pytest_arguments(given: list[str], here: Path, root: Path, cores: int) -> list[str]:
    """`given` with paths made absolute, the project's tests where it names none, and all cores where that is safe."""
    given = list(_joined(given, here))
    before = ["", *given]
    paths = {given[n]: _absolute(given[n], here) for n in range(len(given)) if before[n] not in _SHORT_WITH_VALUE}
    named = [word for word, path in paths.items() if path]
    if not named and not (root / "tests").is_dir():
        raise Stop(ExitCode.ENVIRONMENT, f"{root} has no tests/ folder")
    alone = cores < 2 or any(word.startswith(_ALONE) or "::" in word for word in given)
    return [
        *([] if any(word.startswith("--rootdir=") for word in given) else [f"--rootdir={root}"]),
        *([] if alone else ["-n", str(cores), "--dist", "worksteal"]),
        *(paths.get(word) or word for word in given),
        *([] if named else ["tests"]),
    ]


def _joined(given: list[str], here: Path) -> Iterator[str]:
    """Options as `--option=value`, paths among the values made absolute.

    Before it knows the plugins' options pytest takes any argument that exists for a test's path, and looks for its
    configuration above all of these: a port such as /dev/ttyUSB0 would lead it astray.
    """
    words = iter(given)
    for word in words:
        name, equals, value = word.partition("=")
        if name not in (*_WITH_VALUE, *_WITH_PATH):
            yield word
        elif not equals and (value := next(words, "")) == "":
            yield word  # pytest says that its value is missing
        else:
            yield f"{name}={(here / value).resolve() if name in _WITH_PATH else value}"


def _absolute(word: str, here: Path) -> str:
    """The absolute path of an argument like `tests/unit/test_x.py::test_y`, or nothing when it names no file."""
    name, colons, test = word.partition("::")
    return f"{(here / name).resolve()}{colons}{test}" if not word.startswith("-") and (here / name).exists() else ""
