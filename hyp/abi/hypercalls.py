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
        600,
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
        600,
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
        400,
    ),
)

UNIVERSAL_ERRORS = (
    (Result.NOT_PERMITTED, "the plan gives the caller no right to this call"),
    (Result.UNKNOWN_HYPERCALL, "no call has this number"),
)
"""Possible for every call, checked before any argument is looked at."""
