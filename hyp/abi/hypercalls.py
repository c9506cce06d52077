"""The hypercalls: numbers, parameters, errors and worst cases. Dispatch, reference page and tests follow from this list."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.abi.numbers import Result


@dataclass(frozen=True)
class Parameter:
    """An argument register's meaning, in the order rdi rsi rdx r10 r8 r9."""

    name: str
    c_type: str
    doc: str


@dataclass(frozen=True)
class Hypercall:
    """One call. `worst_case` bounds its kernel path in instructions, entry and exit included.

    `context` says whether the call may leave the caller's context: the kernel then saves all of it.
    """

    number: int
    name: str
    group: str
    doc: str
    parameters: tuple[Parameter, ...]
    returns: str
    errors: tuple[tuple[Result, str], ...]
    worst_case: int
    context: bool = False


_TEXT = Parameter("text", "const void *", "address in the caller's memory")
_LENGTH = Parameter("length", "size_t", "bytes")

_CLOCK = Parameter("clock", "uint32_t", "HYP_CLOCK_*")
_EVENT = Parameter("event", "uint32_t", "the caller's number of it")
_PORT = Parameter("port", "uint32_t", "the caller's number of it")
_MESSAGE = Parameter("message", "const void *", "address in the caller's memory")
_BUFFER = Parameter("buffer", "void *", "address in the caller's memory")
_SIZE = Parameter("size", "size_t", "bytes of the buffer")
_TIMEOUT = Parameter("timeout", "uint64_t", "ns, in the caller's own windows; 0: do not wait")
_PORT_ERRORS = (
    (Result.INVALID_PARAM, "no such port, or one of another kind"),
    (Result.INVALID_MODE, "the port has the other direction"),
    (Result.BAD_ADDRESS, "a buffer is not wholly accessible to the caller"),
)
_BAD = (Result.BAD_ADDRESS, "the buffer is not wholly writable by the caller")
HEALTH_READ_MAX = 3
"""Records that one `health_read` gives: what can be copied without looking at the deadline."""
TRACE_READ_MAX = 8
"""The same for `trace_read`."""
TIMER_PERIOD_MIN = 10_000
"""ns: a shorter period would leave its partition little but expiries."""

CONSOLE_WRITE_MAX = 512
"""Bytes that one `console_write` takes: what can be copied without looking at the deadline (DESIGN 5)."""
VERDICT_TEXT_MAX = 120

