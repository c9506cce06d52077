"""The plan language, version 1: every key with its type, default and one sentence.

Reader, JSON Schema and reference page follow from it.
"""

from __future__ import annotations

from hyp.abi.numbers import ARGS_SIZE_MAX, PAGE, USER_END
from hyp.plan.board_language import UART_KIND
from hyp.plan.console_language import CONSOLE, OF_PARTITION
from hyp.plan.devices_language import DEVICES
from hyp.plan.kinds import Boolean, Choice, Name, Text
from hyp.plan.links_language import AREA_NAMES, CHANNELS, EVENTS, GATES, MESSAGE_MAX, QUEUING, SAMPLING, SHARED
from hyp.plan.monitor_language import MONITOR
from hyp.plan.numbers import LARGEST, Address, AutoOr, Integer, Quantity
from hyp.plan.rights_language import GRANTS, HEALTH, HEALTH_TABLE, OPERATIONS
from hyp.plan.shapes import Field, ListOf, Record, TableOf
from hyp.plan.trace_language import TRACE
from hyp.plan.units import DURATION, SIZE

VERSION = 1
TIME = Quantity(DURATION)
SPAN = Quantity(DURATION, minimum=1)

# memory of a partition
AREA_NAME = Field("name", Name("scratch", AREA_NAMES), "Name in the info page", required=True)
AREA_SIZE = Field("size", Quantity(SIZE, 1, USER_END), "Whole pages of 4 KiB", required=True)
AREA_AT = Field("at", Address(LARGEST, "0x10000000"), "Virtual address, page-aligned; chosen by the compiler by default")
AREA_ACCESS = Field("access", Choice(("rw", "ro")), "Rights of the partition; an area is never executable", default="rw")
AREA_CACHE = Field(
    "cache",
    Choice(("wb", "wc", "wt", "uc")),
    "Cache attribute",
    default_words="`wb`; of a device's registers the board's",
)
AREA_PHYS = Field(
    "phys", Address(LARGEST, "0xfed00000"), "Physical address in an `mmio` or `reserved` range of the board, page-aligned; RAM by default"
)
AREA = Record("an area", (AREA_NAME, AREA_SIZE, AREA_AT, AREA_ACCESS, AREA_CACHE, AREA_PHYS), "{name: scratch, size: 128 KiB}")

STACK = Field("stack", Quantity(SIZE, PAGE, USER_END, "16 KiB"), "Stack, with a guard page below", default=4 * PAGE, default_words="16 KiB")
HEAP = Field("heap", Quantity(SIZE, 0, USER_END), "Area `heap`", default=0, default_words="0 B")
UPCALL_STACK = Field(
    "upcall_stack",
    Quantity(SIZE, PAGE, USER_END, "4 KiB"),
    "Stack of event handlers, with a guard page below",
    default=PAGE,
    default_words="4 KiB",
)
LIMIT = Field("limit", Quantity(SIZE, PAGE, USER_END, "2 MiB"), "Cap on the partition's sum; none by default")
AREAS = Field("areas", ListOf(AREA, "a list of areas"), "At most 8 areas besides", default=())
MEMORY = Record("a partition's memory", (STACK, HEAP, UPCALL_STACK, LIMIT, AREAS), "{heap: 64 KiB}")

# timing of a partition
PERIOD = Field("period", SPAN, "Length of a period", required=True)
BUDGET = Field("budget", Quantity(DURATION, 1, sample="900 us"), "Time that every period must deliver", required=True)
DEADLINE = Field("deadline", SPAN, "Instant in the period by which the budget is delivered", default_words="the period")
OFFSET = Field("offset", TIME, "Start of the first period after the start of the major frame", default=0, default_words="0 ms")
SUPERVISE = Field("supervise", Boolean("true"), "A missed `yield` becomes `overrun` or `deadline_missed`", default=False)
TIMING = Record("a partition's timing", (PERIOD, BUDGET, DEADLINE, OFFSET, SUPERVISE), "{period: 10 ms, budget: 900 us}")

