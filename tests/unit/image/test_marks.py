"""What the compiler tells the kernel of the monitor's lines."""

from __future__ import annotations

from pathlib import Path

from hyp.abi.tables import PLAN
from hyp.image.timetable import timetable
from hyp.image.uarts import mark_fields, mark_of, mark_setup
from hyp.plan import load
from hyp.plan.model import Plan

TEXT = """\
hyp: 1
name: marks
board: qemu-q35
{monitor}
partitions:
  a: {{image: partitions/hello}}
  b: {{image: partitions/hello}}
schedules:
  normal:
    major_frame: 10 ms
    windows:
      - {{partition: a, at: 0 ms, for: 1 ms}}
      - {{partition: b, at: 2 ms, for: 100 us}}
      - {{partition: a, at: 4 ms, for: 1 ms}}
"""


def plan(monitor: str, repository: Path) -> Plan:
    loaded = load(repository / "config" / "marks.yaml", text=TEXT.format(monitor=monitor))
    assert loaded.plan is not None, loaded.diagnostics
    return loaded.plan


def marks(made: Plan) -> list[int]:
    lane = timetable(made, 1)[0][0]
    return [mark_of(made, entry, first=entry is lane.entries[0]) for entry in lane.entries]


def test_a_parallel_port_names_the_window(repository: Path) -> None:
    made = plan("monitor: {lines: parallel}", repository)
    assert marks(made) == [0, 1, 2]
    assert mark_fields(made) == {"mark_port": 0x378, "mark_lead_ns": 400, "mark_flip": 0x80}
    assert mark_setup(made) == [0x37A_000C, 0x378_0000]


def test_modem_lines_rise_and_bytes_follow_where_there_is_time(repository: Path) -> None:
    """RTS is 2, DTR 1 in the first window; a window of 100 us is shorter than two bytes at 115200 baud."""
    made = plan("monitor: {lines: uart-modem, device: com3}", repository)
    assert marks(made) == [0x103, 0x002, 0x102]
    assert mark_fields(made) == {"mark_port": 0x3EC, "mark_lead_ns": 600}
    assert [(one >> 16, one & 0xFFFF) for one in mark_setup(made)] == [
        (0x3EB, 0x80), (0x3E8, 1), (0x3E9, 0), (0x3EB, 3), (0x3E9, 0), (0x3EA, 7), (0x3EC, 0)
    ]  # fmt: skip


def test_without_a_monitor_there_is_no_port(repository: Path) -> None:
    made = plan("", repository)
    assert (marks(made), mark_setup(made), "mark_port" in mark_fields(made)) == ([0, 0, 0], [], False)


def test_the_guard_pays_for_the_writes(repository: Path) -> None:
    """What the board file says of a write to a port, and the spin before it: one for a parallel port, three for modem lines.

    Between two of these RTS is down for 8 clocks of 83.4 ns, 3 more, and the 200 ns of jitter.
    """
    guards = [plan(text, repository).guard_ns for text in ("", "monitor: {lines: parallel}", "monitor: {lines: uart-modem, device: com3}")]
    assert [guard - guards[0] for guard in guards] == [0, 400, 600 + 1200]


def test_the_setup_fits_its_field(repository: Path) -> None:
    made = plan("monitor: {lines: uart-modem, device: com3}", repository)
    field = next(field for field in PLAN.fields if field.name == "mark_setup")
    assert len(mark_setup(made)) < field.count
