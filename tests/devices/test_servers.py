"""A gate's server that owns a device: its interrupts come in windows of its own, whoever calls it (docs/decisions/013-gates.md)."""

from __future__ import annotations

import struct
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

from tests.devices.owners import HEAD, run_text

SLOT_NS = 200_000
FRAME_NS = 3 * SLOT_NS
TICK_NS = 1_000_000_000 // 8192
FRAMES = 300
PLAN = "\n".join(
    [
        *HEAD,
        "  caller: {image: tests/devices/server, args: call}",
        "  server:",
        "    image: tests/devices/server",
        "    args: serve",
        "    devices: [rtc]",
        "    memory: {areas: [{name: seen, size: 64 KiB}]}",
        "gates: {call: {from: caller, to: server, when_busy: help}}",
        "schedules:",
        "  normal:",
        f"    major_frame: {FRAME_NS} ns",
        "    windows:",
        f"      - {{partition: caller, at: 0 ns, for: {SLOT_NS} ns}}",
        f"      - {{partition: server, at: {SLOT_NS} ns, for: {SLOT_NS} ns}}",
        "",
    ]
)


def test_interrupts_of_a_server_come_in_its_own_windows(repository: Path, tmp_path: Path) -> None:
    """What came by the end of one is an event that the server handles first in its caller's window, once: the line is closed there."""
    found = run_text(PLAN, repository, tmp_path, FRAMES)
    seen = found.area("server", "seen")
    count, requests = struct.unpack_from("<2Q", seen)
    assert requests > 10 * FRAMES
    instants = [struct.unpack_from("<2Q", seen, 16 + 16 * n) for n in range(count)]
    own: dict[int, list[int]] = defaultdict(list)
    lent: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for at, waited in instants:
        frame, offset = divmod(at, FRAME_NS)
        assert offset < 2 * SLOT_NS, f"in a window of nobody's: {at}"
        if offset >= SLOT_NS:
            own[frame].append(offset - SLOT_NS)
        else:
            lent[frame].append((offset, waited))
    assert len(own) >= FRAMES - 2, "windows of the server without an interrupt"
    for frame, offsets in own.items():
        # One that waited, and those that came; the last of them in the guard, perhaps, so that it is the caller's window's.
        assert frame == 0 or 2 <= len(offsets) + len(lent[frame + 1]) <= 3, offsets
    for offsets in own.values():
        apart = [later - earlier for earlier, later in pairwise(offsets[1:])]
        assert all(TICK_NS - 2000 < one < TICK_NS + 2000 for one in apart), apart
    assert max(map(len, lent.values()), default=0) <= 1, "a second interrupt in a window of the caller's"
    assert all(waited > SLOT_NS for entries in lent.values() for _, waited in entries), "not what it did first"
