"""The module's own events on a running machine: NMIs, machine checks, stray interrupts, a wrong clock, faults of the kernel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from hyp.abi.numbers import HealthAction
from hyp.abi.tables import LAPIC_BASE
from hyp.target.session import End
from tests.health.outcome import records
from tests.hostile.code import Code, read_code
from tests.hostile.debugger import Debugger, attended
from tests.hostile.machine import Found, build_plan, run

pytestmark = pytest.mark.slow

FRAMES = 40
TIMEOUT_S = 30.0
INTERRUPT_COMMAND = LAPIC_BASE + 0x300
TO_SELF = 0x40000
"""Destination shorthand of the interrupt command register (SDM 3A 11.6.1)."""
STRAY = 0xE0
"""A vector that the kernel routes nothing to."""
Blow = Callable[[Debugger, Code], None]


def plan_text(rules: str, board: str = "qemu-q35") -> str:
    """The caller runs nearly always; what is left is idle time."""
    windows = ["    major_frame: 10 ms", "    windows:", "      - {partition: reporter, at: 0 ms, for: 1 ms}"]
    windows.append("      - {partition: caller, at: 1 ms, for: 4 ms}")
    lines = ["hyp: 1", "name: module", f"board: {board}", f"health: {{module: {{{rules}}}}}", "partitions:"]
    lines += ["  reporter: {image: tests/health/reporter, grants: {health_log: read, schedules: [normal, other]}}"]
    lines += ["  caller: {image: tests/health/reporter, args: calls}"]
    return "\n".join([*lines, "schedules:", "  normal:", *windows, "  other:", *windows]) + "\n"


@dataclass(frozen=True)
class Struck:
    """What is left of a run: how it ended, the module's records (event, action), what the reporter said."""

    found: Found
    code: Code

    @property
    def logged(self) -> list[tuple[str, str]]:
        return [(event, action) for name, event, action, _ in records(self.found.session.lines) if name == "module"]

    @property
    def starts(self) -> list[str]:
        return [line for line in self.found.lines("reporter") if line.startswith("start")]

    @property
    def read(self) -> list[tuple[str, str]]:
        """What the reporter read in the health log."""
        words = [line.split() for line in self.found.lines("reporter") if line.startswith("record")]
        return [(event, HealthAction(int(action.removeprefix("action="))).name.lower()) for _, event, action, _ in words]


def strike(rule: str, blows: Sequence[tuple[str, Blow]], repository: Path, folder: Path) -> Struck:
    """Each blow is dealt when the kernel comes to a place for the fourth time, after the one before: a symbol, or `last of SYMBOL`."""
    built = build_plan(plan_text(rule), repository, folder / "image")
    code = read_code(built.bundle.folder / built.bundle.manifest["kernel"]["elf"])

    def drive(debugger: Debugger) -> None:
        for place, blow in blows:
            address = place_of(code, place)
            for _ in range(3):
                debugger.set(address)
                debugger.go()
                debugger.clear(address)
                debugger.step()
            debugger.set(address)
            debugger.go()
            debugger.clear(address)
            blow(debugger, code)

    return Struck(attended(built, folder / "run", FRAMES, drive, TIMEOUT_S), code)


def place_of(code: Code, place: str) -> int:
    symbol = place.removeprefix("last of ")
    start = code.symbols[symbol]
    if symbol == place:
        return start
    end = min(address for address in code.symbols.values() if address > start)
    return max(address for address in code.instructions if start <= address < end and address not in code.idle)


def nmi(debugger: Debugger, code: Code) -> None:
    debugger.nmi()


def check(debugger: Debugger, code: Code) -> None:
    debugger.machine_check(can_go_on=True)


def stray(debugger: Debugger, code: Code) -> None:
    debugger.store(INTERRUPT_COMMAND, TO_SELF | STRAY)


def fatal_check(debugger: Debugger, code: Code) -> None:
    debugger.machine_check(can_go_on=False)


def bad_code(debugger: Debugger, code: Code) -> None:
    debugger.put("rip", code.symbols[UD2])


