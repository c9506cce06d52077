"""Mutable kernel records whose memory the compiler lays out and whose addresses the manifest names.

Each has one owner: only the owner writes, unless a field says otherwise.
"""

from __future__ import annotations

from hyp.abi.hypercalls import VERDICT_TEXT_MAX
from hyp.abi.numbers import EVENT_WORDS, HEALTH_EVENTS
from hyp.abi.pages import FRAME
from hyp.abi.record import Field, Record

SAVE = Record(
    "save_area",
    "A partition's context while it does not run; kernel entry pushes into `frame`. Owner: the core that runs it.",
    (
        Field("frame", FRAME),
        Field("fs_base", "u64"),
        Field("gs_base", "u64"),
    ),
)

PARTITION_STATE = Record(
    "partition_state",
    "Dynamic state of a partition. Owner: the core that runs its window; `request` may be set by others.",
    (
        Field("status", "u32", "STATUS_*"),
        Field("request", "u32", "REQUEST_*: work that waits for the partition's next dispatch"),
        Field("attention", "u32", "ATTENTION_*: work for the next way into the partition; others set bits with a locked or"),
        Field("serving", "u32", "1: it has waited for a request since its start"),
        Field("events", "u64", "raised by others, not yet in the control page; locked", EVENT_WORDS),
        Field("alarm", "u64", "TSC of the soonest of its timers; all ones: none"),
        Field("timer_due", "u64", "by clock: TSC, and ticks that it has run; all ones: not set", 2),
        Field("watchdog_due", "u64", "TSC at which it expires; all ones: it does not run"),
        Field("wait_until", "u64", "TSC at which a wait ends; 0: no wait"),
        Field("call_done", "u64", "bytes that a call cut by the window's end has copied"),
        Field("trap_busy", "u64", "a trap is being handled: slot 1 is in use"),
        Field("propagated", "u64", "bit n: health event n waits for the partition's own handler"),
        Field("log_room", "u32", "records that it may put into the core's log before one of its own is printed"),
        Field("mode", "u32", "HYP_MODE_*"),
        Field("timer_period", "u64", "by clock: ns, 0: once", 2),
        Field("timer_at", "u64", "by clock: ns on that clock, of a timer that is set", 2),
        Field("timer_missed", "u64", "by clock: expiries that found the one before still pending", 2),
        Field("yielded", "u64", "TSC of its first yield in the current period; 0: none yet"),
        Field("wait_mask", "u64", "of event_wait; all ones while idle_until waits"),
        Field("wait_kind", "u32", "WAIT_*"),
        Field("cause", "u32", "HYP_START_* of the pending or last start"),
        Field("requester", "u32", "partition that asked for it"),
        Field("cold_starts", "u32"),
        Field("warm_starts", "u32"),
        Field(
            "restore_index",
            "u32",
            "progress of a restart, which may take several windows: ranges that are checked, then those that are restored",
        ),
        Field("restore_done", "u64", "bytes of the current range that are done"),
        Field("restore_sum", "u64", "of those, while they are checked"),
        Field("control", "u32", "bit n: another asks for HYP_CONTROL_n; locked"),
        Field("health_read", "u32", "records of the core's log that it has read, modulo 2^32"),
        Field("controller", "u32", "who asked"),
        Field("health_code", "u32", "of its last application_error"),
        Field("console_since", "u64", "TSC at which the time of its console rate began"),
        Field("console_used", "u64", "bytes that it has written since"),
        Field("gate", "*const struct gate_plan", "the call that it waits for, or lends its window to; 0: none"),
        Field("client", "*const struct partition_plan", "whose request it serves; 0: nobody's, or one that nobody waits for any more"),
        Field("trace_read", "u64", "records of the core's trace that it has read"),
        Field("verdict", "u32", "VERDICT_*; a fail stays"),
        Field("verdict_length", "u32"),
        Field("verdict_text", "char", count=VERDICT_TEXT_MAX),
        Field("health_first", "u64", "TSC of the first event of each kind", HEALTH_EVENTS),
        Field("health_count", "u32", "events of each kind", HEALTH_EVENTS),
    ),
)

VERDICT_NONE, VERDICT_PASSED, VERDICT_FAILED = 0, 1, 2
STATUS_READY, STATUS_SUSPENDED, STATUS_HALTED = 0, 1, 2
REQUEST_NONE, REQUEST_START, REQUEST_WARM, REQUEST_COLD = 0, 1, 2, 3

ATTENTION_EVENTS = 0x8
"""`events` has bits. No value that `status` may have: the kernel looks at both at once."""
ATTENTION_WAIT = 0x10
"""It sleeps in a wait, so its release is not a plain one."""
ATTENTION_EXECUTION = 0x20
"""Its execution timer runs, whose instant is known only while it runs."""
ATTENTION_CONTROL = 0x40
ATTENTION_GATE = 0x80
"""It is in a call through a gate, or was: its release goes on with who works for it."""
ATTENTION_REPLY = 0x100
"""The reply to it has more to do than the short way does."""
ATTENTION_HEALTH = 0x200
"""`propagated` has bits."""
WAIT_NONE, WAIT_EVENT, WAIT_IDLE, WAIT_PORT, WAIT_REQUEST, WAIT_SERVER = 0, 1, 2, 3, 4, 5
"""REQUEST: it serves gates and is free. SERVER: its call is made again in its next window."""

