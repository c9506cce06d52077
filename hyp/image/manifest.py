"""The manifest, `image.json`: what runners, auditors and tools know of an image. Times in ns, sizes in bytes, paths relative to it."""

from __future__ import annotations

from typing import Any, TypedDict

MANIFEST_VERSION = 1


class Extent(TypedDict):
    """Physical [start, start + size)."""

    start: int
    size: int


class ImageFile(TypedDict):
    file: str  # "image.elf"
    size: int
    sha256: str
    entry: int


class KernelEntry(TypedDict):
    elf: str  # with symbols
    sha256: str
    text_bytes: int
    rodata_bytes: int


class AreaEntry(TypedDict):
    """`name` is text, rodata, data, stack, heap, upcall_stack, info, control, the plan's area or shared area."""

    name: str
    virtual: int
    physical: int
    size: int
    access: str  # r | rw | rx
    cache: str  # wb | wc | wt | uc


class PartitionEntry(TypedDict):
    id: int
    name: str
    elf: str
    entry: int
    fpu: bool
    roots: dict[str, int]  # by core number: physical address of its PML4
    state: int  # physical address of its partition_state record (hyp/abi/state.py)
    ring: int  # physical address of its console ring record
    input: int  # that of what the host sends it
    areas: list[AreaEntry]
    memory_bytes: int
    devices: list[str]  # of the board: their I/O ports, registers and interrupt lines
    dma: list[str]  # those of them that are trusted as bus masters


class WindowEntry(TypedDict):
    """`index` is global (the kernel prints and traces it); `position` is the place in its schedule, from 0."""

    index: int
    position: int
    core: int
    partition: str
    at_ns: int
    for_ns: int
    counters: int  # physical address of its window_counters record


class ScheduleEntry(TypedDict):
    name: str
    major_frame_ns: int
    windows: list[WindowEntry]


class ChannelEntry(TypedDict):
    """`source` and `destinations` as in the plan, `partition.port`; `state` and `slots` are physical addresses, `stride` in bytes."""

    name: str
    kind: str  # sampling | queuing
    size: int
    depth: int  # message slots
    stride: int
    source: str
    destinations: list[str]
    state: int  # its channel_state record
    slots: int  # the first message_slot


class GateEntry(TypedDict):
    """`callers` are partitions, in the order of their numbers at the server; `when_busy`: help | wait | refuse."""

    name: str
    callers: list[str]
    server: str
    when_busy: str


class SharedEntry(TypedDict):
    """A shared area; its addresses in each partition are in that partition's areas."""

    name: str
    physical: int
    size: int
    access: dict[str, str]  # partition -> ro | rw
    cache: str  # wb | wc | wt | uc


class CoreEntry(TypedDict):
    id: int
    state: int  # physical address of its core record
    trace_ring: int
    trace_records: int
    health_ring: int
    health_records: int


class ConsoleEntry(TypedDict):
    uart: str
    port: int
    mode: str
    baud: int
    fifo: int  # bytes that its UART holds
    ring: int  # physical address of the kernel's own ring record


class TraceEntry(TypedDict):
    """The trace's stream; `detail` and `events` as in the plan."""

    uart: str
    baud: int
    detail: str
    events: list[str]


class ResetEntry(TypedDict):
    boot_ns: int
    tries: int
    pulse_ns: int


class ProofEntry(TypedDict):
    partition: str
    uart: str
    key: int
    within_ns: int
    baud: int


class MonitorEntry(TypedDict):
    """The schedule monitor; keys as in the plan. A window's identity on the lines is its `index`."""

    lines: str
    device: str
    port: int  # I/O port of the write at each window's start
    lead_ns: int  # how long before the release it is
    byte_ns: int  # windows of this net length send an identity byte; 0: none does
    baud: int
    clock_hz: int
    accuracy_ppm: int
    jitter_ns: int
    filter_ns: int
    silence_ns: int
    drift_frames: int
    host_baud: int
    reset: ResetEntry | None
    proof: ProofEntry | None


class BoardEntry(TypedDict):
    """`emulator` as in the board file, all values as text; sizes in bytes."""

    name: str
    status: str
    tsc_hz: int
    command_line: str
    exit_port: dict[str, int] | None  # {"at": ..., "value": ...}
    release_tolerance_ns: int
    ram: list[Extent]
    devices: dict[str, dict[str, Any]]  # kind, irq, bus_master, ports, mmio
    emulator: dict[str, dict[str, str]]


class MemoryEntry(TypedDict):
    used: int
    free: int
    largest_free: Extent


class Manifest(TypedDict):
    version: int
    hyp: str  # version of the tool
    abi_version: int
    plan: str
    plan_file: str  # file name only
    image: ImageFile
    kernel: KernelEntry
    board: BoardEntry
    guard_ns: int
    console: ConsoleEntry
    trace: TraceEntry | None  # None: the trace stays in memory
    monitor: MonitorEntry | None
    cores: list[CoreEntry]
    partitions: list[PartitionEntry]
    schedules: list[ScheduleEntry]
    channels: list[ChannelEntry]
    gates: list[GateEntry]
    shared: list[SharedEntry]
    expected: dict[str, list[str]]  # partition -> health events that a good run may contain
    memory: MemoryEntry
