"""A board that runs for ever gives way to the next image: `hyp boot` asks, the run ends in order, and the loader is back."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hyp.abi.packets import attention
from tests.console.lines import FRAMED, as_text
from tests.loader.machines import Machine, qemu, run_hyp

START, HALT, END, READY = b"hyp: start\r\n", b"hyp: module halt\r\n", b"hyp: end\r\n", b"hyp: loader ready"
MONITOR = "monitor"


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """By name; two of them listen to their consoles and never end."""
    folder = tmp_path_factory.mktemp("images")
    plans = {"framed": str(FRAMED), "text": str(as_text(FRAMED, folder)), "hello": "config/hello.yaml"}
    for name, plan in plans.items():
        run_hyp("build", plan, "-o", str(folder / name))
    return {name: folder / name for name in plans}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("machine")


@pytest.fixture(scope="module")
def machine(folder: Path) -> Iterator[Machine]:
    """One board for all tests: whatever ran on it before, the next one has it back."""
    with qemu(folder, more=("-monitor", f"unix:{folder / MONITOR},server=on,wait=off")) as one:
        yield one


def start(machine: Machine, image: Path) -> None:
    """It runs, and nothing but the line ends it."""
    starts = machine.said().count(START)
    run_hyp("boot", "--port", machine.url, str(image), "--timeout", "60s")
    machine.wait_for(START, starts + 1)


def counts(machine: Machine) -> dict[bytes, int]:
    return {word: machine.said().count(word[:-2] if word != READY else word) for word in (HALT, END, READY)}


def wait_for_the_loader(machine: Machine, before: dict[bytes, int]) -> None:
    """An orderly end, and the loader's greeting after it."""
    for word in (HALT, END):
        machine.wait_for(word[:-2], before[word] + 1)
    machine.wait_for(READY, before[READY] + 1)


@pytest.mark.parametrize("name", ["framed", "text"])
def test_the_next_boot_takes_the_board_back(images: dict[str, Path], machine: Machine, name: str) -> None:
    start(machine, images[name])
    before = counts(machine)
    run_hyp("boot", "--port", machine.url, str(images["hello"]), "--args", "frames=10", "--timeout", "60s")
    machine.wait_for(b"hello| hello from hello")
    wait_for_the_loader(machine, before)
    machine.wait_for(END[:-2], before[END] + 2)


@pytest.mark.parametrize("name", ["framed", "text"])
def test_noise_does_not_a_break_does(images: dict[str, Path], machine: Machine, folder: Path, name: str) -> None:
    start(machine, images[name])
    before = counts(machine)
    with socket.create_connection(("127.0.0.1", machine.tcp), timeout=60) as line:
        line.sendall(random.Random(name).randbytes(10_000))
        line.shutdown(socket.SHUT_WR)
        while line.recv(4096):
            pass
    assert counts(machine) == before
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.connect(str(folder / MONITOR))
        monitor.sendall(b"chardev-send-break line\n")
        wait_for_the_loader(machine, before)


@pytest.mark.parametrize("name", ["framed", "text"])
def test_console_can_ask(images: dict[str, Path], machine: Machine, tmp_path: Path, name: str) -> None:
    start(machine, images[name])
    before = counts(machine)
    words = ["console", "--port", machine.url, "--log", str(tmp_path / "log"), "--for", "60s", "--mode", name, "--until", "hyp:end$"]
    command = [sys.executable, "-m", "hyp", *words]
    done = subprocess.run(command, input="/loader\n", capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    wait_for_the_loader(machine, before)


def test_an_image_that_the_loader_did_not_start_stays(images: dict[str, Path], tmp_path: Path) -> None:
    """The same image booted by the machine itself: `hyp boot` gives up and says what may be the case."""
    with qemu(tmp_path, kernel=images["text"] / "image.elf", words="", ready=START) as machine:
        with socket.create_connection(("127.0.0.1", machine.tcp), timeout=60) as line:
            line.sendall(attention())
        told = run_hyp("boot", "--port", machine.url, str(images["hello"]), "--timeout", "5s", code=4).stderr
        assert "does not give way: switch the board off and on" in told
        assert HALT not in machine.said()
