"""Building and running hostile plans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.hostile.machine import Attacker, Found, build_plan, plan_text, run

RunPlan = Callable[..., Found]


@pytest.fixture
def run_attacks(repository: Path, tmp_path: Path) -> RunPlan:
    """Runs attackers a0, a1, ... beside the victims: (attackers, frames, keywords of plan_text)."""

    def go(attackers: Sequence[Attacker], frames: int, *, for_us: int = 8, victim_us: int = 6, first: str = "yield") -> Found:
        built = build_plan(plan_text(attackers, for_us=for_us, victim_us=victim_us, first=first), repository, tmp_path / "image")
        return run(built, tmp_path / "run", frames)

    return go


def named(attacks: Sequence[str], **values: object) -> list[Attacker]:
    """One attacker for each."""
    areas = ("{name: low, size: 4 KiB, at: 0x10000000}", "{name: high, size: 4 KiB, at: 0x10002000}")
    return [Attacker(f"a{n}", attack, areas=areas) for n, attack in enumerate(attacks)]
