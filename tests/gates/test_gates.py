"""Gates as clients and servers see them: every client checks what comes of its calls, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.examples.running import run_plan

FOLDER = Path(__file__).parent
CLIENTS = {
    "calls": ("client", "storm", "vectors"),
    "faults": ("client",),
    "callers": ("suspended", "halted", "warm", "cold", "controller", "heir", "loser"),
    "busy": ("first", "helper", "waiter", "refused"),
    "stuck": ("client", "listened", "bell"),
}
"""By plan: who says at its end that all held. `halted` never comes to its end."""
FRAMES = {"calls": "150", "stuck": "100"}


@pytest.mark.slow
@pytest.mark.parametrize("name", CLIENTS)
def test_all_that_clients_check_holds(name: str, tmp_path: Path) -> None:
    ran = run_plan(FOLDER / f"{name}.yaml", tmp_path, "--frames", FRAMES.get(name, "60"), "--strict")
    assert ran.verdict["verdict"] == "good", ran.text
    said = {who for who in CLIENTS[name] if f"partition {who}: pass: all held" in ran.text}
    assert said == set(CLIENTS[name]) - {"halted"}, ran.text
    assert ran.verdict["release_jitter_max"] <= 4
