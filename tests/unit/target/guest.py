"""A tiny guest with a hand-made manifest: it prints a text on COM1 and ends in a chosen way. Its memory holds what the test puts there."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hyp.abi.numbers import HEALTH_EVENTS
from hyp.abi.state import CORE, HEALTH_RECORD, PARTITION_STATE, RING, TRACE_RECORD, WINDOW_COUNTERS
from hyp.image.manifest import MANIFEST_VERSION, Manifest

MEMORY = 0x40_0000
MAJOR_NS = 10_000_000
TRACE_RECORDS = 16
HEALTH_RECORDS = 4
PARTITIONS = ("alpha", "beta")
WINDOWS = ((0, "alpha", 0, 1_000_000), (1, "beta", 2_000_000, 1_000_000))
"""(index, partition, at_ns, for_ns)"""

ENDINGS = {
    "exit": "mov $0xf4, %dx\n mov $0x10, %eax\n out %eax, %dx",
    "hang": "",
    "spin": "spin: jmp spin",
    "reset": "lidt none\n int3",
}

_SOURCE = """
    .section .note.pvh, "a", @note
    .long 4, 4, 18
    .asciz "Xen"
    .long start
    .section .multiboot2, "a"
    .balign 8
header: .long 0xe85250d6, 0, header_end - header, -(0xe85250d6 + header_end - header)
    .word 0, 0
    .long 8
header_end:
    .text
    .code32
    .globl start
start:
    cli
    mov $0x3fb, %dx             # line control: divisor latch
    mov $0x80, %al
    out %al, %dx
    mov $0x3f8, %dx
    mov $1, %al
    out %al, %dx
    inc %dx
    xor %al, %al
    out %al, %dx
    mov $0x3fb, %dx             # 8N1
    mov $3, %al
    out %al, %dx
    mov $text, %esi
    mov $text_end - text, %ecx
    jecxz finish
put:
    mov $0x3fd, %dx
wait:
    in %dx, %al
    test $0x20, %al
    jz wait
    lodsb
    mov $0x3f8, %dx
    out %al, %dx
    dec %ecx
    jnz put
finish:
    ENDING
halt:
    hlt
    jmp halt
    .data
none: .word 0
    .long 0
text: .incbin "text"
text_end:
    .section .memory, "aw"
    .incbin "memory"
    .section .note.GNU-stack, "", @progbits
"""

_SCRIPT = """
ENTRY(start)
PHDRS { image PT_LOAD FLAGS(7); memory PT_LOAD FLAGS(6); note PT_NOTE FLAGS(4); }
SECTIONS {
  . = 0x100000;
  .multiboot2 : { *(.multiboot2) } :image
  .note.pvh : { *(.note.pvh) } :image :note
  .text : { *(.text) *(.data) } :image
  . = MEMORY;
  .memory : { *(.memory) } :memory
  /DISCARD/ : { *(.note.gnu*) *(.comment) }
}
"""


@dataclass
class Memory:
    """Records at physical addresses from MEMORY on."""

    data: bytearray = field(default_factory=bytearray)

    def put(self, raw: bytes) -> int:
        """The address of `raw`."""
        self.data += bytes(-len(self.data) % 64)
        address = MEMORY + len(self.data)
        self.data += raw
        return address


def whole_trace(frames: int) -> tuple[tuple[int, int, int], ...]:
    """What a kernel traces in `frames` major frames when every window is exact; ticks are ns."""
    return tuple(
        record
        for frame in range(frames)
        for index, _, at, length in WINDOWS
        for record in ((frame * MAJOR_NS + at, 1, index), (frame * MAJOR_NS + at + length - 1900, 2, 0))
    )


@dataclass(frozen=True)
class State:
    """What the guest's memory says that the kernel counted."""

    frames: int = 3
    delivered: tuple[int, int] = (3, 3)
    not_ready: tuple[int, int] = (0, 0)
    late: tuple[tuple[int, int], tuple[int, int]] = ((0, 1), (0, 2))
    path: int = 700
    counted: int | None = None  # frames of the schedule; None: those of the core
    restarts: tuple[int, int] = (0, 0)  # of the module: warm, cold
    health: tuple[tuple[str, int, int, int], ...] = ()  # (partition, event, count, first ns)
    drops: tuple[int, int] = (0, 0)  # of beta: bytes, events
    verdicts: tuple[tuple[str, int, str], ...] = ()  # (partition, 1 pass or 2 fail, text)
    trace: tuple[tuple[int, int, int], ...] = whole_trace(3)  # (ticks since the epoch, kind, value)
    trace_head: int | None = None
    module_count: tuple[int, ...] = ()
    logged: tuple[tuple[int, int, int, int], ...] = ()  # (ns, partition, event, action)


