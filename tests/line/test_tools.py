"""Every tool that reads a line, at a line that drops, doubles, flips and holds back bytes and is cut: it recovers, or says what was lost.

Recorded sessions of real kernels are played back; the loader and the probe answer themselves, in QEMU. The truth is what the machine sent.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from hyp.image.project import build_project
from hyp.monitor.kinds import PROTOCOL, RecordType
from hyp.monitor.parameters import parameters
from hyp.monitor.records import Record, encode
from hyp.monitor.rom import identity
from hyp.target.bundle import Bundle, open_bundle
from hyp.target.frames import FramedDemultiplexer
from hyp.target.run import streams
from hyp.target.workspace import Child
from tests.console.test_goodput import FLOOD
from tests.examples.running import ROOT, run_plan
from tests.line.faults import Faults, Rates
from tests.line.hostile import HostileLine, TcpEnd
from tests.loader.images import image as loadable
from tests.loader.machines import QEMU, qemu, run_hyp
from tests.loader.test_qemu import RATES
from tests.ports import free_port

pytestmark = pytest.mark.slow

HURT = Rates(drop=0.001, double=0.001, flip=0.002, delay=0.0005, delay_s=0.01)
CUT = Rates(flip=0.001, cut_after=(6_000,))
SECONDS = 300
"""Whatever else the host is busy with."""
OVER = b"\0hyp: over\n\0"
"""Said again and again once all was played: the tool ends when the first one has come unharmed."""


@dataclass(frozen=True)
class Kernel:
    """An image in framed mode and the whole of a run of it, as bytes and as the lines of each stream."""

    bundle: Bundle
    said: bytes
    lines: dict[str, list[str]]


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Kernel:
    folder = tmp_path_factory.mktemp("kernel")
    bundle = open_bundle(build_project(str(FLOOD), folder / "image"))
    run_plan(bundle.image, folder / "record", "--frames", "50")
    said = (folder / "record" / "raw" / "com1.log").read_bytes()
    reader = FramedDemultiplexer(streams(bundle))
    lines: dict[str, list[str]] = {}
    for line in reader.feed(said) + reader.finish():
        lines.setdefault(str(line.stream), []).append(line.text)
    assert not reader.damage.on_the_line()
    return Kernel(bundle, said, lines)


@contextmanager
def player(said: bytes, after: bytes) -> Iterator[tuple[Callable[[], TcpEnd], threading.Event]]:
    """A machine that says this, at some 60 KB a second, once the event is set; then now and then `after`."""
    server = socket.create_server(("127.0.0.1", 0))
    begin, over = threading.Event(), threading.Event()

    def play() -> None:
        end, _ = server.accept()
        begin.wait(SECONDS)
        with suppress(OSError), end:
            for at in range(0, len(said), 300):
                end.sendall(said[at : at + 300])
                time.sleep(0.005)
            while not over.wait(0.05):
                end.sendall(after)

    thread = threading.Thread(target=play, daemon=True)
    thread.start()
    try:
        yield lambda: TcpEnd(int(server.getsockname()[1])), begin
    finally:
        begin.set()
        over.set()
        thread.join(10)
        server.close()


def against(said: bytes, rates: Rates, seed: int, *words: str, after: bytes = OVER) -> tuple[subprocess.CompletedProcess[str], Faults]:
    """`hyp WORDS`, `URL` among them being a hostile line to a player."""
    faults = Faults(rates, seed)
    with player(said, after) as (machine, begin), HostileLine(machine, to_host=faults) as line:
        command = [sys.executable, "-m", *(word.replace("URL", line.url) for word in words)]
        running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        assert line.attended.wait(SECONDS), running.communicate()
        begin.set()
        shown, told = running.communicate(timeout=SECONDS)
        assert line.error is None
    assert "Traceback" not in shown + told
    return subprocess.CompletedProcess(command, running.returncode, shown, told), faults


LOSS = re.compile(r"are missing|damaged packets|line was lost|closed it|records were lost")


def check_console(kernel: Kernel, rates: Rates, seed: int, folder: Path) -> None:
    log = folder / "raw.log"
    words = ["hyp", "console", "--port", "URL", "--image", str(kernel.bundle.folder), "--log", str(log), "--no-times"]
    words += ["--until", "hyp:^over$", "--for", "240s"]
    done, faults = against(kernel.said, rates, seed, *words)
    assert done.returncode == 0
    shown = done.stdout.splitlines()
    whole = 0
    for name in ("one", "two"):
        truth = set(kernel.lines[name])
        for n, line in enumerate(shown):
            if line.startswith(f"{name}| ") and line.removeprefix(f"{name}| ") not in truth:
                near = shown[n + 1 :][:1] + shown[max(n - 1, 0) : n]
                assert any("missing here" in one for one in near) or faults.done["cut"], f"{line!r} was never said, and no gap is told"
            else:
                whole += line.startswith(f"{name}| ")
    assert faults.done
    assert whole > 20
    assert whole < len(kernel.lines["one"]) + len(kernel.lines["two"])
    assert LOSS.search(done.stderr)
    if faults.done["cut"]:
        assert "the line is back" in done.stderr


def check_run(kernel: Kernel, rates: Rates, seed: int, folder: Path) -> None:
    record = folder / "record"
    words = ["hyp", "run", str(kernel.bundle.image), "--port", "URL", "--attach", "--record", str(record)]
    words += ["--until", "hyp:^over$", "--timeout", "240s"]
    done, _ = against(kernel.said, rates, seed, *words)
    verdict = json.loads((record / "verdict.json").read_text())
    assert done.returncode in (0, 3, 4), done.stderr
    assert verdict["line_losses"]
    assert all(LOSS.search(loss) for loss in verdict["line_losses"])
    assert all(f"line: {loss}" in done.stdout for loss in verdict["line_losses"])
    if done.returncode == 4:
        assert "did not end" in done.stderr or "boot" in done.stderr


def check_plugin(kernel: Kernel, rates: Rates, seed: int, folder: Path) -> None:
    test = folder / "test_it.py"
    test.write_text(
        "def test_it(hyp_run):\n"
        f"    outcome = hyp_run({str(kernel.bundle.image)!r}, attach=True, until='hyp:^over$', timeout=240, strict=True)\n"
        "    assert outcome.good\n"
    )
    words = ["pytest", "-p", "hyp.pytest_plugin", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(folder), str(test)]
    words += ["--hyp-board", "bench", "--hyp-port", "URL", "--hyp-log-dir", str(folder / "logs"), "-c", "/dev/null"]
    done, _ = against(kernel.said, rates, seed, *words)
    assert done.returncode == 1
    assert LOSS.search(done.stdout), done.stdout
    assert (folder / "logs" / "bench" / "0001" / "console.log").stat().st_size > 1000


def check_watch(_kernel: Kernel, rates: Rates, seed: int, folder: Path) -> None:
    bundle = open_bundle(build_project(str(ROOT / "config" / "watched.yaml"), folder / "image"))
    hello = (RecordType.HELLO, 0, identity(parameters(bundle.manifest)), PROTOCOL)
    kinds = [kind for frame in range(1, 400) for kind in (hello, (RecordType.FRAMES, 0, frame, frame), (RecordType.STATE, 0, 0, 0))]
    said = b"".join(encode(Record(kind, row, n & 0xFF, a, b)) for n, (kind, row, a, b) in enumerate(kinds))
    words = ("hyp", "monitor", "watch", "--port", "URL", "--plan", str(bundle.folder), "--frames", "390", "--timeout", "240s")
    done, faults = against(said, rates, seed, *words, after=b"")
    if faults.done["cut"]:
        assert done.returncode == 4
        assert "line is lost" in done.stderr
    else:
        assert done.returncode == 3
        assert re.search(r"[1-9]\d* records were lost on the line", done.stdout)


@pytest.mark.parametrize("rates", [HURT, CUT], ids=["hurt", "cut"])
@pytest.mark.parametrize("check", [check_console, check_run, check_plugin, check_watch])
def test_what_is_lost_is_said(kernel: Kernel, tmp_path: Path, check: Callable[[Kernel, Rates, int, Path], None], rates: Rates) -> None:
    check(kernel, rates, 11, tmp_path)


def test_the_boot_recovers(tmp_path: Path) -> None:
    path = tmp_path / "image.elf"
    path.write_bytes(loadable(30_000))
    with qemu(tmp_path) as machine:
        to_machine, to_host = Faults(RATES, 5), Faults(RATES, 6)
        with HostileLine(lambda: TcpEnd(machine.tcp), to_machine, to_host) as line:
            told = run_hyp("boot", "--port", line.url, "--timeout", "240s", str(path)).stderr
        assert line.error is None
        assert to_machine.done + to_host.done
        assert "is started" in told


def test_the_probe_recovers(tmp_path: Path) -> None:
    run_hyp("media", "probe", "--watch", "10ms", "-o", str(tmp_path / "probe.elf"))
    port = free_port()
    command = [QEMU, "-nodefaults", "-no-user-config", "-display", "none", "-M", "q35", "-cpu", "max", "-m", "256M", "-accel", "tcg"]
    command += ["-kernel", str(tmp_path / "probe.elf"), "-append", "uart=0x3f8 divisor=1"]
    command += ["-chardev", f"socket,id=com1,host=127.0.0.1,port={port},server=on,wait=on"]
    machine = Child([*command, "-device", "isa-serial,chardev=com1,iobase=0x3f8,irq=4"], tmp_path)
    try:
        faults = Faults(HURT, 3)
        with HostileLine(lambda: TcpEnd(port), Faults(HURT, 4), faults) as line:
            done = run_hyp("board", "--port", line.url, "--timeout", "240s", "-o", str(tmp_path / "bench.yaml"))
        assert line.error is None
        assert faults.done
        assert "uart-16550" in (tmp_path / "bench.yaml").read_text()
        assert "bench" in done.stderr
    finally:
        machine.kill()
