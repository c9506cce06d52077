"""Real runs of a tiny guest, and emulators that misbehave."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hyp.exits import ExitCode, Stop
from hyp.target.bundle import Bundle, open_bundle
from hyp.target.console import Line
from hyp.target.options import WALL, Options, parse_match
from hyp.target.qemu import PROGRAM, arguments, exit_status
from hyp.target.run import Run, default_target, run, streams
from hyp.target.session import End
from tests.unit.target.guest import BOOT, END, PARTITIONS, REPORT, State, build, lay_out, manifest

WHOLE = BOOT + b"alpha| one\nbeta| two\n" + REPORT + END


@pytest.fixture
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made: it must be empty after a run."""
    folder = tmp_path / "private"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def run_quietly(image: Path, options: Options | None = None, raw: Path | None = None) -> Run:
    return run(open_bundle(image), "qemu", options or Options(frames=3, timeout_s=120), lambda _: None, raw)


class Clock:
    """In place of `time` for the watch of a run: when `condition` holds, a run's time is up."""

    sleep = staticmethod(time.sleep)

    def __init__(self, condition: Callable[[], bool]) -> None:
        self._condition = condition
        self._ahead = 0

    def monotonic(self) -> float:
        self._ahead += 1000 if self._condition() else 0  # each time, as it may hold before the time-out begins
        return time.monotonic() + self._ahead


def test_a_run_from_boot_to_end(tmp_path: Path, private: Path) -> None:
    shown: list[Line] = []
    bundle = open_bundle(build(tmp_path, WHOLE))
    raw = tmp_path / "raw"
    result = run(bundle, default_target(bundle), Options(frames=3, timeout_s=120), shown.append, raw)
    assert result.session.end is End.COMPLETE
    assert tuple(shown) == result.session.lines
    assert (raw / "com1.log").read_bytes() == WHOLE
    assert (raw / "com3.log").read_bytes() == b""
    assert result.facts == result.reported
    assert result.facts.windows[1].late_max == 2
    assert result.traces is not None
    assert list(private.iterdir()) == []


def test_memory_wins_over_the_console(tmp_path: Path) -> None:
    result = run_quietly(build(tmp_path, BOOT + END, state=State(delivered=(3, 2))))
    assert result.facts.windows[1].delivered == 2
    assert result.reported.windows == {}


def test_until_stops_a_guest_that_does_not_end(tmp_path: Path, private: Path) -> None:
    image = build(tmp_path, BOOT + b"alpha| ready 1\nbeta| ready 2\nalpha| later\n", "spin")
    until = parse_match("beta:^ready [0-9]$", "--until", streams(open_bundle(image)))
    result = run_quietly(image, Options(frames=3, timeout_s=120, until=until))
    assert result.session.end is End.UNTIL
    assert result.session.lines[-1] == Line("beta", "ready 2")
    assert result.facts.windows[0].delivered == 3
    assert list(private.iterdir()) == []


def test_printing_nothing(tmp_path: Path) -> None:
    session = run_quietly(build(tmp_path, b"", "hang"), Options(frames=3, timeout_s=1)).session
    assert session.end is End.SILENT
    assert session.message.startswith("the target printed nothing on com1 in 1 s")


def test_leaving_without_a_word(tmp_path: Path) -> None:
    session = run_quietly(build(tmp_path, b"")).session
    assert session.end is End.SILENT
    assert "the exit port was written" in session.message


@pytest.mark.parametrize("ending", ["hang", "spin"])
def test_hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    shown: list[Line] = []
    monkeypatch.setattr("hyp.target.session.time", Clock(lambda: bool(shown)))
    bundle = open_bundle(build(tmp_path, BOOT, ending))
    session = run(bundle, "qemu", Options(frames=3, timeout_s=120), shown.append).session
    assert session.end is End.HUNG
    assert "did not end in 120 s" in session.message


def test_a_reset_is_a_crash(tmp_path: Path) -> None:
    session = run_quietly(build(tmp_path, BOOT + b"alpha| half a li", "reset")).session
    assert session.end is End.CRASHED
    assert "the machine reset or switched itself off" in session.message
    assert session.lines[-1].text == "half a li"


@pytest.mark.parametrize(
    ("said", "end"),
    [(b"hyp: halt: cpu: smap\n", End.HALTED), (b"hyp: panic: page_fault rip=0x10\nhyp: rax=0x1\n", End.PANICKED)],
)
def test_halt_and_panic_are_heard_to_their_last_line(tmp_path: Path, said: bytes, end: End) -> None:
    session = run_quietly(build(tmp_path, b"hyp: boot plan=tiny\n" + said, "hang")).session
    assert session.end is end
    assert session.lines[-1].text == said.decode().splitlines()[-1].removeprefix("hyp: ")