# a partition
IMAGE = Field("image", Text("a path", "partitions/control"), "Folder with a `main.c`, or a static ELF64", required=True)
P_TIMING = Field("timing", TIMING, "What the windows must deliver; nothing is checked without it")
P_MEMORY = Field("memory", MEMORY, "Stack, heap and areas")
FPU = Field("fpu", Boolean("false"), "Whether the partition may use SSE and the FPU", default=True)
ARGS = Field(
    "args",
    Text("a text", '"--gain 0.4"', ARGS_SIZE_MAX - 1, "PAR005", empty=True),
    "Text that the partition finds in its info page",
    default="",
)
TSC = Field(
    "tsc",
    Choice(("shared", "denied")),
    "`denied`: reading the time-stamp counter is its `general_protection`; there is no time page, and time comes by hypercall",
    default="shared",
)
P_HEALTH = Field("health", HEALTH_TABLE, "Actions at this partition's health events")
WATCHDOG = Field("watchdog", SPAN, "Longest time between two kicks, in mode normal; none by default")
P_GRANTS = Field("grants", GRANTS, "What it may do to others")
SYSTEM = Field("system", Boolean("true"), "Grants everything; excludes `grants`", default=False)
P_CONSOLE = Field("console", OF_PARTITION, "Bound of its output")
PARTITION = Record(
    "a partition",
    (IMAGE, P_TIMING, P_MEMORY, FPU, ARGS, TSC, P_HEALTH, WATCHDOG, P_GRANTS, SYSTEM, DEVICES, P_CONSOLE),
    "{image: partitions/control}",
)
PARTITION_DEFAULTS = Record("the defaults of partitions", PARTITION.fields, "{memory: {stack: 16 KiB}}", partial=True)

# schedules
W_PARTITION = Field("partition", Text("the name of a partition", "control"), "Who runs", required=True)
W_AT = Field("at", Quantity(DURATION, sample="0 ms"), "Release: the instant of the partition's first instruction", required=True)
W_FOR = Field("for", Quantity(DURATION, sample="1 ms"), "Length; its last `guard` is the kernel's", required=True)
W_CORE = Field("core", Integer(0, 255, "0"), "Core, from 0", default=0)
WINDOW = Record("a window", (W_PARTITION, W_AT, W_FOR, W_CORE), "{partition: control, at: 0 ms, for: 1 ms}")
MAJOR_FRAME = Field("major_frame", SPAN, "After this time the windows repeat", required=True)
WINDOWS = Field("windows", ListOf(WINDOW, "a list of windows", empty=False, later=("auto",)), "In any order", required=True)
MIN_DWELL = Field(
    "min_dwell",
    Quantity(DURATION, sample="100 ms"),
    "Shortest stay in this schedule; a switch away waits for it",
    default=0,
    default_words="0 ms",
)
WITHOUT = Field(
    "without", ListOf(Text("the name of a partition", "sensor"), "a partition or a list of them", single=True), "Who gets no window here",
    default=(),
)  # fmt: skip
ON_SWITCH = Field(
    "on_switch",
    TableOf(Choice(OPERATIONS), "a mapping from partitions", None),
    "Applied at a partition's next dispatch after a switch to here",
)
S_TIMING = Field("timing", TableOf(TIMING, "a mapping from partitions", None), "Replaces a partition's `timing` in this schedule")
SCHEDULE = Record("a schedule", (MAJOR_FRAME, WINDOWS, MIN_DWELL, WITHOUT, ON_SWITCH, S_TIMING), "{major_frame: 10 ms, windows: [...]}")

# what a good run contains
EXPECT_HEALTH = Field(
    "health",
    TableOf(
        ListOf(Text("a health event", "page_fault"), "a health event or a list of them", single=True), "a mapping from partitions", None
    ),
    "Health events per partition that a good run may contain",
)
EXPECT = Record("an expectation", (EXPECT_HEALTH,), "{health: {control: page_fault}}")

