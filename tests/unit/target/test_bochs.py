from __future__ import annotations

import copy
from pathlib import Path

import pytest

from hyp.exits import ExitCode, Stop
from hyp.target.bochs import configuration
from hyp.target.bundle import open_bundle
from hyp.target.options import Options
from hyp.target.run import default_target, run
from hyp.target.session import End
from tests.unit.target.guest import BOOT, END, REPORT, State, build, lay_out, manifest

EMULATOR = {"bochs": {"cpu": "corei7_icelake_u", "memory": str(64 << 20)}}
BOARD = manifest(lay_out(State())[1], emulator=EMULATOR)["board"]


@pytest.mark.slow
def test_a_run_in_bochs(tmp_path: Path) -> None:
    """Boots through GRUB; the guest never leaves, so the end is what the console says."""
    bundle = open_bundle(build(tmp_path / "image", BOOT + REPORT + END, "hang", board=copy.deepcopy(BOARD)))
    result = run(bundle, default_target(bundle), Options(frames=3, timeout_s=300), lambda _: None, tmp_path / "raw")
    assert (result.target, result.session.end) == ("bochs", End.COMPLETE)
    assert result.facts.windows[1].late_max == 2
    assert result.traces is None
    assert (tmp_path / "raw" / "com1.log").read_bytes() == BOOT + REPORT + END
    assert result.version.startswith("Bochs x86 Emulator")


@pytest.mark.slow
def test_a_triple_fault_in_bochs_is_a_crash(tmp_path: Path) -> None:
    bundle = open_bundle(build(tmp_path / "image", BOOT, "reset", board=copy.deepcopy(BOARD)))
    session = run(bundle, "bochs", Options(frames=3, timeout_s=300), lambda _: None).session
    assert session.end is End.CRASHED
    assert "Bochs ended with status" in session.message


def test_configuration_asks_no_questions_and_opens_no_port(tmp_path: Path) -> None:
    value = manifest(lay_out(State())[1], emulator=EMULATOR)
    text = configuration(value, tmp_path / "i.iso", tmp_path / "raw", tmp_path, {"com1": "127.0.0.1:9"})
    assert "panic: action=fatal" in text
    assert "rfb" not in text
    assert "ips=1000000000" in text
    assert f"com3: enabled=1, mode=file, dev={tmp_path}/raw/com3.log" in text
    assert "com1: enabled=1, mode=socket-client, dev=127.0.0.1:9\n" in text


def test_a_board_that_is_no_bochs() -> None:
    with pytest.raises(Stop) as caught:
        configuration(manifest(lay_out(State())[1]), Path("i"), Path("r"), Path("f"), {})
    assert caught.value.code == ExitCode.WRONG_INPUT
    assert "use --target qemu" in caught.value.message
