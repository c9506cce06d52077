"""Boards files: every file of tests/bad/lab gives exactly the diagnostics that it names, and good ones give boards."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyp.cli import main as door
from hyp.codes import CODES
from hyp.diagnostics import Severity
from hyp.exits import ExitCode, Stop
from hyp.lab.boards_file import choose_board, find_boards_file, load_boards
from hyp.lab.checks import CHECKS, schemes
from hyp.lab.reference import files

FOLDER = Path(__file__).resolve().parents[2] / "bad" / "lab"
FILES = sorted(FOLDER.glob("*.yaml"))

GOOD = """\
hyp_boards: 1
boards:
  bench-1:
    board: qemu-q35
    port: /dev/ttyUSB0
    trace_port: rfc2217://server:2217
    monitor: /dev/ttyUSB9
    baud: 57600
    power_on: relay on
    power_off: relay off
    reset: relay reset
    load: cp "$HYP_IMAGE" /srv/tftp/image.elf
    command_time: 5 s
    features: [nmi-button, reset]
  bochs: {port: "socket://127.0.0.1:4000"}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "lab.yaml"
    path.write_text(GOOD)
    return path


@pytest.mark.parametrize("bad", FILES, ids=lambda file: file.stem)
def test_gives_exactly_what_it_names(bad: Path) -> None:
    wanted = [line.removeprefix("# expect: ") for line in bad.read_text().splitlines() if line.startswith("# expect: ")]
    loaded = load_boards(bad)
    found = loaded.diagnostics
    assert [f"{one.place.line}:{one.place.column} {one.severity} {one.code}: {one.message}" for one in found] == wanted
    assert all(one.why and one.fix for one in found)
    assert bad.name[:6] in {one.code for one in found}
    assert (loaded.boards is None) == any(one.severity is Severity.ERROR for one in found)


def test_every_code_and_check_has_a_bad_file() -> None:
    assert {code for code, entry in CODES.items() if entry.stage == "lab"} == {
        file.name[:6] for file in FILES if file.name.startswith("LAB")
    }
    assert len(CHECKS) == len({file.name[:6] for file in FILES if file.name.startswith("LAB")})


def test_a_row_is_read_whole(file: Path) -> None:
    board = choose_board("bench-1", file)
    assert (board.board, board.port, board.trace_port, board.baud) == ("qemu-q35", "/dev/ttyUSB0", "rfc2217://server:2217", 57600)
    assert (board.power_on, board.power_off, board.reset) == ("relay on", "relay off", "relay reset")
    assert (board.command_time_ns, board.features, board.folder) == (5_000_000_000, ("nmi-button", "reset"), file.parent.resolve())
    assert board.can_start
    assert board.monitor == "/dev/ttyUSB9"


def test_options_win(file: Path) -> None:
    board = choose_board("bench-1", file, "/dev/ttyS0", None, 9600)
    assert (board.port, board.trace_port, board.baud) == ("/dev/ttyS0", "rfc2217://server:2217", 9600)
    assert choose_board("bench-1", file, monitor="/dev/ttyS1").monitor == "/dev/ttyS1"


def test_a_board_file_of_its_name_is_meant(file: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    assert choose_board("bochs", file).board == "bochs"
    assert choose_board("bochs", None, "/dev/ttyS0").board == "bochs"
    assert choose_board("my-bench", None, "/dev/ttyS0").board == ""


@pytest.mark.parametrize(
    ("name", "text", "port", "code", "says"),
    [
        ("bench-2", GOOD, None, 2, "has no board `bench-2`; did you mean `bench-1`?"),
        ("x", GOOD, None, 2, "has no board `x`; it has `bench-1` or `bochs`"),
        ("one", None, None, 2, "there is no hyp-boards.yaml, so no board `one`; name a file with --boards-file, or the line with --port"),
        ("one", "hyp_boards: 1\nboards: {one: {baud: 9600}}\n", None, 2, "no port is known for board `one`: add `port:` in "),
        ("one", "hyp_boards: 1\nboards: {one: {baut: 9600}}\n", "/dev/x", 1, "1 error in the boards file\n"),
        ("one", "hyp_boards: 1\nboards: {one: {baut: 9600}}\n", None, 1, "fix: did you mean `baud`?"),
        ("one", "\0", None, 1, "error SYN003"),
    ],
)
def test_what_cannot_be_chosen(tmp_path: Path, name: str, text: str | None, port: str | None, code: int, says: str) -> None:
    path = tmp_path / "lab.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(Stop) as stopped:
        choose_board(name, path if text is not None else None, port)
    assert stopped.value.code == code
    assert says in stopped.value.message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Stop) as stopped:
        load_boards(tmp_path / "none.yaml")
    assert stopped.value.code is ExitCode.ENVIRONMENT


def test_the_projects_own_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "SConstruct").touch()
    (tmp_path / "tests").mkdir()
    assert find_boards_file(tmp_path / "tests") is None
    (tmp_path / "hyp-boards.yaml").write_text(GOOD)
    assert find_boards_file(tmp_path / "tests") == tmp_path.resolve() / "hyp-boards.yaml"


def test_pyserial_knows_its_urls() -> None:
    assert {"socket", "rfc2217", "loop"} <= set(schemes())


@pytest.mark.parametrize("name", sorted(files()))
def test_generated_files_are_current(name: str, repository: Path) -> None:
    assert (repository / name).read_text(encoding="utf-8") == files()[name], "run `python -m hyp.lab.reference`"


def test_hyp_check_takes_it(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert door.main(["check", str(file)]) == 0
    assert capfd.readouterr().out == f"{file}: no errors\n"
    assert door.main(["check", str(FOLDER / "LAB001-scheme.yaml")]) == ExitCode.WRONG_INPUT
    assert "did you mean `socket://`?" in capfd.readouterr().out