EPOCH = 5_000_000


def lay_out(state: State) -> tuple[bytes, dict[str, Any]]:
    """The memory's bytes, and the manifest's addresses in it by name."""
    memory = Memory()
    addresses: dict[str, Any] = {"windows": {}, "states": {}, "rings": {}}
    for n, (index, _, _, _) in enumerate(WINDOWS):
        low, high = state.late[n]
        raw = WINDOW_COUNTERS.pack(
            delivered=state.delivered[n],
            not_ready=state.not_ready[n],
            late_min=low,
            late_max=high,
            path_max=state.path,
            frames=(state.frames if state.counted is None else state.counted) if n == 0 else 0,
        )
        addresses["windows"][index] = memory.put(raw)
    for name in PARTITIONS:
        counts, firsts = [0] * HEALTH_EVENTS, [0] * HEALTH_EVENTS
        for owner, event, count, first in state.health:
            if owner == name:
                counts[event], firsts[event] = count, EPOCH + first
        said = {owner: (verdict, text) for owner, verdict, text in state.verdicts}.get(name, (0, ""))
        raw = PARTITION_STATE.pack(
            health_count=list(counts), health_first=list(firsts), verdict=said[0], verdict_text=said[1], verdict_length=len(said[1])
        )
        addresses["states"][name] = memory.put(raw)
        drops = state.drops if name == "beta" else (0, 0)
        addresses["rings"][name] = memory.put(RING.pack(dropped_bytes=drops[0], dropped_events=drops[1]))
    addresses["rings"]["hyp"] = memory.put(RING.pack())
    addresses["health_ring"] = memory.put(
        b"".join(
            HEALTH_RECORD.pack(sequence=n + 1, tsc=EPOCH + at, partition=owner, event=event, action=action)
            for n, (at, owner, event, action) in enumerate(state.logged)
        ).ljust(HEALTH_RECORDS * HEALTH_RECORD.size, b"\0")
    )
    records = [TRACE_RECORD.pack(tsc=EPOCH + ticks, kind=kind, value=value) for ticks, kind, value in state.trace]
    addresses["trace_ring"] = memory.put(b"".join(records).ljust(TRACE_RECORDS * TRACE_RECORD.size, b"\0"))
    head = len(records) if state.trace_head is None else state.trace_head
    addresses["core"] = memory.put(
        CORE.pack(
            frame=state.frames,
            epoch=EPOCH,
            tick_scale=1 << 32,
            ns_scale=1 << 32,
            trace_head=head,
            health_head=len(state.logged),
            module_restarts=list(state.restarts),
            module_count=list(state.module_count),
        )
    )
    return bytes(memory.data), addresses


