"""Files that a command writes at its end: that they can be written is found out before it spends minutes on what goes into them."""

from __future__ import annotations

from pathlib import Path

from hyp.exits import ExitCode, Stop


def check_output(option: str, path: Path | None) -> None:
    """Stop ENVIRONMENT when nothing can be written to `path`. What it holds is kept, and no new file is left."""
    if path is None or path.is_fifo() or path.is_char_device():
        return
    held = path.exists()
    try:
        path.open("ab").close()
        if not held:
            path.unlink()
    except OSError as error:
        raise unwritable(option, path, error) from None


def unwritable(option: str, path: Path, error: OSError) -> Stop:
    return Stop(ExitCode.ENVIRONMENT, f"{option} {path}: {error.strerror or error}; give a file that can be written")
