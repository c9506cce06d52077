"""The loader from its own medium, by GRUB: it takes an image over the line and starts it. By QEMU's `-kernel`: tests/loader."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.loader.images import speaking
from tests.loader.machines import Machine, run_hyp
from tests.media.machines import bochs, qemu

pytestmark = pytest.mark.slow

READY = b"hyp: loader ready"


@pytest.fixture(scope="module")
def disc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("disc") / "loader.iso"
    told = run_hyp("media", "loader", "-o", str(path)).stdout
    assert "`reserved: [{at: 96 MiB, size: 16 MiB}]` in the board file" in told
    assert path.stat().st_size < 8 << 20
    return path


def takes_an_image(machine: Machine, folder: Path) -> None:
    machine.wait_for(READY)
    path = folder / "other.elf"
    path.write_bytes(speaking(12_000))
    assert "is started" in run_hyp("boot", "--port", machine.url, str(path), "--timeout", "30s").stderr
    machine.wait_for(b"PVH!")


def test_a_disc_under_seabios(disc: Path, tmp_path: Path) -> None:
    with qemu(tmp_path, "seabios", "cd", disc) as machine:
        takes_an_image(machine, tmp_path)


def test_a_disc_under_ovmf(disc: Path, tmp_path: Path) -> None:
    with qemu(tmp_path, "ovmf", "cd", disc) as machine:
        takes_an_image(machine, tmp_path)


def test_a_disc_in_bochs(disc: Path, tmp_path: Path) -> None:
    with bochs(tmp_path, "cd", disc) as machine:
        takes_an_image(machine, tmp_path)
