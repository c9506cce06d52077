"""Every way to stop has its exit code and one clear line."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hyp import __version__
from hyp.cli import main as door
from hyp.exits import ExitCode, Stop


class Failing:
    """A subcommand that ends with what it is told."""

    HELP = "fails"

    def __init__(self, failure: BaseException) -> None:
        self.failure = failure

    def configure(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--number", type=int)

    def run(self, args: argparse.Namespace) -> int:
        raise self.failure


def ends(monkeypatch: pytest.MonkeyPatch, failure: BaseException) -> int:
    monkeypatch.setattr(door, "load", lambda name: Failing(failure))
    return door.main(["build"])


@pytest.mark.parametrize(
    ("failure", "code", "says"),
    [
        (Stop(ExitCode.WRONG_INPUT, "no partition 'x'"), 1, "hyp: no partition 'x'\n"),
        (Stop(ExitCode.TARGET_FAILED, "it hung"), 4, "hyp: it hung\n"),
        (KeyboardInterrupt(), 130, "hyp: interrupted\n"),
        (OSError(errno.ENOSPC, "No space", "out.elf"), 2, "hyp: no space left on the disk: out.elf; free some and try again\n"),
        (OSError(errno.EDQUOT, "Quota"), 2, "hyp: no space left on the disk; free some and try again\n"),
        (PermissionError(errno.EACCES, "Permission denied", "secret"), 2, "hyp: Permission denied: secret\n"),
    ],
)
def test_a_stop(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], failure: BaseException, code: int, says: str) -> None:
    assert ends(monkeypatch, failure) == code
    assert capfd.readouterr() == ("", says)


def test_a_bug_is_one_line_and_a_file(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv("HYP_DEBUG", raising=False)
    assert ends(monkeypatch, KeyError("lost")) == ExitCode.ENVIRONMENT
    saved = next(tmp_path.iterdir())
    said = f"hyp: internal error: KeyError: 'lost' (a bug in hyp; please report it with {saved})\n"
    assert capfd.readouterr().err == said
    assert "raise self.failure" in saved.read_text()


def test_a_bug_shows_its_place_on_request(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HYP_DEBUG", "1")
    assert ends(monkeypatch, FileNotFoundError(errno.ENOENT, "gone", "x")) == ExitCode.ENVIRONMENT
    assert "raise self.failure" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "a command is needed: check, "),
        (["biuld"], "there is no command 'biuld'; did you mean 'build'?"),
        (["zzz"], "there is no command 'zzz'; the commands are check, "),
        (["--nothing"], "unrecognized arguments: --nothing"),
        (["doctor", "--nothing", "x"], "unrecognized arguments: --nothing x"),
    ],
)
def test_wrong_usage(capfd: pytest.CaptureFixture[str], arguments: list[str], says: str) -> None:
    assert door.main(arguments) == ExitCode.ENVIRONMENT
    shown = capfd.readouterr()
    assert says in shown.err
    assert shown.out == ""


def test_help_lists_every_command(capfd: pytest.CaptureFixture[str]) -> None:
    assert door.main(["--help"]) == 0
    shown = capfd.readouterr().out
    assert [name for name in door.COMMANDS if f"\n  {name} " not in shown] == []


@pytest.mark.parametrize("name", door.COMMANDS)
def test_every_command_has_help_and_a_version(capfd: pytest.CaptureFixture[str], name: str) -> None:
    command = door.load(name)
    assert command.HELP
    assert command.HELP.strip().rstrip(".") == command.HELP
    for action in door.parser_of(name, command)._actions:
        assert action.help, f"hyp {name} {'/'.join(action.option_strings) or action.dest} has no help"
    assert door.main([name, "--help"]) == 0
    assert capfd.readouterr().out.startswith("usage: hyp ")
    assert door.main([name, "--version"]) == 0
    assert capfd.readouterr().out == f"hyp {__version__}\n"


def test_only_the_asked_command_is_imported() -> None:
    code = (
        "import sys; from hyp.cli.main import main; main(['doctor', '--version']); print([m for m in sys.modules if m.startswith('hyp.')])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=180, check=True).stdout
    assert "hyp.cli.doctor" in shown
    assert "hyp.plan" not in shown
    assert "hyp.cli.run" not in shown


def test_a_reader_that_leaves_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "hyp", "doctor"], stdout=writer, stderr=subprocess.PIPE, text=True, timeout=180, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (door.BROKEN_PIPE, "")


@pytest.mark.parametrize(
    ("number", "code", "tidies"),
    [(signal.SIGINT, 130, "pass"), (signal.SIGTERM, 143, "pass"), (signal.SIGTERM, 143, "os.kill(os.getpid(), signal.SIGTERM)")],
    ids=["SIGINT", "SIGTERM", "SIGTERM twice"],
)
def test_a_signal_unwinds(tmp_path: Path, number: signal.Signals, code: int, tidies: str) -> None:
    """`finally` runs: that is how an emulator is never left behind."""
    program = f"""
import os, signal, sys, time
from pathlib import Path
from hyp.cli import main
class Waiting:
    HELP = ""
    def configure(self, parser): pass
    def run(self, args):
        try:
            Path({str(tmp_path / "begun")!r}).touch()
            time.sleep(600)
        finally:
            {tidies}
            Path({str(tmp_path / "ended")!r}).touch()
main.load = lambda name: Waiting()
sys.argv = ["hyp", "run"]
main.entry()
"""
    process = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not (tmp_path / "begun").exists():
        time.sleep(0.01)
    process.send_signal(number)
    _, said = process.communicate(timeout=180)
    assert process.returncode == code
    assert (tmp_path / "ended").exists()
    assert "Traceback" not in said


@pytest.mark.parametrize("arguments", [["doctor"], ["doctor", "--help"], ["--version"]])
def test_a_full_disk_behind_the_output_is_told(arguments: list[str]) -> None:
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-m", "hyp", *arguments]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, env=buffered, stdout=full, stderr=subprocess.PIPE, text=True, timeout=180, check=False)
    assert (done.returncode, done.stderr) == (2, "hyp: no space left on the disk; free some and try again\n")
