"""`{action, limit: N in T, then}`: the Nth event within any T takes `then`, and no other one does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.health.outcome import records
from tests.hostile.machine import Found, build_plan, run

FRAME_NS = 10_000_000
FRAMES = 14


@dataclass(frozen=True)
class Limited:
    """`pattern`: an event at the start of each window that has a `!`, 10 ms after each other. `logged`: the actions, in order.

    After a restart and in a window that a restart takes no event is raised.
    """

    rule: str
    pattern: str
    logged: Sequence[str]
    lives: int = 1


LIMITED = (
    # The border: three events 10 ms apart are 20 ms long.
    Limited("{action: log, limit: 3 in 20 ms, then: halt}", ".!!!!!", ["log", "log", "halt"]),
    Limited("{action: log, limit: 3 in 19999999 ns, then: halt}", ".!!!!!", ["log"] * 5),
    Limited("{action: log, limit: 3 in 20000001 ns, then: halt}", ".!!!!!", ["log", "log", "halt"]),
    Limited("{action: log, limit: 2 in 10 ms, then: suspend}", ".!.!.!!!", ["log", "log", "log", "suspend"]),
    Limited("{action: log, limit: 2 in 9999999 ns, then: suspend}", ".!.!.!!!", ["log"] * 5),
    # Sliding: which events came together counts, not when counting began; `then` as long as that is so, and no longer.
    Limited("{action: log, limit: 3 in 40 ms, then: ignore}", ".!..!.!.!....!", ["log"] * 4),
    Limited("{action: ignore, limit: 3 in 20 ms, then: log}", ".!!!!..!!!", ["log", "log", "log"]),
    Limited("{action: log, limit: 1 in 1 ns, then: shutdown}", ".!!!", ["shutdown"]),
    Limited("{action: log, limit: 64 in 1 s, then: halt}", ".!!!!!!!!!!!!", ["log"] * 12),
    Limited("{action: propagate, limit: 2 in 1 s, then: halt}", ".!!", ["halt"]),  # nobody there to handle the first
    # The instants outlive the partition's lives.
    Limited(
        "{action: warm_restart, limit: 3 in 1 s, then: cold_restart}",
        ".!!!!",
        ["warm_restart", "warm_restart", "cold_restart", "cold_restart"],
        5,
    ),
    Limited("{action: cold_restart, limit: 3 in 20 ms, then: halt}", ".!!!", ["cold_restart", "cold_restart", "halt"], 3),
    Limited("{action: cold_restart, limit: 3 in 19999999 ns, then: halt}", ".!!!", ["cold_restart"] * 3, 4),
)


def plan_text(limited: Sequence[Limited]) -> str:
    lines = ["hyp: 1", "name: limits", "board: qemu-q35", "partitions:"]
    for n, one in enumerate(limited):
        lines.append(f'  p{n}: {{image: tests/health/raiser, args: "{one.pattern}", health: {{application_error: {one.rule}}}}}')
    lines += ["schedules:", "  normal:", "    major_frame: 10 ms", "    windows:"]
    lines += [f"      - {{partition: p{n}, at: {n * 100} us, for: 100 us}}" for n in range(len(limited))]
    return "\n".join(lines) + "\n"


def logged(found: Found, name: str) -> list[tuple[str, int]]:
    return [(action, at) for partition, _, action, at in records(found.session.lines) if partition == name]


def test_limits(repository: Path, tmp_path: Path) -> None:
    found = run(build_plan(plan_text(LIMITED), repository, tmp_path / "image"), tmp_path / "run", 40)
    for n, one in enumerate(LIMITED):
        name = f"p{n}"
        assert [action for action, _ in logged(found, name)] == list(one.logged), one
        assert len(found.lines(name)) == one.lives, one
    instants = [at for _, at in logged(found, "p1")]
    assert [after - before for before, after in pairwise(instants)] == [FRAME_NS] * 4, "else the borders above are not met"


def test_a_limit_may_switch_the_schedule(repository: Path, tmp_path: Path) -> None:
    rule = "{action: log, limit: 3 in 20 ms, then: {switch_schedule: other}}"
    text = plan_text([Limited(rule, ".!!!", ())])
    text += "  other:\n    major_frame: 20 ms\n    windows: [{partition: p0, at: 0 ms, for: 1 ms}]\n"
    text = text.replace("raiser,", "raiser, grants: {schedules: [normal]},")
    found = run(build_plan(text, repository, tmp_path / "image"), tmp_path / "run", 20)
    assert [action for action, _ in logged(found, "p0")] == ["log", "log", "switch_schedule"]
    assert found.facts.schedules == {"normal": 4, "other": 16}
