"""The two pages of a partition: the info page (read-only) and the control page (its own, never trusted)."""

from __future__ import annotations

from hyp.abi.numbers import ARGS_SIZE_MAX, EVENT_WORDS, NAME_SIZE
from hyp.abi.record import Field, Record

AREA = Record(
    "hyp_area",
    "A memory area of the partition, by name.",
    (
        Field("name", "char", count=NAME_SIZE),
        Field("base", "u64", "first address, virtual"),
        Field("size", "u64", "bytes"),
        Field("access", "u32", "HYP_ACCESS_READ | HYP_ACCESS_WRITE"),
        Field("reserved", "u32"),
    ),
)

PEER = Record(
    "hyp_peer",
    "A partition that this one may name; itself is always there.",
    (
        Field("name", "char", count=NAME_SIZE),
        Field("id", "u32"),
        Field("reserved", "u32"),
    ),
)

PORT = Record(
    "hyp_port_entry",
    "A port, by name; its number is its place in the table.",
    (
        Field("name", "char", "the part after the dot", NAME_SIZE),
        Field("kind", "u32", "HYP_PORT_*"),
        Field("direction", "u32", "HYP_DIRECTION_*"),
        Field("size", "u64", "bytes of the largest message"),
        Field("depth", "u32", "messages, of a queuing port"),
        Field("event", "u32", "raised when a message arrives, or when a full queue has room again"),
        Field("valid_for", "u64", "ns; 0: always valid"),
    ),
)

EVENT = Record(
    "hyp_event_entry",
    "An event of the plan, by name.",
    (
        Field("name", "char", count=NAME_SIZE),
        Field("number", "u32", "the partition's own number of it"),
        Field("direction", "u32", "HYP_DIRECTION_*"),
    ),
)

GATE = Record(
    "hyp_gate_entry",
    "A gate of the plan, by name, at its caller (HYP_DIRECTION_SOURCE) or its server (HYP_DIRECTION_DESTINATION).",
    (
        Field("name", "char", count=NAME_SIZE),
        Field("number", "u32", "caller: what `gate_call` takes; server: the number of the gate's first caller"),
        Field("direction", "u32", "HYP_DIRECTION_*"),
        Field("callers", "u32", "server: how many, numbered from `number` on"),
        Field("reserved", "u32"),
    ),
)

SCHEDULE = Record(
    "hyp_schedule_entry",
    "A schedule, by name.",
    (
        Field("name", "char", count=NAME_SIZE),
        Field("id", "u32"),
        Field("reserved", "u32"),
    ),
)

TABLE = Record(
    "hyp_table",
    "Where a table of the info page lies.",
    (
        Field("offset", "u32", "bytes from the start of the info page"),
        Field("count", "u32", "entries"),
    ),
)

INFO = Record(
    "hyp_info",
    "Info page: laid down by the compiler, its moving words written by the kernel at each release.",
    (
        Field("magic", "u64", "HYP_INFO_MAGIC"),
        Field("abi_version", "u32"),
        Field("partition", "u32", "id, the order in the plan"),
        Field("name", "char", count=NAME_SIZE),
        Field("start_cause", "u32", "HYP_START_*"),
        Field("mode_at_start", "u32", "HYP_MODE_COLD_START or HYP_MODE_WARM_START"),
        Field("cold_starts", "u32", "how often, the first start included"),
        Field("warm_starts", "u32"),
        Field("started_by", "u32", "id of the partition that asked for it, when the cause is HYP_START_PARTITION"),
        Field("time_sequence", "u32", "0: no time page, use the hypercall"),
        Field("time_base", "u64", "TSC at monotonic time 0"),
        Field("time_scale", "u64", "ns = (TSC - time_base) * time_scale / 2^32"),
        Field("window_start", "u64", "ns: release of the current window"),
        Field("window_end", "u64", "ns: its net end, the kernel's guard not included"),
        Field("next_start", "u64", "ns: release of the next own window"),
        Field("next_end", "u64"),
        Field("execution_time", "u64", "TSC ticks run before the current release, since the last start"),
        Field("execution_base", "u64", "TSC of the current release"),
        Field("areas", TABLE),
        Field("peers", TABLE),
        Field("ports", TABLE),
        Field("events", TABLE),
        Field("gates", TABLE),
        Field("schedules", TABLE),
        Field("args", "char", "the plan's text for this partition, NUL-terminated", ARGS_SIZE_MAX),
    ),
)

FRAME = Record(
    "hyp_frame",
    "An interrupted context: pushed by kernel entry, or put into a frame slot.",
    (
        *(
            Field(name, "u64")
            for name in ("r15", "r14", "r13", "r12", "r11", "r10", "r9", "r8", "rbp", "rdi", "rsi", "rdx", "rcx", "rbx", "rax")
        ),
        Field("vector", "u64"),
        Field("error", "u64"),
        Field("rip", "u64"),
        Field("cs", "u64"),
        Field("rflags", "u64"),
        Field("rsp", "u64"),
        Field("ss", "u64"),
    ),
)

