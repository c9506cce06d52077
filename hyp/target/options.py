"""What the caller of a run decides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from hyp.exits import ExitCode, Stop

INSTRUCTIONS, WALL = "instructions", "wall"


@dataclass(frozen=True)
class Match:
    """`PART:REGEX`: a line of one stream (a partition or `hyp`) that the expression finds."""

    stream: str
    pattern: re.Pattern[str]

    def seen_in(self, stream: str | None, text: str) -> bool:
        return stream == self.stream and self.pattern.search(text) is not None

    def __str__(self) -> str:
        return f"{self.stream}:{self.pattern.pattern}"


@dataclass(frozen=True)
class Options:
    """`timeout_s` is host time, None: never; `clock` is `instructions` or `wall`; `gdb_port` starts stopped, waiting for gdb.

    `inputs`: (partition's id, bytes) that are sent to its console once the kernel has started.

    `frames` None: what is booted says it itself, as a board's medium does.
    """

    frames: int | None
    timeout_s: float | None = 60.0
    clock: str = INSTRUCTIONS
    expect: tuple[Match, ...] = ()
    until: Match | None = None
    gdb_port: int | None = None
    arguments: tuple[str, ...] = ()
    inputs: tuple[tuple[int, bytes], ...] = ()


def parse_input(text: str, partitions: tuple[str, ...]) -> tuple[int, bytes]:
    """`PART=FILE`: the partition's id and the file's bytes. Stop ENVIRONMENT (usage) for anything else."""
    name, equals, path = text.partition("=")
    if not equals or not path:
        raise Stop(ExitCode.ENVIRONMENT, f"--input {text!r}: write PARTITION=FILE, for example {partitions[0]}=commands.txt")
    if name not in partitions:
        raise Stop(ExitCode.ENVIRONMENT, f"--input {text!r}: no partition {name!r}; there are {', '.join(partitions)}")
    try:
        return partitions.index(name), Path(path).read_bytes()
    except OSError as error:
        raise Stop(ExitCode.ENVIRONMENT, f"--input {text!r}: {path}: {error.strerror}") from None


def parse_match(text: str, option: str, streams: tuple[str, ...]) -> Match:
    """Stop ENVIRONMENT (usage) for a wrong form, an unknown partition or a wrong expression."""
    stream, colon, expression = text.partition(":")
    if not colon or not expression:
        raise Stop(ExitCode.ENVIRONMENT, f"{option} {text!r}: write PARTITION:REGEX, for example {streams[-1]}:ready")
    if stream not in streams:
        raise Stop(ExitCode.ENVIRONMENT, f"{option} {text!r}: no partition {stream!r}; there are {', '.join(streams)}")
    try:
        return Match(stream, re.compile(expression))
    except (re.error, RecursionError, OverflowError) as error:
        raise Stop(ExitCode.ENVIRONMENT, f"{option} {text!r}: not a regular expression: {error}") from None


def command_line(board: str, frames: int | None) -> str:
    """What the loader passes: the board's own words, with our `frames=` in place of its."""
    if frames is None:
        return board
    words = [word for word in board.split() if not word.startswith("frames=")]
    return " ".join([*words, f"frames={frames}"])
