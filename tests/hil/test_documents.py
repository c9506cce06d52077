"""docs/hil.md does what it shows, on a port that is free here."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ports import free_port

pytestmark = pytest.mark.slow


def test_the_first_test_in_five_minutes(repository: Path, tmp_path: Path) -> None:
    page = (repository / "docs" / "hil.md").read_text(encoding="utf-8")
    rows, test = re.findall(r"```(?:yaml|python)\n(.*?)```", page, re.DOTALL)[:2]
    (tmp_path / "hyp-boards.yaml").write_text(rows.replace("4555", str(free_port())))
    for folder in ("tests", "build"):
        (tmp_path / folder).mkdir()
    (tmp_path / "tests" / "test_first.py").write_text(test)
    (tmp_path / "SConstruct").touch()
    (tmp_path / "config").symlink_to(repository / "config")
    commands = [line.split()[1:] for line in page.splitlines() if line.startswith("    ./hypw ")][:2]
    for words in commands:
        done = subprocess.run(
            [sys.executable, "-m", "hyp", *words], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(repository)},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
