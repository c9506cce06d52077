"""A plan's or board's text: read whole, decoded, split into lines as YAML counts them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hyp.exits import ExitCode, Stop

SIZE_MAX = 4 * 1024 * 1024
"""Bytes. A plan of 256 partitions and 1,024 windows has some 100 KiB."""

_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


@dataclass(frozen=True)
class Source:
    """`name` is the file as the user named it."""

    name: str
    text: str

    @cached_property
    def lines(self) -> tuple[str, ...]:
        return tuple(_LINE_END.split(self.text))

    def line(self, number: int) -> str:
        """Line `number` from 1; empty past the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


def read_bytes(path: Path) -> bytes:
    """At most SIZE_MAX + 1 bytes of a file. Stops the command when it cannot be opened."""
    if not path.exists():
        raise Stop(ExitCode.ENVIRONMENT, f"{path}: there is no such file; name a plan, e.g. config/demo.yaml")
    if path.is_dir():
        raise Stop(ExitCode.ENVIRONMENT, f"{path}: this is a folder; name the plan file in it")
    try:
        with path.open("rb") as file:
            return file.read(SIZE_MAX + 1)
    except OSError as error:
        raise Stop(ExitCode.ENVIRONMENT, f"{path}: cannot be read ({error.strerror}); check the path and its permissions") from error


def decode(data: bytes) -> str | None:
    """UTF-8 text without its byte-order mark; None when it is not text."""
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
