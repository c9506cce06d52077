"""How C is compiled and linked: one list per purpose. The recipes, the analysers and the tests read them here."""

from __future__ import annotations

_FREESTANDING = (
    "-ffreestanding",
    "-fno-pic",
    "-fno-pie",
    "-fno-stack-protector",
    "-fcf-protection=none",
    "-fno-asynchronous-unwind-tables",
    "-fno-common",
    "-O2",
    "-g",
)
_STRICT = ("-std=c11", "-Wall", "-Wextra", "-Werror", "-Wconversion")

GCC_ONLY = ("-fno-tree-loop-distribute-patterns",)
"""Without it gcc may turn the loop of a memcpy into a call of memcpy. clang has no such flag."""

KERNEL_SMALL = (
    "-fno-caller-saves",
    "-fno-shrink-wrap",
    "-fno-tree-sra",
    "-fno-tree-pre",
    "-fno-code-hoisting",
    "-fno-tree-loop-im",
    "-fno-tree-sink",
    "-fno-inline-functions-called-once",
)
"""What gcc's -Oz still does for speed at the price of size. The hot paths are no longer without these passes, which a test sees."""

KERNEL_GCC_ONLY = (*GCC_ONLY, *KERNEL_SMALL, "-mpreferred-stack-boundary=3")
"""The kernel has no vector registers to spill, so its stack is aligned to words: a function adjusts it only for what it keeps there."""

KERNEL_WHOLE = ("-flto", "-fno-fat-lto-objects")
"""All C of the kernel is one unit for the compiler when it is linked: what no other file calls needs no way in of its own."""

GENERAL_REGISTERS = "-mgeneral-regs-only"
"""No x87, MMX, SSE or AVX: the kernel's rule, and that of a partition with `fpu: false`."""

KERNEL = (*_FREESTANDING, *_STRICT, "-Oz", "-mcmodel=kernel", "-mno-red-zone", GENERAL_REGISTERS)
"""No red zone: interrupts of ring 0 push onto the stack in use. -Oz: a sixth less, and no slower where the code says what to inline."""

FIRMWARE = (*_FREESTANDING, *_STRICT, "-Oz", "-mno-red-zone", GENERAL_REGISTERS)
"""Programs without the kernel: as the kernel, but mapped one to one below 2 GiB. Exceptions push onto the stack in use."""

LIBRARY = (*_FREESTANDING, *_STRICT)

PARTITION = (*_FREESTANDING, "-std=gnu11", "-Wall", "-Wextra")
"""Warnings in a user's code are shown and do no harm. The red zone stays: the kernel never writes to a partition's stack."""

ASSEMBLER = ("-g",)

LINK = ("-static", "-nostdlib", "-z", "max-page-size=4096", "-z", "noexecstack", "--build-id=none")
"""For ld. No build id: it would be the only content that depends on something else than the code."""


LINK_BY_GCC = (*LINK[:2], "-no-pie", *(option for flag in LINK[2:] for option in ("-Xlinker", flag)))
"""The same for gcc, which knows its own library, and links what is one unit."""

KERNEL_LINK = (*LINK_BY_GCC, "-flto-partition=one")
"""One partition of the unit: the same bytes on however many processors."""


def prefix_maps(places: dict[str, str]) -> list[str]:
    """Options that keep absolute paths out of objects; of several that match, gcc and clang take the last one given."""
    compiler = {"/usr/lib/gcc": "gcc"}
    longest_last = sorted({**compiler, **places}.items(), key=lambda place: len(place[0]))
    return [f"-ffile-prefix-map={path}={name}" for path, name in longest_last]
