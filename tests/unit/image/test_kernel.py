"""The kernel's ELF: what is read from it, and what would make an image that cannot boot."""

from __future__ import annotations

import pytest

from hyp.image.kernel import KernelFileError, read_kernel
from tests.unit.image import elves
from tests.unit.image.elves import BOOT_ROOT, EXECUTE, KERNEL_BASE, READ, WRITE, Part, elf

BOOT = Part(READ | EXECUTE, 0x10_0000, bytes(0x80))
NOTE = Part(READ, 0x10_0050, elves.note(0x10_0000), kind=4)


def high(flags: int, data: bytes = b"\x90", physical: int = 0x10_1000, virtual: int | None = None) -> Part:
    return Part(flags, KERNEL_BASE + physical if virtual is None else virtual, data, physical=physical)


def test_what_is_read() -> None:
    kernel = read_kernel(elves.kernel(bss=0x2345))
    assert (kernel.entry, kernel.start, kernel.end) == (0x10_0000, 0x10_0000, 0x10_6000)
    assert (kernel.boot_root, kernel.note.physical, kernel.note.size) == (BOOT_ROOT, 0x10_0050, 20)
    rights = [(s.physical, s.virtual, s.write, s.execute) for s in kernel.segments]
    assert rights == [
        (0x10_0000, None, False, True),
        (0x10_1000, KERNEL_BASE + 0x10_1000, False, True),
        (0x10_2000, KERNEL_BASE + 0x10_2000, False, False),
        (0x10_3000, KERNEL_BASE + 0x10_3000, True, False),
    ]


@pytest.mark.parametrize("address", [0x10_0040, KERNEL_BASE + 0x10_0040, 0x10_007C])
def test_the_patched_word_may_be_anywhere_in_initialised_data(address: int) -> None:
    kernel = read_kernel(elf((BOOT, NOTE), 0x10_0000, symbols={"boot_root": address}))
    assert kernel.boot_root == address & 0xFFFF_FFFF & 0x7FFF_FFFF


BAD = {
    "text": (b"text", "not an ELF file"),
    "shared object": (elf((BOOT, NOTE), 0x10_0000, kind=3, symbols={"boot_root": BOOT_ROOT}), "not an executable"),
    "no segments": (elf((NOTE,), 0x10_0000, symbols={"boot_root": BOOT_ROOT}), "nothing to load"),
    "no note": (elf((BOOT,), 0x10_0000, symbols={"boot_root": BOOT_ROOT}), "no PT_NOTE with the PVH entry"),
    "no symbols": (elf((BOOT, NOTE), 0x10_0000), "no symbol `boot_root`"),
    "word past the data": (elf((BOOT, NOTE), 0x10_0000, symbols={"boot_root": 0x10_007D}), "`boot_root` at physical 0x10007d is not in"),
    "elsewhere": (elf((BOOT, high(READ, virtual=0x5000)), 0x10_0000), "segment 0x5000 is neither at physical 0x101000"),
    "half a page": (elf((BOOT, high(READ, physical=0x10_1800)), 0x10_0000), "0x101800 does not start at a page"),
    "writable code": (elf((BOOT, high(READ | WRITE | EXECUTE)), 0x10_0000), "segment 0xffffffff80101000 is writable and executable"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_kernel_that_cannot_boot_is_refused(name: str) -> None:
    data, message = BAD[name]
    with pytest.raises(KernelFileError, match=message):
        read_kernel(data)
