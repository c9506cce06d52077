"""Registers in memory: the area of a device, and an area of one's own at a physical address."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyp.image.devices import ports_bitmap
from hyp.plan.model import Range
from tests.devices.owners import HEAD, run_text

HPET = 0xFED00000
AT = "phys: 0xfed00000, at: 0x10000000"


def plan_text(owned: str, name: str) -> str:
    lines = [*HEAD, "  reader:", "    image: tests/devices/registers", f"    args: {name}", f"    {owned}"]
    return "\n".join(
        [
            *lines,
            "schedules:",
            "  normal:",
            "    major_frame: 1 ms",
            "    windows:",
            "      - {partition: reader, at: 0 ms, for: 500 us}",
            "",
        ]
    )


@pytest.mark.parametrize(
    ("owned", "name"),
    [("devices: hpet", "hpet"), (f"memory: {{areas: [{{name: regs, size: 4 KiB, {AT}}}]}}", "regs")],
    ids=["device", "phys"],
)
def test_registers_are_mapped(owned: str, name: str, repository: Path, tmp_path: Path) -> None:
    found = run_text(plan_text(owned, name), repository, tmp_path, 3)
    assert any("verdict reader pass: counts" in line for line in found.lines("hyp"))
    (area,) = (area for area in found.partition("reader")["areas"] if area["name"] == name)
    assert (area["physical"], area["size"], area["access"]) == (HPET, 4096, "rw")
    assert found.partition("reader")["devices"] == (["hpet"] if name == "hpet" else [])
    assert name == "hpet" or area["virtual"] == 0x10000000


def test_a_bitmap_opens_what_it_is_given() -> None:
    bits = ports_bitmap([Range(0x3E8, 8), Range(0xFFFF, 1)])
    is_open = {port for port in range(0x10000) if not bits[port // 8] >> port % 8 & 1}
    assert len(bits) == 0x2000
    assert is_open == {*range(0x3E8, 0x3F0), 0xFFFF}
