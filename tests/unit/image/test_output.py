"""Files of a build: all or none, the old ones until the new ones are whole."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from hyp.image import Image
from hyp.image.output import write_image
from tests.unit.image import elves, plans

_UNDER_A_FILE_SIZE_LIMIT = """
import resource, signal, sys
from pathlib import Path
from tests.unit.image.test_output import made, write
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
image = made(Path(sys.argv[1]), sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
try:
    write(Path(sys.argv[1]), Path(sys.argv[2]), image)
except OSError:
    sys.exit(7)
"""
"""The limit stands for a full disk: the small files fit, image.elf does not."""


def made(folder: Path, args: str) -> Image:
    plan = plans.plan({args: plans.memory()})
    outcome = plans.compile_plan(plan, folder)
    assert outcome.image is not None
    return outcome.image


def write(sources: Path, target: Path, image: Image) -> Path:
    name = image.manifest["partitions"][0]["name"]
    return write_image(target, image, {name: sources / f"{name}.elf"}, sources / "kernel.elf")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_what_is_written(tmp_path: Path) -> None:
    image = made(tmp_path, "first")
    target = tmp_path / "deep" / "out"
    assert write(tmp_path, target, image) == target / "image.elf"
    files = contents(target)
    assert set(files) == {"image.elf", "image.json", "image.map", "elf/first.elf", "elf/kernel.elf"}
    manifest = json.loads(files["image.json"])
    assert manifest == image.manifest
    assert hashlib.sha256(files["image.elf"]).hexdigest() == manifest["image"]["sha256"]
    assert hashlib.sha256(files["elf/kernel.elf"]).hexdigest() == manifest["kernel"]["sha256"]
    assert files["elf/first.elf"] == elves.partition()
    assert manifest["partitions"][0]["elf"] in files
    for line in ("partition 0 first: entry 0x210000", "kernel rodata", "first: stack", "page tables"):
        assert line in files["image.map"].decode()


def test_elfs_of_partitions_that_are_gone_do_not_stay(tmp_path: Path) -> None:
    for name in ("first", "second"):
        write(tmp_path, tmp_path / "out", made(tmp_path, name))
    assert {p.name for p in (tmp_path / "out" / "elf").iterdir()} == {"second.elf", "kernel.elf"}


def fails(sources: Path, target: Path, name: str, repository: Path) -> None:
    command = [sys.executable, "-c", _UNDER_A_FILE_SIZE_LIMIT, str(sources), str(target), name]
    assert subprocess.run(command, cwd=repository, check=False, timeout=180).returncode == 7


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, repository: Path) -> None:
    fails(tmp_path, tmp_path / "out", "first", repository)
    assert contents(tmp_path / "out") == {}


def test_a_full_disk_leaves_the_old_image_whole(tmp_path: Path, repository: Path) -> None:
    target = tmp_path / "out"
    write(tmp_path, target, made(tmp_path, "first"))
    before = contents(target)
    fails(tmp_path, target, "second", repository)
    assert contents(target) == before