def bad_stack(debugger: Debugger, code: Code) -> None:
    """Nothing can be pushed: a double fault."""
    debugger.put("rsp", 0)


UD2 = "entry_nothing"
BLOWS: dict[str, Blow] = {"nmi": nmi, "machine_check": check, "unexpected_interrupt": stray}
CALL, WINDOW_END, IDLE = "hypercall_nop", "timer_in_partition", "timer_in_idle"
PLACES = (CALL, WINDOW_END, IDLE)
IN_THE_KERNEL: tuple[tuple[str, Blow], ...] = (
    (CALL, bad_code),
    (IDLE, bad_code),
    # GS is still, or again, the partition's.
    ("entry_timer", bad_code),
    # The stack is the save area, and too short: a double fault.
    ("last of exit_loaded", bad_code),
    (CALL, bad_stack),
    (IDLE, bad_stack),
)
FIRST = "start power_on cold=1 warm=0 restarts=0"


def lived(struck: Struck, warm: int) -> bool:
    """The reporter's lives, each in its turn; one that the next blow ended before its first word is not heard."""
    lives = [FIRST, *(f"start module cold=1 warm={n} restarts={n}" for n in range(1, warm + 1))]
    said = iter(lives)
    return struck.starts[0] == lives[0] and struck.starts[-1] == lives[-1] and all(start in said for start in struck.starts)


def complete(struck: Struck) -> bool:
    session = struck.found.session
    assert session.end is End.COMPLETE, f"{session.message}\n{struck.found.console[-1500:].decode(errors='replace')}"
    return struck.found.facts.cores[0].frames == FRAMES


@pytest.mark.parametrize("event", BLOWS)
def test_log_goes_on(event: str, repository: Path, tmp_path: Path) -> None:
    """In a call, at a window's end and in idle time."""
    struck = strike(f"{event}: log", [(place, BLOWS[event]) for place in PLACES], repository, tmp_path)
    assert complete(struck)
    assert struck.logged == struck.read == [(event, "log")] * 3
    assert struck.starts == [FIRST]


@pytest.mark.parametrize("event", BLOWS)
def test_halt_ends_the_module(event: str, repository: Path, tmp_path: Path) -> None:
    struck = strike(f"{event}: halt", [(CALL, BLOWS[event])], repository, tmp_path)
    assert not complete(struck)
    assert struck.logged == [(event, "halt")]
    assert struck.found.facts.cores[0].frames < FRAMES
    assert "module halt" in struck.found.lines("hyp")


@pytest.mark.parametrize("event", BLOWS)
def test_restarts(event: str, repository: Path, tmp_path: Path) -> None:
    struck = strike(f"{event}: warm_restart", [(place, BLOWS[event]) for place in PLACES], repository, tmp_path)
    assert complete(struck)
    assert struck.logged == struck.read == [(event, "warm_restart")] * 3
    assert lived(struck, 3), struck.starts
    assert struck.found.facts.module_restarts == 3


@pytest.mark.parametrize("event", BLOWS)
def test_a_cold_restart_after_too_many(event: str, repository: Path, tmp_path: Path) -> None:
    """The log's readers begin anew; what is printed is not lost."""
    rule = f"{event}: {{action: log, limit: 2 in 10 s, then: cold_restart}}"
    struck = strike(rule, [(CALL, BLOWS[event])] * 2, repository, tmp_path)
    assert complete(struck)
    assert struck.logged == [(event, "log"), (event, "cold_restart")]
    assert struck.starts == [FIRST, "start module cold=2 warm=0 restarts=0"]
    assert struck.found.facts.module_restarts == 1


@pytest.mark.parametrize("event", BLOWS)
def test_switch(event: str, repository: Path, tmp_path: Path) -> None:
    struck = strike(f"{event}: {{switch_schedule: other}}", [(CALL, BLOWS[event])], repository, tmp_path)
    assert complete(struck)
    assert struck.logged == struck.read == [(event, "switch_schedule")]
    assert 0 < struck.found.facts.schedules["normal"] < 5
    assert sum(struck.found.facts.schedules.values()) == FRAMES


