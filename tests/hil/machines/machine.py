"""An emulator that is switched like a board: what a boards file's commands call. `machine.py KIND on|off|reset|load FOLDER UART [TRACE]`.

KIND: `qemu` is given its kernel, as by network boot; `qemu-disc` boots SeaBIOS and GRUB from a disc, `bochs` too; `qemu-loader` has
the serial loader (`loader.elf` in FOLDER) and gets its images over the line.
UART and TRACE are TCP ports for its com1 and com2. QEMU listens there, and waits until somebody has connected; Bochs calls there,
as it cannot listen on a port again that was in use a minute ago. Or they are paths: QEMU makes a pseudo-terminal and links it there, as an
adapter on the board comes and goes with its power; Bochs opens the terminal that is there.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from hyp.image.media import make_iso
from tests.bochs import calls, machine

SECONDS = "900"
"""No emulator outlives a test that was killed for longer than this."""


def load(kind: str, folder: Path) -> None:
    image = Path(os.environ["HYP_IMAGE"])
    words = os.environ["HYP_COMMAND_LINE"]
    shutil.copyfile(image, folder / "image.new")
    (folder / "image.new").replace(folder / "image.elf")  # the machine that is on still maps the one that it booted
    (folder / "command_line").write_text(words)
    if kind != "qemu":
        make_iso(image, folder / "image.iso", words)


def qemu(kind: str, folder: Path, uarts: list[str]) -> list[str]:
    words = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-M", "q35", "-cpu", "max", "-m", "256M"]
    words += ["-accel", "tcg", "-icount", "shift=0,sleep=off", "-rtc", "base=2026-01-01,clock=vm"]
    words += ["-qmp", f"unix:{folder / 'qmp'},server=on,wait=off"]
    if kind == "qemu-loader":
        words += ["-kernel", str(folder / "loader.elf"), "-append", "uart=0x3f8 divisor=1"]
    elif kind == "qemu-disc":
        words += ["-cdrom", str(folder / "image.iso"), "-boot", "d"]
    elif (folder / "image.elf").exists():
        words += ["-kernel", str(folder / "image.elf"), "-append", (folder / "command_line").read_text()]
    for number, (end, (base, irq)) in enumerate(zip(uarts, ((0x3F8, 4), (0x2F8, 3)), strict=False)):
        socket_words = f"socket,id=com{number},host=127.0.0.1,port={end},server=on,wait=on"
        words += ["-chardev", socket_words if end.isdecimal() else f"pty,id=com{number}"]
        words += ["-device", f"isa-serial,iobase={base:#x},irq={irq},chardev=com{number}"]
    return [*words, *(["-S"] if _terminals(uarts) else [])]  # until the host has opened them


def bochs(folder: Path, uarts: list[str]) -> list[str]:
    lines = [calls(end) if end.isdecimal() else f"term, dev={end}" for end in uarts]
    return machine(folder, f"type=cdrom, path={folder / 'image.iso'}, status=inserted", "cdrom", lines)


def on(kind: str, folder: Path, uarts: list[str]) -> None:
    off(folder)
    words = bochs(folder, uarts) if kind == "bochs" else qemu(kind, folder, uarts)
    with (folder / "machine.out").open("wb") as output:
        child = subprocess.Popen(
            ["timeout", "-s", "KILL", SECONDS, *words], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True, env={**os.environ, "TERM": "xterm"},
        )  # fmt: skip
    (folder / "pid").write_text(str(child.pid))
    (folder / "booted").write_text(_boots(folder))
    with suppress(subprocess.TimeoutExpired):
        child.wait(0.2)
        sys.exit(f"{words[0]} ended at once: {(folder / 'machine.out').read_text(errors='replace')[-300:]}")
    if kind != "bochs" and _terminals(uarts):
        _link(folder, _terminals(uarts))


def _terminals(uarts: list[str]) -> list[Path]:
    return [Path(end) for end in uarts if not end.isdecimal()]


def _link(folder: Path, paths: list[Path]) -> None:
    """Its terminals get their names, and it runs from when the host has opened them: hyp does so exclusively."""
    (answer,) = control(folder, "query-chardev")
    found = {one["label"]: one["filename"].removeprefix("pty:") for one in answer}
    (folder / "links").write_text("".join(f"{path}\n" for path in paths))
    for number, path in enumerate(paths):
        path.unlink(missing_ok=True)
        path.symlink_to(found[f"com{number}"])
        while _is_free(path):
            time.sleep(0.01)
    control(folder, "cont")


def _is_free(path: Path) -> bool:
    file = os.open(path, os.O_RDWR | os.O_NOCTTY)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(file)
    return True


def off(folder: Path) -> None:
    # First: a terminal's number is soon another's, and nobody may come to that one by this one's name.
    with suppress(FileNotFoundError):
        for path in (folder / "links").read_text().splitlines():
            Path(path).unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        number = int((folder / "pid").read_text())
        (folder / "pid").unlink()
        with suppress(ProcessLookupError):
            os.killpg(number, signal.SIGKILL)
        while Path(f"/proc/{number}").exists() and Path(f"/proc/{number}/stat").read_text().split()[2] != "Z":
            time.sleep(0.01)


def _boots(folder: Path) -> str:
    """What tells one loaded image from the next one."""
    return str((folder / "image.elf").stat().st_ino) if (folder / "image.elf").exists() else ""


def reset(kind: str, folder: Path, uarts: list[str]) -> None:
    """QEMU never looks for another kernel: then it is started anew."""
    if (folder / "booted").read_text() != _boots(folder):
        on(kind, folder, uarts)
    else:
        control(folder, "system_reset")


def control(folder: Path, *commands: str) -> list[Any]:
    """By QMP; every answer is one line of JSON."""
    answers = []
    with socket.socket(socket.AF_UNIX) as end:
        end.settimeout(60)
        end.connect(str(folder / "qmp"))
        with end.makefile("rw") as lines:
            lines.readline()
            for name in ("qmp_capabilities", *commands):
                lines.write(json.dumps({"execute": name}) + "\n")
                lines.flush()
                while "return" not in (answer := json.loads(lines.readline())):
                    pass
                answers.append(answer["return"])
    return answers[1:]


def main(kind: str, action: str, folder: Path, uarts: list[str]) -> None:
    if action == "load":
        load(kind, folder)
    elif action == "on":
        on(kind, folder, uarts)
    elif action == "off":
        off(folder)
    else:
        reset(kind, folder, uarts)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4:])
