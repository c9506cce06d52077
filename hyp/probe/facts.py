"""The report as facts: what a board file needs, and what decides whether hyp can run there."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.abi.numbers import PAGE
from hyp.abi.tables import CPU_FEATURES, KERNEL_LOAD
from hyp.exits import ExitCode, Stop
from hyp.probe.lines import Entry

VERSION = 1
_RAM = 1
_LOW_4G = 1 << 32
_SMALLEST = 64 << 10
"""Smaller pieces of RAM are not worth a line."""
_READ_NS = 2_000
"""What two reads of a slow clock may be apart, both ends of a measurement together."""


@dataclass(frozen=True)
class Uart:
    """A 16550 at I/O ports; `irq` is None when it pulled no line that could be seen."""

    port: int
    fifo: int
    irq: int | None


@dataclass(frozen=True)
class Clock:
    """The TSC's frequency by one source; `uncertainty_hz` is what that measurement may be off by."""

    source: str
    hz: int
    uncertainty_hz: int


@dataclass(frozen=True)
class Report:
    """Entries by subject, and what is read of them."""

    entries: tuple[Entry, ...]

    def all(self, subject: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.subject == subject]

    def one(self, subject: str) -> Entry:
        """The first one; an empty one when there is none."""
        return next(iter(self.all(subject)), Entry(subject, {}))

    def features(self) -> tuple[str, ...]:
        """Of those that board files name, in their order."""
        return tuple(name for name in CPU_FEATURES if self.one("features").number(name))

    def ram(self) -> list[tuple[int, int]]:
        """[start, end) of RAM from 1 MiB to 4 GiB, whole pages, touching pieces joined."""
        joined: list[tuple[int, int]] = []
        for start, end in sorted(_extent(entry) for entry in self.all("region") if entry.number("type") == _RAM):
            start, end = max(start, KERNEL_LOAD), min(end, _LOW_4G)
            if start >= end:
                continue
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        pages = [(-(-start // PAGE) * PAGE, end // PAGE * PAGE) for start, end in joined]
        return [(start, end) for start, end in pages if end - start >= _SMALLEST]

    def uarts(self) -> list[Uart]:
        return [
            Uart(one.number("port"), one.number("fifo"), one.number("irq") if "irq" in one.values else None) for one in self.all("uart")
        ]

    def clocks(self) -> list[Clock]:
        """Those that worked, the best one first: what the CPU states, else the smallest uncertainty."""
        measured = [_clock(entry) for entry in self.all("clock") if entry.number("works") and entry.number("hz")]
        measured.sort(key=lambda one: one.uncertainty_hz)
        stated = self.one("stated").number("tsc_hz")
        if stated and measured and abs(stated - measured[0].hz) <= max(stated // 1000, measured[0].uncertainty_hz):
            measured.insert(0, Clock("cpuid", stated, 0))
        return measured

    def cores(self) -> int:
        return max(1, self.one("madt").number("cores"))

    def ps(self, cost: str) -> int:
        """The median of a measured cost, in picoseconds; 0 when it was not measured."""
        return next((one.number("ps") for one in self.all("cost") if one.values.get("of") == cost), 0)

    def timer_works(self, kind: str) -> bool:
        return any(one.values.get("kind") == kind and one.number("works") for one in self.all("timer"))


def report_of(entries: tuple[Entry, ...]) -> Report:
    """Stop WRONG_INPUT for a report of another version, or of a machine on which nothing could be measured."""
    report = Report(entries)
    version = report.one("probe").number("version")
    if version != VERSION:
        raise Stop(
            ExitCode.WRONG_INPUT, f"the probe speaks version {version}, this hyp understands {VERSION}; make its medium with this hyp"
        )
    if not report.clocks():
        raise Stop(ExitCode.WRONG_INPUT, "no clock of this machine works (PIT, HPET, ACPI timer): the TSC's frequency cannot be measured")
    if not report.ram():
        raise Stop(ExitCode.WRONG_INPUT, "the boot loader told of no RAM above 1 MiB")
    return report


def rounded_hz(clock: Clock) -> int:
    """To as many digits as the measurement is good for."""
    step = 1
    while step * 10 <= 2 * clock.uncertainty_hz:
        step *= 10
    return -(-(clock.hz - step // 2) // step) * step


def _extent(entry: Entry) -> tuple[int, int]:
    return entry.number("start"), entry.number("start") + entry.number("size")


def _clock(entry: Entry) -> Clock:
    hz, span = entry.number("hz"), max(1, entry.number("span_ns"))
    spread = entry.number("high_hz") - entry.number("low_hz")
    return Clock(entry.text("source"), hz, max(hz * _READ_NS // span, spread))
