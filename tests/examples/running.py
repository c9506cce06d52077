"""Runs a plan as a user would, and reads what the run left."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ran:
    """`text` is what was shown; `verdict` is verdict.json; `consoles` by partition."""

    code: int
    text: str
    verdict: dict[str, Any]
    consoles: dict[str, list[str]]


def run_plan(plan: Path, record: Path, *options: str, seconds: int = 300) -> Ran:
    """`hyp run PLAN --record RECORD ...` on the instruction clock. `seconds`: of host time, what the host is busy with included."""
    command = [sys.executable, "-m", "hyp", "run", str(plan), "--record", str(record), "--timeout", f"{seconds}s", *options]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False, cwd=ROOT)
    shown = ran.stdout + ran.stderr
    assert (record / "verdict.json").is_file(), shown
    consoles = {
        path.stem.removeprefix("console-"): path.read_text(encoding="utf-8").splitlines() for path in sorted(record.glob("console-*.txt"))
    }
    return Ran(ran.returncode, shown, json.loads((record / "verdict.json").read_text(encoding="utf-8")), consoles)
