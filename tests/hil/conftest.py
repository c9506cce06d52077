"""With `--hyp-board` the folder `suite` is a hardware test like a user's; without it, `test_boards.py` runs it on every emulated board."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
SUITE, LABGRID = HERE / "suite", HERE / "labgrid_trial"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The suite needs a board; with one, the emulated boards are not asked for. labgrid has an environment of its own."""
    chosen = config.getoption("hyp_board") is not None
    if collection_path == LABGRID or (collection_path == HERE / "test_labgrid.py" and not config.getoption("labgrid")):
        return True
    if not chosen and collection_path == SUITE:
        return True
    return True if chosen and collection_path.parent == HERE and collection_path.name.startswith("test_") else None
