"""A non-maskable interrupt at every instruction that the kernel executes while partitions run, and flags that must not get in.

An NMI finds the kernel with the partition's GS, the partition's stack pointer or half a frame: nothing of it may matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hyp.abi.pages import FRAME
from hyp.abi.tables import SLOT_SAVE
from hyp.target.session import End
from tests.hostile.code import Code, read_code
from tests.hostile.conftest import named
from tests.hostile.debugger import Debugger, attended
from tests.hostile.machine import Attacker, Built, Found, build_plan, plan_text

NMI_PATH = {"fault_nmi", "health_nmi", "entry_nmi", "entry_machine_check", "entry_double_fault"}
"""An NMI is blocked while one is served (SDM 3A 6.7.1); the last two end in a panic."""
WHOLE = (
    "entry_hypercall",
    "exit_hypercall",
    "entry_hypercall_refused",
    "entry_hypercall_context",
    "exit_now",
    "exit_release",
    "exit_sled",
    "exit_release_end",
    "exit_loaded",
    "entry_timer",
    "entry_timer_idle",
    "entry_fault",
    "entry_fault_kernel",
    "copy_partition",
    "copy_partition_end",
    "copy_partition_fault",
    "hypercall_gate_call",
    "hypercall_gate_reply_wait",
    "gate_switch",
)
"""Ways in and out: each of their instructions is reached but for `ud2` and padding, where nothing comes, and one jump (below)."""
CALLS = ("nop", "console_write", "time_get", "yield", "window_status", "partition_control", "mode_set", "verdict", "untagged")
"""The calls that the plan's partitions make: a stop at what nobody reaches only slows the emulator down."""
INSIDE: tuple[str, ...] = (
    *("timer_", "window_", "schedule_", "release", "fault_in_", "health_", "partition_", "fpu_", "extras_", "gate_"),
    *(f"{kind}hypercall_{call}" for kind in ("", "save_") for call in CALLS),
)
"""The C between them, by the start of its names; what is reached of it depends on the plan."""
TIMEOUT_S = 300.0
IDLE_US = 5_000
"""In each frame: while the debugger holds the machine its clock runs on with the host's; in idle time the schedule catches up."""
DF, AC, TF, IF, IOPL, NT = 0x400, 0x40000, 0x100, 0x200, 0x3000, 0x4000


@dataclass
class Struck:
    """`elsewhere`: addresses at which the NMI came in after some other instruction than the one asked for, and where that was."""

    at: list[int] = field(default_factory=list)
    elsewhere: dict[int, int] = field(default_factory=dict)


def debugged(built: Built, folder: Path, frames: int, drive: Callable[[Debugger], None]) -> Found:
    """A run that `drive` watches over, and that goes on to its end."""
    found = attended(built, folder, frames, drive, TIMEOUT_S)
    assert found.session.end is End.COMPLETE, f"{found.session.message}\n{found.console[-1500:].decode(errors='replace')}"
    return found


def strike(debugger: Debugger, code: Code, targets: set[int], struck: Struck) -> None:
    """One NMI before each of `targets` that the run comes to."""
    start, nmi = code.symbols["schedule_start"], code.symbols["entry_nmi"]
    debugger.set(start)
    debugger.go()
    debugger.clear(start)
    for address in targets:
        debugger.set(address)
    while True:
        debugger.go()
        address = debugger.registers()["rip"]
        debugger.clear(address)
        debugger.set(nmi)
        debugger.nmi()
        debugger.go()
        registers = debugger.registers()
        assert registers["rip"] == nmi, f"{registers['rip']:#x} instead of the NMI's entry after {address:#x}"
        struck.at.append(address)
        interrupted = debugger.word(registers["rsp"])
        if interrupted != address:
            struck.elsewhere[address] = interrupted
        debugger.clear(nmi)


def own_events(found: Found, name: str) -> dict[str, int]:
    """Without `late_start`: the clock runs on while the debugger holds the machine, so windows do start late."""
    return {event: count for event, count in found.events(name).items() if event != "late_start"}


