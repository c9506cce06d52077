"""What is known of a run: the same facts, whether they were read from memory or from the end report on the console."""

from __future__ import annotations

from dataclasses import dataclass, field

MODULE = "module"
TRACE = "hyp.trace"
"""The trace's stream among the drops; no partition can have this name."""
INPUT = "hyp.input"
"""What the host sent: bytes lost at the UART or at a full ring, and packets that arrived damaged."""


@dataclass(frozen=True)
class WindowFacts:
    """Of one window; ticks. `late_min`, `late_max` and `path_max` are None when its partition was never released in it."""

    index: int
    delivered: int
    not_ready: int
    late_min: int | None
    late_max: int | None
    path_max: int | None


@dataclass(frozen=True)
class HealthFacts:
    """`partition` is a name or `module`; `action` and `first_ns` are None when no record of it is left."""

    partition: str
    event: str
    count: int
    first_ns: int | None
    action: str | None


HealthKey = tuple[str, str]
"""(partition or `module`, event)"""


@dataclass(frozen=True)
class Logged:
    """What a log of health events, which may have lost its oldest, says of one kind: its first time and last action."""

    first_ns: int
    action: str


@dataclass(frozen=True)
class Drops:
    """What a stream lost: console output in writes that found the ring full, trace records, or input on its way in."""

    bytes: int
    events: int

    def words(self, stream: str) -> str:
        if stream == INPUT:
            return f"{self.bytes} bytes of console input, {self.events} damaged packets"
        if stream == TRACE:
            return f"{self.events} trace records"
        return f"{self.bytes} bytes of console output in {self.events} writes"


@dataclass(frozen=True)
class CoreFacts:
    """`frames`: major frames completed. `spurious`: timer expiries before the deadline."""

    id: int
    frames: int
    spurious: int


@dataclass(frozen=True)
class PartitionVerdict:
    passed: bool
    text: str


@dataclass(frozen=True)
class Facts:
    """`windows` by global index; `schedules`: major frames of each; `drops` and `verdicts` by stream or partition, where there are some."""

    windows: dict[int, WindowFacts] = field(default_factory=dict)
    schedules: dict[str, int] = field(default_factory=dict)
    module_restarts: int = 0
    health: tuple[HealthFacts, ...] = ()
    drops: dict[str, Drops] = field(default_factory=dict)
    verdicts: dict[str, PartitionVerdict] = field(default_factory=dict)
    cores: tuple[CoreFacts, ...] = ()
    tsc_hz: int | None = None  # as the kernel uses it; None: it never said


@dataclass(frozen=True)
class TraceDump:
    """One core's trace ring: `records` oldest first, `lost` overwritten before them; `epoch` and `tick_scale` as in the core record."""

    core: int
    records: bytes
    lost: int
    epoch: int
    tick_scale: int
