"""Is an output still what its inputs make? Answered from sizes and times of the files, in about a millisecond, without SCons.

A stamp beside the output holds a digest of all inputs' (name, size, mtime), the state of every file that the compiler read, and the
output's own size and mtime. When the answer is no, SCons compares contents and does only what is needed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

SOURCES = (".c", ".S", ".h", ".ld", ".inc")
"""Suffixes that count as inputs in a source folder."""


def listing(folder: Path, *, deep: bool, wanted: Callable[[str], bool]) -> str:
    """One line per file in `folder` that `wanted(name)` accepts; names are relative, so a moved folder stays the same."""
    return "\n".join(sorted(_lines(str(folder), "", deep, wanted)))


def is_source(name: str) -> bool:
    return name.endswith(SOURCES)


def digest_of(listings: Iterable[str]) -> str:
    return sha256("\0".join(listings).encode()).hexdigest()


def state_of(path: str | Path) -> str:
    """Size and mtime of one file, or `missing`."""
    try:
        found = Path(path).stat()
    except OSError:
        return "missing"
    return f"{found.st_size} {found.st_mtime_ns}"


def is_fresh(output: Path, digest: str, root: Path) -> bool:
    """True when `output` was stamped for the same inputs and nothing has touched it or what the compiler read for it."""
    try:
        stamp = json.loads(_stamp(output).read_bytes())
    except (OSError, ValueError):
        return False
    return bool(
        stamp["inputs"] == digest
        and stamp["output"] == state_of(output)
        and all(state_of(root / path) == state for path, state in stamp["read"].items())
    )


def forget(output: Path) -> None:
    """Before a build: what is interrupted or fails is stale afterwards."""
    _stamp(output).unlink(missing_ok=True)


def remember(output: Path, digest: str, root: Path, read: Iterable[str]) -> None:
    """After a build for the inputs as they were before it; `read` is relative to `root` or absolute."""
    stamp = {"inputs": digest, "output": state_of(output), "read": {path: state_of(root / path) for path in sorted(read)}}
    new = _stamp(output).with_suffix(".new")
    new.write_text(json.dumps(stamp))
    new.replace(_stamp(output))


def read_by_compiler(objects: Path) -> set[str]:
    """What the compiler read for the objects in a folder: the union of their `.d` files (make syntax), paths as the compiler saw them."""
    found: set[str] = set()
    for rule in objects.rglob("*.d"):
        text = rule.read_text().replace("\\\n", " ").replace("\\ ", "\0")
        found.update(word.replace("\0", " ") for word in text.partition(": ")[2].split())
    return found


def _lines(folder: str, prefix: str, deep: bool, wanted: Callable[[str], bool]) -> Iterable[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if deep and entry.is_dir() and not entry.name.startswith(".") and entry.name != "build":
                yield from _lines(entry.path, f"{prefix}{entry.name}/", deep, wanted)
            elif wanted(entry.name) and entry.is_file():
                found = entry.stat()
                yield f"{prefix}{entry.name} {found.st_size} {found.st_mtime_ns}"


def _stamp(output: Path) -> Path:
    return output.with_suffix(".stamp")
