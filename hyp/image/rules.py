"""What an ELF file of a partition may be: one small function per rule, registered in RULES. Each returns the first fault that it finds."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from hyp.abi.numbers import CONTROL_PAGE, INFO_PAGE, LOWEST_ADDRESS, PAGE, USER_END
from hyp.image.elf import ET_DYN, ET_EXEC, PF_EXECUTE, PF_WRITE, PT_DYNAMIC, PT_INTERP, Elf, Fault, Segment

RIGHTS = PF_EXECUTE | PF_WRITE


def extent(segment: Segment) -> str:
    """Half-open address range of a segment, for messages."""
    return f"[{segment.virtual:#x}, {segment.end:#x})"


def pages(segment: Segment) -> tuple[int, int]:
    """First address and end of the pages that a segment touches."""
    return segment.virtual // PAGE * PAGE, -(-segment.end // PAGE) * PAGE


def is_static(elf: Elf) -> Fault | None:
    """The file is a static executable at fixed addresses."""
    kinds = {s.kind for s in elf.segments}
    if PT_INTERP in kinds:
        return Fault(
            "ELF003", "the image is dynamically linked", "there is no dynamic loader in a partition", "link with `-static -no-pie`"
        )
    if elf.kind == ET_DYN:
        return Fault(
            "ELF003",
            "the image is position-independent (ET_DYN)",
            "partitions are placed at their link addresses and nothing relocates them",
            "compile with `-fno-pie` and link with `-static -no-pie`",
        )
    if elf.kind != ET_EXEC:
        return Fault(
            "ELF003",
            f"the image is not an executable (ELF type {elf.kind})",
            "only a linked program can be placed and started",
            "link it; an object file or a core dump is not a program",
        )
    if PT_DYNAMIC in kinds:
        return Fault("ELF003", "the image has a dynamic section", "nothing relocates a partition at start", "link with `-static -no-pie`")
    return None


def has_content(elf: Elf) -> Fault | None:
    """There is something to load."""
    if not elf.loads:
        return Fault(
            "ELF004",
            "the image has no loadable segment",
            "a partition without code cannot start",
            "link it with a linker script that keeps `.text`",
        )
    return None


def in_legal_range(elf: Elf) -> Fault | None:
    """Every segment lies in the partition's half, above the low 64 KiB."""
    for load in elf.loads:
        if load.virtual < LOWEST_ADDRESS or load.end > USER_END:
            return Fault(
                "ELF005",
                f"segment {extent(load)} leaves the legal range [{LOWEST_ADDRESS:#x}, {USER_END:#x})",
                "the low 64 KiB catch null pointers, and the upper half is the kernel's",
                "link it at 0x210000 or above",
            )
    return None


def spares_abi_pages(elf: Elf) -> Fault | None:
    """No segment lies on the info page, its followers or the control page."""
    for load in elf.loads:
        first, end = pages(load)
        if first < CONTROL_PAGE + PAGE and end > INFO_PAGE:
            return Fault(
                "ELF006",
                f"segment {extent(load)} overlaps the info and control pages [{INFO_PAGE:#x}, {CONTROL_PAGE + PAGE:#x})",
                "these addresses belong to the ABI in every partition",
                "link it at 0x210000 or above",
            )
    return None


def has_no_overlap(elf: Elf) -> Fault | None:
    """Segments do not overlap."""
    for low, high in pairwise(sorted(elf.loads, key=lambda s: s.virtual)):
        if high.virtual < low.end:
            return Fault(
                "ELF007",
                f"segments {extent(low)} and {extent(high)} overlap",
                "one address cannot hold two things",
                "correct the linker script",
            )
    return None


def separates_rights(elf: Elf) -> Fault | None:
    """Segments with different rights do not share a page."""
    for low, high in pairwise(sorted(elf.loads, key=lambda s: s.virtual)):
        if high.virtual // PAGE * PAGE < pages(low)[1] and (low.flags ^ high.flags) & RIGHTS:
            return Fault(
                "ELF008",
                f"segments {extent(low)} and {extent(high)} share a page and have different rights",
                "rights are given by the page of 4 KiB",
                "align each segment to 4 KiB (`-z max-page-size=4096 -z separate-code`)",
            )
    return None


def writes_no_code(elf: Elf) -> Fault | None:
    """No segment is writable and executable."""
    for load in elf.loads:
        if load.flags & RIGHTS == RIGHTS:
            return Fault(
                "ELF009",
                f"segment {extent(load)} is writable and executable",
                "no memory is both in any partition",
                "keep code and data in segments of their own (`ld -N` and `-z execstack` do not)",
            )
    return None


def enters_code(elf: Elf) -> Fault | None:
    """The entry point lies in an executable segment's bytes."""
    if not any(s.flags & PF_EXECUTE and s.virtual <= elf.entry < s.virtual + len(s.data) for s in elf.loads):
        return Fault(
            "ELF010",
            f"the entry point {elf.entry:#x} is not in an executable segment",
            "the partition would fault at its first instruction",
            "set the entry (`ENTRY(_start)`) and define that symbol",
        )
    return None


Rule = Callable[[Elf], Fault | None]

RULES: tuple[Rule, ...] = (
    has_content,
    is_static,
    in_legal_range,
    spares_abi_pages,
    has_no_overlap,
    writes_no_code,
    separates_rights,
    enters_code,
)
"""In this order, because a file that breaks one rule often breaks a later one only for that reason."""


def first_fault(elf: Elf) -> Fault | None:
    """The first rule that the file breaks: one mistake gives one message."""
    for rule in RULES:
        if (fault := rule(elf)) is not None:
            return fault
    return None


def is_huge(elf: Elf, room: int) -> Fault | None:
    """The segments fit the board's memory at all; `room` is its bytes of RAM."""
    for load in elf.loads:
        if load.memory_size > room:
            return Fault(
                "ELF011",
                f"segment {extent(load)} needs {load.memory_size} bytes and the board's RAM has {room}",
                "the whole image must be in RAM when it starts",
                "make it smaller, or look for a wrong address in the linker script",
            )
    return None


def is_huge_file(size: int, room: int) -> Fault | None:
    """The file is not larger than the board's RAM: what cannot be in the image need not be read."""
    if size <= room:
        return None
    return Fault(
        "ELF011",
        f"the image's file has {size} bytes and the board's RAM has {room}",
        "the whole image must be in RAM when it starts",
        "make it smaller, or remove its debug information (`strip -g`)",
    )
