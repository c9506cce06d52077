"""The same attacks on Bochs, which makes the checks that QEMU's TCG leaves out, and decodes by the manuals."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyp.target.options import Options
from hyp.target.run import run
from hyp.target.session import End
from tests.hostile import attacks
from tests.hostile.conftest import named
from tests.hostile.machine import build_plan, plan_text

FRAMES = 2
WINDOW_US = 200
"""20 ns an instruction: some 8,000 of them, the guard apart."""

WANTED = (
    attacks.INSTRUCTIONS | attacks.SELECTORS | attacks.STATE | {f"int {n:x}": attacks.SOFTWARE_INTERRUPTS[f"int {n:x}"] for n in range(16)}
)
STRICTER = {
    **{attack: attacks.DEBUG for attack, events in WANTED.items() if events == attacks.ICEBP},
    **{attack: attacks.GENERAL for attack, events in WANTED.items() if events == attacks.RETURN},
}
"""Where QEMU's answer was accepted beside the manual's."""


@pytest.mark.slow
def test_on_bochs(repository: Path, tmp_path: Path) -> None:
    wanted = WANTED | STRICTER
    text = plan_text(named(list(wanted)), for_us=WINDOW_US, victim_us=WINDOW_US, board="bochs")
    built = build_plan(text, repository, tmp_path / "image")
    ran = run(built.bundle, "bochs", Options(frames=FRAMES, timeout_s=150), lambda _: None, tmp_path / "raw")
    assert ran.session.end is End.COMPLETE, ran.session.message
    seen: dict[str, list[tuple[str, int]]] = {}
    for fact in ran.facts.health:
        seen.setdefault(fact.partition, []).append((fact.event, fact.count))
    wrong = []
    for n, (attack, events) in enumerate(wanted.items()):
        found = seen.pop(f"a{n}", [])
        if len(found) != 1 or found[0][0] not in events or found[0][1] != 1:
            wrong.append(f"{attack}: {found} instead of one of {sorted(events)}")
    assert "\n".join(wrong) == ""
    assert seen == {}, "a victim or the module had an event"
    late = [facts.late_max for facts in ran.facts.windows.values() if facts.index % 3]
    assert max(value for value in late if value is not None) <= 4
