"""`hyp test`: which pytest it becomes, and what its result means."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyp.cli import main as door
from hyp.cli.test import pytest_arguments
from hyp.exits import ExitCode


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "SConstruct").write_text("")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_one.py").write_text("def test_one(): assert ANSWER\n".replace("ANSWER", "1 + 1 == 2"))
    return tmp_path.resolve()


@pytest.mark.parametrize(
    ("given", "becomes"),
    [
        ([], ["-n", "2", "--dist", "worksteal", "tests"]),
        (["-x", "-k", "one"], ["-n", "2", "--dist", "worksteal", "-x", "-k", "one", "tests"]),
        (["-k", "tests"], ["-n", "2", "--dist", "worksteal", "-k", "tests", "tests"]),
        (["-n0"], ["-n0", "tests"]),
        (["--pdb"], ["--pdb", "tests"]),
        (["tests/test_one.py"], ["-n", "2", "--dist", "worksteal", "ROOT/tests/test_one.py"]),
        (["tests/test_one.py::test_one"], ["ROOT/tests/test_one.py::test_one"]),
        (["--hyp-board=b"], ["--hyp-board=b", "tests"]),
        (["--hyp-board", "tests", "--hyp-port", "/dev/null"], ["--hyp-board=tests", "--hyp-port=/dev/null", "tests"]),
        (["--hyp-boards-file", "lab.yaml", "-n0"], ["--hyp-boards-file=ROOT/lab.yaml", "-n0", "tests"]),
        (["-n0", "--hyp-log-dir", "tests"], ["-n0", "--hyp-log-dir=ROOT/tests", "tests"]),
        (["-n0", "--hyp-port"], ["-n0", "--hyp-port", "tests"]),
        (["--junitxml=out.xml", "-n0"], ["--junitxml=ROOT/out.xml", "-n0", "tests"]),
    ],
)
def test_arguments(project: Path, given: list[str], becomes: list[str]) -> None:
    words = [word.replace("ROOT", str(project)) for word in becomes]
    assert pytest_arguments(given, project, project, 2) == [f"--rootdir={project}", *words]


def test_a_root_of_its_own(project: Path) -> None:
    assert pytest_arguments(["--rootdir", "inner", "-n0"], project, project, 2) == [f"--rootdir={project}/inner", "-n0", "tests"]


def test_one_core_needs_no_workers(project: Path) -> None:
    assert pytest_arguments([], project, project, 1) == [f"--rootdir={project}", "tests"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("def test_one(): assert True", ExitCode.GOOD),
        ("def test_one(): assert False", ExitCode.JUDGED_BAD),
        ("nothing = 1", ExitCode.ENVIRONMENT),
    ],
)
def test_results(project: Path, monkeypatch: pytest.MonkeyPatch, source: str, code: ExitCode) -> None:
    (project / "tests" / "test_one.py").write_text(source)
    (project / "inner").mkdir()
    monkeypatch.chdir(project / "inner")
    assert door.main(["test", "-n0", "-q"]) == code


def test_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert door.main(["test"]) == ExitCode.ENVIRONMENT
    assert "is in no project" in capfd.readouterr().err


def test_a_project_without_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "SConstruct").write_text("")
    monkeypatch.chdir(tmp_path)
    assert door.main(["test"]) == ExitCode.ENVIRONMENT
    assert "has no tests/ folder" in capfd.readouterr().err


def test_a_board_is_passed_on(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "tests" / "conftest.py").write_text(
        "def pytest_addoption(parser): parser.addoption('--hyp-seen')\ndef pytest_configure(config):\n"
        "    open('seen', 'w').write(str(config.getoption('hyp_board', 'absent')))\n"
    )
    monkeypatch.chdir(project)
    monkeypatch.setenv("PYTHONPATH", str(Path(door.__file__).parents[2]))
    assert door.main(["test", "--board", "bench", "--hyp-port", "/dev/null"]) == ExitCode.JUDGED_BAD  # no test of it used the board
    assert (project / "seen").read_text() == "bench"
