"""Partition ELFs: every rule has a file that breaks only it, and no bytes whatever make the reader fail otherwise."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyp.image.elf import Elf, Fault, parse, symbol
from hyp.image.rules import first_fault, is_huge
from hyp.image.simd import find_simd
from tests.unit.image import elves
from tests.unit.image.elves import EXECUTE, READ, WRITE, Part, elf

TEXT = Part(READ | EXECUTE, 0x21_0000, b"\x90" * 16)
GOOD = elves.partition()


def judged(data: bytes) -> Fault | None:
    parsed = parse(data)
    return parsed if isinstance(parsed, Fault) else first_fault(parsed)


def test_a_good_file_has_no_fault() -> None:
    assert judged(GOOD) is None


BAD = {
    "empty": (b"", "ELF001", "the image is an empty file"),
    "text": (b"#!/bin/sh\n", "ELF001", "the image is not an ELF file: it starts with 23 21 2f 62, not with 7f 45 4c 46"),
    "four bytes": (GOOD[:4], "ELF001", "the image ends after 4 bytes, within its ELF header"),
    "half a header": (GOOD[:40], "ELF001", "the image ends after 40 bytes, within its ELF header of 64 bytes"),
    "no program headers": (GOOD[:100], "ELF001", "the image's 3 program headers at offset 64 do not fit its 100 bytes"),
    "cut": (GOOD[:-1], "ELF001", "segment 2 takes bytes 12288 to 12297 of the file, which has 12296"),
    "file larger than memory": (elf((dataclasses.replace(TEXT, memory_size=8),), 0x21_0000), "ELF001",
                                "segment 0 has 16 bytes in the file and only 8 in memory"),
    "ARM": (elf((TEXT,), 0x21_0000, machine=183), "ELF002", "the image is a 64-bit ELF file for AArch64"),
    "32 bits": (GOOD[:4] + b"\1" + GOOD[5:18] + b"\3" + GOOD[19:], "ELF002", "the image is a 32-bit ELF file for x86 (32 bit)"),
    "PIE": (elf((TEXT,), 0x21_0000, kind=3), "ELF003", "the image is position-independent (ET_DYN)"),
    "object": (elf((TEXT,), 0x21_0000, kind=1), "ELF003", "the image is not an executable (ELF type 1)"),
    "interpreter": (elf((TEXT, Part(READ, 0x22_0000, b"/lib/ld", kind=3)), 0x21_0000), "ELF003", "the image is dynamically linked"),
    "dynamic": (elf((TEXT, Part(READ, 0x22_0000, b"12345678", kind=2)), 0x21_0000), "ELF003", "the image has a dynamic section"),
    "nothing to load": (elf((Part(READ, 0x21_0000, b"note", kind=4),), 0x21_0000), "ELF004", "the image has no loadable segment"),
    "low": (elf((Part(READ | EXECUTE, 0x1000, b"\x90"),), 0x1000), "ELF005",
            "segment [0x1000, 0x1001) leaves the legal range [0x10000, 0x7ffffffff000)"),
    "high": (elf((Part(READ | EXECUTE, 0x7FFF_FFFF_E000, b"\x90", 0x1001),), 0x7FFF_FFFF_E000), "ELF005",
             "segment [0x7fffffffe000, 0x7ffffffff001) leaves the legal range [0x10000, 0x7ffffffff000)"),
    "wraps": (elf((Part(READ | EXECUTE, 0x21_0000, b"\x90", 0xFFFF_FFFF_FFFF_0000),), 0x21_0000), "ELF005",
              "segment [0x210000, 0x10000000000200000) leaves the legal range [0x10000, 0x7ffffffff000)"),
    "info page": (elf((Part(READ | EXECUTE, 0x20_0800, b"\x90"),), 0x20_0800), "ELF006",
                  "segment [0x200800, 0x200801) overlaps the info and control pages [0x200000, 0x210000)"),
    "overlap": (elf((TEXT, Part(READ | EXECUTE, 0x21_0008, b"\x90")), 0x21_0000), "ELF007",
                "segments [0x210000, 0x210010) and [0x210008, 0x210009) overlap"),
    "shared page": (elf((TEXT, Part(READ | WRITE, 0x21_0800, b"data")), 0x21_0000), "ELF008",
                    "segments [0x210000, 0x210010) and [0x210800, 0x210804) share a page and have different rights"),
    "writable code": (elf((Part(7, 0x21_0000, b"\x90"),), 0x21_0000), "ELF009", "segment [0x210000, 0x210001) is writable and executable"),
    "entry outside": (elf((TEXT,), 0x21_0010), "ELF010", "the entry point 0x210010 is not in an executable segment"),
    "entry in data": (elf((TEXT, Part(READ | WRITE, 0x22_0000, b"data")), 0x22_0000), "ELF010",
                      "the entry point 0x220000 is not in an executable segment"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_one_fault_gives_its_message(name: str) -> None:
    data, code, message = BAD[name]
    fault = judged(data)
    assert fault is not None
    assert (fault.code, fault.message) == (code, message)
    assert fault.why
    assert fault.fix


def test_a_huge_segment_names_both_figures() -> None:
    parsed = parse(elf((TEXT, Part(READ | WRITE, 0x22_0000, b"", 1 << 40)), 0x21_0000))
    assert isinstance(parsed, Elf)
    fault = is_huge(parsed, 1 << 28)
    assert fault is not None
    assert fault.code == "ELF011"
    assert fault.message == f"segment [0x220000, 0x10000220000) needs {1 << 40} bytes and the board's RAM has {1 << 28}"
    assert is_huge(parsed, 1 << 40) is None


@given(st.data())
def test_no_mutation_raises(data: st.DataObject) -> None:
    mutated = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 6))):
        mutated[data.draw(st.integers(0, 64 + 3 * 56))] = data.draw(st.integers(0, 255))
    judged(bytes(mutated[: data.draw(st.integers(0, len(mutated)))]))


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    assert judged(data) is not None
    assert judged(GOOD[:20] + data) is not None


def test_symbols_are_found_by_their_whole_name() -> None:
    parsed = parse(elves.kernel())
    assert isinstance(parsed, Elf)
    assert symbol(parsed, "boot_root") == elves.BOOT_ROOT
    assert symbol(parsed, "boot") is None
    assert symbol(parsed, "oot_root") is None


def compiled(folder: Path, body: str, *flags: str) -> Elf:
    """A freestanding function, linked at the link base."""
    source, output = folder / "unit.c", folder / "unit.elf"
    source.write_text(body)
    command = ["gcc", "-O2", "-ffreestanding", "-nostdlib", "-static", "-no-pie", "-fno-pie", "-Wl,-Ttext=0x210000", "-Wl,-e,start"]
    subprocess.run([*command, *flags, "-o", str(output), str(source)], check=True, timeout=180)
    parsed = parse(output.read_bytes())
    assert isinstance(parsed, Elf)
    return parsed


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("double start(double x) { return x * 2.0; }", "addsd xmm0,xmm0"),
        ("long double start(long double x) { return x; }", "fld st,tbyte ptr [rsp+8]"),
        ('void start(void *p, void *q) { __asm__ volatile("movdqu %xmm0, (%rdi)"); }', "movdqu [rdi],xmm0"),
    ],
)
def test_simd_is_found_and_shown(tmp_path: Path, body: str, text: str) -> None:
    fault = find_simd(compiled(tmp_path, body))
    assert fault is not None
    assert fault.code == "ELF012"
    assert fault.message == f"the image uses FPU or SIMD registers at 0x210000: `{text}`"


def test_integer_code_has_no_simd(tmp_path: Path) -> None:
    body = (
        "unsigned long start(unsigned long *p, unsigned long n) {"
        " for (unsigned long i = 0; i < n; i++) { __builtin_prefetch(p + i); p[i] = p[i] * 3 + (p[i] >> 7); }"
        ' __asm__ volatile("mfence; lfence; sfence; pause; rdtscp; movnti %%rax, (%0)" :: "r"(p) : "rax", "rcx", "rdx", "memory");'
        " return p[0] / n; }"
    )
    assert find_simd(compiled(tmp_path, body, "-mgeneral-regs-only")) is None
