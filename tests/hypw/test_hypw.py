"""`./hypw` on a checkout of its own: real venv, real pip, no network. The whole on a bare Debian: tests/clean/trial."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from hyp import __version__

PROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "hyp"
version = "0.1.0"
"""
NEEDED = ("cat", "cksum", "dirname", "env", "flock", "grep", "id", "mkdir", "mv", "python3", "readlink", "rm", "sh", "tail", "tr", "true")
"""What a bare Debian has that the script uses; a test that takes more away starts from these."""


pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Checkout:
    """A copy of what the script needs of the repository."""

    root: Path

    def call(self, *arguments: str, script: Path | None = None, path: Path | None = None) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **({"PATH": str(path)} if path else {})}
        environment.pop("PYTHONPATH", None)
        command = ["/bin/sh", str(script or self.root / "hypw"), *arguments]
        return subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Checkout:
    """A checkout, in a folder with spaces, that was set up once."""
    root = tmp_path_factory.mktemp("a checkout") / "with spaces"
    for folder in ("cli", "toolchain"):
        shutil.copytree(repository / "hyp" / folder, root / "hyp" / folder)
    for name in ("hypw", "hyp/__init__.py", "hyp/__main__.py", "hyp/exits.py"):
        shutil.copy2(repository / name, root / name)
    shutil.copy2(Path(__file__).with_name("backend.py"), root)
    (root / "pyproject.toml").write_text(PROJECT)
    checkout = Checkout(root)
    done = checkout.call("--version")
    assert (done.returncode, done.stdout) == (0, f"hyp {__version__}\n"), done.stderr + (root / "build" / "hypw.log").read_text()
    assert done.stderr == "hypw: setting up Python packages in .venv (once, about a minute)\n"
    return checkout


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A PATH with next to nothing on it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in NEEDED:
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    return folder


