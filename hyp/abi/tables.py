"""The plan blob: what the compiler tells the kernel. Read-only to the kernel; addresses in it are kernel virtual ones.

The blob starts with PLAN; the tables follow where PLAN and the records say, each named by its address. The kernel checks magic,
version and checksum (CRC-32 of ISO 3309, as `zlib.crc32`, over the bytes from offset 16 on) and obeys the rest.
"""

from __future__ import annotations

from hyp.abi.features import CPU_ALWAYS as CPU_ALWAYS
from hyp.abi.features import CPU_FEATURES as CPU_FEATURES
from hyp.abi.features import FEATURE as FEATURE
from hyp.abi.features import A as A
from hyp.abi.gate_tables import GATE
from hyp.abi.numbers import HEALTH_EVENTS, NAME_SIZE
from hyp.abi.record import Field, Record

PLAN_MAGIC = 0x31_4E41_4C50_5059_48  # "HYPPLAN1"

# The kernel half, the same in every address space. Distances leave room; nothing between regions is mapped.
KERNEL_BASE = 0xFFFF_FFFF_8000_0000
"""Kernel virtual address = KERNEL_BASE + physical address, for the kernel's own image only."""
KERNEL_LOAD = 0x10_0000
"""Physical address of the kernel's image: 1 MiB, where every PC has RAM."""
PLAN_BASE = 0xFFFF_FFFF_9000_0000
STATE_BASE = 0xFFFF_FFFF_9400_0000
"""Partition states, window counters: mutable words that outlive a window, one owner each."""
CORE_BASE = 0xFFFF_FFFF_9800_0000
CORE_STRIDE = 0x10_0000
"""Per core: see CORE_PAGES."""
RING_BASE = 0xFFFF_FFFF_A000_0000
"""Console, health and trace rings."""
LAPIC_BASE = 0xFFFF_FFFF_B000_0000
IOAPIC_BASE = 0xFFFF_FFFF_B000_1000
LAPIC_PHYSICAL = 0xFEE0_0000
IOAPIC_PHYSICAL = 0xFEC0_0000

# Offsets in a core's region. Every stack has an unmapped page below it.
CORE_STATE = 0x0000
CORE_STACK_BOTTOM, CORE_STACK_TOP = 0x2000, 0x4000
CORE_STACK_START = CORE_STACK_TOP - 16
"""Where the kernel begins to push. The word there is always 0: what a handler finds in the place of a gate's number."""
CORE_NMI_BOTTOM, CORE_NMI_TOP = 0x5000, 0x6000
CORE_FAULT_BOTTOM, CORE_FAULT_TOP = 0x7000, 0x8000
CORE_CHECK_BOTTOM, CORE_CHECK_TOP = 0x9000, 0xA000
"""Main stack; IST 1 NMI, IST 2 double fault, IST 3 machine check. The core pointer is each IST stack's top word."""

# A partition's kernel-side slot: at one address in every address space, non-global, supervisor only.
SLOT_BASE = 0xFFFF_FFFF_C000_0000
SLOT_TSS = SLOT_BASE + 0x1F98
"""The TSS ends with its page, so that the I/O bitmap starts the next one (SDM 3A 7.7)."""
SLOT_IO_BITMAP = SLOT_BASE + 0x2000
SLOT_IO_END = SLOT_BASE + 0x4000
"""The bitmap's closing 0xff byte lies here, with its page."""
TSS_SIZE = 0x68
TSS_LIMIT = TSS_SIZE + 0x2000
SLOT_SAVE = SLOT_BASE + 0x6000
SLOT_FPU = SLOT_BASE + 0x7000
SLOT_CONTROL = SLOT_BASE + 0x9000
SLOT_INFO = SLOT_BASE + 0xA000
SLOT_PRISTINE = SLOT_BASE + 0x20_0000
"""Read-only copies of writable data as it was at cold start."""

# Selectors: the order is what SYSCALL and SYSRET want (SDM 3A 5.8.8).
SELECTOR_KERNEL_CODE = 0x08
SELECTOR_KERNEL_DATA = 0x10
SELECTOR_USER_DATA = 0x1B
SELECTOR_USER_CODE = 0x23
SELECTOR_TSS = 0x28


TIMERS = ("lapic", "tsc-deadline")
VERIFIES = ("none", "pit")
TSC_ELSE = ("halt", "calibrate")
TRACE_DETAILS = ("planned", "all")
CONSOLE_MODES = ("text", "framed")
NO_IRQ = 0xFFFF_FFFF

