"""Media that `hyp build --media` makes, booted by the firmware that they are for: each in the places where people put it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hyp.cli.main import main
from hyp.image.media import CYLINDER, SUFFIXES
from tests.loader.machines import Machine
from tests.media.machines import bochs, qemu

pytestmark = pytest.mark.slow

SIZE_MAX = 8 << 20
PLAN = """\
hyp: 1
name: media
board: short
console: {{buffer: 1 KiB}}
partitions:
  a: {{image: {hello}, args: first}}
  b: {{image: {hello}, args: second}}
schedules:
  normal:
    major_frame: 30 ms
    windows:
      - {{partition: a, at: 0 ms, for: 5 ms}}
      - {{partition: b, at: 10 ms, for: 5 ms}}
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A project of its own, whose runs end by themselves."""
    folder = tmp_path_factory.mktemp("project")
    board = (repository / "config" / "boards" / "qemu-q35.yaml").read_text()
    for old, new in (("name: qemu-q35", "name: short"), ('command_line: ""', 'command_line: "frames=3"')):
        assert old in board
        board = board.replace(old, new)
    (folder / "SConstruct").write_text("")
    (folder / "short.yaml").write_text(board)
    (folder / "plan.yaml").write_text(PLAN.format(hello=repository / "partitions" / "hello"))
    return folder / "plan.yaml"


def made(plan: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> Path:
    """The medium, small enough, and as large as `hyp build` says."""
    assert main(["build", str(plan), "--media", kind]) == 0
    medium = (plan.parent / "build" / "media" / "image.elf").with_suffix(SUFFIXES[kind])
    size = sum(path.stat().st_size for path in [medium, *medium.rglob("*")] if path.is_file())
    assert f"{medium}: {size} bytes" in capsys.readouterr().out
    assert size < SIZE_MAX
    return medium


def ran(machine: Machine) -> None:
    """The whole image, to its end."""
    machine.wait_for(b"hyp: end", seconds=120)
    text = machine.said().decode("ascii", "replace")
    assert len(re.findall(r"^hyp: window [01] delivered=3 ", text, re.MULTILINE)) == 2
    assert 'a| hello from a, args "first"' in text


@pytest.mark.parametrize(
    ("firmware", "kind", "way"),
    [
        ("seabios", "iso", "cd"),
        ("seabios", "iso", "disk"),
        ("seabios", "usb", "disk"),
        ("seabios", "usb", "stick"),
        ("seabios", "net", "network"),
        ("ovmf", "iso", "cd"),
        ("ovmf", "usb", "stick"),
        ("ovmf", "net", "network"),
    ],
)
def test_media_boot(plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], firmware: str, kind: str, way: str) -> None:
    with qemu(tmp_path, firmware, way, made(plan, kind, capsys)) as machine:
        ran(machine)


def test_bochs_boots_the_stick_as_a_disk(plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It refuses disks that do not end with a cylinder."""
    medium = made(plan, "usb", capsys)
    assert medium.stat().st_size % CYLINDER == 0
    with bochs(tmp_path, "disk", medium) as machine:
        ran(machine)
