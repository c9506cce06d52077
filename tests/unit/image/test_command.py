"""`hyp build` with the real kernel and real partitions."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from hyp.abi.tables import KERNEL_BASE
from hyp.cli.main import main
from hyp.image.media import make_iso
from hyp.image.project import compile_project
from tests.unit.image.separation import Spaces, assert_separated

Project = Callable[..., Path]

BAD_PLAN = """\
hyp: 1
name: broken
board: qemu-q35
partitions:
  script:
    image: script.elf
schedules:
  normal:
    major_frame: 10 ms
    windows:
      - {partition: script, at: 0 ms, for: 1 ms}
"""


def plan_text(repository: Path, count: int, program: str = "hello", more: str = "") -> str:
    partitions = "".join(f"  p{n}: {{image: {repository}/partitions/{program}, args: '{n}'{more}}}\n" for n in range(count))
    windows = "".join(f"      - {{partition: p{n}, at: {n} ms, for: 500 us}}\n" for n in range(count))
    return (
        f"hyp: 1\nname: many\nboard: qemu-q35\nconsole: {{buffer: 1 KiB}}\npartitions:\n{partitions}"
        f"schedules:\n  normal:\n    major_frame: {count + 1} ms\n    windows:\n{windows}"
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of its own outside of the repository; its kernel is compiled once."""
    made = tmp_path_factory.mktemp("project")
    (made / "SConstruct").write_text("")
    return made


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_build_prints_sizes_and_the_hash(folder: Path, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "plan.yaml").write_text(plan_text(repository, 2))
    assert main(["build", str(folder / "plan.yaml")]) == 0
    out = capsys.readouterr().out
    image = (folder / "build" / "many" / "image.elf").read_bytes()
    assert f"image.elf: {len(image)} bytes" in out
    assert f"sha256    {hashlib.sha256(image).hexdigest()}" in out
    assert re.search(r"memory    \d+ KiB used, \d+ KiB free, at most \d+ KiB in one piece", out)
    assert "plan      many on qemu-q35: 2 partitions, 2 windows, guard " in out


def test_the_same_plan_gives_the_same_bytes_anywhere(folder: Path, repository: Path, tmp_path: Path) -> None:
    for place in (folder, tmp_path):
        (place / "plan.yaml").write_text(plan_text(repository, 3))
        assert main(["build", str(place / "plan.yaml"), "-o", str(place / "out")]) == 0
    first = files(folder / "out")
    assert first == files(tmp_path / "out")
    assert set(json.loads(first["image.json"])) >= {"plan", "image", "partitions"}
    for name in ("image.elf", "image.json", "image.map"):
        assert str(tmp_path).encode() not in first[name]
        assert str(repository).encode() not in first[name]


def test_a_bad_program_is_shown_in_the_plan_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.yaml").write_text(BAD_PLAN)
    (tmp_path / "script.elf").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(93))
    assert main(["build", str(tmp_path / "broken.yaml"), "-o", str(tmp_path / "out")]) == 1
    error = capsys.readouterr().err
    assert "broken.yaml:6:12: error ELF002: the image is a 64-bit ELF file for machine 0" in error
    assert "    image: script.elf" in error
    assert "1 error, no image was built" in error
    assert not (tmp_path / "out").exists()


def test_an_output_folder_that_is_a_file(folder: Path, repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "plan.yaml").write_text(plan_text(repository, 1))
    (tmp_path / "out").write_text("mine")
    assert main(["build", str(folder / "plan.yaml"), "-o", str(tmp_path / "out")]) == 2
    assert "there is a file of this name" in capsys.readouterr().err
    assert (tmp_path / "out").read_text() == "mine"


def test_a_damaged_kernel_is_named(folder: Path, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "plan.yaml").write_text(plan_text(repository, 1))
    assert main(["build", str(folder / "plan.yaml")]) == 0
    kernel = folder / "build" / "kernel" / "kernel.elf"
    good, status = kernel.read_bytes(), kernel.stat()
    kernel.write_bytes(good.replace(b"boot_root", b"root_boot"))
    os.utime(kernel, ns=(status.st_atime_ns, status.st_mtime_ns))
    try:
        assert main(["build", str(folder / "plan.yaml")]) == 2
        assert "it has no symbol `boot_root`; remove" in capsys.readouterr().err
    finally:
        kernel.write_bytes(good)
        os.utime(kernel, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_the_demo_is_separated(repository: Path, tmp_path: Path) -> None:
    built = compile_project(repository / "config" / "demo.yaml", tmp_path)
    with (tmp_path / "elf" / "kernel.elf").open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        assert isinstance(table, SymbolTableSection)
        found = table.get_symbol_by_name("boot_root")
        assert found
        value = int(found[0]["st_value"])
    boot_root = value - KERNEL_BASE if value >= KERNEL_BASE else value
    assert_separated(built.plan, Spaces(built.image, boot_root))


def boots(medium: Path) -> str:
    """What the kernel prints when a PC boots the disc; the run ends by itself. All media and firmware: tests/media."""
    clock = ["-accel", "tcg", "-icount", "shift=0,sleep=off"]
    machine = ["-machine", "q35", "-cpu", "max", "-m", "256", "-display", "none", "-no-reboot", "-net", "none"]
    ends = ["-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-serial", "stdio", "-monitor", "none"]
    command = ["qemu-system-x86_64", *machine, *clock, *ends, "-cdrom", str(medium)]
    return subprocess.run(command, capture_output=True, timeout=240, check=False).stdout.decode("ascii", "replace")


@pytest.mark.slow
def test_256_partitions_boot_through_grub(folder: Path, repository: Path, tmp_path: Path) -> None:
    (folder / "plan.yaml").write_text(plan_text(repository, 256, more=", memory: {heap: 64 KiB}"))
    built = compile_project(folder / "plan.yaml", tmp_path)
    make_iso(built.file, tmp_path / "image.iso", "frames=2")
    text = boots(tmp_path / "image.iso")
    assert len(re.findall(r"^hyp: window \d+ delivered=2 not_ready=0 ", text, re.MULTILINE)) == 256
    assert text.rstrip().endswith("hyp: end")
