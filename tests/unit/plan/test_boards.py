"""The board files that come with hyp: a plan for each is sound, and what they claim is honest."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyp.abi.loader import LOADER_LOAD, LOADER_SIZE
from hyp.abi.tables import CPU_ALWAYS
from hyp.plan.model import Range
from tests.unit.plan.plans import ROOT, changed, check, found

FILES = sorted((ROOT / "config" / "boards").glob("*.yaml"))
TRIED = {"bochs", "qemu-pc", "qemu-q35"}
DOCUMENT = (ROOT / "docs" / "boards.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_plan_for_it(file: Path) -> None:
    """Clean when the board was tried; else a warning says that it was not, and no more."""
    loaded = check(changed(("board: qemu-q35", f"board: {file.stem}")))
    assert found(loaded) == ([] if file.stem in TRIED else ["BRD006"])
    assert loaded.plan is not None
    board = loaded.plan.board
    assert board.name == file.stem
    assert board.reserved == (Range(LOADER_LOAD, LOADER_SIZE),), "it can be booted over the line"
    assert f"`{file.stem}`" in DOCUMENT


@pytest.mark.parametrize("file", [file for file in FILES if file.stem not in TRIED], ids=lambda file: file.stem)
def test_what_comes_from_documents(file: Path) -> None:
    """No figure is called measured, the CPU is known to have what the kernel needs, and the text says where its facts are from."""
    loaded = check(changed(("board: qemu-q35", f"board: {file.stem}")))
    assert loaded.plan is not None
    board = loaded.plan.board
    assert board.costs.source == "estimated"
    assert set(CPU_ALWAYS) <= set(board.cpu_has)
    text = file.read_text(encoding="utf-8")
    assert all(word in text for word in ("# Clock: ", "# Features: ", "# RAM: ", "# Costs: ", "# coreboot"))