def test_a_partition_cannot_say_end(tmp_path: Path) -> None:
    session = run_quietly(build(tmp_path, BOOT + b"alpha| hyp: end\nhyp| end\n")).session
    assert session.end is End.CRASHED
    assert "never said `hyp: end`" in session.message


def alive(pid: int) -> bool:
    """Whether a process runs; a dead one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """An executable of QEMU's name, first in PATH."""
    folder.mkdir()
    program = folder / PROGRAM
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_an_emulator_that_refuses_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, private: Path) -> None:
    image = build(tmp_path, WHOLE)
    stand_in(tmp_path / "bin", monkeypatch, "echo 'no such machine' >&2; exit 1")
    session = run_quietly(image).session
    assert session.end is End.CRASHED
    assert "printed nothing on com1 and is gone: QEMU ended with status 1: no such machine" in session.message
    assert list(private.iterdir()) == []


@pytest.mark.parametrize(("number", "said"), [(11, "QEMU was killed by signal 11"), (7, "QEMU lost the guest's memory: is ")])
def test_an_emulator_that_crashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str) -> None:
    image = build(tmp_path, WHOLE)
    stand_in(tmp_path / "bin", monkeypatch, f"kill -{number} $$")
    assert said in run_quietly(image).session.message


def test_an_emulator_that_will_not_die_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = build(tmp_path, WHOLE)
    left = tmp_path / "left"
    stand_in(tmp_path / "bin", monkeypatch, f"test $1 = --version && exit; trap '' TERM; sleep 300 & echo $! > {left}; wait; sleep 300")
    monkeypatch.setattr("hyp.target.session.time", Clock(lambda: left.exists() and left.read_text().endswith("\n")))
    assert run_quietly(image).session.end is End.SILENT
    assert not alive(int(left.read_text()))


def test_no_emulator_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, private: Path) -> None:
    image = build(tmp_path, WHOLE)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    with pytest.raises(Stop) as caught:
        run_quietly(image)
    assert caught.value.code == ExitCode.ENVIRONMENT
    assert caught.value.message.startswith("missing: qemu-system-x86_64; please run: apt-get install")
    assert list(private.iterdir()) == []


def command(options: Options, emulator: dict[str, dict[str, str]] | None = None) -> list[str]:
    value = manifest(lay_out(State())[1], emulator=emulator)
    return arguments(value, Path("/i/image.elf"), Path("/t/a,b/ram"), Path("/t/raw"), options)


def after(found: list[str], name: str) -> list[str]:
    return [found[n + 1] for n, word in enumerate(found) if word == name]


def test_command_line_on_the_instruction_clock() -> None:
    found = command(Options(frames=9))
    assert after(found, "-icount") == ["shift=0,sleep=off"]
    assert after(found, "-append") == ["frames=9"]
    assert after(found, "-object") == ["memory-backend-file,id=ram,size=16777216,mem-path=/t/a,,b/ram,share=on"]
    assert after(found, "-device") == [
        "isa-serial,iobase=0x3f8,irq=4,chardev=com1",
        "isa-serial,iobase=0x3e8,irq=10,chardev=com3",
        "isa-debug-exit,iobase=0xf4,iosize=0x4",
    ]


def test_command_line_on_the_wall_clock_with_gdb_and_extras() -> None:
    found = command(Options(frames=9, clock=WALL, gdb_port=4321, arguments=("-d", "int")))
    assert after(found, "-icount") == []
    assert after(found, "-gdb") == ["tcp:127.0.0.1:4321"]
    assert "-S" in found
    assert found[-2:] == ["-d", "int"]


@pytest.mark.parametrize(
    ("emulator", "said"),
    [
        ({}, "it runs on no emulator"),
        ({"bochs": {}}, "use --target bochs"),
        ({"qemu": {"machine": "q35", "cpu": "max"}}, "`emulator.qemu` lacks `memory`"),
        ({"qemu": {"machine": "q35", "cpu": "max", "memory": "lots"}}, "not a whole number of MiB"),
        ({"qemu": {"machine": "q35", "cpu": "max", "memory": "1000000"}}, "not a whole number of MiB"),
    ],
)
def test_boards_that_do_not_say_what_to_emulate(emulator: dict[str, dict[str, str]], said: str) -> None:
    with pytest.raises(Stop) as caught:
        command(Options(frames=1), emulator)
    assert caught.value.code == ExitCode.WRONG_INPUT
    assert said in caught.value.message


def test_exit_status_follows_from_the_exit_port() -> None:
    value = manifest(lay_out(State())[1])
    assert exit_status(value) == 33
    value["board"]["exit_port"] = None
    assert exit_status(value) is None


def test_streams_are_the_kernels_and_the_partitions(tmp_path: Path) -> None:
    assert streams(Bundle(tmp_path, manifest(lay_out(State())[1]))) == ("hyp", *PARTITIONS)


def test_qemu_is_here() -> None:
    """Everything above is about this program."""
    assert shutil.which(PROGRAM) is not None
