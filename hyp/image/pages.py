"""Pages with contents: save area, FPU state, TSS, per-core regions, partition states and ring records."""

from __future__ import annotations

import struct

from hyp.abi.numbers import PAGE, Mode, StartCause
from hyp.abi.pages import FRAME
from hyp.abi.state import (
    CHANNEL_STATE,
    CORE,
    DECIDED,
    HEALTH_RECORDS,
    LOG_SHARE,
    PARTITION_STATE,
    REQUEST_START,
    RING,
    SAVE,
    STATUS_READY,
    WINDOW_COUNTERS,
)
from hyp.abi.tables import (
    CORE_CHECK_TOP,
    CORE_FAULT_TOP,
    CORE_NMI_TOP,
    CORE_STACK_BOTTOM,
    CORE_STACK_START,
    CORE_STACK_TOP,
    CORE_STATE,
    SELECTOR_USER_CODE,
    SELECTOR_USER_DATA,
    SLOT_SAVE,
    SLOT_TSS,
    TSS_SIZE,
)
from hyp.image.addresses import Addresses, core_address, ring_address

_ALL_ONES = (1 << 64) - 1
_RFLAGS_IF = 0x202
"""Interrupts on, and bit 1, which is always set (SDM 1 3.4.3)."""
_TSS_RSP0, _TSS_IST1, _TSS_IO_MAP = 4, 0x24, 0x66
"""Offsets in the 64-bit TSS (SDM 3A 8.7)."""
_FCW, _MXCSR = 0x37F, 0x1F80
_XSTATE_X87_SSE = 3
_FXSAVE_MXCSR, _XSAVE_HEADER = 24, 512
"""Offsets in the XSAVE area (SDM 1 13.4)."""
_EXCEPTION_TOPS = (CORE_NMI_TOP, CORE_FAULT_TOP, CORE_CHECK_TOP)
CORE_PARTS = (
    (CORE_STATE, PAGE),
    (CORE_STACK_BOTTOM, CORE_STACK_TOP - CORE_STACK_BOTTOM),
    *((top - PAGE, PAGE) for top in _EXCEPTION_TOPS),
)
"""(offset in the core's region, bytes) of what is mapped there; the frames follow each other in this order."""
CORE_BYTES = sum(size for _, size in CORE_PARTS)


def save_page(entry: int, stack_top: int) -> bytes:
    """The context that the first dispatch loads."""
    frame = {"rip": entry, "cs": SELECTOR_USER_CODE, "rflags": _RFLAGS_IF, "rsp": stack_top, "ss": SELECTOR_USER_DATA}
    return SAVE.pack(frame=dict(frame)).ljust(PAGE, b"\0")


def fpu_page() -> bytes:
    """FPU state after reset, for XRSTOR and FXRSTOR alike."""
    page = bytearray(PAGE)
    struct.pack_into("<H", page, 0, _FCW)
    struct.pack_into("<I", page, _FXSAVE_MXCSR, _MXCSR)
    struct.pack_into("<Q", page, _XSAVE_HEADER, _XSTATE_X87_SSE)
    return bytes(page)


def tss_page(core: int) -> bytes:
    """The page that ends with the core's TSS; the I/O bitmap starts right behind it."""
    page = bytearray(PAGE)
    at = SLOT_TSS % PAGE
    struct.pack_into("<Q", page, at + _TSS_RSP0, SLOT_SAVE + FRAME.size)
    # The core pointer takes the top word, and the CPU wants a multiple of 16 (SDM 3A 6.14.2).
    tops = [core_address(core) + top - 16 for top in _EXCEPTION_TOPS]
    struct.pack_into("<3Q", page, at + _TSS_IST1, *tops)
    struct.pack_into("<H", page, at + _TSS_IO_MAP, TSS_SIZE)
    return bytes(page)


def closed_ports_page() -> bytes:
    """A page of I/O bitmap that opens no port; also the 0xff byte that closes every bitmap (SDM 1 19.5.2)."""
    return b"\xff" * PAGE


def core_pages(core: int, where: Addresses) -> bytes:
    """Contents of a core's region, in the order of CORE_PARTS."""
    base = core_address(core)
    record = CORE.pack(
        self=base + CORE_STATE,
        stack=base + CORE_STACK_START,
        trace_ring=ring_address(where.trace_ring(core)),
        trace_last=where.trace_records - 1,
        health_ring=ring_address(where.health_ring(core)),
        frame_limit=_ALL_ONES,
        health_room=HEALTH_RECORDS,
        module_room=LOG_SHARE,
        id=core,
    )
    stack = bytes(CORE_STACK_TOP - CORE_STACK_BOTTOM)
    exception_stack = struct.pack("<Q", base + CORE_STATE).rjust(PAGE, b"\0")
    return b"".join((record.ljust(PAGE, b"\0"), stack, *3 * (exception_stack,)))


def states(where: Addresses) -> bytes:
    """The region at STATE_BASE: every partition waits for its first start, no timer runs; no window has a counter yet; no one reads."""
    state = PARTITION_STATE.pack(
        status=STATUS_READY,
        mode=Mode.COLD_START,
        request=REQUEST_START,
        cause=StartCause.POWER_ON,
        cold_starts=1,
        alarm=_ALL_ONES,
        timer_due=[_ALL_ONES, _ALL_ONES],
        watchdog_due=_ALL_ONES,
        log_room=LOG_SHARE,
    )
    counters = WINDOW_COUNTERS.pack(late_min=0xFFFF_FFFF)
    data = (state * where.partitions).ljust(where.counters(0), b"\0") + counters * where.windows
    channels = b"".join(
        CHANNEL_STATE.pack(latest=DECIDED if readers else 0, readers=[{"reading": DECIDED}] * readers) for readers in where.readers
    )
    return data.ljust(where.channel(0), b"\0") + channels if channels else data


def ring_records(where: Addresses) -> bytes:
    """The records at RING_BASE: the streams, of which 0 is the kernel's, then the partitions' inputs."""
    return b"".join(RING.pack(data=ring_address(where.ring_data(n)), size=where.ring_bytes(n)) for n in range(where.rings))