def manifest(addresses: dict[str, Any], image: bytes = b"", emulator: dict[str, dict[str, str]] | None = None) -> Manifest:
    """A manifest of two partitions with a window each, on a board with 16 MiB."""
    qemu = {"machine": "q35", "cpu": "max", "memory": str(16 << 20)}
    return {
        "version": MANIFEST_VERSION,
        "hyp": "0.1.0",
        "abi_version": 1,
        "plan": "tiny",
        "plan_file": "tiny.yaml",
        "image": {"file": "image.elf", "size": len(image), "sha256": hashlib.sha256(image).hexdigest(), "entry": 0x100000},
        "kernel": {"elf": "elf/kernel.elf", "sha256": "", "text_bytes": 0, "rodata_bytes": 0},
        "board": {
            "name": "tiny-board",
            "status": "tried",
            "tsc_hz": 1_000_000_000,
            "command_line": "",
            "exit_port": {"at": 0xF4, "value": 0x10},
            "release_tolerance_ns": 1000,
            "ram": [{"start": 0x100000, "size": 15 << 20}],
            "devices": {
                "com1": {"kind": "uart-16550", "irq": 4, "ports": [{"start": 0x3F8, "size": 8}]},
                "com3": {"kind": "uart-16550", "irq": 10, "ports": [{"start": 0x3E8, "size": 8}]},
                "hpet": {"kind": "hpet", "irq": None, "ports": []},
            },
            "emulator": {"qemu": qemu} if emulator is None else emulator,
        },
        "guard_ns": 2000,
        "console": {"uart": "com1", "port": 0x3F8, "mode": "text", "baud": 115200, "fifo": 16, "ring": addresses["rings"]["hyp"]},
        "trace": None,
        "monitor": None,
        "cores": [
            {
                "id": 0,
                "state": addresses["core"],
                "trace_ring": addresses["trace_ring"],
                "trace_records": TRACE_RECORDS,
                "health_ring": addresses["health_ring"],
                "health_records": HEALTH_RECORDS,
            }
        ],
        "partitions": [
            {
                "id": n,
                "name": name,
                "elf": f"elf/{name}.elf",
                "entry": 0,
                "fpu": True,
                "roots": {},
                "state": addresses["states"][name],
                "ring": addresses["rings"][name],
                "input": addresses["rings"][name],
                "areas": [],
                "memory_bytes": 0,
                "devices": [],
                "dma": [],
            }
            for n, name in enumerate(PARTITIONS)
        ],
        "schedules": [
            {
                "name": "normal",
                "major_frame_ns": MAJOR_NS,
                "windows": [
                    {
                        "index": index,
                        "position": index,
                        "core": 0,
                        "partition": name,
                        "at_ns": at,
                        "for_ns": length,
                        "counters": addresses["windows"][index],
                    }
                    for index, name, at, length in WINDOWS
                ],
            }
        ],
        "channels": [],
        "gates": [],
        "shared": [],
        "expected": {"beta": ["divide_error"]},
        "memory": {"used": 0, "free": 0, "largest_free": {"start": 0, "size": 0}},
    }


def build(folder: Path, text: bytes, ending: str = "exit", state: State | None = None, **changes: Any) -> Path:
    """Assemble the guest into `folder`; returns the path of its image.elf. `changes` replace keys of the manifest."""
    memory, addresses = lay_out(state or State())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "text").write_bytes(text)
    (folder / "memory").write_bytes(memory)
    (folder / "guest.S").write_text(_SOURCE.replace("ENDING", ENDINGS[ending]))
    (folder / "guest.ld").write_text(_SCRIPT.replace("MEMORY", hex(MEMORY)))
    link = ["ld", "-m", "elf_x86_64", "-static", "-z", "max-page-size=4096", "--no-warn-rwx-segments", "-T", "guest.ld"]
    for command in (["gcc", "-c", "guest.S", "-o", "guest.o"], [*link, "guest.o", "-o", "image.elf"]):
        subprocess.run(command, cwd=folder, check=True, timeout=180)
    image = folder / "image.elf"
    value = {**manifest(addresses, image.read_bytes()), **changes}
    (folder / "image.json").write_text(json.dumps(value))
    return image


BOOT = b"hyp: boot plan=tiny board=tiny-board abi=1\nhyp: clock tsc=1000000000 source=declared\nhyp: start\n"
END = b"hyp: end\n"
REPORT = (
    b"hyp: window 0 delivered=3 not_ready=0 late=0..1 path=700\n"
    b"hyp: window 1 delivered=3 not_ready=0 late=0..2 path=700\n"
    b"hyp: schedule normal frames=3\n"
    b"hyp: core 0 frames=3 spurious=0\n"
)
