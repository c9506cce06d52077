"""I/O ports: what the plan gives is open, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.devices.owners import prober_text, run_text

PASS = 1
GRANTED = ["3e8 1", "3ef 1", "3ee 2", "3ec 4", "70 1", "71 1"]
REFUSED = ["3e7 1", "3f0 1", "3f8 1", "2f8 1", "6f 1", "72 1", "0 1", "7fff 1", "8000 1", "ffff 1", "cf8 4", "3e7 2", "3ef 2", "3ed 4"]


@pytest.mark.parametrize("access", GRANTED)
def test_own_ports_are_open(access: str, repository: Path, tmp_path: Path) -> None:
    found = run_text(prober_text(access), repository, tmp_path, 3)
    assert found.events("prober") == {}
    assert any("verdict prober pass" in line for line in found.lines("hyp"))


@pytest.mark.parametrize("access", REFUSED)
def test_others_fault(access: str, repository: Path, tmp_path: Path) -> None:
    """An access that only begins or ends outside the grant is refused as a whole."""
    found = run_text(prober_text(access), repository, tmp_path, 3)
    assert found.events("prober") == {"general_protection": 1}
    assert not any("verdict prober" in line for line in found.lines("hyp"))


def test_without_devices_nothing_is_open(repository: Path, tmp_path: Path) -> None:
    found = run_text(prober_text("3e8 1", devices="[]"), repository, tmp_path, 3)
    assert found.events("prober") == {"general_protection": 1}
