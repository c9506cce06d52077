"""The HIL suite on emulated boards, through the command that users have, each at the end of another kind of line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.hil.cable import Adapter, Cable, DeviceServer, NullModem, TerminalServer
from tests.ports import free_port

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Lab:
    """A boards file with one board, the URL of its console, and its machine's folder."""

    boards_file: Path
    url: str


@contextmanager
def lab(name: str, board: str, machine: str, cable: str, folder: Path, *features: str) -> Iterator[Lab]:
    """`cable`: what the machine's UART ends in: `none` (its own socket), `pty` (its own terminal), or a device of tests/hil/cable.py."""
    port, trace = free_port(), free_port()
    uart = str(port)
    (folder / "machine").mkdir()
    command = f"{sys.executable} {HERE / 'machines' / 'machine.py'} {machine} %s {folder / 'machine'}"
    end: Cable | NullModem | None = None
    url = f"socket://127.0.0.1:{port}"
    if cable == "pty":
        url = uart = str(folder / "ttyBOARD")
    elif cable == "null-modem":
        end = NullModem(folder)
        uart = end.machine
    elif cable == "tty":
        end = Adapter(port, folder / "ttyBOARD", calls=machine == "bochs")
    elif cable != "none":
        end = {"terminal": TerminalServer, "rfc2217": DeviceServer}[cable](port, calls=machine == "bochs")
    url = end.url if end is not None else url
    uarts = f"{uart} {trace}" if "trace" in features else f"{uart}"
    rows = [
        "hyp_boards: 1",
        "boards:",
        f"  {name}:",
        f"    board: {board}",
        f"    power_on: {command % 'on'} {uarts}",
        f"    power_off: {command % 'off'}",
        f"    features: [{', '.join(features)}]",
    ]
    if "reset" in features:
        rows.append(f"    reset: {command % 'reset'} {uarts}")
    if machine == "qemu-loader":
        media = [sys.executable, "-m", "hyp", "media", "loader", "-o", str(folder / "machine" / "loader.elf")]
        subprocess.run(media, timeout=300, check=True, capture_output=True)
    else:
        rows.append(f"    load: {command % 'load'}")
    if "trace" in features:
        rows.append(f"    trace_port: socket://127.0.0.1:{trace}")
    file = folder / "lab.yaml"
    file.write_text("\n".join(rows) + "\n")
    if end is not None:
        end.start()
    try:
        yield Lab(file, url)
    finally:
        subprocess.run([sys.executable, HERE / "machines" / "machine.py", machine, "off", folder / "machine"], timeout=300, check=True)
        if end is not None:
            end.close()


@pytest.mark.parametrize(
    ("name", "board", "machine", "cable", "features", "tests"),
    [
        ("qemu-tcp", "qemu-q35", "qemu", "none", ("reset", "trace"), 8),
        ("qemu-pty", "qemu-q35", "qemu", "pty", ("reset",), 7),
        ("qemu-server", "qemu-q35", "qemu", "rfc2217", ("reset", "input"), 8),
        ("qemu-disc", "qemu-q35", "qemu-disc", "none", (), 6),
        ("loader-tty", "qemu-q35", "qemu-loader", "tty", (), 6),
        ("bochs-tcp", "bochs", "bochs", "terminal", (), 6),
        ("bochs-pty", "bochs", "bochs", "null-modem", ("input",), 7),
    ],
)
def test_the_suite_passes_on(
    name: str, board: str, machine: str, cable: str, features: tuple[str, ...], tests: int, tmp_path: Path, repository: Path
) -> None:
    with lab(name, board, machine, cable, tmp_path, *features) as bench:
        command = [
            sys.executable,
            "-m",
            "hyp",
            "test",
            "--board",
            name,
            "--hyp-port",
            bench.url,
            "--hyp-boards-file",
            str(bench.boards_file),
        ]
        command += ["--hyp-log-dir", str(tmp_path / "logs"), "--junitxml", str(tmp_path / "junit.xml"), "-p", "no:cacheprovider", "-v"]
        done = subprocess.run([*command, str(HERE / "suite")], cwd=repository, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    suite = next(ElementTree.parse(tmp_path / "junit.xml").iter("testsuite"))
    counts = {key: int(suite.attrib[key]) for key in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": tests, "failures": 0, "errors": 0, "skipped": 0}, done.stdout
    properties = {one.attrib["name"]: one.attrib["value"] for one in suite.find("properties") or ()}
    assert (properties["hyp_board"], properties["hyp_port"]) == (name, bench.url)
    raw = (tmp_path / "logs" / name / "0001" / "console.log").read_bytes()
    assert raw.count(b"hyp: end") >= tests - 1 - ("input" in features), "but for those that run for ever"
    assert "line was lost" not in done.stdout
