"""Exit codes of the command, and the one way to stop early with a message."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    GOOD = 0
    WRONG_INPUT = 1  # plan, image, infeasible, not proved
    ENVIRONMENT = 2  # usage, a missing tool, a path that cannot be opened
    JUDGED_BAD = 3  # it ran: verdict, deviation, bound exceeded
    TARGET_FAILED = 4  # crashed, hung, printed nothing, line lost
    INTERRUPTED = 130


class Stop(Exception):
    """Ends the command with `code` and `message` (what, and what to do) on standard error. Not for bugs in us."""

    def __init__(self, code: ExitCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