PARTITION_FPU = 1
PARTITION_IRQ = 2
"""It owns interrupts, which are masked outside its windows."""
PARTITION_NO_TSC = 4
"""RDTSC and RDTSCP fault in it."""
IRQS_MAX = 24
"""Interrupts of all partitions: inputs of one IOAPIC."""
GRANT_HEALTH_READ, GRANT_TRACE_READ, GRANT_MODULE_WARM, GRANT_MODULE_COLD, GRANT_MODULE_HALT = 1, 2, 4, 8, 16
HEALTH_TABLE = 128
WINDOW_GAP, WINDOW_LAST, WINDOW_DEADLINE, WINDOW_PERIOD_END = 1, 2, 4, 8
"""More than a guard of idle time follows: the core idles instead of spinning to the next release. The last window of the core's frame.
At its end it is known whether its supervised partition has met the period's deadline. The last window of such a period."""
MARK_SETUP, MARK_BYTE, MARK_DATA = 8, 0x100, 4
"""Entries at most; flag of a window's mark; registers from a 16550's modem control down to its data."""

NO_PARTITION = 0xFFFF_FFFF

WORD = Record("word_plan", "A word that the kernel prints.", (Field("text", "char", count=24),))
ACTIONS_MAX = 16
"""Room for names of health actions."""

PLAN = Record(
    "plan",
    "Head of the plan blob.",
    (
        Field("magic", "u64"),
        Field("checksum", "u32", "CRC-32 over the bytes from offset 16 to `size`"),
        Field("size", "u32", "bytes of the whole blob"),
        Field("abi_version", "u32"),
        Field("core_count", "u32"),
        Field("partition_count", "u32"),
        Field("schedule_count", "u32"),
        Field("window_count", "u32", "of all schedules"),
        Field("channel_count", "u32"),
        Field("region_count", "u32"),
        Field("stream_count", "u32", "console streams: 0 is the kernel's, then one per partition by id"),
        Field("irq_count", "u32", "at most IRQS_MAX"),
        Field("feature_count", "u32"),
        Field("partitions", "*const struct partition_plan", "partition_count of them, by id"),
        Field("schedules", "*const struct schedule_plan", "schedule_count of them"),
        Field("lanes", "*const struct lane_plan", "schedule_count * core_count of them, schedule by schedule"),
        Field("windows", "*const struct window_plan", "window_count of them"),
        Field("regions", "*const struct region_plan", "region_count of them"),
        Field("channels", "*const struct channel_plan", "channel_count of them"),
        Field("irqs", "*const struct irq_plan", "irq_count of them"),
        Field("features", "*const struct feature_plan", "feature_count of them: what the CPU must have"),
        Field("module_health", "*const struct health_plan", "for module actions from HEALTH_TABLE on"),
        Field(
            "module_actions",
            "u8",
            "by module event from FIRST_MODULE_EVENT on: HYP_ACTION_*, or HEALTH_TABLE + place after module_health",
            16,
        ),
        Field("name", "char", "the plan's", NAME_SIZE),
        Field("board", "char", count=NAME_SIZE),
        Field("streams", "*struct ring", "address of ring[stream_count]"),
        Field("idle_root", "u64", "physical address of the PML4 that maps the kernel half only"),
        Field("tsc_hz", "u64", "the declared TSC frequency"),
        Field("tsc_tolerance_ppm", "u32"),
        Field("tsc_verify", "u32", "index into VERIFIES"),
        Field("tsc_else", "u32", "index into TSC_ELSE"),
        Field("timer", "u32", "index into TIMERS"),
        Field("xcr0", "u64", "extended state that partitions may use; 0: FXSAVE instead of XSAVE"),
        Field("guard_ns", "u64"),
        Field("release_tolerance_ns", "u64", "a later first instruction is the event late_start"),
        Field("io_write_ns", "u64", "what one write to the UART may take"),
        Field("uart_port", "u32", "I/O port of the console's 16550"),
        Field("uart_divisor", "u32"),
        Field("uart_fifo", "u32", "bytes of its transmit FIFO"),
        Field("uart_byte_ns", "u32", "ns that the line needs for one byte, rounded up"),
        Field("uart_irq", "u32", "its input of the IOAPIC, or NO_IRQ: what comes is then looked for between windows only"),
        Field("console_mode", "u32", "index into CONSOLE_MODES"),
        Field("console_age_ns", "u64", "framed: so long a short packet waits for more; 0 in text mode"),
        Field("traced", "u32", "TRACED_*: what is recorded besides windows"),
        Field("trace_detail", "u32", "index into TRACE_DETAILS"),
        Field("trace_port", "u32", "I/O port of the trace's 16550; 0: the trace stays in memory"),
        Field("trace_divisor", "u32"),
        Field("trace_fifo", "u32"),
        Field("trace_byte_ns", "u32"),
        Field("exit_port", "u32", "written at the end of a run; 0: none"),
        Field("exit_value", "u32"),
        Field("event_names", WORD, "by health event", HEALTH_EVENTS),
        Field("action_names", WORD, "by health action", ACTIONS_MAX),
        Field("mark_port", "u32", "I/O port that shows window starts: a parallel port's data, a UART's modem control; 0: none"),
        Field("mark_flip", "u32", "bits that change with every mark; 0: the lines go down before each mark, and in idle time"),
        Field("mark_lead_ns", "u64", "how long before a release its mark is written"),
        Field("mark_setup", "u32", "I/O port << 16 | byte: what makes the port ready; 0: no more", MARK_SETUP),
    ),
)