@pytest.mark.slow
def test_at_every_instruction_of_the_kernel(repository: Path, tmp_path: Path) -> None:
    names = ["keep", "gs_hold ffffffff98000000", "gs_hold ffffffffffffffff", "untagged", "bad_addresses", "loop 4", "loop 5"]
    names += ["ud2", "end 0", "fpu 11", "drifting"]
    actor = "../../gates/actor"
    calls = [Attacker("client", "storms", image=actor, fpu=False), Attacker("server", "serve", image=actor, fpu=False)]
    text = plan_text([*named(names), *calls], for_us=40, idle_us=IDLE_US)
    text += "gates: {first: {from: client, to: server}, second: {from: client, to: server}}\n"
    built = build_plan(text, repository, tmp_path / "image")
    code = read_code(built.bundle.folder / built.bundle.manifest["kernel"]["elf"])
    whole = {a for a in code.instructions if code.owner(a) in WHOLE and a not in code.idle}
    # The way back from a fault that returns (no device, no handler), and a timer inside a window: there is none of these.
    whole -= set(sorted(a for a in whole if code.owner(a) == "entry_fault")[-2:]) | {
        max(a for a in whole if code.owner(a) == "entry_timer")
    }
    targets = whole | {a for a in code.instructions if code.owner(a).startswith(INSIDE)}
    targets -= {a for a in targets if code.owner(a) in NMI_PATH}
    struck = Struck()
    found = debugged(built, tmp_path / "run", 250, lambda debugger: strike(debugger, code, targets, struck))

    assert struck.elsewhere == {}, "QEMU takes an NMI before the instruction at which it was stopped"
    reached = set(struck.at)
    assert "\n".join(f"{code.owner(a)} {a:#x}" for a in sorted(whole - reached)) == ""
    assert len(reached) > 500
    (nmis,) = (fact for fact in found.facts.health if fact.partition == "module")
    assert (nmis.event, nmis.count) == ("nmi", len(struck.at))
    for name in ("a0", "a1", "a2"):
        log = found.log(name)
        assert (log.failed_line, hex(log.failed_value)) == (0, "0x0"), f"{name}: a register changed"
        assert log.checks > 100
    assert own_events(found, "a0") == own_events(found, "a1") == own_events(found, "a2") == {}
    assert own_events(found, f"a{names.index('ud2')}") == {"invalid_opcode": 1}
    assert found.log(f"a{names.index('fpu 11')}").failed_line == 0


def test_flags_of_a_partition_stay_outside(repository: Path, tmp_path: Path) -> None:
    """DF, AC, NT, TF and IOPL are clear in the kernel's own code, whatever the partition had set when it was left."""
    names = ["flags_hold 3f7400", "flags_hold 3f7400"]
    built = build_plan(plan_text(named(names), for_us=40, idle_us=IDLE_US), repository, tmp_path / "image")
    code = read_code(built.bundle.folder / built.bundle.manifest["kernel"]["elf"])
    places = ("timer_in_partition", "hypercall_nop")
    seen: list[tuple[str, int, int]] = []

    def drive(debugger: Debugger) -> None:
        for name in places:
            debugger.set(code.symbols[name])
        for _ in range(60):
            debugger.go()
            registers = debugger.registers()
            name = code.owner(registers["rip"])
            outside = registers["r11"] if name == "hypercall_nop" else debugger.word(SLOT_SAVE + FRAME.offsets["rflags"])
            seen.append((name, registers["rflags"], outside))
            debugger.clear(registers["rip"])
            debugger.step()
            debugger.set(registers["rip"])
        for name in places:
            debugger.clear(code.symbols[name])

    debugged(built, tmp_path / "run", 100, drive)
    for name, inside, outside in seen:
        assert inside & (DF | AC | TF | NT | IF | IOPL) == 0, f"{name}: rflags {inside:#x}, the partition's {outside:#x}"
    for name in places:
        assert any(outside & (DF | AC | NT) == DF | AC | NT for place, _, outside in seen if place == name), (
            f"{name} was not put to the test"
        )
