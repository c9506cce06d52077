"""What others install: one package that holds all it needs, and builds outside of this repository."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PLAN = """\
hyp: 1
name: own
board: qemu-q35
partitions:
  mine: {image: mine}
  example: {image: hello}
schedules:
  normal:
    major_frame: 10 ms
    windows:
      - {partition: mine, at: 0 ms, for: 1 ms}
      - {partition: example, at: 2 ms, for: 1 ms}
"""
MAIN = '#include <hyp.h>\nvoid partition_main(void) { hyp_printf("mine\\n"); }\n'


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=300, check=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_it_installs_one_top_level_name(wheel: zipfile.ZipFile) -> None:
    names = {name.partition("/")[0] for name in wheel.namelist()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"hyp"}


def test_every_file_of_the_package_travels(wheel: zipfile.ZipFile, repository: Path) -> None:
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "hyp", "config/boards", "config/demo.yaml", "partitions", "sim"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    places = {"config/": "hyp/share/", "partitions/": "hyp/share/partitions/", "sim/": "hyp/share/sim/"}
    expected = set()
    for name in listed.stdout.splitlines():
        place = next((start for start in places if name.startswith(start)), None)
        if (repository / name).exists():
            expected.add(name.replace(place, places[place], 1) if place else name)
    assert expected - set(wheel.namelist()) == set()


def test_pytest_finds_the_plugin(wheel: zipfile.ZipFile) -> None:
    """As labgrid's environment (`--labgrid`) shows with a real installation."""
    points = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "[pytest11]\nhyp.pytest_plugin = hyp.pytest_plugin\n" in wheel.read(points).decode()


def test_it_builds_a_plan_of_ones_own(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "site")
    project = tmp_path / "project"
    (project / "mine").mkdir(parents=True)
    (project / "mine" / "main.c").write_text(MAIN)
    (project / "own.yaml").write_text(PLAN)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    command = [sys.executable, "-P", "-m", "hyp", "build", "own.yaml"]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project / "build" / "own" / "image.elf").read_bytes()[:4] == b"\x7fELF"
    assert not list((tmp_path / "site").rglob("*.o")), "an installed package is not written to"
