"""Second opinions on the C: command lines of clang, gcc's analyzer and cppcheck for every file of kernel and partition library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hyp.toolchain import flags, share
from hyp.toolchain.request import BUILD

Tool = Callable[[Path, Path], list[str]]
"""A check of one file: (project root, source) to a command line."""

CPPCHECK = (
    "cppcheck",
    "--quiet",
    "--std=c11",
    "--language=c",
    "--platform=unix64",
    "--enable=warning,performance,portability",
    "--inline-suppr",
    "--error-exitcode=1",
    "--suppress=missingIncludeSystem",
    "-D_Noreturn=__attribute__((noreturn))",  # version 2.10 does not know the keyword
)


FOLDERS = (share.kernel_sources(), share.partition_library(), share.firmware_sources())
"""Where our C lies."""


def sources(folder: Path) -> list[Path]:
    """C files in `folder` and below, by path."""
    return sorted(folder.rglob("*.c"))


def clang(root: Path, source: Path) -> list[str]:
    """clang's view of one file, warnings are errors; nothing is written."""
    return ["clang", *_flags(source), *_includes(root, source), "-fsyntax-only", str(source)]


def clang_assembler(root: Path, source: Path) -> list[str]:
    """clang's assembler on one `.S` file."""
    return ["clang", "-Wall", "-Werror", *_includes(root, source), "-c", "-o", "/dev/null", str(source)]


def analyzer(root: Path, source: Path) -> list[str]:
    """gcc -fanalyzer on one file, warnings are errors."""
    own = flags.KERNEL_GCC_ONLY if source.is_relative_to(share.kernel_sources()) else flags.GCC_ONLY
    return ["gcc", *_flags(source), *own, "-fanalyzer", *_includes(root, source), "-c", "-o", "/dev/null", str(source)]


def cppcheck(root: Path, folder: Path) -> list[str]:
    """cppcheck on all files of a folder."""
    return [*CPPCHECK, *_includes(root, folder), *(str(path) for path in sources(folder))]


def commands(root: Path) -> list[list[str]]:
    """All of them, for the generated headers under `root`/build."""
    folders = FOLDERS
    per_file = [tool(root, source) for folder in folders for source in sources(folder) for tool in (clang, analyzer)]
    return [*per_file, *(cppcheck(root, folder) for folder in folders)]


def _flags(source: Path) -> tuple[str, ...]:
    if source.is_relative_to(share.firmware_sources()):
        return flags.FIRMWARE
    return flags.KERNEL if source.is_relative_to(share.kernel_sources()) else flags.LIBRARY


def _includes(root: Path, source: Path) -> list[str]:
    """A program of the firmware sees its own folder, not its neighbours': they may have headers of the same name."""
    kernel, firmware = share.kernel_sources(), share.firmware_sources()
    if source.is_relative_to(firmware):
        own = (firmware / source.relative_to(firmware).parts[0],) if source != firmware else ()
        return [f"-I{path}" for path in (*own, firmware / "start" / "include", kernel / "include", root / BUILD / "include")]
    folder = kernel if source.is_relative_to(kernel) else share.partition_library()
    return [f"-I{path}" for path in (folder / "include", root / BUILD / "kernel" / "include", root / BUILD / "include")]
