"""The loader in QEMU: fed by `hyp boot` over TCP and pseudo-terminals, over clean and hostile lines; the kernel comes back to it."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from hyp.abi.loader import LOADER_LOAD
from tests.line.faults import Faults, Rates
from tests.line.hostile import FileEnd, HostileLine, TcpEnd
from tests.loader.images import image, speaking, with_word
from tests.loader.machines import Machine, qemu, run_hyp

END = b"hyp: end\r\n"
READY = b"hyp: loader ready"
PATIENT = ("--timeout", "240s")
"""The loader may be silent for so long: an emulator on a busy host is."""
RATES = Rates(drop=0.00005, double=0.00005, flip=0.0001, delay=0.0001, delay_s=0.01)
"""Every eighth block is hurt."""


@pytest.fixture(scope="module")
def hello(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hello") / "image"
    run_hyp("build", "config/hello.yaml", "-o", str(folder))
    return folder


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """One machine for many tests: whatever they do to its loader, it lives on."""
    with qemu(tmp_path_factory.mktemp("machine")) as one:
        yield one


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "other.elf"
    path.write_bytes(speaking(30_000))
    return path


def boot(machine: Machine, url: str, image_: Path, *words: str) -> str:
    """What `hyp boot` told people. AssertionError unless the image ran to its end and the loader was back."""
    ends, starts = machine.said().count(END), machine.said().count(READY)
    done = run_hyp("boot", "--port", url, str(image_), "--args", "frames=10", *PATIENT, *words)
    machine.wait_for(END, ends + 1)
    machine.wait_for(READY, starts + 1)
    return done.stderr


def test_an_image_boots_ends_and_boots_again(hello: Path, machine: Machine) -> None:
    """One medium, many boots: after the first one only what changed is sent."""
    assert "is started" in boot(machine, machine.url, hello)
    assert b"hello| hello from hello" in machine.said()
    assert "0 sent" in boot(machine, machine.url, hello / "image.elf")
    assert machine.said().count(b"hyp: verdict hello pass") == 2
    assert machine.said().count(b"spurious=0") == 2, "the loader left no interrupt behind"


def test_wrong_images_are_refused_and_the_loader_lives(hello: Path, machine: Machine, tmp_path: Path) -> None:
    good = image(8_000)
    for name, data, said in (
        ("text", b"hello", "not an ELF file"),
        ("cut", good[:-1], "cut: 7999 bytes"),
        ("loader", with_word(good, 64 + 24, LOADER_LOAD, 8), "add `reserved: "),
        ("nowhere", with_word(good, 64 + 24, 0x20000000, 8), "no RAM there"),
    ):
        path = tmp_path / f"{name}.elf"
        path.write_bytes(data)
        assert said in run_hyp("boot", "--port", machine.url, *PATIENT, str(path), code=1).stderr
    boot(machine, machine.url, hello)


def test_garbage_does_not_disturb_it(hello: Path, machine: Machine) -> None:
    """Noise, broken frames among it; then a boot as ever."""
    noise = random.Random(5)
    with socket.create_connection(("127.0.0.1", machine.tcp), timeout=180) as line:
        for _ in range(16):
            frames = (noise.randbytes(noise.randrange(1, 40)) for _ in range(90))
            line.sendall(noise.randbytes(2048) if noise.random() < 0.5 else b"\0".join(frames))
    boot(machine, machine.url, hello)


def test_a_terminal_that_breaks_and_comes_back(other: Path, tmp_path: Path) -> None:
    with qemu(tmp_path, pty=True) as machine:
        breaks = Faults(Rates(cut_after=(8_000, 20_000)), 1)
        with HostileLine(lambda: FileEnd(Path(machine.url)), breaks, pty=tmp_path / "ttyUSB0") as line:
            run_hyp("boot", "--port", line.url, *PATIENT, str(other))
        machine.wait_for(b"PVH!")
        assert breaks.done["cut"] == 2


@pytest.mark.parametrize("seed", [1, 2])
def test_a_hostile_line(other: Path, tmp_path: Path, seed: int) -> None:
    with qemu(tmp_path) as machine:
        to_machine, to_host = Faults(RATES, seed), Faults(RATES, seed + 1)
        with HostileLine(lambda: TcpEnd(machine.tcp), to_machine, to_host) as line:
            told = run_hyp("boot", "--port", line.url, *PATIENT, str(other)).stderr
        machine.wait_for(b"PVH!")
        assert line.error is None
        assert to_machine.done
        assert "is started" in told


def test_less_memory_than_asked_for(tmp_path: Path) -> None:
    """The machine's RAM ends inside the loader's usual memory: its room is smaller, and it says so."""
    with qemu(tmp_path, memory="97M") as machine:
        room = int(machine.said().partition(b"room for ")[2].split()[0])
        assert 500_000 < room < 1 << 20
        large = tmp_path / "large.elf"
        large.write_bytes(image(room + 1))
        assert f"room for {room}" in run_hyp("boot", "--port", machine.url, *PATIENT, str(large), code=1).stderr


def test_silence_is_told_from_other_talk(tmp_path: Path) -> None:
    master, slave = os.openpty()
    try:
        path = tmp_path / "good.elf"
        path.write_bytes(image(20_000))
        done = run_hyp("boot", "--port", os.ttyname(slave), "--timeout", "1s", str(path), code=4)
        assert "not a byte" in done.stderr
        os.write(master, b"\r\nGRUB loading.\r\n")
        done = run_hyp("boot", "--port", os.ttyname(slave), "--timeout", "1s", str(path), code=4)
        assert "something speaks there" in done.stderr
        assert "GRUB loading." in done.stderr
    finally:
        os.close(slave)
        os.close(master)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--port", "/dev/there-is-none"), 2, "no such device"),
        (("--port", "socket://127.0.0.1:1", "--speed", "7"), 2, "--speed 7"),
        (("--port", "socket://127.0.0.1:1", "--timeout", "7"), 2, "give a time with its unit"),
        (("--port", "socket://127.0.0.1:1"), 2, "nothing listens"),
    ],
)
def test_usage(tmp_path: Path, words: tuple[str, ...], code: int, said: str) -> None:
    path = tmp_path / "good.elf"
    path.write_bytes(image(20_000))
    assert said in run_hyp("boot", *words, str(path), code=code).stderr


def test_no_such_image(tmp_path: Path) -> None:
    assert "No such file" in run_hyp("boot", "--port", "socket://127.0.0.1:1", str(tmp_path / "none.elf"), code=2).stderr
