"""`hyp doctor` tells what is there, and how to get what is not."""

from __future__ import annotations

import importlib.metadata
import re

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


def test_what_only_some_users_need_is_not_missing(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.metadata.version

    def version(name: str) -> str:
        if name in ("labgrid", "scons"):
            raise importlib.metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    assert door.main(["doctor"]) == ExitCode.ENVIRONMENT
    shown = capfd.readouterr().out
    assert re.search(r"^labgrid +optional +labgrid ", shown, re.MULTILINE)
    assert "pip install 'hyp[labgrid]' for boards that labgrid holds" in shown
    assert re.search(r"^scons +missing \(wanted: ", shown, re.MULTILINE)
