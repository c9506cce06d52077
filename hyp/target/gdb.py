"""A gdb script for an image: symbols of the kernel, and a command that adds a partition's.

Partitions share their virtual addresses, so only one partition's symbols can be loaded at a time:
`hyp-partition NAME` loads them beside the kernel's.
"""

from __future__ import annotations

from pathlib import Path

from hyp.exits import ExitCode, Stop
from hyp.target.bundle import Bundle

SCRIPT = "hyp.gdb"


def script(bundle: Bundle, port: int) -> str:
    """The script's text. It loads symbols, defines the commands and connects to the emulator that waits on `port`."""
    folder = bundle.folder.resolve()
    kernel = _quoted(folder / bundle.manifest["kernel"]["elf"])
    names = [partition["name"] for partition in bundle.manifest["partitions"]]
    lines = [
        "set confirm off",
        "set pagination off",
        "set architecture i386:x86-64",
        f"symbol-file {kernel}",
        "define-prefix hyp-partition",
        "document hyp-partition",
        f"Load the symbols of one partition beside the kernel's: hyp-partition NAME; there are {', '.join(names)}.",
        "Partitions share their addresses: a breakpoint set by address hits in every partition.",
        "end",
    ]
    for partition in bundle.manifest["partitions"]:
        elf = _quoted(folder / partition["elf"])
        lines += [f"define hyp-partition {partition['name']}", f"symbol-file {kernel}", f"add-symbol-file {elf}", "end"]
    lines += [
        f"target remote 127.0.0.1:{port}",
        f"echo The machine waits before its first instruction. Symbols of a partition: hyp-partition {names[0] if names else 'NAME'}\\n",
    ]
    return "\n".join(lines) + "\n"


def write_script(bundle: Bundle, port: int) -> Path:
    """Write the script beside the image. Stop ENVIRONMENT when the folder cannot be written."""
    path = bundle.folder / SCRIPT
    draft = path.with_name(f"{SCRIPT}.part")
    try:
        draft.write_text(script(bundle, port))
        draft.replace(path)
    except OSError as error:
        raise Stop(ExitCode.ENVIRONMENT, f"{path}: {error.strerror}; --gdb writes its script beside the image") from None
    return path


def _quoted(path: Path) -> str:
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