CONTROL = Record(
    "hyp_control",
    "Control page: written by the partition; the kernel derives no right from it.",
    (
        Field("vif", "u32", "virtual interrupt flag: 0 defers upcalls"),
        Field("window_event", "u32", "nonzero: raise HYP_EVENT_WINDOW at each release"),
        Field("pending", "u64", "event bits: kernel `lock or`, partition `xchg 0`", EVENT_WORDS),
        Field("mask", "u64", "1 = deferred", EVENT_WORDS),
        Field("upcall_handler", "u64"),
        Field("trap_handler", "u64"),
        Field(
            "syscall_handler", "u64", "for syscalls without the tag, as a trap of vector HYP_HEALTH_ILLEGAL_HYPERCALL; 0: the health event"
        ),
        Field("handler_stack", "u64", "top of the stack that upcall handlers start on"),
        Field("trap_stack", "u64", "the same for trap handlers; 0: below the red zone of the interrupted stack"),
        Field("trap_address", "u64", "fault address of a page fault in slot 1"),
        Field("frames", FRAME, "slot 0: upcall, slot 1: trap", 2),
    ),
)

SAMPLING_STATUS = Record(
    "hyp_sampling_status",
    "What `sampling_read` and `sampling_status` say.",
    (
        Field("length", "u64", "bytes of the message"),
        Field("age", "u64", "ns since it was written"),
        Field("valid", "u32", "1: not older than the plan's `valid_for`"),
        Field("fresh", "u32", "1: not read by this port before"),
        Field("overwritten", "u64", "messages that this port never read, since its partition started"),
    ),
)

QUEUING_STATUS = Record(
    "hyp_queuing_status",
    "What `queuing_status` says.",
    (
        Field("count", "u32", "messages waiting"),
        Field("depth", "u32"),
        Field("size", "u64", "bytes of the largest message"),
        Field("overflows", "u64", "sends that found no room"),
    ),
)

PARTITION_STATUS = Record(
    "hyp_partition_status",
    "What `partition_status` says.",
    (
        Field("status", "u32", "HYP_STATUS_*"),
        Field("mode", "u32", "HYP_MODE_*"),
        Field("start_cause", "u32", "HYP_START_*"),
        Field("cold_starts", "u32"),
        Field("warm_starts", "u32"),
        Field("started_by", "u32"),
    ),
)

SCHEDULE_STATUS = Record(
    "hyp_schedule_status",
    "What `schedule_status` says.",
    (
        Field("current", "u32", "id of the schedule in force"),
        Field("next", "u32", "id of the schedule that follows; the current one when no switch is pending"),
        Field("since", "u64", "ns: when the current one began"),
        Field("switch_at", "u64", "ns: when the pending one begins at the earliest; 0: none"),
    ),
)

HEALTH_ENTRY = Record(
    "hyp_health_record",
    "One health event, as `health_read` gives it.",
    (
        Field("sequence", "u64", "1 for the first since power-on"),
        Field("time", "u64", "ns, monotonic"),
        Field("partition", "u32", "id, or all ones for the module"),
        Field("event", "u32", "HYP_HEALTH_*"),
        Field("action", "u32", "HYP_ACTION_*: what was done"),
        Field("code", "u32", "of an application_error"),
        Field("address", "u64", "fault address of a page fault"),
        Field("frame", FRAME),
    ),
)

HEALTH_STATUS = Record(
    "hyp_health_status",
    "What `health_status` says.",
    (
        Field("records", "u64", "health events logged since power-on"),
        Field("oldest", "u64", "sequence of the oldest one that can still be read"),
        Field("lost", "u64", "records that found no room"),
    ),
)

MODULE_STATUS = Record(
    "hyp_module_status",
    "What `module_status` says.",
    (
        Field("partitions", "u32"),
        Field("schedules", "u32"),
        Field("warm_restarts", "u32", "of the module, since power-on"),
        Field("reserved", "u32"),
        Field("frames", "u64", "major frames completed since the last start of the module"),
        Field("tsc_hz", "u64"),
    ),
)

TRACE_ENTRY = Record(
    "hyp_trace_record",
    "One record of the trace, as `trace_read` gives it.",
    (
        Field("sequence", "u64", "1 for the first since power-on; a gap: records were overwritten before they were read"),
        Field("time", "u64", "ns, monotonic"),
        Field("kind", "u32", "HYP_TRACE_*"),
        Field("detail", "u32"),
        Field("partition", "u32", "id, or all ones"),
        Field("value", "u32"),
    ),
)

CALL = Record(
    "hyp_call",
    "One call of a batch.",
    (
        Field("number", "u64", "HYP_CALL_*"),
        Field("arguments", "u64", "in the order of the registers", 6),
        Field("result", "i64", "filled in; INVALID_MODE: this call cannot be in a batch"),
    ),
)

PARTITION_RECORDS = (
    AREA,
    PEER,
    PORT,
    EVENT,
    GATE,
    SCHEDULE,
    TABLE,
    INFO,
    FRAME,
    CONTROL,
    SAMPLING_STATUS,
    QUEUING_STATUS,
    PARTITION_STATUS,
    SCHEDULE_STATUS,
    HEALTH_ENTRY,
    HEALTH_STATUS,
    MODULE_STATUS,
    TRACE_ENTRY,
    CALL,
)
"""What partitions and kernel share, in the order of the header."""
