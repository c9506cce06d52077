"""Interrupts of a device cost its owner time, and nobody else: victims' timelines are equal, in instructions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.devices.owners import run_text, storm_text
from tests.hostile.machine import Found

VICTIMS = ("steady", "spinner")
FRAMES = 400


def timelines(found: Found) -> dict[str, object]:
    """All that a victim can tell of its time, and the kernel's counters of its windows."""
    own = {w["index"] for w in found.manifest["schedules"][0]["windows"] if w["partition"] in VICTIMS}
    counters = [(f.index, f.delivered, f.not_ready, f.late_min, f.late_max) for f in found.facts.windows.values() if f.index in own]
    return {"counters": counters, **{victim: found.diary(victim) for victim in VICTIMS}}


def compare(how: str, root: Path, folder: Path, *, for_ns: int = 20_000) -> Found:
    quiet = run_text(storm_text("idle", for_ns=for_ns), root, folder / "quiet", FRAMES)
    loud = run_text(storm_text(how, for_ns=for_ns), root, folder / "loud", FRAMES)
    wanted, found = timelines(quiet), timelines(loud)
    for what in wanted:
        assert found[what] == wanted[what], f"{what} differs"
    assert loud.facts.health == quiet.facts.health == ()
    paths = [facts.path_max for facts in loud.facts.windows.values() if facts.path_max is not None]
    assert max(paths) < loud.manifest["guard_ns"], "a kernel path outlasted the guard"
    return loud


@pytest.mark.parametrize("how", ["acknowledged", "handled", "asleep", "never-served"])
def test_storm_stays_in_its_owners_windows(how: str, repository: Path, tmp_path: Path) -> None:
    compare(how, repository, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["masked", "yields"])
def test_other_storms(how: str, repository: Path, tmp_path: Path) -> None:
    compare(how, repository, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("more_ns", range(0, 60, 4))
def test_window_ends_anywhere_in_the_storm(more_ns: int, repository: Path, tmp_path: Path) -> None:
    compare("acknowledged", repository, tmp_path, for_ns=20_000 + more_ns)
