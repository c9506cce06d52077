"""Tracing costs its partition's calls some instructions, and no one else anything: victims' timelines stay as they are."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.machine import Attacker, Found, build_plan, plan_text, run
from tests.hostile.test_interference import releases

VICTIMS = ("steady", "spinner")
TRACE = "trace: {uart: com2, baud: 115200, buffer: 16 KiB, detail: all, events: [window, health, port, event, hypercall]}\n"


def hostile(root: Path, folder: Path, trace: str) -> Found:
    """The victims beside one that makes hypercalls without an end."""
    text = plan_text([Attacker("attacker", "flood")], idle_us=200)
    return run(build_plan(text.replace("partitions:\n", f"{trace}partitions:\n", 1), root, folder / "image"), folder / "run", 60)


def test_victims_timelines(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "off").mkdir()
    (tmp_path / "on").mkdir()
    off, on = hostile(repository, tmp_path / "off", ""), hostile(repository, tmp_path / "on", TRACE)
    assert on.facts.drops["hyp.trace"].events > 0, "the neighbour overloads the trace"
    for victim in VICTIMS:
        assert [at for at, _, _ in releases(on, victim)] == [at for at, _, _ in releases(off, victim)][-len(releases(on, victim)) :]
    jitter = [facts.late_max for facts in on.facts.windows.values() if facts.late_max is not None]
    assert max(jitter) == 0
    # `spinner` makes no call: its diary, in instructions, is the same.
    assert on.diary("spinner") == off.diary("spinner")
