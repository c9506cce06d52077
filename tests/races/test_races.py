"""Calls cut by the window's end at each of their instructions, and upcalls at each instruction around a call."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hostile.machine import Found, build_plan, run

SHORT_WORDS, LONG_WORDS = 8, 2500
"""64 B, and 20,000 B: five chunks of the kernel's copy."""


@dataclass(frozen=True)
class Log:
    """What a partition found (partition/races.h)."""

    calls: int
    crossed: int
    wrong: int
    line: int
    first: int
    second: int
    done: int
    seen: int


def plan_text(partitions: dict[str, str], rest: str, for_us: int, grants: str = "", *, fpu: bool = True) -> str:
    """Each partition with its args, in windows one behind the other, but servers. `grants` are those of the killer."""
    lines = ["hyp: 1", "name: races", "board: qemu-q35", "console: {uart: com1, mode: text, baud: 115200, buffer: 1 KiB}", "partitions:"]
    memory = "memory: {areas: [{name: log, size: 4 KiB}]}"
    for name, args in partitions.items():
        more = grants if name == "killer" else ""
        more += "" if fpu else ", fpu: false"
        lines.append(f'  {name}: {{image: tests/races/partition, args: "{args}", {memory}{more}}}')
    lines += [rest, "schedules:", "  normal:", f"    major_frame: {(for_us + 2) * len(partitions)} us", "    windows:"]
    names = [name for name in partitions if name != "server"]
    lines += [f"      - {{partition: {name}, at: {n * (for_us + 2)} us, for: {for_us} us}}" for n, name in enumerate(names)]
    return "\n".join(lines) + "\n"


def logs(found: Found, partitions: Iterable[str], area: str = "log") -> dict[str, Log]:
    """Of all partitions, each at its end and with nothing wrong. `area`: its name, in which {} stands for the partition's."""
    seen = {name: Log(*struct.unpack_from("<8Q", found.area(name, area.format(name)))) for name in partitions}
    assert {name: (log.wrong, log.done) for name, log in seen.items()} == dict.fromkeys(partitions, (0, 1)), seen
    assert found.facts.health == ()
    return seen


@pytest.mark.slow
@pytest.mark.parametrize("words", [SHORT_WORDS, LONG_WORDS], ids=["64B", "20000B"])
@pytest.mark.parametrize("queuing", [0, 1], ids=["sampling", "queuing"])
def test_messages_cut_at_every_instruction(repository: Path, tmp_path: Path, queuing: int, words: int) -> None:
    """One call in each window of both sides; the offsets go from behind the call's end to before its begin."""
    offsets = words + words // 2 + 400
    partitions = {"writer": f"send {queuing} {words} {offsets}", "reader": f"receive {queuing} {words} {offsets}"}
    kind = "queuing, depth: 3, rate: 1 per 1 s" if queuing else "sampling"
    rest = f"channels:\n  line: {{kind: {kind}, size: {words * 8} B, from: writer.out, to: reader.in}}"
    built = build_plan(plan_text(partitions, rest, 60), repository, tmp_path / "image")
    found = logs(run(built, tmp_path / "run", 4 * offsets + 100), partitions)
    assert found["writer"].calls == offsets
    assert all(log.crossed > words + 50 for log in found.values()), f"few calls were cut: {found}"
    assert found["writer"].crossed < offsets, "the sweep did not reach calls that end in time"
    if queuing:
        assert found["reader"].seen == offsets


@pytest.mark.slow
def test_events_raised_at_every_instruction(repository: Path, tmp_path: Path) -> None:
    offsets = 300
    partitions = {"bell": f"notify {offsets}", "listener": f"listen {offsets}"}
    rest = "events:\n  bell: {from: bell, to: listener}\nshared:\n  count: {size: 4 KiB, access: {bell: rw, listener: ro}}"
    built = build_plan(plan_text(partitions, rest, 30), repository, tmp_path / "image")
    found = logs(run(built, tmp_path / "run", 3 * offsets), partitions)
    assert found["bell"].calls == offsets
    assert 20 < found["bell"].crossed < offsets
    assert found["listener"].seen >= offsets - found["bell"].crossed


@pytest.mark.slow
def test_timer_at_every_instruction_of_a_call(repository: Path, tmp_path: Path) -> None:
    """One upcall each, whether the timer expires before, inside or after the call; result and registers are the call's."""
    offsets, kinds = 600, 12
    partitions = {"one": f"upcall {offsets}"}
    built = build_plan(plan_text(partitions, "", 900), repository, tmp_path / "image")
    found = logs(run(built, tmp_path / "run", offsets * kinds // 100), partitions)
    assert found["one"].calls == found["one"].seen == offsets * kinds
    assert 20 * kinds < found["one"].crossed < found["one"].calls


@pytest.mark.slow
def test_restart_of_a_writer_whose_call_is_cut(repository: Path, tmp_path: Path) -> None:
    lives = 150
    partitions = {"writer": f"die {LONG_WORDS} {lives}", "killer": f"kill {LONG_WORDS} {lives}"}
    rest = f"channels:\n  line: {{kind: sampling, size: {LONG_WORDS * 8} B, from: writer.out, to: killer.in}}"
    grants = ", grants: {partitions: {writer: [warm_restart]}}"
    built = build_plan(plan_text(partitions, rest, 60, grants), repository, tmp_path / "image")
    found = logs(run(built, tmp_path / "run", lives + 50), partitions)
    assert found["killer"].seen == lives
    assert found["writer"].calls == 0, "a call that was to be cut has ended"


@pytest.mark.slow
@pytest.mark.parametrize("fpu", [False, True], ids=["short", "long"])
@pytest.mark.parametrize("alarms", [0, 1], ids=["window", "alarm"])
def test_gate_calls_at_every_instruction(repository: Path, tmp_path: Path, alarms: int, fpu: bool) -> None:
    """Cut by the window's end, or by a timer of the caller's: every request is served once, every register of both is kept."""
    offsets = 1000 if fpu else 400
    partitions = {"client": f"ask {alarms} {offsets}", "server": "pong"}
    for_us = 900 if alarms else 30
    text = plan_text(partitions, "gates: {call: {from: client, to: server}}", for_us, fpu=fpu)
    built = build_plan(text, repository, tmp_path / "image")
    found = logs(run(built, tmp_path / "run", offsets // 100 if alarms else 2 * offsets + 100), partitions)
    assert found["client"].calls == offsets
    assert 100 < found["client"].crossed < offsets
    assert found["server"].seen == offsets + 2, "the first call and the last one are not part of the sweep"