READER_STATE = Record(
    "reader_state",
    "A reader of a sampling channel. As long as a listener_plan, so that one offset serves for both.",
    (
        Field("reading", "u64", "DECIDED and the bit of the slot that it reads, if any; 0: the writer may decide"),
        Field("reserved", "u64"),
    ),
)

CHANNEL_STATE = Record(
    "channel_state",
    "Dynamic words of a channel. Sampling: Chen and Burns, wait-free for one writer and `reader_count` readers.",
    (
        Field("latest", "u64", "sampling: DECIDED and the newest slot's bit, if any; queuing: messages sent; owner: the writer"),
        Field("writes", "u64", "messages written; owner: the writer"),
        Field("overflows", "u64", "sends without room; owner: the writer"),
        Field("filling", "u64", "as `latest`: the slot that a cut write fills; owner: the writer"),
        Field("pad_writer", "u64", count=4),
        Field("taken", "u64", "queuing: messages received or cleared; owner: the reader"),
        Field("pad_reader", "u64", count=7),
        Field("readers", READER_STATE, "by reader", 32),
    ),
)
DECIDED = 1 << 63
"""In a word that names a slot by its bit: alone, no slot; 0 is not decided yet."""

MESSAGE_SLOT = Record(
    "message_slot",
    "Before each message's bytes. Owner: who fills the slot.",
    (
        Field("length", "u64", "bytes"),
        Field("time", "u64", "TSC at which it was written"),
        Field("sequence", "u64", "number of the write, from 1"),
        Field("reserved", "u64"),
    ),
)

PORT_STATE = Record(
    "port_state",
    "Dynamic words of a destination port. Owner: its partition's core.",
    (
        Field("last", "u64", "sequence of the last message read"),
        Field("overwritten", "u64", "messages never read"),
    ),
)

WINDOW_COUNTERS = Record(
    "window_counters",
    "Counters of one window, always on, and its instants in ticks. Owner: the window's core.",
    (
        Field("delivered", "u64", "releases, and windows kept for a partition that was not ready"),
        Field("not_ready", "u64", "of those, kept for a partition that was suspended, halted or restarting"),
        Field("late_min", "u32", "ticks after the planned instant; starts at 0xffffffff"),
        Field("late_max", "u32"),
        Field("path_max", "u32", "ticks of the guard that were used before the final spin"),
        Field("frames", "u32", "major frames of its schedule that have ended; counted in the first window of a lane"),
        Field("at_ticks", "u64", "the window's release, in ticks from the start of its frame; made from ns at boot"),
        Field("end_ticks", "u64", "its net end, likewise"),
    ),
)

RING = Record(
    "ring",
    "A byte ring for one writer and one reader that may run at once. Counters run freely; position = counter mod size.",
    (
        Field("head", "u64", "bytes written; owner: the writer, released after the bytes"),
        Field("dropped_bytes", "u64", "owner: the writer"),
        Field("dropped_events", "u64", "writes that were cut; owner: the writer"),
        Field("pad_writer", "u64", "keeps writer and reader in cache lines of their own", 5),
        Field("tail", "u64", "bytes read; owner: the reader, released after reading"),
        Field("data", "*char", "address of the bytes"),
        Field("size", "u64"),
        Field("since", "u64", "TSC at which the reader saw the first of the bytes that wait; 0: none do; owner: the reader"),
        Field("told", "u32", "dropped_bytes as the last packet said, modulo 2^32; owner: the reader"),
        Field("sequence", "u32", "of its next packet; owner: the reader"),
        Field("pad_reader", "u64", count=3),
    ),
)

HEALTH_RECORD = Record(
    "health_record",
    "One health event. Owner: the core's health ring.",
    (
        Field("sequence", "u64", "1 for the first"),
        Field("tsc", "u64"),
        Field("partition", "u32", "id, or NO_PARTITION for the module"),
        Field("event", "u32", "HYP_HEALTH_*"),
        Field("action", "u32", "HYP_ACTION_*"),
        Field("code", "u32", "of an application_error; of other events it means nothing"),
        Field("address", "u64", "fault address (CR2) of a page fault; of other events it means nothing"),
        Field("frame", FRAME),
    ),
)
HEALTH_RECORDS = 64
"""Records per core; a power of two."""
LOG_SHARE = 8
"""Unprinted records that one partition may have in a core's log: its storm does not hide another's fault."""
LOG_VERDICT = 63
"""Not a health event: a record that stands for a partition's verdict in the core's log."""

