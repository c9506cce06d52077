"""Reads the tutorial as a newcomer does: writes its files, runs its commands, and compares what is shown.

A block after a line "`path`:" is a file. A `console` block holds commands after `$ ` and their output, in which a line
of three dots stands for any lines. `python -m tests.examples.tutorial` writes today's numbers into the page.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^(?:`(?P<file>[^`\n]+)`:\n\n)?```(?P<kind>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


_VOLATILE = re.compile(r"path=\d+|kernel path \d+|[ +](?:rip=|rsp=)?0x[0-9a-f]+|first at \d+| at=\d+| +\d+$", re.MULTILINE)
"""Costs of the kernel and addresses: true when the page was written, and free to change."""


@dataclass(frozen=True)
class File:
    path: str
    text: str


@dataclass(frozen=True)
class Command:
    line: str
    shown: tuple[str, ...]


def steps(document: str) -> Iterator[File | Command]:
    for fence in _FENCE.finditer(document):
        if fence["kind"] == "console":
            for part in re.split(r"^\$ ", fence["body"], flags=re.MULTILINE)[1:]:
                line, *shown = part.splitlines()
                yield Command(line, tuple(shown))
        elif fence["file"] is not None:
            yield File(fence["file"], fence["body"])


def make_checkout(folder: Path, root: Path) -> Path:
    """A folder that looks like the repository to a reader: `hypw`, config/ and partitions/."""
    checkout = folder / "checkout"
    checkout.mkdir()
    for name in ("config", "partitions"):
        (checkout / name).symlink_to(root / name)
    hypw = checkout / "hypw"
    hypw.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m hyp "$@"\n')
    hypw.chmod(0o755)
    return checkout


def play(step: File | Command, checkout: Path) -> list[str]:
    """Does one step; returns the lines that a command showed."""
    if isinstance(step, File):
        file = checkout / step.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(step.text)
        return []
    ran = subprocess.run(
        ["sh", "-c", step.line], cwd=checkout, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=150, check=False
    )
    return [line.rstrip() for line in ran.stdout.splitlines()]


def matches(shown: tuple[str, ...], actual: list[str]) -> bool:
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(_VOLATILE.sub("#", line)) + r"\n" for line in shown)
    return re.fullmatch(pattern, "".join(_VOLATILE.sub("#", line) + "\n" for line in actual)) is not None


def renumbered(shown: tuple[str, ...], actual: list[str]) -> list[str]:
    """`shown` with the numbers of `actual`; raises ValueError when more than numbers differ."""
    pattern = "".join(r"((?:.*\n)*?)" if line == "..." else f"({_any_number(line)}\n)" for line in shown)
    found = re.fullmatch(pattern, "".join(f"{line}\n" for line in actual))
    if found is None:
        raise ValueError("more than numbers differ:\n" + "\n".join(actual))
    return [line if line == "..." else now.rstrip("\n") for line, now in zip(shown, found.groups(), strict=True)]


def _any_number(line: str) -> str:
    return re.sub(r"(?:0x[0-9a-f]+|\d+)", "(?:0x[0-9a-f]+|[0-9]+)", re.escape(line))


def main() -> None:
    root = Path(__file__).resolve().parents[2]
    page = root / "docs" / "tutorial.md"
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        checkout = make_checkout(Path(folder), root)
        for step in steps(text):
            actual = play(step, checkout)
            if isinstance(step, Command):
                before = "\n".join((f"$ {step.line}", *step.shown))
                text = text.replace(before, "\n".join((f"$ {step.line}", *renumbered(step.shown, actual))), 1)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
