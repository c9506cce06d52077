"""What the monitor has said while somebody listened, and the verdict that follows from it. The host side's one state; no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from hyp.exits import ExitCode, Stop
from hyp.image.manifest import Manifest, WindowEntry
from hyp.monitor.counters import FaultCounter, FrameCounter
from hyp.monitor.kinds import FAULTS, PROTOCOL, VERDICT, Kind, RecordType, WatchdogState
from hyp.monitor.parameters import BINS, parameters
from hyp.monitor.records import Decoder, Record
from hyp.monitor.rom import identity

IDENTITY_MAX = 127
"""What the lines can show, whether a window has it or not."""
FAULTS_KEPT = 1000
"""Faults that are kept one by one; all are counted."""


@dataclass(frozen=True)
class Fault:
    """`index` is the window's in the manifest; `deviation_ns` of a late, early, overrun or wrong edge, or the drift of the rate."""

    kind: Kind
    index: int
    deviation_ns: int
    frame: int


@dataclass
class WindowSeen:
    """Edges of a window since the monitor's power-on. Bins are counts; the rest in clocks."""

    count: int = 0
    least: int | None = None
    most: int | None = None
    bins: list[int] = field(default_factory=lambda: [0] * BINS)


class Witness:
    """Feed it what comes from the monitor's line; ask it for the verdict at any time."""

    def __init__(self, manifest: Manifest) -> None:
        """Stop WRONG_INPUT when the plan has no monitor."""
        self.manifest = manifest
        self.parameters = parameters(manifest)
        self.windows = {index: WindowSeen() for index in range(len(self.parameters.rows))}
        self.faults: list[Fault] = []
        self.schedule: str | None = None
        self.watchdog = WatchdogState.OFF
        self.tries = 0
        self._alarmed: bool | None = None  # by its first word; a later alarm comes of faults that are heard
        self.recognised = False
        self.senseless = 0  # records that no monitor of this plan sends
        self.failure: str | None = None  # why the listening ended early
        self._identity = identity(self.parameters)
        self._decoder = Decoder()
        self._frames = FrameCounter()
        self._faults = FaultCounter()

    @property
    def frames(self) -> int:
        """Major frames that ended while somebody listened."""
        return self._frames.seen

    @property
    def good_frames(self) -> int:
        return self._frames.good

    @property
    def fault_count(self) -> int:
        return self._faults.count

    @property
    def lost(self) -> int:
        """Records that were lost on the line, or arrived as something that says nothing."""
        return self._decoder.lost + self.senseless

    def feed(self, data: bytes) -> None:
        """Stop WRONG_INPUT when the monitor was made from another plan, or speaks another version of the protocol."""
        for record in self._decoder.feed(data):
            if not self._take(record):
                self.senseless += 1

    def reasons(self) -> list[str]:
        """Why the verdict is bad; empty when it is good. What was judged before the listening began does not count."""
        found = [self.words(fault) for fault in self.faults]
        if self.fault_count > len(self.faults):
            found.append(f"{self.fault_count - len(self.faults)} more faults")
        if self._decoder.lost:
            found.append(f"{self._decoder.lost} records were lost on the line: what they said is not known")
        if self.senseless:
            found.append(f"{self.senseless} records make no sense: is `host_baud` the plan's, is the line sound?")
        if self._frames.anew or self._faults.anew:
            found.append("the monitor began to count anew: it was reset, or configured again, while it was listened to")
        if self._alarmed:
            found.append("the watchdog's alarm was on before: all its resets were used up")
        if not self.recognised:
            found.append("the monitor has not said which plan it was made from")
        if not self.good_frames:
            found.append("no good frame was seen")
        return found if self.failure is None else [*found, self.failure]

    def over(self) -> None:
        """The kernel has said that its run is over: a last silence, where the next frame would have begun, is no fault."""
        last = self.faults[-1] if self.faults else None
        begins = {schedule["windows"][0]["index"] for schedule in self.manifest["schedules"]}
        if last is None or last.kind is not Kind.SILENT or last.index not in begins or self._frames.passed(last.frame):
            return
        self.faults.pop()
        self._faults.withdraw()

    @property
    def good(self) -> bool:
        return not self.reasons()

    def window(self, index: int) -> WindowEntry:
        return next(one for schedule in self.manifest["schedules"] for one in schedule["windows"] if one["index"] == index)

    def ns(self, clocks: int) -> int:
        """Rounded to the nearest."""
        return int((Fraction(clocks * 1_000_000_000, self.parameters.clock_hz) + Fraction(1, 2)).__floor__())

    def words(self, fault: Fault) -> str:
        """A fault in one line."""
        if fault.kind is Kind.EXTRA and fault.index not in self.windows:
            where = f"identity {fault.index}, which no window has"
        else:
            where = f"window {fault.index} of {self.window(fault.index)['partition']}"
        off = f" by {fault.deviation_ns} ns" if fault.kind in (Kind.EARLY, Kind.LATE, Kind.OVERRUN, Kind.DRIFT, Kind.WRONG) else ""
        return f"frame {fault.frame}: {fault.kind.name.lower()}{off}: {where}"

    def _take(self, record: Record) -> bool:
        """False when no monitor of this plan sends such a record."""
        if record.type & VERDICT:
            return self._accuse(record)
        if record.type == RecordType.HELLO:
            self._recognise(record)
        elif record.type == RecordType.FRAMES:
            return self._count(record)
        elif record.type == RecordType.STATE:
            return self._watch(record)
        elif record.row in self.windows:
            return self._keep(self.windows[record.row], record)
        else:
            return False
        return True

    def _accuse(self, record: Record) -> bool:
        try:
            kind = Kind(record.type & ~VERDICT)
        except ValueError:
            return False
        if kind not in FAULTS or not (record.row in self.windows or (kind is Kind.EXTRA and record.row <= IDENTITY_MAX)):
            return False
        self._faults.name()
        if len(self.faults) < FAULTS_KEPT:
            self.faults.append(Fault(kind, record.row, self.ns(_signed(record.a, 32)), record.b))
        return True

    def _recognise(self, record: Record) -> None:
        if record.b != PROTOCOL:
            raise Stop(
                ExitCode.WRONG_INPUT, f"the monitor speaks version {record.b} of the protocol, this hyp version {PROTOCOL}: build it again"
            )
        if record.a != self._identity:
            message = f"the monitor was built from another plan ({record.a:#010x}, {self.manifest['plan']} is {self._identity:#010x})"
            raise Stop(ExitCode.WRONG_INPUT, f"{message}: `hyp monitor build` with this plan")
        self.recognised = True

    def _count(self, record: Record) -> bool:
        schedules = self.manifest["schedules"]
        if record.row >= len(schedules):
            return False
        self._frames.report(record.a, record.b)
        self.schedule = schedules[record.row]["name"]
        return True

    def _watch(self, record: Record) -> bool:
        try:
            self.watchdog = WatchdogState(record.b & 0xFF)
        except ValueError:
            return False
        self.tries = record.b >> 8
        if self._alarmed is None:
            self._alarmed = self.watchdog is WatchdogState.ALARM
        self._faults.report(record.a)
        return True

    def _keep(self, seen: WindowSeen, record: Record) -> bool:
        if record.type == RecordType.RANGE:
            seen.least, seen.most = _signed(record.a & 0xFFFF, 16), _signed(record.a >> 16, 16)
        elif record.type == RecordType.COUNT:
            seen.count = record.a
        elif record.type == RecordType.BINS and record.b + 1 < BINS:
            seen.bins[record.b : record.b + 2] = [record.a & 0xFFFF, record.a >> 16]
        else:
            return False
        return True


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) else value
