"""Plans as the plan stage would make them, in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hyp.image import Outcome, build
from hyp.plan.model import (
    Area,
    Board,
    Console,
    Costs,
    Device,
    ExitPort,
    Memory,
    Partition,
    Plan,
    Range,
    Schedule,
    Tsc,
    Window,
)
from tests.unit.image import elves

MIB = 1 << 20
MS = 1_000_000


def board(ram: Sequence[Range] = (Range(MIB, 255 * MIB),), reserved: Sequence[Range] = (), cores: int = 1) -> Board:
    com1 = Device("com1", "uart-16550", (Range(0x3F8, 8),), (), 4, 1_843_200, 16)
    return Board(
        name="qemu-q35",
        file=Path("qemu-q35.yaml"),
        status="tried",
        ram=tuple(ram),
        reserved=tuple(reserved),
        cores=cores,
        timer="lapic",
        tsc=Tsc(1_000_000_000, "pit", 10_000, "calibrate"),
        command_line="",
        exit_port=ExitPort(0xF4, 0x10),
        cpu_require=("nx",),
        cpu_use=("xsave",),
        cpu_has=(),
        console="com1",
        costs=Costs("measured", 250, 1200, 100, 1000),
        devices={"com1": com1},
        emulator={"qemu": {"machine": "q35", "memory": str(256 * MIB)}},
    )


def memory(stack: int = 16384, heap: int = 0, limit: int | None = None, areas: Sequence[Area] = ()) -> Memory:
    return Memory(stack, heap, 4096, limit, tuple(areas))


def plan(memories: Mapping[str, Memory], on: Board | None = None, windows: Sequence[Window] | None = None) -> Plan:
    """A plan whose partitions share a frame of 10 ms in equal windows."""
    partitions = tuple(
        Partition(n, name, Path(name), own, None, fpu=True, args=f"args of {name}") for n, (name, own) in enumerate(memories.items())
    )
    share = 10 * MS // max(1, len(partitions))
    equal = tuple(Window(p.name, p.id * share, share, 0) for p in partitions)
    return Plan(
        name="trial",
        file=Path("trial.yaml"),
        root=Path(),
        board=on or board(),
        guard_ns=1500,
        console=Console("com1", "text", 115_200, 4096, 256, 5_000_000),
        partitions=partitions,
        schedules=(Schedule("normal", 10 * MS, equal if windows is None else tuple(windows)),),
        expected={},
    )


def compile_plan(value: Plan, folder: Path, files: Mapping[str, bytes] | None = None, kernel: bytes | None = None) -> Outcome:
    """Writes the ELFs into `folder` and builds."""
    kernel_elf = folder / "kernel.elf"
    kernel_elf.write_bytes(elves.kernel() if kernel is None else kernel)
    paths = {}
    for partition in value.partitions:
        paths[partition.name] = folder / f"{partition.name}.elf"
        paths[partition.name].write_bytes((files or {}).get(partition.name) or elves.partition())
    return build(value, paths, kernel_elf)


def without_fpu(value: Plan) -> Plan:
    return replace(value, partitions=tuple(replace(p, fpu=False) for p in value.partitions))
