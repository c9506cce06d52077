"""`hyp doctor` tells what is there, and how to get what is not."""

from __future__ import annotations

import pytest

from hyp.cli import main as door
from hyp.exits import ExitCode


def test_everything_is_there(capfd: pytest.CaptureFixture[str]) -> None:
    assert door.main(["doctor"]) == ExitCode.GOOD
    shown = capfd.readouterr().out
    assert "missing" not in shown
    for name in ("gcc", "qemu-system-x86", "scons", "pytest"):
        assert f"\n{name} " in shown


def test_what_is_missing_has_its_line(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert door.main(["doctor"]) == ExitCode.ENVIRONMENT
    shown = capfd.readouterr().out
    assert "To add what is missing: apt-get install -y --no-install-recommends gcc binutils qemu-system-x86 " in shown