def test_the_kernels_own_faults_restart_the_module(repository: Path, tmp_path: Path) -> None:
    """Wherever they come; the record outlives the restart, and says where the kernel was."""
    struck = strike("internal_error: warm_restart", IN_THE_KERNEL, repository, tmp_path)
    assert complete(struck)
    count = len(IN_THE_KERNEL)
    assert struck.logged == struck.read == [("internal_error", "warm_restart")] * count
    assert lived(struck, count), struck.starts
    assert struck.found.facts.module_restarts == count
    said = [line for line in struck.found.lines("reporter") if line.startswith("record")]
    assert [line.endswith(f"rip={struck.code.symbols[UD2]:x}") for line in said] == [True, True, True, False, False, False]


def test_machine_checks_after_which_the_cpu_cannot_go_on(repository: Path, tmp_path: Path) -> None:
    struck = strike("machine_check: warm_restart", [(place, fatal_check) for place in PLACES], repository, tmp_path)
    assert complete(struck)
    assert struck.logged == struck.read == [("machine_check", "warm_restart")] * 3
    assert lived(struck, 3), struck.starts


PANICS: dict[str, tuple[str, Blow, int]] = {
    "internal_error: halt": ("internal_error", bad_code, 1),
    "internal_error: {action: cold_restart, limit: 2 in 10 s, then: halt}": ("internal_error", bad_code, 2),
    "machine_check: halt": ("machine_check", fatal_check, 1),
    "machine_check: log": ("machine_check", fatal_check, 1),
    "machine_check: {switch_schedule: other}": ("machine_check", fatal_check, 1),
}
"""The event, and how many it takes: nothing else is possible then."""


@pytest.mark.parametrize("rule", PANICS)
def test_panics(rule: str, repository: Path, tmp_path: Path) -> None:
    event, blow, count = PANICS[rule]
    struck = strike(rule, [(CALL, blow)] * count, repository, tmp_path)
    assert struck.found.session.end is End.PANICKED, struck.found.session.message
    assert struck.found.facts.module_restarts == count - 1
    (panic,) = (line for line in struck.found.lines("hyp") if line.startswith("panic: "))
    assert f"rip={struck.code.symbols[UD2]:#x}" in panic or event == "machine_check"


CLOCKS = {
    "clock_mismatch: log": ("log", FIRST, 0),
    "clock_mismatch: warm_restart": ("warm_restart", "start module cold=1 warm=1 restarts=1", 1),
    "clock_mismatch: cold_restart": ("cold_restart", "start module cold=2 warm=0 restarts=0", 1),
    "clock_mismatch: {switch_schedule: other}": ("switch_schedule", FIRST, 0),
    "clock_mismatch: {action: log, limit: 1 in 1 s, then: warm_restart}": ("warm_restart", "start module cold=1 warm=1 restarts=1", 1),
    "clock_mismatch: halt": ("halt", "", 0),
}
"""The action, the reporter's first words, the module's restarts."""


@pytest.mark.parametrize("rule", CLOCKS)
def test_a_wrong_clock(rule: str, repository: Path, tmp_path: Path) -> None:
    """The board says 2 GHz; the emulator's is 1 GHz, and that is what is used then."""
    action, start, restarts = CLOCKS[rule]
    board = tmp_path / "board.yaml"
    board.write_text((repository / "config/boards/qemu-q35.yaml").read_text().replace("frequency: 1 GHz", "frequency: 2 GHz"))
    found = run(build_plan(plan_text(rule, str(board)), repository, tmp_path / "image"), tmp_path / "run", FRAMES)
    struck = Struck(found, Code((), frozenset(), {}))
    assert struck.logged == [("clock_mismatch", action)]
    assert struck.starts == ([start] if start else [])
    assert found.facts.module_restarts == restarts
    if action == "switch_schedule":
        assert found.facts.schedules == {"normal": 1, "other": FRAMES - 1}
    if action != "halt":
        assert max(facts.late_max or 0 for facts in found.facts.windows.values()) <= 1000
        assert found.facts.tsc_hz is not None
        assert abs(found.facts.tsc_hz - 1_000_000_000) < 10_000_000
