"""A side of a gate, the module or the schedule ends or changes while a call is cut, at each of its instructions."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.hostile.machine import build_plan, run
from tests.races.test_races import logs

OFFSETS, TURNS = 300, 9
WINDOW_US = 60
PARTITIONS = ("client", "server", "breaker")
MODULE = (6, 7)
"""Turns that restart the module."""


def plan_text(count: int, *, windows: bool, fpu: bool) -> str:
    """With `windows` the server has one of its own, else it comes up in its caller's."""
    args = f"{OFFSETS} {count}"
    names = ("client", "server", "breaker") if windows else ("client", "breaker")
    schedules = []
    for name, order in (("normal", names), ("other", (*names[1:], names[0]))):
        schedules += [f"  {name}:", f"    major_frame: {WINDOW_US * len(order)} us", "    windows:"]
        schedules += [f"      - {{partition: {one}, at: {n * WINDOW_US} us, for: {WINDOW_US} us}}" for n, one in enumerate(order)]
    grants = """
    grants:
      partitions: {client: [warm_restart, cold_restart], server: [warm_restart, cold_restart, suspend, resume, halt]}
      schedules: [normal, other]
      module: [warm_restart, cold_restart]"""
    switch = "true" if fpu else "false"
    return "\n".join(
        [
            "hyp: 1",
            "name: breaks",
            "board: qemu-q35",
            "console: {uart: com1, mode: text, baud: 115200, buffer: 1 KiB}",
            "partitions:",
            f'  client: {{image: tests/races/partition, args: "gate {args}", fpu: {switch}}}',
            f'  server: {{image: tests/races/partition, args: "work", fpu: {switch}}}',
            f'  breaker:\n    image: tests/races/partition\n    args: "break {args}"\n    fpu: false{grants}',
            "gates: {call: {from: client, to: server}}",
            "shared:",
            "  notes: {size: 4 KiB, access: {client: rw, server: rw, breaker: rw}}",
            *(f"  {name}_log: {{size: 4 KiB, access: {{{name}: rw}}}}" for name in PARTITIONS),
            "schedules:",
            *schedules,
            "",
        ]
    )


@pytest.mark.slow
@pytest.mark.parametrize("windows", [False, True], ids=["passive", "windows"])
@pytest.mark.parametrize("fpu", [False, True], ids=["short", "long"])
def test_what_ends_behind_a_cut_call(repository: Path, tmp_path: Path, request: pytest.FixtureRequest, fpu: bool, windows: bool) -> None:
    """No request is served twice or for a life that is over; who is left gets an error, or its reply, and its registers as they were."""
    count = OFFSETS * (TURNS if request.config.getoption("--nightly") else 2)
    built = build_plan(plan_text(count, windows=windows, fpu=fpu), repository, tmp_path / "image")
    result = run(built, tmp_path / "run", 8 * count + 100)
    found = logs(result, PARTITIONS, "{}_log")
    begun, _, _, acted, _, *turns = struct.unpack_from(f"<{5 + 2 * TURNS}Q", result.area("client", "notes"))
    assert (begun, acted) == (count, count), "the sweep did not come to its end"
    assert min(turns[:TURNS]) > count // TURNS // 2, turns
    assert min(turns[TURNS:]) > 5, f"few of these met a call: {turns[TURNS:]}"
    assert found["client"].seen > 5, "no call lost its server"
    assert found["server"].seen > count // 3
