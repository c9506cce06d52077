"""The wheel beside a real labgrid, in a virtual environment of its own: `--labgrid`, as it installs packages and takes a minute."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.ports import free_port

HERE = Path(__file__).parent
ENVIRONMENT = """\
targets:
  main:
    resources:
      NetworkSerialPort: {{host: 127.0.0.1, port: {uart}, protocol: raw, speed: 115200}}
    drivers:
      SerialDriver: {{}}
      ExternalPowerDriver:
        cmd_on: "{machine} on {folder} {uart}"
        cmd_off: "{machine} off {folder}"
"""
ROWS = """\
hyp_boards: 1
boards:
  bench: {{board: qemu-q35, port: "labgrid://main", load: "{machine} load {folder}"}}
"""


@pytest.fixture(scope="module")
def python(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment that holds the wheel with its extra `labgrid`, and pytest."""
    folder = tmp_path_factory.mktemp("labgrid")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=repository, capture_output=True, timeout=300, check=True)
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], timeout=300, check=True)
    wheel = next(folder.glob("*.whl"))
    install = [str(folder / "venv/bin/python"), "-m", "pip", "install", "--disable-pip-version-check", f"{wheel}[labgrid]", "pytest==9.2.0"]
    done = subprocess.run(install, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "venv" / "bin" / "python"


def run(python: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    command = [str(python), "-m", "pytest", "-v", "-p", "no:cacheprovider", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def project(python: Path, tmp_path: Path, repository: Path) -> Path:
    """A project outside of this repository, whose machine is labgrid's to switch."""
    folder = tmp_path / "project"
    (folder / "machine").mkdir(parents=True)
    shutil.copy(HERE / "labgrid_trial" / "test_on_labgrid.py", folder)
    shutil.copy(repository / "config" / "demo.yaml", folder)
    words = {"uart": free_port(), "machine": f"{python} {HERE / 'machines' / 'machine.py'} qemu", "folder": folder / "machine"}
    (folder / "env.yaml").write_text(ENVIRONMENT.format(**words))
    (folder / "hyp-boards.yaml").write_text(ROWS.format(**words))
    (folder / "SConstruct").touch()
    return folder


def test_the_plugin_and_labgrid_together(python: Path, project: Path) -> None:
    done = run(python, project, "--lg-env", "env.yaml", "--hyp-board", "bench", "--junitxml", "junit.xml")
    subprocess.run([python, HERE / "machines" / "machine.py", "qemu", "off", project / "machine"], timeout=180, check=True)
    assert done.returncode == 0, done.stdout + done.stderr
    suite = next(ElementTree.parse(project / "junit.xml").iter("testsuite"))
    assert (suite.attrib["tests"], suite.attrib["skipped"], suite.attrib["failures"]) == ("3", "0", "0")
    assert b"hyp: end" in (project / "build" / "hil" / "bench" / "0001" / "console.log").read_bytes()
    names = {one.attrib["name"] for one in suite.iter("property")}
    assert {"ENV_CONFIG", "hyp_board", "hyp_verdict"} <= names, "both plugins speak"


def test_without_its_environment_nothing_is_skipped(python: Path, project: Path) -> None:
    done = run(python, project, "--hyp-board", "bench")
    assert done.returncode == 4
    assert "needs labgrid in this environment and its --lg-env FILE" in done.stderr
