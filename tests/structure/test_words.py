"""What may not stand in any file of the repository."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

LATER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
SKIPPED = re.compile(r"pytest\.(?:mark\.)?(?:skip|skip" r"if|xfail|importorskip)\b")


def files(repository: Path) -> list[Path]:
    """Files that git knows or would add."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := repository / name).is_file()]


@pytest.mark.parametrize(("pattern", "what"), [(LATER, "work left for later"), (SKIPPED, "a test that does not run")])
def test_no_file_has(repository: Path, pattern: re.Pattern[str], what: str) -> None:
    found = [
        f"{path.relative_to(repository)}:{number}: {what}: {line.strip()}"
        for path in files(repository)
        for number, line in enumerate(path.read_bytes().decode(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def test_files_are_small_with_one_subject(repository: Path) -> None:
    """Some 300 lines; what is longer holds two things. Generated pages and data are not written by hand."""
    sources = [path for path in files(repository) if path.suffix in (".py", ".c", ".h", ".S") and "tests" not in path.parts]
    assert [f"{path.relative_to(repository)}" for path in sources if len(path.read_text().splitlines()) > 350] == []


def test_packages_without_a_generic_name(repository: Path) -> None:
    assert not (repository / "tests" / "__init__.py").exists()
    assert not (repository / "config" / "__init__.py").exists()


def test_nothing_that_is_built_is_kept(repository: Path) -> None:
    command = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--ignored", "--exclude-standard"]
    listed = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    assert listed.stdout == ""
