"""Second opinions on the C, and headers that stand alone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hyp.toolchain import analysis
from hyp.toolchain.analysis import FOLDERS


def named(path: Path) -> str:
    return "/".join(path.parts[-3:])


def run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("source", [path for folder in FOLDERS for path in analysis.sources(folder)], ids=named)
@pytest.mark.parametrize("tool", [analysis.clang, analysis.analyzer], ids=["clang", "gcc -fanalyzer"])
def test_source_is_clean_under(source: Path, built: Path, tool: analysis.Tool) -> None:
    run(tool(built, source))


@pytest.mark.parametrize("source", sorted(path for folder in FOLDERS for path in folder.rglob("*.S")), ids=named)
def test_assembler_is_clean_under_clang(source: Path, built: Path) -> None:
    run(analysis.clang_assembler(built, source))


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_folder_is_clean_under_cppcheck(folder: Path, built: Path) -> None:
    run(analysis.cppcheck(built, folder))


@pytest.mark.parametrize("header", sorted(path for folder in FOLDERS for path in folder.rglob("*.h")), ids=named)
def test_header_stands_alone(header: Path, built: Path, tmp_path: Path) -> None:
    """Twice included, first of all: it needs nothing before it and has a guard."""
    alone = tmp_path / "alone.c"
    alone.write_text(f'#include "{header}"\n#include "{header}"\ntypedef int not_empty;\n')
    run([*analysis.clang(built, header)[:-1], str(alone)])
