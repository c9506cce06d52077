"""The list of Debian packages, and what a missing tool says."""

from __future__ import annotations

import pytest

from hyp.exits import ExitCode, Stop
from hyp.toolchain import system


def test_every_line_of_the_list_is_complete() -> None:
    packages = system.packages()
    assert {package.need for package in packages} == {"setup", "run", "test"}
    assert all(package.why and package.proof for package in packages)
    proofs = [package.proof for package in packages]
    assert len(set(proofs)) == len(proofs)


def test_a_missing_tool_stops_with_the_line_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Stop) as stop:
        system.require("gcc", "ld")
    assert stop.value.code == ExitCode.ENVIRONMENT
    assert stop.value.message == "missing: gcc, ld; please run: apt-get install -y --no-install-recommends gcc binutils"


def test_what_is_there_stops_nothing() -> None:
    system.require("gcc", "ld")
