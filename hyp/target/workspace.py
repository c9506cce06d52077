"""A private folder for one run, removed afterwards, and the emulator in it: a child that never outlives us."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from hyp.exits import ExitCode, Stop
from hyp.toolchain.system import require

_ANSWER_SECONDS = 5.0
_OUTPUT_SHOWN = 600


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder that only this user can read, removed at the end whatever happens."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="hyp-run-"))
    except OSError as error:
        raise Stop(ExitCode.ENVIRONMENT, f"no temporary folder: {error.strerror}; set TMPDIR to a folder with space") from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Child:
    """An emulator process in a session of its own (a terminal's Ctrl-C does not reach it); killed when we die, even by SIGKILL."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        """Start `command` in `folder`. Stop ENVIRONMENT with the line to run when its program is not installed."""
        self._output = folder / f"{Path(command[0]).name}.out"
        require(command[0])
        try:
            with self._output.open("wb") as output:
                self._process = subprocess.Popen(
                    [*_dying_with_us(), *command],
                    cwd=folder,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    env={**os.environ, "TERM": "xterm"},  # Bochs draws on a terminal, even if it is a file
                )
        except OSError as error:
            raise Stop(ExitCode.ENVIRONMENT, f"{command[0]} cannot be started: {error.strerror}; see `hyp doctor`") from None

    @property
    def pid(self) -> int:
        return self._process.pid

    def status(self) -> int | None:
        """Exit status, negative for a signal; None while it runs."""
        return self._process.poll()

    def said(self) -> str:
        """The end of what it printed on its own standard output and error."""
        try:
            text = self._output.read_bytes()[-_OUTPUT_SHOWN:].decode("utf-8", "replace")
        except OSError:
            return ""
        return " ".join(text.split())

    def wait(self, seconds: float) -> None:
        """Until it ends, at most `seconds`."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)

    def kill(self) -> None:
        """End it and everything that it started; returns when it is gone."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def output_of(command: Sequence[str], folder: Path) -> str:
    """What a short command prints; empty when it takes too long. Nothing of it is left running."""
    child = Child(command, folder)
    try:
        child.wait(_ANSWER_SECONDS)
    finally:
        child.kill()
    return child.said()


def _dying_with_us() -> list[str]:
    """util-linux's setpriv asks the kernel for SIGKILL when the parent dies (prctl(2), PR_SET_PDEATHSIG), then becomes the program."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv is not None else []
