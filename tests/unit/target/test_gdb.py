from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from hyp.target.bundle import open_bundle
from hyp.target.gdb import script, write_script
from tests.ports import free_port
from tests.unit.target.guest import BOOT, END, build


def elf(path: Path, symbol: str, address: int) -> None:
    """An ELF with one function."""
    path.parent.mkdir(exist_ok=True)
    source = f".globl {symbol}\n.type {symbol}, @function\n{symbol}: jmp {symbol}\n.size {symbol}, .-{symbol}\n"
    made = path.with_suffix(".o")
    subprocess.run(["gcc", "-c", "-x", "assembler", "-", "-o", str(made)], input=source.encode(), check=True, timeout=180)
    subprocess.run(["ld", "-Ttext", hex(address), "-e", symbol, "-o", str(path), str(made), "-z", "noexecstack"], check=True, timeout=180)


def test_the_script_names_every_partition(tmp_path: Path) -> None:
    bundle = open_bundle(build(tmp_path, BOOT + END))
    text = script(bundle, 1234)
    assert "there are alpha, beta." in text
    assert f'add-symbol-file "{tmp_path}/elf/beta.elf"' in text


def test_gdb_stops_the_machine_and_finds_symbols(tmp_path: Path) -> None:
    image = build(tmp_path / "a folder", BOOT + END)
    folder = image.parent
    elf(folder / "elf" / "kernel.elf", "kernel_function", 0x100000)
    elf(folder / "elf" / "alpha.elf", "alpha_function", 0x210000)
    elf(folder / "elf" / "beta.elf", "beta_function", 0x210000)
    port = free_port()
    command = [sys.executable, "-m", "hyp", "run", "--frames", "3", "--gdb", str(port), str(image)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as runner:
        try:
            deadline = time.monotonic() + 120
            while not (folder / "hyp.gdb").exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            questions = [
                "info symbol kernel_function",
                "hyp-partition alpha",
                "info address alpha_function",
                "hyp-partition beta",
                "info symbol 0x210000",
                "info address kernel_function",
            ]
            wait = ["-ex", "set tcp auto-retry on", "-ex", "set tcp connect-timeout 120"]
            gdb = ["gdb", "-batch", "-nx", *wait, "-x", str(folder / "hyp.gdb")]
            asked = [word for question in questions for word in ("-ex", question)]
            answer = subprocess.run([*gdb, *asked, "-ex", "continue"], capture_output=True, text=True, timeout=180, check=False)
            out, _ = runner.communicate(timeout=180)
        finally:
            runner.kill()
    said = answer.stdout + answer.stderr
    assert "kernel_function in section .text" in said, said
    assert 'Symbol "alpha_function" is at 0x210000' in said
    assert "beta_function in section .text" in said
    assert 'Symbol "kernel_function" is at 0x100000' in said
    assert runner.returncode == 0, out
    assert "verdict: good" in out


def test_the_script_is_written_whole(tmp_path: Path) -> None:
    bundle = open_bundle(build(tmp_path, BOOT + END))
    assert write_script(bundle, 99).read_text() == script(bundle, 99)
    assert not list(tmp_path.glob("*.part"))
