"""Numbers of the ABI: frozen once released; a test compares them with the committed snapshot."""

from __future__ import annotations

from enum import IntEnum, IntFlag

ABI_VERSION = 1
HYPERCALL_TAG = 0x68797031
"""Upper half of `rax` in every hypercall ("hyp1"); a `syscall` without it is never ours."""

NAME_SIZE = 32
"""Bytes of a name with its NUL; plan names have at most 30 characters."""

PAGE = 0x1000
LARGE_PAGE = 0x20_0000

# A partition's address space. Everything a small partition has lies in one 2 MiB region, so that
# one page table serves it.
LOWEST_ADDRESS = 0x1_0000
"""The low 64 KiB are never mapped: a null pointer with an offset faults."""
INFO_PAGE = 0x20_0000
INFO_PAGES_MAX = 15
"""The info page is followed by its own tables when they need more than one page."""
CONTROL_PAGE = 0x20_F000
LINK_BASE = 0x21_0000
USER_END = 0x7FFF_FFFF_F000
"""End of what may be mapped: the last page below 2^47 stays unmapped, so that `rcx` is canonical at `sysret`."""

INFO_MAGIC = 0x31_4F46_4E49_5059_48  # "HYPINFO1"
ARGS_SIZE_MAX = 256
"""Bytes of `args` in the info page, its NUL included."""


class Result(IntEnum):
    """What a hypercall returns in `rax`; 0 or a count is success. -1 to -6 are APEX return codes."""

    OK = 0
    NO_ACTION = -1
    NOT_AVAILABLE = -2
    INVALID_PARAM = -3
    INVALID_CONFIG = -4
    INVALID_MODE = -5
    TIMED_OUT = -6
    NOT_PERMITTED = -7
    UNKNOWN_HYPERCALL = -8
    BAD_ADDRESS = -9


class Mode(IntEnum):
    """Operating mode of a partition (ARINC 653 part 1, partition management)."""

    IDLE = 0
    COLD_START = 1
    WARM_START = 2
    NORMAL = 3


class StartCause(IntEnum):
    """Why a partition was started, in its info page."""

    POWER_ON = 0
    SELF = 1
    PARTITION = 2
    HEALTH = 3
    SCHEDULE = 4
    MODULE = 5


class Clock(IntEnum):
    """MONOTONIC is ns since the first major frame began; EXECUTION is ns that the partition ran."""

    MONOTONIC = 0
    EXECUTION = 1


class Control(IntEnum):
    """Operations of `partition_control`."""

    SUSPEND = 0
    RESUME = 1
    HALT = 2
    SHUTDOWN = 3
    WARM_RESTART = 4
    COLD_RESTART = 5


class PortKind(IntEnum):
    """Kind of a channel and of its ports (ARINC 653 part 1, interpartition communication)."""

    SAMPLING = 0
    QUEUING = 1


class Direction(IntEnum):
    """Of a port, or of an event: SOURCE sends."""

    SOURCE = 0
    DESTINATION = 1


class Status(IntEnum):
    """Whether a partition runs in its windows."""

    READY = 0
    SUSPENDED = 1
    HALTED = 2


class Verdict(IntEnum):
    """First argument of `verdict`."""

    FAIL = 0
    PASS = 1


SCHEDULES_MAX = 64
"""Schedules of a plan: rights to them are bits of a word."""


class HealthEvent(IntEnum):
    """Health events. 0 to 31 are the CPU's exception vectors (SDM 3A, table 6-1)."""

    DIVIDE_ERROR = 0
    DEBUG = 1
    BREAKPOINT = 3
    INVALID_OPCODE = 6
    DEVICE_NOT_AVAILABLE = 7
    STACK_FAULT = 12
    GENERAL_PROTECTION = 13
    PAGE_FAULT = 14
    X87_FAULT = 16
    ALIGNMENT_CHECK = 17
    SIMD_FAULT = 19
    MEMORY_VIOLATION = 32
    ILLEGAL_HYPERCALL = 33
    NESTED_FAULT = 34
    WATCHDOG = 35
    APPLICATION_ERROR = 36
    LATE_START = 37
    OVERRUN = 38
    DEADLINE_MISSED = 39
    INTEGRITY = 40
    INTERNAL_ERROR = 48
    NMI = 49
    MACHINE_CHECK = 50
    UNEXPECTED_INTERRUPT = 51
    CLOCK_MISMATCH = 52


HEALTH_EVENTS = 64
"""Size of a health table; event numbers are below it."""
FIRST_MODULE_EVENT = 48


class HealthAction(IntEnum):
    """What is done at a health event. Everything is logged unless IGNORE."""

    IGNORE = 0
    LOG = 1
    PROPAGATE = 2
    SUSPEND = 3
    HALT = 4
    SHUTDOWN = 5
    WARM_RESTART = 6
    COLD_RESTART = 7
    SWITCH_SCHEDULE = 8


class ModuleControl(IntEnum):
    """Operations of `module_control`."""

    WARM_RESTART = 0
    COLD_RESTART = 1
    HALT = 2


class Trace(IntEnum):
    """Kinds of trace records. `value`, `detail` and `partition` are what is said here; otherwise 0."""

    WINDOW_START = 1
    """At the planned release; `value`: index of the window."""
    WINDOW_END = 2
    """`value`: ticks that its release was late."""
    HEALTH = 3
    """`detail`: HYP_HEALTH_*; `value`: HYP_ACTION_*."""
    PORT = 4
    """A call on a port that succeeded; `detail`: number of the call, `value`: port + 256 x bytes of the message."""
    RAISE = 5
    """`partition` raised an event (all ones: the kernel did); `value`: the receiver's id x 65536 + its number of the event."""
    UPCALL = 6
    """The partition goes on in its upcall handler."""
    CALL = 7
    """A hypercall begins; `detail`: its number."""
    RESULT = 8
    """It returns; `detail`: its number, `value`: low half of the result."""
    OWN = 9
    """`trace_event`; `value`: the partition's."""
    GATE = 10
    """A call through a gate: `partition` has done what `detail` says, `value` is the other one's id. 0: it calls, `value` serves;
    1: it replies to `value`; 2: it ends, restarts or is suspended while it serves `value`, which gets an error."""


class Access(IntFlag):
    """Rights on an area, in the info page."""

    READ = 1
    WRITE = 2


EVENT_WORDS = 4
"""64-bit words of pending and mask bits: 256 events."""

# Standard events, the same numbers in every partition; the plan's own start at EVENT_FIRST.
EVENT_TIMER = 0
"""The monotonic timer."""
EVENT_TIMER_EXECUTION = 1
EVENT_WINDOW = 2
"""A window of the partition has started. Raised only while the partition has it unmasked at the release."""
EVENT_SHUTDOWN = 3
"""Someone who may asks the partition to shut down."""
EVENT_CONSOLE = 4
"""Console input has come."""
EVENT_FIRST = 16
