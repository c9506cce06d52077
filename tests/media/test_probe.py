"""The probe from its own medium: `hyp board` listens while SeaBIOS or OVMF boots it, and a plan on that board is clean."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
import yaml

from tests.loader.machines import run_hyp
from tests.media.machines import qemu

pytestmark = pytest.mark.slow

_SPCR = struct.pack("<B3xBBBBQBBIBBBBBB", 0, 0, 32, 0, 3, 0xFE032000, 2, 0, 19, 7, 0, 1, 2, 0, 0).ljust(44, b"\0")
"""Its fields from byte 36 on: a UART in memory."""


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stick") / "probe.img"
    run_hyp("media", "probe", "--watch", "100ms", "-o", str(path))
    assert path.stat().st_size < 8 << 20
    return path


@pytest.mark.parametrize(("firmware", "said"), [("seabios", "bios"), ("ovmf", "uefi")])
def test_a_board_file(stick: Path, tmp_path: Path, repository: Path, firmware: str, said: str) -> None:
    (tmp_path / "spcr").write_bytes(_SPCR)
    (tmp_path / "plan.yaml").write_text((repository / "config" / "hello.yaml").read_text().replace("board: qemu-q35", "board: mine.yaml"))
    with qemu(tmp_path, firmware, "stick", stick, more=("-acpitable", f"sig=SPCR,data={tmp_path / 'spcr'}")) as machine:
        run_hyp("board", "--port", machine.url, "--timeout", "100s", "--raw", str(tmp_path / "raw"), "-o", str(tmp_path / "mine.yaml"))
    text = (tmp_path / "mine.yaml").read_text()
    assert f", firmware: {said}. " in text
    assert "# Firmware's own console (SPCR): memory 0xfe032000, type 0." in text
    board = yaml.safe_load(text)
    assert board["ram"][0]["at"] == 0x100000
    assert (len(board["ram"]) > 1) == (said == "uefi")
    assert (tmp_path / "raw").read_bytes() in machine.said()
    assert run_hyp("check", str(tmp_path / "plan.yaml"), "--strict").returncode == 0