HYPERCALLS: tuple[Hypercall, ...] = (
    Hypercall(0, "nop", "system", "Does nothing: the null call of the benchmark.", (), "0", (), 40),
    Hypercall(
        1,
        "console_write",
        "console",
        f"Puts text into the caller's console ring; takes at most {CONSOLE_WRITE_MAX} bytes and never waits.",
        (_TEXT, _LENGTH),
        "bytes taken; fewer than asked when the ring is full",
        ((Result.BAD_ADDRESS, "the text is not wholly readable by the caller; nothing was taken"),),
        750,
    ),
    Hypercall(
        2,
        "time_get",
        "time",
        "Reads a clock.",
        (Parameter("clock", "uint32_t", "HYP_CLOCK_*"),),
        "nanoseconds",
        ((Result.INVALID_PARAM, "no such clock"),),
        100,
    ),
    Hypercall(
        3, "yield", "scheduling", "Gives up the rest of the window; returns at the release of the next one.", (), "0", (), 500, context=True
    ),
    Hypercall(4, "window_status", "scheduling", "Net time left in the current window.", (), "nanoseconds", (), 100),
    Hypercall(
        5,
        "partition_control",
        "partition",
        "Acts on a partition; on others only by grant.",
        (Parameter("partition", "uint32_t", "id"), Parameter("operation", "uint32_t", "HYP_CONTROL_*")),
        "0",
        (
            (Result.INVALID_PARAM, "no such partition or operation"),
            (Result.NOT_PERMITTED, "another partition, and no grant for it"),
            (Result.NO_ACTION, "`resume` of a partition that is not suspended"),
        ),
        1200,
        context=True,
    ),
    Hypercall(
        6,
        "mode_set",
        "partition",
        "Sets the caller's operating mode (ARINC 653 SET_PARTITION_MODE).",
        (Parameter("mode", "uint32_t", "HYP_MODE_*"),),
        "0",
        (
            (Result.INVALID_PARAM, "no such mode"),
            (Result.NO_ACTION, "`normal` in mode normal"),
            (Result.INVALID_MODE, "`warm_start` while in cold start"),
        ),
        1200,
        context=True,
    ),
    Hypercall(
        7,
        "verdict",
        "system",
        f"Says pass or fail, with a text of at most {VERDICT_TEXT_MAX} bytes; open to all.",
        (Parameter("verdict", "uint32_t", "HYP_VERDICT_*"), _TEXT, _LENGTH),
        "0",
        (
            (Result.INVALID_PARAM, "neither pass nor fail, or the text is too long"),
            (Result.BAD_ADDRESS, "the text is not wholly readable by the caller"),
        ),
        450,
    ),
    # ---- time
    Hypercall(
        8,
        "timer_set",
        "time",
        "Sets the caller's timer of a clock; expiry raises HYP_EVENT_TIMER or HYP_EVENT_TIMER_EXECUTION.",
        (_CLOCK, Parameter("at", "uint64_t", "ns, absolute on that clock"), Parameter("period", "uint64_t", "ns; 0: once")),
        "0",
        (
            (Result.INVALID_PARAM, f"no such clock, a period below {TIMER_PERIOD_MIN} ns, or an instant beyond 2^60 ns"),
            (Result.NO_ACTION, "the instant has passed and the timer is not periodic"),
        ),
        500,
        context=True,
    ),
    Hypercall(
        9,
        "timer_cancel",
        "time",
        "Stops the caller's timer of a clock.",
        (_CLOCK,),
        "expiries missed since it was set",
        ((Result.INVALID_PARAM, "no such clock"), (Result.NO_ACTION, "the timer is not set")),
        300,
        context=True,
    ),
    Hypercall(
        10,
        "idle_until",
        "scheduling",
        "Sleeps inside the caller's windows until an instant or an unmasked event, whichever is first.",
        (Parameter("at", "uint64_t", "ns, monotonic"),),
        "0",
        (),
        500,
        context=True,
    ),
    # ---- events
    Hypercall(
        11,
        "event_send",
        "events",
        "Raises an event in the partition that the plan names as its receiver.",
        (_EVENT,),
        "0",
        ((Result.INVALID_PARAM, "not an event that the caller may send"),),
        100,
    ),
    Hypercall(
        12, "event_unmask", "events", "Delivers what is pending and not masked; called after enabling.", (), "0", (), 400, context=True
    ),
    Hypercall(
        13,
        "event_wait",
        "events",
        "Sleeps until an event of the mask is pending, whatever the virtual interrupt flag says; no upcall meanwhile.",
        (Parameter("mask", "uint64_t", "events 0 to 62"), Parameter("until", "uint64_t", "ns, monotonic; all ones: no limit")),
        "the pending events of the mask",
        ((Result.TIMED_OUT, "the instant came first"), (Result.INVALID_PARAM, "an empty mask, or one with bit 63")),
        500,
        context=True,
    ),
    Hypercall(
        14,
        "upcall_return",
        "events",
        "Ends an upcall: goes on with the context in frame slot 0.",
        (),
        "that context's `rax`",
        ((Result.INVALID_PARAM, "`rip` or `rsp` of the slot is outside the caller's half"),),
        400,
        context=True,
    ),
    Hypercall(
        15,
        "trap_return",
        "traps",
        "Ends a trap: goes on with the context in frame slot 1.",
        (),
        "that context's `rax`",
        ((Result.INVALID_PARAM, "`rip` or `rsp` of the slot is outside the caller's half"), (Result.NO_ACTION, "no trap is being handled")),
        400,
        context=True,
    ),
    # ---- ports
    Hypercall(
        16,
        "sampling_write",
        "sampling ports",
        "Writes the channel's message.",
        (_PORT, _MESSAGE, _LENGTH),
        "0",
        (*_PORT_ERRORS, (Result.INVALID_CONFIG, "longer than the port's size, or empty")),
        2000,
    ),
    Hypercall(
        17,
        "sampling_read",
        "sampling ports",
        "Reads the channel's newest message.",
        (_PORT, _BUFFER, _SIZE, Parameter("status", "hyp_sampling_status_t *", "filled in; may be null")),
        "bytes of the message",
        (
            *_PORT_ERRORS,
            (Result.NO_ACTION, "no message was ever written"),
            (Result.INVALID_PARAM, "the buffer is smaller than the message, which stays"),
        ),
        1000,
    ),
    Hypercall(
        18,
        "sampling_status",
        "sampling ports",
        "Describes the newest message without reading it.",
        (_PORT, Parameter("status", "hyp_sampling_status_t *", "filled in")),
        "0",
        (*_PORT_ERRORS, (Result.NO_ACTION, "no message was ever written")),
        400,
    ),
    Hypercall(
        19,
        "queuing_send",
        "queuing ports",
        "Appends a message.",
        (_PORT, _MESSAGE, _LENGTH, _TIMEOUT),
        "0",
        (
            *_PORT_ERRORS,
            (Result.INVALID_CONFIG, "longer than the port's size, or empty"),
            (Result.NOT_AVAILABLE, "the queue is full and the time-out is 0"),
            (Result.TIMED_OUT, "the queue stayed full"),
        ),
        1000,
    ),
    Hypercall(
        20,
        "queuing_receive",
        "queuing ports",
        "Takes the oldest message.",
        (_PORT, _BUFFER, _SIZE, _TIMEOUT),
        "bytes of the message",
        (
            *_PORT_ERRORS,
            (Result.INVALID_PARAM, "the buffer is smaller than the message, which stays"),
            (Result.NOT_AVAILABLE, "the queue is empty and the time-out is 0"),
            (Result.TIMED_OUT, "the queue stayed empty"),
        ),
        1000,
    ),
    Hypercall(
        21,
        "queuing_status",
        "queuing ports",
        "Counts the messages that wait.",
        (_PORT, Parameter("status", "hyp_queuing_status_t *", "filled in")),
        "0",
        (_PORT_ERRORS[0], _PORT_ERRORS[2]),
        400,
    ),
    Hypercall(
        22,
        "queuing_clear",
        "queuing ports",
        "Drops all messages that wait; by the receiver.",
        (_PORT,),
        "messages dropped",
        _PORT_ERRORS[:2],
        300,
    ),
    # ---- partitions, schedules, health, module
    Hypercall(
        23,
        "watchdog_kick",
        "time",
        "Starts a new watchdog period.",
        (),
        "0",
        ((Result.INVALID_CONFIG, "the plan gives the caller no watchdog"),),
        200,
        context=True,
    ),
    Hypercall(
        24,
        "schedule_switch",
        "scheduling",
        "Asks for a schedule from the end of the major frame on; replaces a pending request; the current one cancels it.",
        (Parameter("schedule", "uint32_t", "id"),),
        "0",
        (
            (Result.INVALID_PARAM, "no such schedule"),
            (Result.NOT_PERMITTED, "no grant for it"),
            (Result.NO_ACTION, "it is in force and no switch is pending"),
        ),
        200,
    ),
    Hypercall(
        25,
        "schedule_status",
        "scheduling",
        "Describes the schedules in force and to come.",
        (Parameter("status", "hyp_schedule_status_t *", "filled in"),),
        "0",
        (_BAD,),
        300,
    ),
    Hypercall(
        26,
        "partition_status",
        "partition",
        "Describes a partition: oneself, or one that a grant names.",
        (Parameter("partition", "uint32_t", "id"), Parameter("status", "hyp_partition_status_t *", "filled in")),
        "0",
        ((Result.INVALID_PARAM, "no such partition"), (Result.NOT_PERMITTED, "another partition, and no grant for it"), _BAD),
        300,
    ),
    Hypercall(
        27,
        "health_raise",
        "health",
        "Raises `application_error`.",
        (Parameter("code", "uint32_t", "the partition's own; goes to the log"),),
        "0",
        (),
        500,
        context=True,
    ),
    Hypercall(
        28,
        "health_read",
        "health",
        "Reads records of the health log, oldest first, each once per reader.",
        (Parameter("records", "hyp_health_record_t *", "filled in"), Parameter("count", "size_t", "records that fit")),
        f"records read, at most {HEALTH_READ_MAX}",
        ((Result.NOT_PERMITTED, "no grant `health_log: read`"), _BAD),
        1000,
    ),
    Hypercall(
        29,
        "health_status",
        "health",
        "Describes the health log.",
        (Parameter("status", "hyp_health_status_t *", "filled in"),),
        "0",
        ((Result.NOT_PERMITTED, "no grant `health_log: read`"), _BAD),
        300,
    ),
    Hypercall(
        30,
        "module_control",
        "system",
        "Restarts or halts the whole module; by grant. Its path grows with the plan, and no window is promised while it goes on.",
        (Parameter("operation", "uint32_t", "HYP_MODULE_*"),),
        "does not return",
        ((Result.INVALID_PARAM, "no such operation"), (Result.NOT_PERMITTED, "no grant for it")),
        25000,
        context=True,
    ),
    Hypercall(
        31,
        "module_status",
        "system",
        "Describes the module.",
        (Parameter("status", "hyp_module_status_t *", "filled in"),),
        "0",
        (_BAD,),
        300,
    ),
    # ---- devices
    Hypercall(
        32,
        "irq_ack",
        "devices",
        "Says that a device's interrupt has been served: the line may raise its event again.",
        (_EVENT,),
        "0",
        ((Result.INVALID_PARAM, "not the event of a device of the caller's"), (Result.NO_ACTION, "no interrupt waits for it")),
        200,
    ),
    Hypercall(
        33,
        "irq_mask",
        "devices",
        "Masks or unmasks a device's interrupt for its owner.",
        (_EVENT, Parameter("masked", "uint32_t", "1: masked, 0: open, as at the start")),
        "0",
        ((Result.INVALID_PARAM, "not the event of a device of the caller's, or neither 0 nor 1"),),
        200,
    ),
    # ---- trace
    Hypercall(
        34,
        "trace_event",
        "trace",
        "Puts a record of the caller's own into the trace: HYP_TRACE_OWN.",
        (Parameter("value", "uint32_t", "the caller's own"),),
        "0",
        (),
        100,
    ),
    Hypercall(
        35,
        "trace_read",
        "trace",
        "Reads records of the trace, oldest first, each once per reader.",
        (Parameter("records", "hyp_trace_record_t *", "filled in"), Parameter("count", "size_t", "records that fit")),
        f"records read, at most {TRACE_READ_MAX}",
        ((Result.NOT_PERMITTED, "no grant `trace: read`"), _BAD),
        1000,
    ),
)

UNIVERSAL_ERRORS = (
    (Result.NOT_PERMITTED, "the plan gives the caller no right to this call"),
    (Result.UNKNOWN_HYPERCALL, "no call has this number"),
)
"""Possible for every call, checked before any argument is looked at."""
