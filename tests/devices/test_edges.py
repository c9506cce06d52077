"""An edge-triggered line, the HPET's: masked outside its owner's windows, no edge lost, no time taken from others (DESIGN 6)."""

from __future__ import annotations

import struct
from bisect import bisect_left
from pathlib import Path

import pytest

from tests.devices.owners import HEAD, run_text
from tests.devices.test_storms import timelines
from tests.hostile.machine import DIARY_BYTES, Found

ROUNDS, EVENTS_MAX = 600, 5000
OWNER_NS, VICTIM_NS = 20_000, 15_000
FRAME_NS = OWNER_NS + 2 * VICTIM_NS + 2_000
DELIVERY_NS = 1500
"""From an edge in an open window, or from a window's start, to the handler's note of it."""
SETTING_NS = 120
"""From the clock that the owner read to the counter that it read, and the HPET's own rounding."""


def board(folder: Path, repository: Path) -> Path:
    """The board file of QEMU's q35 in which the HPET, not the clock, has line 8."""
    text = (repository / "config" / "boards" / "qemu-q35.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("  rtc:")]
    assert sum(line.startswith("  hpet:") for line in lines) == 1
    path = folder / "edges.yaml"
    path.write_text("\n".join(line.replace("{kind: hpet,", "{kind: hpet, irq: 8,") for line in lines) + "\n", encoding="utf-8")
    return path


def plan_text(how: str, on: Path) -> str:
    lines = [line.replace("board: qemu-q35", f"board: {on}") for line in HEAD]
    lines += ["  owner:", "    image: tests/devices/edges", f"    args: {how}", "    devices: [hpet]"]
    lines += ["    memory: {areas: [{name: notes, size: 64 KiB}]}"]
    for name, args in (("steady", "yield"), ("spinner", "spin")):
        areas = f"{{areas: [{{name: log, size: {DIARY_BYTES} B}}]}}"
        lines += [f"  {name}:", "    image: tests/hostile/partitions/victim", f"    args: {args}", f"    memory: {areas}"]
    lines += ["schedules:", "  normal:", f"    major_frame: {FRAME_NS} ns", "    windows:"]
    lines += [f"      - {{partition: owner, at: 0 ns, for: {OWNER_NS} ns}}"]
    lines += [f"      - {{partition: steady, at: {OWNER_NS} ns, for: {VICTIM_NS} ns}}"]
    lines += [f"      - {{partition: spinner, at: {OWNER_NS + VICTIM_NS} ns, for: {VICTIM_NS} ns}}"]
    return "\n".join(lines) + "\n"


def notes(found: Found) -> tuple[list[tuple[int, int]], list[int]]:
    """(when an edge was to come, the net end of the window in which it was set up) of each round, and when events came."""
    area = found.area("owner", "notes")
    rounds, events = struct.unpack_from("<2Q", area)
    assert (rounds, events < EVENTS_MAX) == (ROUNDS, True)
    due = struct.unpack_from(f"<{ROUNDS}Q", area, 16)
    end = struct.unpack_from(f"<{ROUNDS}Q", area, 16 + 8 * ROUNDS)
    return list(zip(due, end, strict=True)), list(struct.unpack_from(f"<{events}Q", area, 16 + 16 * ROUNDS))


@pytest.mark.slow
@pytest.mark.parametrize("how", ["spins", "sleeps", "yields", "masks"])
def test_no_edge_is_lost_and_none_disturbs(how: str, repository: Path, tmp_path: Path) -> None:
    on = board(tmp_path, repository)
    frames = 3 * ROUNDS
    loud = run_text(plan_text(how, on), repository, tmp_path / "loud", frames)
    assert loud.facts.health == ()
    edges, came = notes(loud)
    assert any("verdict owner pass" in line for line in loud.lines("hyp"))
    inside = sum(due < end for due, end in edges)
    assert min(inside, len(edges) - inside) > 100, "edges on both sides of the window's end"
    for due, end in edges:
        is_open = how in ("spins", "sleeps") and due < end - DELIVERY_NS
        start = -(-due // FRAME_NS) * FRAME_NS
        latest = (due if is_open else start) + DELIVERY_NS
        following = came[bisect_left(came, due - SETTING_NS)]
        assert following <= latest, f"an edge at {due} (window's end {end}) came as an event at {following}"
    assert all(at % FRAME_NS < OWNER_NS for at in came), "outside the owner's windows"
    quiet = timelines(run_text(plan_text("idle", on), repository, tmp_path / "quiet", frames))
    for what, wanted in timelines(loud).items():
        assert wanted == quiet[what], f"{what} differs"
