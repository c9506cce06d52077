"""Runs the commands that switch a board: by the shell, in the boards file's folder, with a time limit."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from hyp.exits import ExitCode, Stop
from hyp.plan.quote import quote

_SHOWN = 300


def run_command(key: str, command: str, folder: Path, words: Mapping[str, str], seconds: float, log: Path) -> None:
    """Run the command that the boards file has under `key`; what it prints is added to `log`. `words` are put into its environment.

    Stop ENVIRONMENT when it fails or takes longer than `seconds` (host time); it is ended then, with all that it started.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        output.write(f"$ {key}: {command}\n".encode())
        output.flush()
        start = output.tell()
        # Not a pipe: a command may leave a program behind that keeps its output open.
        child = subprocess.Popen(
            ["/bin/sh", "-c", command],
            cwd=folder,
            env={**os.environ, **words},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = child.wait(seconds)
        except subprocess.TimeoutExpired:
            _end(child)
            hint = "a command that starts a program must leave it in the background (`&`)"
            message = f"`{key}` did not end in {seconds:g} s: {quote(command)}; {hint}"
            raise Stop(ExitCode.ENVIRONMENT, message) from None
        except BaseException:
            _end(child)
            raise
    if status != 0:
        said = _last_line(log, start)
        raise Stop(ExitCode.ENVIRONMENT, f"`{key}` failed with status {status}{': ' + said if said else ''}: {quote(command)}")


def _end(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _last_line(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        lines = file.read()[-4096:].decode("utf-8", "replace").split("\n")
    said = [" ".join(line.split()) for line in lines if line.strip()]
    return "".join(char if char.isprintable() else "·" for char in said[-1][:_SHOWN]) if said else ""