TRACE_RECORD = Record(
    "trace_record",
    "One trace event.",
    (
        Field("tsc", "u64"),
        Field("kind", "u8", "HYP_TRACE_*: it says what the next three are"),
        Field("detail", "u8"),
        Field("partition", "u16", "id, or NO_TRACED"),
        Field("value", "u32"),
    ),
)
TRACE_RECORDS = 16384
"""Records per core when the plan does not say; always a power of two."""
NO_TRACED = 0xFFFF
"""In the place of a partition's id: the kernel, the module."""
TRACED_HEALTH, TRACED_PORTS, TRACED_EVENTS, TRACED_HYPERCALLS, TRACED_GATES = 1, 2, 4, 8, 16

CORE = Record(
    "core",
    "A core's private words, reached through GS. Owner: the core.",
    (
        Field("self", "*struct core", "address of this record"),
        Field("stack", "u64", "top of the main kernel stack; the word there is 0: what a call has in place of a gate's number"),
        Field("user_rsp", "u64", "the caller's rsp during a hypercall"),
        Field("rights", "u64", "the running partition's"),
        Field("attention", "u64", "a handler that the ending hypercall is to go on with, in the caller's full context; 0: none"),
        Field("partition", "*const struct partition_plan", "the partition that runs, or ran last"),
        Field("window", "*const struct window_plan", "address of the current window_plan, also when its partition does not run"),
        Field("deadline", "u64", "TSC of the net end of the current window, or of the wake-up before the next"),
        Field("overshoot", "u64", "ticks by which the final spin ended late; 0 to 2 are evened out by the sled"),
        Field("frame_start_ns", "u64", "monotonic time at which the current major frame began"),
        Field("frame_tsc", "u64", "the same instant as a TSC value"),
        Field("timer_scale", "u64", "timer counts = ticks * timer_scale / 2^32; 0: TSC-deadline"),
        Field("guard_ticks", "u64"),
        Field("trace_ring", "*struct trace_record", "address of trace_record[trace_last + 1]"),
        Field("trace_last", "u32", "a power of two less 1"),
        Field("extras", "u32", "of whom runs: the FPU is on, the TSC closed, EXTRA_GUEST; of the window: interrupts are open"),
        Field("trace_head", "u64", "records written"),
        Field("failing", "u32", "1: a fault of the kernel is being dealt with; a second one is a panic"),
        Field("input_lost", "u32", "bytes of input that the UART lost or got wrong"),
        Field("health_ring", "*struct health_record", "address of health_record[HEALTH_RECORDS]"),
        Field("health_head", "u64", "records written"),
        Field("health_tail", "u64", "records printed"),
        Field("health_lost", "u64", "records that found no room"),
        Field("trace_lost", "u64", "records overwritten before they were streamed"),
        Field("call_result", "u64", "what a hypercall that goes on had returned so far"),
        Field("wake", "u64", "TSC at which idling is to end: the deadline, or a sleeper's instant before it"),
        Field("frame", "u64", "major frames completed"),
        Field("frame_limit", "u64", "the run ends after this many frames; all ones: never"),
        Field("epoch", "u64", "TSC at monotonic time 0"),
        Field("tick_scale", "u64", "ticks = ns * tick_scale / 2^32"),
        Field("ns_scale", "u64", "ns = ticks * ns_scale / 2^32"),
        Field("schedule", "*const struct schedule_plan", "address of the current schedule_plan"),
        Field("lane_first", "*const struct window_plan", "address of this core's first window in it"),
        Field("schedule_since", "u64", "ns: when it began"),
        Field("schedule_next", "u32", "the schedule that follows at the end of a major frame, most often the same"),
        Field("id", "u32"),
        Field("spurious", "u64", "timer expiries before the deadline"),
        Field("phase", "u32", "PHASE_*; of use while the core idles"),
        Field("module_room", "u32", "as log_room, of the module"),
        Field("health_room", "u32", "records that the log takes before one is printed"),
        Field("input_damaged", "u32", "packets of input that were none"),
        Field("trace_call", "u32", "1 + the hypercall that the trace has begun last; 0: its result is recorded too"),
        Field("module_restarts", "u32", "by HYP_MODULE_*: warm and cold restarts of the module", 2),
        Field("reserved", "u32"),
        Field("module_count", "u32", "module events of each kind, from FIRST_MODULE_EVENT on", 16),
        Field("module_taken", "u32", "of those, the ones that were acted on: NMIs and most machine checks only count as they come", 16),
    ),
)
GATE_CALLS, GATE_REPLIES, GATE_ENDS = 0, 1, 2
"""`detail` of a trace record about a gate."""
EXTRA_GUEST = 8
"""In `extras`: who runs serves the partition of the window, in its time."""
PHASE_BEFORE, PHASE_REST, PHASE_SLEEP, PHASE_SETTLE = 0, 1, 2, 3
"""BEFORE: the core waits for the next release; REST: for the end of a window whose partition yielded or is not ready;
SLEEP: for that, or for what the window's partition waits for;
SETTLE: not idle, device interrupts that were on their way are taken."""

STATE_RECORDS = (
    READER_STATE,
    CHANNEL_STATE,
    MESSAGE_SLOT,
    PORT_STATE,
    SAVE,
    PARTITION_STATE,
    WINDOW_COUNTERS,
    RING,
    HEALTH_RECORD,
    TRACE_RECORD,
    CORE,
)
