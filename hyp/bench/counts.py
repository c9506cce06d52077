"""What the plugin counted in one run. All figures are instructions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyp.exits import ExitCode, Stop


@dataclass(frozen=True)
class Release:
    """A release that a running partition's timer interrupt led to: its path without the spin's repetitions and without draining.

    `restarted`: its partition was restarted on the way, in time of its own.
    `ran` is what came between the release before it and the interrupt; 0 when the CPU has halted in between.
    """

    length: int
    fpu: bool
    drained: bool
    restarted: bool
    ran: int


@dataclass(frozen=True)
class Way:
    """Stretches of one kind: how many, and the longest's length and addresses with repetitions (at most 4,096 of them)."""

    count: int
    length: int
    steps: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Counts:
    """`longest` by kind (`timer`, `call:1`, ...: see counter.c); `executed` by address of a kernel instruction."""

    kernel: int
    boot: int  # loader's entry to the first instruction in ring 3
    boot_verify: int  # of those, verifying the clock
    boot_spin: int  # of those, in the loop of the first release
    releases: tuple[Release, ...]
    longest: dict[str, Way]
    shortest_release: Way
    executed: dict[int, int]


def read_counts(path: Path) -> Counts:
    """Stop TARGET_FAILED when QEMU left no whole report."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        lines = []
    if not lines or lines[-1] != "end":
        raise Stop(ExitCode.TARGET_FAILED, "the counting plugin left no report: QEMU did not end as it should")
    rows = [line.split() for line in lines[:-1]]
    of_boot = next(row for row in rows if row[0] == "boot")
    return Counts(
        kernel=int(next(row for row in rows if row[0] == "counts")[1]),
        boot=int(of_boot[1]),
        boot_verify=int(of_boot[2]),
        boot_spin=int(of_boot[3]),
        releases=tuple(Release(int(r[1]), r[2] == "1", r[3] == "1", r[4] == "1", int(r[5])) for r in rows if r[0] == "release"),
        longest={row[1]: _way(row) for row in rows if row[0] == "longest"},
        shortest_release=next(_way(row) for row in rows if row[0] == "shortest"),
        executed={int(row[1], 16): int(row[2]) for row in rows if row[0] == "executed"},
    )


def _way(row: list[str]) -> Way:
    steps = (step.partition("*") for step in row[4:])
    return Way(int(row[2]), int(row[3]), tuple((int(address, 16), int(repeated)) for address, _, repeated in steps))
