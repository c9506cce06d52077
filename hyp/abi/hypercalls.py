"""The hypercalls: numbers, parameters, errors and worst cases. Dispatch, reference page and tests follow from this list."""

from __future__ import annotations

from hyp.abi.control_calls import CONTROL_CALLS
from hyp.abi.gate_calls import GATE_CALLS
from hyp.abi.hypercall import (
    BAD,
    BUFFER,
    CLOCK,
    CONSOLE_WRITE_MAX,
    EVENT,
    HEALTH_READ_MAX,
    LENGTH,
    MULTICALL_MAX,
    SIZE,
    TEXT,
    TIMER_PERIOD_MIN,
    TRACE_READ_MAX,
    VERDICT_TEXT_MAX,
    Hypercall,
    Parameter,
)
from hyp.abi.numbers import Result
from hyp.abi.port_calls import PORT_CALLS

__all__ = [
    "CONSOLE_WRITE_MAX",
    "HEALTH_READ_MAX",
    "HYPERCALLS",
    "MULTICALL_MAX",
    "TIMER_PERIOD_MIN",
    "TRACE_READ_MAX",
    "UNIVERSAL_ERRORS",
    "VERDICT_TEXT_MAX",
    "Hypercall",
    "Parameter",
]

HYPERCALLS: tuple[Hypercall, ...] = (
    Hypercall(0, "nop", "system", "Does nothing: the null call of the benchmark.", (), "0", (), 40, fast=True),
    Hypercall(
        1,
        "console_write",
        "console",
        f"Puts text into the caller's console ring; takes at most {CONSOLE_WRITE_MAX} bytes and never waits.",
        (TEXT, LENGTH),
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
        fast=True,
    ),
    Hypercall(
        3, "yield", "scheduling", "Gives up the rest of the window; returns at the release of the next one.", (), "0", (), 500, context=True
    ),
    Hypercall(4, "window_status", "scheduling", "Net time left in the current window.", (), "nanoseconds", (), 100, fast=True),
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
        (Parameter("verdict", "uint32_t", "HYP_VERDICT_*"), TEXT, LENGTH),
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
        (CLOCK, Parameter("at", "uint64_t", "ns, absolute on that clock"), Parameter("period", "uint64_t", "ns; 0: once")),
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
        (CLOCK,),
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
        (EVENT,),
        "0",
        ((Result.INVALID_PARAM, "not an event that the caller may send"),),
        100,
        fast=True,
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
    *PORT_CALLS,
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
    *CONTROL_CALLS,
    # ---- devices
    Hypercall(
        32,
        "irq_ack",
        "devices",
        "Says that a device's interrupt has been served: the line may raise its event again.",
        (EVENT,),
        "0",
        ((Result.INVALID_PARAM, "not the event of a device of the caller's"), (Result.NO_ACTION, "no interrupt waits for it")),
        200,
    ),
    Hypercall(
        33,
        "irq_mask",
        "devices",
        "Masks or unmasks a device's interrupt for its owner.",
        (EVENT, Parameter("masked", "uint32_t", "1: masked, 0: open, as at the start")),
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
        fast=True,
    ),
    Hypercall(
        35,
        "trace_read",
        "trace",
        "Reads records of the trace, oldest first, each once per reader.",
        (Parameter("records", "hyp_trace_record_t *", "filled in"), Parameter("count", "size_t", "records that fit")),
        f"records read, at most {TRACE_READ_MAX}",
        ((Result.NOT_PERMITTED, "no grant `trace: read`"), BAD),
        1000,
    ),
    # ---- batches
    Hypercall(
        36,
        "multicall",
        "batch",
        "Makes the calls of a list in its order, each as if it came alone, but none waits: one that would answers NOT_AVAILABLE. "
        f"Takes at most {MULTICALL_MAX} at once; stops at the window's end, which is looked at after each, "
        "and at an entry that the caller cannot write.",
        (
            Parameter("calls", "hyp_call_t *", "number, arguments and, filled in, result of each"),
            Parameter("count", "size_t", "calls in the list"),
        ),
        "calls made; 0 when the first one was cut by the window's end and is to be made again",
        ((Result.BAD_ADDRESS, "the list's first call is not wholly writable by the caller"),),
        2000,
    ),
    *GATE_CALLS,
    # ---- console input
    Hypercall(
        39,
        "console_read",
        "console",
        f"Takes what the host has sent to the caller, oldest first, at most {CONSOLE_WRITE_MAX} bytes. "
        "HYP_EVENT_CONSOLE says that some came.",
        (BUFFER, SIZE),
        "bytes given; 0: nothing is there",
        (BAD,),
        750,
    ),
)

UNIVERSAL_ERRORS = (
    (Result.NOT_PERMITTED, "the plan gives the caller no right to this call"),
    (Result.UNKNOWN_HYPERCALL, "no call has this number"),
    (Result.INVALID_MODE, "`multicall` makes it, and it is marked: not in a batch"),
)
"""Possible for every call, checked before any argument is looked at."""