def program(folder: Path, name: str, text: str) -> None:
    (folder / name).unlink(missing_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def is_quiet(done: subprocess.CompletedProcess[str]) -> bool:
    return (done.returncode, done.stdout, done.stderr) == (0, f"hyp {__version__}\n", "")


def test_the_second_call_does_nothing_and_starts_no_other_python(ready: Checkout, bare: Path) -> None:
    for name in ("python3", "env", "mkdir", "flock"):
        program(bare, name, "exit 9")
    assert is_quiet(ready.call("--version", path=bare))


def test_from_another_folder_through_a_symlink(ready: Checkout, tmp_path: Path) -> None:
    (tmp_path / "first").symlink_to(ready.root / "hypw")
    (tmp_path / "second").symlink_to("first")
    assert is_quiet(ready.call("--version", script=tmp_path / "second"))
    (tmp_path / "checkout").symlink_to(ready.root)
    assert is_quiet(ready.call("--version", script=tmp_path / "checkout" / "hypw"))


def test_a_moved_checkout_runs_its_own_code(ready: Checkout) -> None:
    there = ready.root.with_name("moved")
    ready.root.rename(there)
    try:
        init = there / "hyp" / "__init__.py"
        text = init.read_text()
        # Longer, as Python tells a changed file by size and seconds.
        init.write_text(text.replace(__version__, "10.20.30"))
        assert Checkout(there).call("--version").stdout == "hyp 10.20.30\n"
        init.write_text(text)
        assert is_quiet(Checkout(there).call("--version"))
    finally:
        there.rename(ready.root)


def test_arguments_and_exit_codes_arrive(ready: Checkout) -> None:
    done = ready.call("--an argument with 'quotes' and *")
    assert done.returncode == 2
    assert "--an argument with 'quotes' and *" in done.stderr


def test_changed_dependencies_are_installed(ready: Checkout) -> None:
    (ready.root / "pyproject.toml").write_text(PROJECT + 'description = "changed"\n')
    assert ready.call("--version").stderr == "hypw: bringing the Python packages in .venv up to date\n"
    assert is_quiet(ready.call("--version"))


@pytest.mark.parametrize("damage", ["hypw-stamp", "bin/python", "bin/pip", "lib"])
def test_an_interrupted_or_damaged_environment_is_made_again(ready: Checkout, damage: str) -> None:
    (ready.root / ".venv" / "hypw-stamp").unlink()
    path = ready.root / ".venv" / damage
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    done = ready.call("--version")
    assert (done.returncode, done.stderr) == (0, "hypw: setting up Python packages in .venv (once, about a minute)\n")
    assert is_quiet(ready.call("--version"))


def test_another_interpreter_is_noticed(ready: Checkout) -> None:
    stamp = ready.root / ".venv" / "hypw-stamp"
    stamp.write_text(stamp.read_text().replace("python3", "python2"))
    assert ready.call("--version").stderr == "hypw: bringing the Python packages in .venv up to date\n"


def test_two_at_once_set_up_once(ready: Checkout) -> None:
    (ready.root / ".venv" / "hypw-stamp").unlink()
    command = ["/bin/sh", str(ready.root / "hypw"), "--version"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    results = [process.communicate(timeout=300) for process in both]
    assert [out for out, _ in results] == [f"hyp {__version__}\n"] * 2
    assert sorted(bool(said) for _, said in results) == [False, True]


@pytest.mark.parametrize(("sudo", "as_root"), [(True, "sudo sh"), (False, "su")])
def test_missing_tools_without_root_are_one_line_to_run(ready: Checkout, bare: Path, *, sudo: bool, as_root: str) -> None:
    program(bare, "id", "echo 1000")
    program(bare, "apt-get", "exit 9")
    if sudo:
        program(bare, "sudo", "exit 1")
    done = ready.call("run", path=bare)
    assert done.returncode == 2
    command = "apt-get update && apt-get install -y --no-install-recommends gcc binutils qemu-system-x86"
    assert done.stderr == f"hypw: missing Debian packages; please run: {as_root} -c '{command}'\n"


def test_a_missing_venv_module_is_in_the_same_line(ready: Checkout, bare: Path) -> None:
    program(bare, "id", "echo 1000")
    program(bare, "apt-get", "exit 9")
    program(bare, "python3", "exit 1")
    python = ready.root / ".venv" / "bin" / "python"
    target = python.readlink()
    python.unlink()
    done = ready.call("run", path=bare)
    python.symlink_to(target)
    assert "--no-install-recommends python3-venv gcc binutils qemu-system-x86'" in done.stderr


def test_missing_tools_on_another_system_are_named(ready: Checkout, bare: Path) -> None:
    done = ready.call("build", path=bare)
    assert done.returncode == 2
    assert done.stderr == "hypw: these tools are missing, by their Debian names; please install them: gcc binutils qemu-system-x86\n"


def test_a_check_needs_no_tools(ready: Checkout, bare: Path) -> None:
    assert ready.call("doctor", "--version", path=bare).returncode == 0


def test_missing_tools_are_installed_as_root(ready: Checkout, bare: Path, tmp_path: Path) -> None:
    """With sudo, as the test need not be root: the package lists are fetched when the first attempt fails."""
    program(bare, "id", "echo 1000")
    program(bare, "sudo", 'shift; exec "$@"')
    program(bare, "dpkg", f'echo "dpkg $*" >>{tmp_path}/calls')
    tools = " ".join(f"{bare}/{name}" for name in ("gcc", "ld", "qemu-system-x86_64"))
    program(
        bare,
        "apt-get",
        f'shift 2; echo "$*" >>{tmp_path}/calls\n'
        f'case $1 in update) : >{tmp_path}/updated ;; install) [ -e {tmp_path}/updated ] || {{ echo "E: no"; exit 100; }}\n'
        f"for tool in {tools}; do echo '#!/bin/sh' >$tool; /bin/chmod 755 $tool; done ;; esac",
    )
    done = ready.call("run", "--version", path=bare)
    assert done.stderr.startswith("hypw: installing Debian packages: gcc binutils qemu-system-x86\n")
    assert "hypw: still missing" not in done.stderr
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls[-3:] == ["dpkg --configure -a", "update", "install -y --no-install-recommends gcc binutils qemu-system-x86"]


def test_a_failing_apt_is_one_line(ready: Checkout, bare: Path) -> None:
    program(bare, "id", "echo 0")
    program(bare, "apt-get", "echo 'E: Unable to fetch'; exit 100")
    done = ready.call("run", path=bare)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("hypw: apt-get failed: E: Unable to fetch (all of it in ")


def test_a_failing_pip_is_one_line_and_is_tried_again(ready: Checkout) -> None:
    project = ready.root / "pyproject.toml"
    text = project.read_text()
    project.write_text(text + 'dependencies = ["no-such-package @ file:///nowhere/no-such-package.whl"]\n')
    for _ in range(2):
        done = ready.call("--version")
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1].startswith("hypw: pip failed: ERROR: ")
    project.write_text(text)
    assert ready.call("--version").returncode == 0
    assert is_quiet(ready.call("--version"))


def test_an_old_python_is_refused(ready: Checkout, bare: Path) -> None:
    (ready.root / ".venv" / "hypw-stamp").unlink()
    program(bare, "python3", 'case $1 in -V) echo "Python 3.9.2" ;; *) exit 1 ;; esac')
    done = ready.call("--version", path=bare)
    assert (done.returncode, done.stderr) == (2, "hypw: Python 3.11 or newer is needed, this is Python 3.9.2\n")
    assert ready.call("--version").returncode == 0


@pytest.mark.parametrize("script", ["hypw", ".ci/run", "tests/clean/trial"])
def test_scripts_are_plain_sh(repository: Path, script: str) -> None:
    dash = shutil.which("dash") or "/bin/sh"
    assert subprocess.run([dash, "-n", str(repository / script)], timeout=180, check=False).returncode == 0