# the plan
HYP = Field("hyp", Integer(0, sample="1"), "Version of the language: 1", required=True)
PLAN_NAME = Field("name", Name("demo"), "Name of the plan; the build folder has it", required=True)
BOARD = Field("board", Text("the name of a board, or a path", "qemu-q35"), "The machine", required=True)
GUARD = Field(
    "guard", AutoOr(Quantity(DURATION, 1, sample="2 us")), "The kernel's share at each window's end", default=-1, default_words="auto"
)
THE_CONSOLE = Field("console", CONSOLE, "The console that all streams share")
DEFAULTS = Field(
    "defaults",
    Record(
        "the defaults",
        (Field("partition", PARTITION_DEFAULTS, "Merged key by key into each partition; its own value wins"),),
        "{partition: {fpu: false}}",
    ),
    "Values that partitions have in common",
)
PARTITIONS = Field(
    "partitions", TableOf(PARTITION, "a mapping from names", Name(), empty=False), "By name; the order gives the id", required=True
)
SCHEDULES = Field(
    "schedules",
    TableOf(SCHEDULE, "a mapping from names", Name("normal"), empty=False, sample_name="normal"),
    "By name; the first one runs first",
    required=True,
)
P_EXPECT = Field("expect", EXPECT, "What a good run contains although it is a health event")
HEALTH_TABLES = Field("health", HEALTH, "Actions at health events")
P_TRACE = Field("trace", TRACE, "What the kernel records, and the UART that carries it")
P_MONITOR = Field("monitor", MONITOR, "Pins that show each window's start, and the FPGA that judges them")
PLAN = Record(
    "a plan",
    (
        HYP,
        PLAN_NAME,
        BOARD,
        GUARD,
        THE_CONSOLE,
        P_TRACE,
        P_MONITOR,
        DEFAULTS,
        PARTITIONS,
        CHANNELS,
        EVENTS,
        GATES,
        SHARED,
        SCHEDULES,
        HEALTH_TABLES,
        P_EXPECT,
    ),
    "hyp: 1",
)

# a partition developer's manifest, partition.yaml
N_STACK = Field("stack", Quantity(SIZE, PAGE, USER_END, "16 KiB"), "Least stack")
N_HEAP = Field("heap", Quantity(SIZE, 0, USER_END), "Least heap")
N_UPCALL_STACK = Field("upcall_stack", Quantity(SIZE, PAGE, USER_END, "4 KiB"), "Least stack of event handlers")
N_MEMORY = Field("memory", Record("the memory of a manifest", (N_STACK, N_HEAP, N_UPCALL_STACK)), "Least memory")
N_PERIOD = Field("period", SPAN, "Longest period that the partition can work with")
N_BUDGET = Field("budget", Quantity(DURATION, 1, sample="900 us"), "Time that it needs in each period")
N_PORT_KIND = Field("kind", Choice((SAMPLING, QUEUING)), "Kind of its channel", required=True)
N_PORT_DIRECTION = Field("direction", Choice(("source", "destination")), "`source` writes, `destination` reads", required=True)
N_PORT_SIZE = Field("size", Quantity(SIZE, 1, MESSAGE_MAX, "64 B"), "Largest message that it writes, or has room for", required=True)
N_PORT = Record("a port", (N_PORT_KIND, N_PORT_DIRECTION, N_PORT_SIZE), "{kind: sampling, direction: source, size: 64 B}")
N_PORTS = Field(
    "ports",
    TableOf(N_PORT, "a mapping from names", Name("imu_out"), sample_name="imu_out"),
    "All ports of the program, by the name it uses",
)
N_GRANTS = Field("grants", GRANTS, "Least grants, by the names of the plan")
N_DEVICES = Field(
    "devices",
    ListOf(Text("a kind of device", UART_KIND, 40), "a kind of device or a list of them", single=True),
    "Kinds of the devices that it drives, one entry for each device",
    default=(),
)
MANIFEST = Record("a partition's manifest", (N_MEMORY, N_PERIOD, N_BUDGET, N_PORTS, N_GRANTS, N_DEVICES), "period: 10 ms")
