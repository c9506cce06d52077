"""What a hypercall is described by, and what several of them share."""

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

    `context` says whether the call may leave the caller's context: the kernel then saves all of it. `fast` says that its handler
    keeps the caller's registers by itself, those that it uses; else the entry keeps all that C may use.
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
    fast: bool = False

    @property
    def in_batch(self) -> bool:
        """Whether `multicall` can make it: it stays in the caller's context, and is no batch itself."""
        return not self.context and self.name != "multicall"


TEXT = Parameter("text", "const void *", "address in the caller's memory")
LENGTH = Parameter("length", "size_t", "bytes")

CLOCK = Parameter("clock", "uint32_t", "HYP_CLOCK_*")
EVENT = Parameter("event", "uint32_t", "the caller's number of it")
PORT = Parameter("port", "uint32_t", "the caller's number of it")
MESSAGE = Parameter("message", "const void *", "address in the caller's memory")
BUFFER = Parameter("buffer", "void *", "address in the caller's memory")
SIZE = Parameter("size", "size_t", "bytes of the buffer")
TIMEOUT = Parameter("timeout", "uint64_t", "ns, in the caller's own windows; 0: do not wait")
PORT_ERRORS = (
    (Result.INVALID_PARAM, "no such port, or one of another kind"),
    (Result.INVALID_MODE, "the port has the other direction"),
    (Result.BAD_ADDRESS, "a buffer is not wholly accessible to the caller"),
)
BAD = (Result.BAD_ADDRESS, "the buffer is not wholly writable by the caller")
HEALTH_READ_MAX = 3
"""Records that one `health_read` gives: what can be copied without looking at the deadline."""
TRACE_READ_MAX = 8
"""The same for `trace_read`."""
MULTICALL_MAX = 32
"""Calls that one `multicall` makes; a longer list is made in pieces."""
TIMER_PERIOD_MIN = 10_000
"""ns: a shorter period would leave its partition little but expiries."""

CONSOLE_WRITE_MAX = 512
"""Bytes that one `console_write` takes: what can be copied without looking at the deadline (DESIGN 5)."""
VERDICT_TEXT_MAX = 120
