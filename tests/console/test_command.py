"""`hyp console` as a process: at a real kernel in QEMU over every kind of line, and at a line that misbehaves."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from hyp.abi.packets import PACKET_TEXT, encode
from hyp.image.project import build_project
from hyp.target.bundle import Bundle, open_bundle
from hyp.target.frames import FramedDemultiplexer
from hyp.target.options import WALL, Options
from hyp.target.qemu import PROGRAM, arguments
from tests.console.lines import FRAMED, as_text
from tests.examples.running import ROOT
from tests.hil.cable import Adapter, Cable, DeviceServer, TerminalServer
from tests.ports import free_port
from tests.unit.lab.ends import pty_end

SECONDS = 300
"""Whatever else the host is busy with."""
LIMIT = "240s"
"""Of `hyp console`, that it may say itself what did not come."""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return open_bundle(build_project(str(FRAMED), tmp_path_factory.mktemp("image")))


@contextmanager
def machine(bundle: Bundle, folder: Path) -> Iterator[int]:
    """QEMU on the host's clock; its console is a TCP port, which is what this is. It waits for the first caller."""
    port = free_port()
    options = replace(Options(frames=100_000), clock=WALL)
    words = arguments(bundle.manifest, bundle.image.resolve(), folder / "ram", folder, options)
    console = f"socket,id=com1,host=127.0.0.1,port={port},server=on,wait=on"
    words = [console if word.startswith("file,id=com1,") else word for word in words]
    process = subprocess.Popen([PROGRAM, *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield port
    finally:
        process.kill()
        process.wait()


def console(*words: str, typed: str = "", seconds: int = SECONDS) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hyp", "console", *words]
    return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=seconds, check=False, cwd=ROOT)


@pytest.mark.parametrize("kind", ["direct", "tty", "server", "rfc2217"])
def test_a_partition_answers(bundle: Bundle, tmp_path: Path, kind: str) -> None:
    """What is typed comes back from the partition that it was for, and every byte is in the log."""
    log = tmp_path / "raw.log"
    with machine(bundle, tmp_path) as port:
        cable: Cable | None = None
        if kind == "tty":
            cable = Adapter(port, tmp_path / "ttyUSB0", calls=False)
        elif kind != "direct":
            cable = (TerminalServer if kind == "server" else DeviceServer)(port, calls=False)
        if cable is not None:
            cable.start()
        url = f"socket://127.0.0.1:{port}" if cable is None else cable.url
        try:
            words = ("--port", url, "--image", str(bundle.folder), "--log", str(log), "--to", "left")
            done = console(*words, "--until", "right:^and you$", "--for", LIMIT, typed="good day\n/to right\nand you\n")
        finally:
            if cable is not None:
                cable.close()
    assert done.returncode == 0, done.stdout + done.stderr
    shown = [line.split(" ", 1)[1] for line in done.stdout.splitlines()]
    assert "left| good day" in shown
    assert "right| and you" in shown
    assert "to right" in done.stderr
    reader = FramedDemultiplexer(("hyp", "left", "right"), whole=False)
    assert ("left", "good day") in [(line.stream, line.text) for line in reader.feed(log.read_bytes())]


def test_text_mode_is_found_out(tmp_path: Path) -> None:
    """Without an image: the mode by what comes, the streams by their prefixes, the partition by its number."""
    image = open_bundle(build_project(str(as_text(FRAMED, tmp_path)), tmp_path / "image"))
    with machine(image, tmp_path) as port:
        words = ("--port", f"socket://127.0.0.1:{port}", "--log", str(tmp_path / "raw.log"), "--to", "1", "--until", "right:^hello$")
        done = console(*words, "--for", LIMIT, "--only", "right", "--no-times", typed="hello\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "right| right listens\nright| hello\n"


@contextmanager
def line(*visits: bytes) -> Iterator[str]:
    """A line that says this to each caller in turn and hangs up; the last one stays."""
    server = socket.create_server(("127.0.0.1", 0))
    child = os.fork()
    if child == 0:  # a process, so that it needs no thread of the test's
        with suppress(OSError):
            for n, said in enumerate(visits):
                end, _ = server.accept()
                end.sendall(said)
                time.sleep(0.3)
                if n + 1 < len(visits):
                    end.close()
            time.sleep(SECONDS)
        os._exit(0)
    try:
        yield f"socket://127.0.0.1:{server.getsockname()[1]}"
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        server.close()


def text(stream: int, sequence: int, data: bytes) -> bytes:
    return encode(sequence, PACKET_TEXT, bytes((stream,)) + data)


def test_it_comes_back_when_the_line_does(tmp_path: Path) -> None:
    """Joined in the middle, cut in the middle, joined again: whole lines are shown, what is missing is told, the log has it all."""
    first = b"st\n\x11\x12\0" + text(1, 7, b"one\n") + text(1, 9, b"three\n") + text(1, 10, b"cut")
    second = b"\xffgarbage\0" + text(1, 20, b"back\n")
    with line(first, second) as url:
        done = console("--port", url, "--log", str(tmp_path / "log"), "--no-times", "--until", "partition0:back", "--for", LIMIT)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[-5:] == [
        "partition0| one",
        "[partition0: 1 packets are missing here]",
        "partition0| three",
        "partition0| cut",
        "partition0| back",
    ]
    assert (tmp_path / "log").read_bytes() == first + second
    assert "the other side closed it" in done.stderr
    assert "the line is back" in done.stderr
    assert "1 packets of partition0 are missing" in done.stderr


def test_without_reconnecting_a_lost_line_is_4(tmp_path: Path) -> None:
    with line(b"\0" + text(1, 0, b"one\n"), b"") as url:
        done = console("--port", url, "--log", str(tmp_path / "log"), "--no-reconnect", "--for", LIMIT)
    assert done.returncode == 4
    assert "partition0| one" in done.stdout


@pytest.fixture
def said(tmp_path: Path) -> Iterator[str]:
    """A terminal that has a line for whoever opens it: no time passes before it comes."""
    with pty_end(tmp_path / "ttyUSB0") as master:
        keeper = os.open(tmp_path / "ttyUSB0", os.O_RDWR | os.O_NOCTTY)  # a terminal that nobody has open forgets
        os.write(master, b"hello| there\n")
        yield str(tmp_path / "ttyUSB0")
        os.close(keeper)


@pytest.mark.parametrize(("words", "code"), [((), 0), (("--until", "hello:there"), 0), (("--until", "hello:never"), 3)])
def test_time_is_up(tmp_path: Path, said: str, words: tuple[str, ...], code: int) -> None:
    done = console("--port", said, "--log", str(tmp_path / "log"), "--for", "1s", *words)
    assert done.returncode == code, done.stderr
    assert "hello| there" in done.stdout


def test_silence_is_4(tmp_path: Path) -> None:
    log = ("--log", str(tmp_path / "log"), "--for", "1s")
    with line(b"") as url:
        silent = console("--port", url, *log)
    assert silent.returncode == 4
    assert "nothing came" in silent.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_with_the_summary(tmp_path: Path, number: signal.Signals, code: int) -> None:
    said = text(1, 0, b"one\n") + text(1, 2, b"three\n")
    with line(b"\0" + said) as url:
        command = [sys.executable, "-m", "hyp", "console", "--port", url, "--log", str(tmp_path / "log")]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        ) as running:
            assert running.stdout is not None
            while "three" not in (shown := running.stdout.readline()):
                assert shown
            running.send_signal(number)
            _, told = running.communicate(timeout=SECONDS)
    assert running.returncode == code
    assert "1 packets of partition0 are missing" in told
    assert "Traceback" not in told
    assert (tmp_path / "log").read_bytes() == b"\0" + said


def test_quit_is_0(tmp_path: Path) -> None:
    with line(b"hello| there\n") as url:
        assert console("--port", url, "--log", str(tmp_path / "log"), typed="/quit\n").returncode == 0


def test_a_line_that_cannot_be_opened_leaves_no_log(tmp_path: Path) -> None:
    assert console("--port", "/dev/nothing", "--log", str(tmp_path / "log")).returncode == 2
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--port", "/dev/nothing"), "/dev/nothing"),
        (("--port", "loop://", "--log", "/no/such/folder/x"), "--log /no/such/folder/x"),
        (("--port", "loop://", "--to", "nobody"), "--to nobody: no such partition"),
        (("--port", "loop://", "--for", "7"), "--for 7"),
        (("--port", "loop://", "--until", "nocolon"), "--until 'nocolon'"),
        (("--port", "loop://", "--image", "/no/such/image.elf"), "/no/such/image.elf"),
    ],
)
def test_wrong_usage_is_one_line_and_2(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    extra = () if "--log" in words else ("--log", str(tmp_path / "log"))
    done = console(*words, *extra)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
