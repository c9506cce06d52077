"""Release jitter: the first instruction of a window against its planned instant, behind every kind of neighbour."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median_low

from hyp.bench.measure import PLANS, Bench, Measured
from hyp.bench.rows import INSTRUCTIONS, Row
from hyp.exits import ExitCode, Stop

METERS = ("yielding", "interrupted")
RELEASES = 500
FRAMES = RELEASES + 2
"""The first sample of a meter comes with its second release."""
BOUND, AIM = 4, 0
_AT_ONCE = 16
"""Ticks; an interrupt that was held up by a hypercall comes later than that, or is not the least."""


@dataclass(frozen=True)
class Deviation:
    """Of a meter's releases right behind `neighbour`: how many, and the range of (seen - planned), ticks."""

    meter: str
    neighbour: str
    releases: int
    least: int
    most: int

    @property
    def worst(self) -> int:
        return max(abs(self.least), abs(self.most))


def measure(bench: Bench) -> Measured:
    """One run with all neighbours; what they do goes on beside every meter."""
    wanted = tuple((meter, symbol) for meter in METERS for symbol in ("samples", "sample_count"))
    return bench.measure(PLANS / "jitter.yaml", FRAMES, wanted)


def deviations(measured: Measured) -> list[Deviation]:
    """By meter and neighbour. Stop TARGET_FAILED when a meter has too few samples to tell."""
    yielding = _by_neighbour(measured, METERS[0], 0)
    found = [(METERS[0], who, seen) for who, seen in yielding.items()]
    usual = median_low([one for seen in yielding.values() for one in seen] or [0])
    found += [(METERS[1], who, seen) for who, seen in _by_neighbour(measured, METERS[1], _timer_lateness(measured) + usual).items()]
    few = [who for _, who, seen in found if len(seen) < RELEASES]
    if few or len(yielding) * len(METERS) != len(found):
        raise Stop(ExitCode.TARGET_FAILED, f"bench-jitter: fewer than {RELEASES} releases behind {', '.join(few) or 'a neighbour'}")
    return [Deviation(meter, who, len(seen), min(seen), max(seen)) for meter, who, seen in found]


def _by_neighbour(measured: Measured, meter: str, offset: int) -> dict[str, list[int]]:
    """(seen - planned + offset) of all releases of `meter`."""
    schedule = measured.manifest["schedules"][0]
    epoch = _epoch(measured)
    before = {window["at_ns"]: schedule["windows"][n - 1]["partition"] for n, window in enumerate(schedule["windows"])}
    words, count = measured.words[meter, "samples"], measured.words[meter, "sample_count"][0]
    found: dict[str, list[int]] = {}
    for planned, seen in zip(words[0 : 2 * count : 2], words[1 : 2 * count : 2], strict=True):
        found.setdefault(before[(planned - epoch) % schedule["major_frame_ns"]], []).append(seen - planned + offset)
    return found


def _timer_lateness(measured: Measured) -> int:
    """Ticks that an undisturbed partition runs beyond its net window, counted from its release: the interrupted meter reads so much less.

    Its own release may be off, too, which the yielding meter shows.
    """
    nets = {window["for_ns"] - measured.manifest["guard_ns"] for window in measured.manifest["schedules"][0]["windows"]}
    late = [release.ran - net for release in measured.counts.releases if release.ran for net in nets if abs(release.ran - net) < _AT_ONCE]
    return min(late, default=0)


def rows(measured: Measured) -> list[Row]:
    found = deviations(measured)
    quiet = max(one.worst for one in found if one.neighbour == "idle")
    hostile = max((one for one in found if one.neighbour != "idle"), key=lambda one: one.worst)
    kinds = len({one.neighbour for one in found}) - 1
    peer = "12, quiet (seL4 domains)"
    return [
        Row("release_jitter_idle", "release jitter, neighbour idle", quiet, INSTRUCTIONS, BOUND, AIM, peer),
        Row(
            "release_jitter_hostile", f"release jitter, worst of {kinds} hostile neighbours", hostile.worst, INSTRUCTIONS, BOUND, AIM, peer
        ),
    ]


def _epoch(measured: Measured) -> int:
    """TSC at monotonic time 0, from the first planned instant of the first meter: its second window of the run."""
    windows = measured.manifest["schedules"][0]["windows"]
    own = [window["at_ns"] for window in windows if window["partition"] == METERS[0]]
    return measured.words[METERS[0], "samples"][0] - own[1]