PARTITION = Record(
    "partition_plan",
    "A partition as the plan has it.",
    (
        Field("id", "u32"),
        Field("flags", "u32", "PARTITION_*"),
        Field("state", "*struct partition_state", "address of its partition_state"),
        Field("stream", "*struct ring", "address of its console ring"),
        Field("input", "*struct ring", "address of the ring of what the host sends it"),
        Field("console_ns", "u64", "in so long a time it may write `console_bytes`; 0: no bound"),
        Field("console_bytes", "u64"),
        Field("rights", "u64", "bit n: hypercall n may be made"),
        Field("ports", "*const struct port_plan", "port_count of them"),
        Field("events", "*const struct listener_plan", "the events that it may send: event_count of them"),
        Field("port_count", "u64"),
        Field("event_count", "u64"),
        Field("event_base", "u64", "the partition's own number of the first of them"),
        Field("grants", "u32", "GRANT_*"),
        Field("grants_reserved", "u32"),
        Field("controls", "*const uint8_t", "by target, bit n: operation HYP_CONTROL_n; oneself has all"),
        Field("schedule_grants", "u64", "bit n: schedule n may be asked for"),
        Field("health", "*const struct health_plan", "for actions from HEALTH_TABLE on"),
        Field("watchdog_ns", "u64", "0: none"),
        Field("irq_first", "u32", "index into the interrupt table"),
        Field("irq_count", "u32"),
        Field("entry", "u64"),
        Field("stack_top", "u64"),
        Field("restores", "*const struct restore_plan", "restore_count of them"),
        Field("restore_count", "u32"),
        Field("gate_count", "u32"),
        Field("gates", "*const struct gate_plan", "what it may call: gate_count of them"),
        Field("root", "u64", "physical address of its PML4 on the core of its windows, or of its callers"),
        Field("serves", "u32", "SERVES_*: whether gates lead here, and whether it has windows besides"),
        Field("reserved", "u32"),
        Field("name", "char", count=NAME_SIZE),
        Field("actions", "u8", "by event: HYP_ACTION_*, or HEALTH_TABLE + place after health", HEALTH_EVENTS),
    ),
)

PORT = Record(
    "port_plan",
    "A partition's end of a channel.",
    (
        Field("channel", "*const struct channel_plan"),
        Field("state", "*struct port_state", "of a destination port; 0 for a source"),
        Field("reading", "*uint64_t", "of a sampling destination: its word in the channel's state"),
        Field("use", "u32", "HYP_PORT_* + PORT_DESTINATION if it receives: which calls it is for"),
        Field("reserved", "u32"),
    ),
)

CHANNEL = Record(
    "channel_plan",
    "A channel: who is told, and where its messages lie.",
    (
        Field("kind", "u32", "HYP_PORT_*"),
        Field("depth", "u32", "messages of a queue; readers + 2 for sampling"),
        Field("size", "u64", "bytes of the largest message"),
        Field("stride", "u64", "bytes from one message slot to the next: message_slot and the message, rounded up to 64"),
        Field("slots", "*struct message_slot", "the first of `depth` slots"),
        Field("state", "*struct channel_state"),
        Field("valid_ns", "u64", "all ones: always"),
        Field("listeners", "*const struct listener_plan", "the readers, then the writer of a queue"),
        Field("reader_count", "u32"),
        Field("own_reader", "u32", "1: one of its readers is its writer's partition"),
        Field("reader_bytes", "u64", "of reader_state, or of listener_plan, for all readers"),
    ),
)

