"""The plan and the board as frozen values: every default filled in, times in ns, sizes in bytes, names resolved to names.

What the later stages read. Nothing here knows YAML; a value's place in the text is found by its path in `Spans`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Range:
    """Physical or virtual addresses [start, start + size)."""

    start: int
    size: int

    @property
    def end(self) -> int:
        return self.start + self.size


@dataclass(frozen=True)
class Device:
    """A device of the board; `kind` as in the board file (`uart-16550`, `hpet`, ...)."""

    name: str
    kind: str
    ports: tuple[Range, ...]
    mmio: tuple[Range, ...]
    irq: int | None
    clock_hz: int | None
    fifo: int | None
    mmio_cache: tuple[str, ...] = ()  # one per range of `mmio`
    reg_shift: int = 0  # registers of an MMIO UART lie 2^reg_shift bytes apart
    access_width: int = 1  # bytes
    bus_master: bool = False  # reads and writes memory by itself


@dataclass(frozen=True)
class Tsc:
    frequency_hz: int
    verify: str  # none | pit
    tolerance_ppm: int
    otherwise: str  # calibrate | halt: the board file's `else`


@dataclass(frozen=True)
class ExitPort:
    at: int
    value: int


@dataclass(frozen=True)
class Costs:
    """Measured costs of the board, ns; `kernel_path` is the longest path with interrupts off."""

    source: str
    switch_ns: int
    kernel_path_ns: int
    io_write_ns: int
    release_tolerance_ns: int


@dataclass(frozen=True)
class Board:
    name: str
    file: Path
    status: str  # tried | untried
    ram: tuple[Range, ...]
    reserved: tuple[Range, ...]
    cores: int
    timer: str  # lapic | tsc-deadline
    tsc: Tsc
    command_line: str
    exit_port: ExitPort | None
    cpu_require: tuple[str, ...]
    cpu_use: tuple[str, ...]
    cpu_has: tuple[str, ...]
    """Empty: not known."""
    console: str  # device name
    costs: Costs
    devices: dict[str, Device]
    emulator: dict[str, dict[str, str]]  # by emulator (`qemu`, `bochs`): keys as written, sizes in bytes as text


@dataclass(frozen=True)
class Area:
    name: str
    size: int
    at: int | None
    access: str  # ro | rw
    cache: str  # wb | wc | wt | uc
    phys: int | None = None  # physical address in an mmio or reserved range of the board; None: RAM that the compiler chooses


@dataclass(frozen=True)
class Memory:
    stack: int
    heap: int
    upcall_stack: int
    limit: int | None
    areas: tuple[Area, ...]


@dataclass(frozen=True)
class Timing:
    period_ns: int
    budget_ns: int
    deadline_ns: int
    offset_ns: int
    supervise: bool = False


@dataclass(frozen=True)
class HealthAction:
    """`word` as in the plan (`halt`, ...), or `switch_schedule` with `schedule`."""

    word: str
    schedule: str | None = None


@dataclass(frozen=True)
class HealthRule:
    """What follows an event; the `limit`th within any sliding `within_ns` takes `then`. `limit` 0: no limit."""

    action: HealthAction
    limit: int = 0
    within_ns: int = 0
    then: HealthAction | None = None


@dataclass(frozen=True)
class Grants:
    """What a partition may do to others; `system: true` fills all of it. Operations as in the plan (`warm_restart`, ...)."""

    partitions: dict[str, tuple[str, ...]] = field(default_factory=dict)  # target -> operations; "*" is resolved to all others
    schedules: tuple[str, ...] = ()
    health_log: bool = False
    trace: bool = False
    module: tuple[str, ...] = ()


@dataclass(frozen=True)
class Partition:
    """`image` is an existing folder with a main.c, or an existing file."""

    id: int
    name: str
    image: Path
    memory: Memory
    timing: Timing | None
    fpu: bool
    args: str
    grants: Grants = Grants()
    health: dict[str, HealthRule] = field(default_factory=dict)  # event -> rule, defaults of the plan included; others: built-in
    watchdog_ns: int = 0  # 0: none
    devices: tuple[str, ...] = ()  # names in the board
    dma: tuple[str, ...] = ()  # those of them that are trusted as bus masters
    tsc: bool = True  # it may read the time-stamp counter
    console_bytes: int = 0  # it may write so many
    console_ns: int = 0  # in so long a time; 0: no bound


@dataclass(frozen=True)
class Channel:
    """`source` and `destinations` are (partition, port). `depth` is of a queue, 0 for sampling; `valid_for_ns` 0: always."""

    name: str
    kind: str  # sampling | queuing
    size: int
    depth: int
    source: tuple[str, str]
    destinations: tuple[tuple[str, str], ...]
    valid_for_ns: int


@dataclass(frozen=True)
class Event:
    """Raised by `source` in `destination`."""

    name: str
    source: str
    destination: str


@dataclass(frozen=True)
class Gate:
    """Synchronous calls of `callers`, in whose windows `server` works. `when_busy`: help | wait | refuse."""

    name: str
    callers: tuple[str, ...]
    server: str
    when_busy: str


@dataclass(frozen=True)
class Shared:
    """A shared memory area; `access` by partition: ro | rw.

    One `cache` (wb | wc | wt | uc) for all: what mappings of different types would do is undefined (SDM 3A 11.12.4).
    """

    name: str
    size: int
    access: dict[str, str]
    cache: str = "wb"


@dataclass(frozen=True)
class Window:
    """Released at `at_ns`; gives its partition [at_ns, at_ns + for_ns - guard)."""

    partition: str
    at_ns: int
    for_ns: int
    core: int


@dataclass(frozen=True)
class Schedule:
    """`windows` sorted by (at_ns, core)."""

    name: str
    major_frame_ns: int
    windows: tuple[Window, ...]
    min_dwell_ns: int = 0
    on_switch: dict[str, str] = field(default_factory=dict)  # partition -> operation applied when this schedule begins
    timing: dict[str, Timing] = field(default_factory=dict)  # partition -> what replaces its own timing here


@dataclass(frozen=True)
class Console:
    uart: str
    mode: str  # text | framed
    baud: int
    buffer: int
    input: int  # bytes, per partition
    age_ns: int  # framed: how long a short packet waits


@dataclass(frozen=True)
class Trace:
    """`uart` None: the trace stays in memory. `buffer` in bytes, per core. `events` as in the plan; windows are always traced."""

    uart: str | None
    baud: int
    buffer: int
    detail: str  # planned | all
    events: tuple[str, ...]


@dataclass(frozen=True)
class MonitorReset:
    """The monitor as a watchdog: `boot_ns` from power-on or a reset to the first good frame, at most `tries` resets of `pulse_ns`."""

    boot_ns: int
    tries: int
    pulse_ns: int


@dataclass(frozen=True)
class MonitorProof:
    """`partition` answers challenges on `uart`, one of its devices."""

    partition: str
    uart: str
    key: int
    within_ns: int
    baud: int


@dataclass(frozen=True)
class Monitor:
    """`device` is a parallel port or UART of the board, the kernel's own. `accuracy_ppm`: of both clocks together."""

    lines: str  # parallel | uart-modem
    device: str
    baud: int  # of the identity bytes of uart-modem
    clock_hz: int
    accuracy_ppm: int
    jitter_ns: int
    filter_ns: int
    silence_ns: int
    drift_frames: int
    host_baud: int
    reset: MonitorReset | None
    proof: MonitorProof | None


@dataclass(frozen=True)
class Plan:
    name: str
    file: Path
    root: Path  # project root, else the plan's folder
    board: Board
    guard_ns: int
    console: Console
    partitions: tuple[Partition, ...]
    schedules: tuple[Schedule, ...]
    expected: dict[str, tuple[str, ...]]  # partition name -> health events that a good run may contain
    channels: tuple[Channel, ...] = ()
    events: tuple[Event, ...] = ()
    shared: tuple[Shared, ...] = ()
    module_health: dict[str, HealthRule] = field(default_factory=dict)  # module event -> rule; others: built-in
    trace: Trace | None = None  # None: windows only, in memory
    gates: tuple[Gate, ...] = ()
    monitor: Monitor | None = None
