"""What `hyp board` multiplies is what the shipped board file says the kernel takes."""

from __future__ import annotations

from pathlib import Path

import yaml

from hyp.probe.costs import PATH_INSTRUCTIONS, SWITCH_INSTRUCTIONS


def test_the_same_bounds_as_the_emulated_board(repository: Path) -> None:
    costs = yaml.safe_load((repository / "config/boards/qemu-q35.yaml").read_text())["costs"]
    assert costs["switch"] == f"{SWITCH_INSTRUCTIONS} ns"
    assert costs["kernel_path"] == f"{PATH_INSTRUCTIONS} ns"
