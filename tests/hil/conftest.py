"""With `--hyp-board` the folder `suite` is a hardware test like a user's; without it, `test_boards.py` runs it on every emulated board."""

from __future__ import annotations

from pathlib import Path

import pytest

SUITE = Path(__file__).parent / "suite"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The suite needs a board; with one, the emulated boards are not asked for."""
    chosen = config.getoption("hyp_board") is not None
    if not chosen and collection_path == SUITE:
        return True
    return True if chosen and collection_path.parent == SUITE.parent and collection_path.name.startswith("test_") else None
