"""What the monitor says: kinds of verdicts and of records on its line to the host. Gateware, oracle and host share these numbers."""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    """A verdict on an edge, or on the lack of one. All but LOCKED and GOOD are faults."""

    LOCKED = 0  # the first window of a frame was seen: judging begins
    GOOD = 1
    EARLY = 2
    LATE = 3  # by less than the guard
    OVERRUN = 4  # later than that: the window before ran on in time that was not its own
    MISSING = 5
    EXTRA = 6  # an edge that no window has
    WRONG = 7  # another window's edge in the place of this one's
    SILENT = 8
    DRIFT = 9  # the rate over `drift_frames` frames, though every edge may be good
    PROOF = 10  # no answer, or a wrong one, to a challenge


FAULTS = tuple(kind for kind in Kind if kind > Kind.GOOD)
RESETS = (Kind.OVERRUN, Kind.MISSING, Kind.WRONG, Kind.SILENT, Kind.PROOF)
"""Faults at which the watchdog acts: a window was lost, or taken by another. An edge a little off is reported only."""


class RecordType(IntEnum):
    """`a` and `b` of a record by its type. Verdicts have 0x80 + Kind, the deviation in clocks and the frame's number modulo 2^16."""

    HELLO = 0  # a: identity of the plan table; b: version of the protocol
    FRAMES = 1  # a: frames completed; b: good ones, modulo 2^16; row: schedule
    STATE = 2  # a: faults so far; b: WatchdogState | tries << 8
    RANGE = 3  # a: smallest and largest deviation, 16 bits each, two's complement, saturated
    COUNT = 4  # a: edges of the window
    BINS = 5  # a: two bins, 16 bits each, saturated; b: number of the first of them


VERDICT = 0x80
PROTOCOL = 1


class WatchdogState(IntEnum):
    OFF = 0  # the plan has no `reset`
    BOOT = 1
    ARMED = 2
    PULSE = 3
    ALARM = 4
