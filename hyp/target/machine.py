"""The machine that an emulator has to be: what the board entry of a manifest says, for one emulator."""

from __future__ import annotations

from hyp.exits import ExitCode, Stop
from hyp.image.manifest import BoardEntry

UART = "uart-16550"
PARALLEL = "parallel-port"


def emulator_words(board: BoardEntry, emulator: str, keys: tuple[str, ...]) -> dict[str, str]:
    """The board file's `emulator.<emulator>` block. Stop WRONG_INPUT when the board has none, or it lacks one of `keys`."""
    words = board["emulator"].get(emulator)
    if words is None:
        known = sorted(board["emulator"])
        other = f"use --target {known[0]}" if known else "it runs on no emulator"
        raise Stop(ExitCode.WRONG_INPUT, f"board {board['name']} has no `emulator.{emulator}`: {other}")
    for key in keys:
        if key not in words:
            raise Stop(ExitCode.WRONG_INPUT, f"board {board['name']}: `emulator.{emulator}` lacks `{key}`")
    return words


def memory_bytes(board: BoardEntry, words: dict[str, str]) -> int:
    """RAM in bytes. Stop WRONG_INPUT unless it is a whole number of MiB."""
    text = words["memory"]
    if not text.isdecimal() or int(text) == 0 or int(text) % (1 << 20):
        raise Stop(ExitCode.WRONG_INPUT, f"board {board['name']}: emulator memory {text!r} is not a whole number of MiB in bytes")
    return int(text)


def uarts(board: BoardEntry) -> list[tuple[str, int, int]]:
    """(name, I/O port, IRQ) of the port-mapped 16550s, in the board's order."""
    return [
        (name, int(device["ports"][0]["start"]), int(device["irq"]))
        for name, device in board["devices"].items()
        if device.get("kind") == UART and device.get("ports") and device.get("irq") is not None
    ]


def parallel_ports(board: BoardEntry) -> list[tuple[str, int]]:
    """(name, I/O port) of the parallel ports, in the board's order."""
    return [
        (name, int(device["ports"][0]["start"]))
        for name, device in board["devices"].items()
        if device.get("kind") == PARALLEL and device.get("ports")
    ]
