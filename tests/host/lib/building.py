"""Compiles the library's kernel-free files for the host, with sanitizers."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hyp.toolchain.share import partition_library

HERE = Path(__file__).parent
FLAGS = ("-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


@dataclass(frozen=True)
class HostBuild:
    """`folder` holds objects and programs, and a copy of hyp.h with its generated header beside it."""

    folder: Path

    def program(self, harness: str, sources: Sequence[str], library_flags: Sequence[str] = ()) -> Path:
        """The harness `<harness>.c` linked with library files; AssertionError with the compiler's text."""
        library = partition_library()
        objects = []
        for source in sources:
            compiled = self.folder / f"{harness}-{source}.o"
            includes = [f"-I{self.folder}", f"-I{library}", f"-I{library / 'include'}"]
            _gcc([*FLAGS, "-fno-builtin", *library_flags, *includes, "-c", str(library / source), "-o", str(compiled)])
            objects.append(str(compiled))
        program = self.folder / harness
        # The harness sees the library's hyp.h and formatter, but the host's string.h.
        _gcc([*FLAGS, f"-I{self.folder}", f"-I{library}", f"-I{HERE}", str(HERE / f"{harness}.c"), *objects, "-o", str(program)])
        return program


def _gcc(arguments: list[str]) -> None:
    run = subprocess.run(["gcc", *arguments], capture_output=True, text=True, timeout=180, check=False)
    assert run.returncode == 0, run.stderr