PORT_DESTINATION = 2

LISTENER = Record(
    "listener_plan",
    "An event in a partition: what is raised where.",
    (
        Field("state", "*struct partition_state"),
        Field("event", "u32", "that partition's number of it"),
        Field("partition", "u32", "that partition's id; for the trace"),
    ),
)

HEALTH = Record(
    "health_plan",
    "An entry of the health table: an action that a byte cannot say.",
    (
        Field("action", "u32", "HYP_ACTION_*"),
        Field("schedule", "u32", "of HYP_ACTION_SWITCH_SCHEDULE"),
        Field("then", "u32", "the action of the `limit`th event within `window_ns`"),
        Field("then_schedule", "u32"),
        Field("window_ns", "u64"),
        Field("times", "*uint64_t", "ring of `limit` instants; the word before it counts"),
        Field("limit", "u32", "0: none"),
        Field("reserved", "u32"),
    ),
)

IRQ = Record(
    "irq_plan",
    "A device's interrupt line and the event that it is in its owner.",
    (
        Field("partition", "u32", "the owner's id"),
        Field("event", "u32", "the owner's number of the event"),
        Field("line", "u32", "input of the IOAPIC"),
        Field("level", "u32", "1: the device holds the line until it is served; 0: an edge, pended once at each window start"),
    ),
)

RESTORE = Record(
    "restore_plan",
    "What a cold restart checks and does of one range of a partition's memory.",
    (
        Field("target", "u64", "user address; 0: constant, so only checked"),
        Field("source", "u64", "address of the pristine bytes: in the slot, or the constant ones themselves"),
        Field("copy", "u64", "bytes to copy from source"),
        Field("zero", "u64", "bytes to zero after them"),
        Field("sum", "u64", "of the 64-bit words at source, modulo 2^64"),
    ),
)

SWITCH = Record(
    "switch_plan",
    "What a schedule does to one partition when it begins.",
    (
        Field("state", "*struct partition_state"),
        Field("operation", "u64", "HYP_CONTROL_*"),
    ),
)
ON_SWITCH_MAX = 32
"""Partitions that one schedule acts on: the time for it is the guard's."""

SCHEDULE = Record(
    "schedule_plan",
    "A schedule (ARINC 653 module schedule).",
    (
        Field("name", "char", count=NAME_SIZE),
        Field("major_frame_ns", "u64"),
        Field("min_dwell_ns", "u64", "a switch away is delayed until the schedule has been in force this long"),
        Field("switches", "*const struct switch_plan", "switch_count of them"),
        Field("switch_count", "u64", "at most ON_SWITCH_MAX"),
    ),
)

LANE = Record(
    "lane_plan",
    "The windows of one core in one schedule, consecutive in the window table, by time.",
    (
        Field("first", "u32", "index into the window table"),
        Field("count", "u32", "0: the core idles"),
    ),
)

WINDOW = Record(
    "window_plan",
    "A window; times in ns from the start of the major frame.",
    (
        Field("at_ns", "u64", "the partition's first instruction"),
        Field("end_ns", "u64", "net end: at + for - guard"),
        Field("next_start_ns", "u64", "release of the partition's next window in this schedule; beyond the frame when it wraps"),
        Field("next_end_ns", "u64"),
        Field("deadline_ns", "u64", "of the period, with WINDOW_DEADLINE"),
        Field("partition", "*const struct partition_plan", "address of its partition_plan"),
        Field("root", "u64", "physical address of the PML4 for this partition on this core"),
        Field("counters", "*struct window_counters", "address of its window_counters"),
        Field("started", "u64", "second word of the trace record of its start"),
        Field("index", "u32", "in the window table; printed and traced"),
        Field("flags", "u32", "WINDOW_*"),
        Field("mark", "u32", "byte at `mark_port` as the window begins; with MARK_BYTE its index follows, MARK_DATA below that port"),
        Field("reserved", "u32"),
    ),
)

REGION = Record(
    "region_plan",
    "Physical memory that the image takes and the loader must report as RAM.",
    (
        Field("start", "u64"),
        Field("end", "u64"),
    ),
)

PLAN_RECORDS = (WORD, PLAN, PARTITION, PORT, CHANNEL, LISTENER, HEALTH, IRQ, GATE, RESTORE, SWITCH, SCHEDULE, LANE, WINDOW, REGION, FEATURE)
