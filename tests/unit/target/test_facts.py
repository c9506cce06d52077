"""Memory and end report say the same: one State, written both ways."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from hyp.abi.numbers import HealthAction, HealthEvent
from hyp.exits import ExitCode, Stop
from hyp.target.console import Demultiplexer, Line
from hyp.target.facts import CoreFacts, Drops, HealthFacts, PartitionVerdict, WindowFacts
from hyp.target.report_lines import console_facts, logged_events
from hyp.target.report_memory import memory_facts, trace_dumps
from tests.unit.target.guest import BOOT, END, MEMORY, PARTITIONS, State, lay_out, manifest

BUSY = State(
    frames=3,
    delivered=(3, 3),
    not_ready=(0, 3),
    late=((0, 1), (0, 0)),
    path=700,
    health=(("beta", HealthEvent.GENERAL_PROTECTION, 2, 2_000_100),),
    logged=((2_000_100, 1, HealthEvent.GENERAL_PROTECTION, HealthAction.HALT), (2_500_000, 0xFFFF_FFFF, HealthEvent.NMI, HealthAction.LOG)),
    module_count=(0, 1),
    restarts=(2, 1),
    drops=(120, 4),
    verdicts=(("alpha", 1, "all well"), ("beta", 2, "")),
)
CONSOLE = (
    BOOT
    + b"beta| hyp: window 0 delivered=9 not_ready=9 late=9..9 path=9\n"
    + b"hyp| verdict alpha pass: all well\n"
    + b"hyp| health beta general_protection action=halt at=2000100 rip=0x210000 error=0x0 address=0x0 rsp=0x0\n"
    + b"hyp| health module nmi action=log at=2500000 rip=0x0 error=0x0 address=0x0 rsp=0x0\n"
    + b"hyp: window 0 delivered=3 not_ready=0 late=0..1 path=700\n"
    + b"hyp: window 1 delivered=3 not_ready=3 late=0..0 path=0\n"
    + b"hyp: verdict alpha pass\n"
    + b"hyp: health beta general_protection count=2 first=2000100\n"
    + b"hyp: drops beta bytes=120 events=4\n"
    + b"hyp: verdict beta fail\n"
    + b"hyp: health module nmi count=1 first=0\n"
    + b"hyp: schedule normal frames=3\n"
    + b"hyp: module restarts=3\n"
    + b"hyp: core 0 frames=3 spurious=0\n"
    + END
)


@dataclass(frozen=True)
class Bytes:
    data: bytes

    def read(self, address: int, size: int) -> bytes:
        if address < MEMORY or address + size > MEMORY + len(self.data):
            raise Stop(ExitCode.WRONG_INPUT, "outside")
        return self.data[address - MEMORY : address - MEMORY + size]


def lines() -> list[Line]:
    return Demultiplexer(PARTITIONS).feed(CONSOLE)


def test_console_and_memory_give_the_same_facts() -> None:
    data, addresses = lay_out(BUSY)
    from_console = console_facts(lines())
    from_memory = memory_facts(manifest(addresses), Bytes(data), 1_000_000_000, {})
    assert from_console == from_memory
    assert from_console.windows == {0: WindowFacts(0, 3, 0, 0, 1, 700), 1: WindowFacts(1, 3, 3, None, None, None)}
    assert from_console.health == (
        HealthFacts("beta", "general_protection", 2, 2_000_100, "halt"),
        HealthFacts("module", "nmi", 1, 2_500_000, "log"),
    )
    assert from_console.drops == {"beta": Drops(120, 4)}
    assert from_console.verdicts == {"alpha": PartitionVerdict(True, "all well"), "beta": PartitionVerdict(False, "")}  # noqa: FBT003
    assert (from_console.schedules, from_console.module_restarts) == ({"normal": 3}, 3)
    assert from_console.cores == (CoreFacts(0, 3, 0),)


def test_the_log_knows_what_the_ring_has_lost() -> None:
    data, addresses = lay_out(replace(BUSY, logged=()))
    without = memory_facts(manifest(addresses), Bytes(data), None, {})
    assert [found.action for found in without.health] == [None, None]
    assert without.health[1].first_ns is None
    assert memory_facts(manifest(addresses), Bytes(data), None, logged_events(lines())).health == console_facts(lines()).health


def test_what_came_before_the_last_boot_does_not_count() -> None:
    early = Demultiplexer(PARTITIONS).feed(b"hyp: window 7 delivered=1 not_ready=0 late=0..0 path=0\n")
    assert console_facts([*early, *lines()]) == console_facts(lines())


def test_only_the_kernels_lines_count() -> None:
    forged = [Line("alpha", line.text, line.direct) for line in lines()]
    assert console_facts(forged) == console_facts([])


@pytest.mark.parametrize(("count", "lost"), [(0, 0), (5, 0), (16, 0), (19, 3), (32, 16)])
def test_trace_ring_oldest_first(count: int, lost: int) -> None:
    latest = {n % 16: n for n in range(count)}
    state = State(trace=tuple((latest[place], 1, latest[place]) for place in sorted(latest)), trace_head=count)
    data, addresses = lay_out(state)
    (dump,) = trace_dumps(manifest(addresses), Bytes(data))
    values = [int.from_bytes(dump.records[at + 12 : at + 16], "little") for at in range(0, len(dump.records), 16)]
    assert (dump.lost, values) == (lost, list(range(lost, count)))
