"""Plans with owners of devices beside victims."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.machine import DIARY_BYTES, Found, build_plan, run

HEAD = ["hyp: 1", "name: devices", "board: qemu-q35", "console: {uart: com1, baud: 115200, buffer: 2 KiB}", "partitions:"]


def storm_text(how: str, *, for_ns: int = 20_000, victim_us: int = 10) -> str:
    """The owner's window is followed at once by those of the victims: `steady`, which yields, and `spinner`, which never does."""
    lines = [*HEAD, "  owner:", "    image: tests/devices/storm", f"    args: {how}", "    devices: [com3, rtc]"]
    for name, args in (("steady", "yield"), ("spinner", "spin")):
        areas = f"{{areas: [{{name: log, size: {DIARY_BYTES} B}}]}}"
        lines += [f"  {name}:", "    image: tests/hostile/partitions/victim", f"    args: {args}", f"    memory: {areas}"]
    at, frame = for_ns, for_ns + 3 * victim_us * 1000
    return "\n".join(
        [
            *lines,
            "schedules:",
            "  normal:",
            f"    major_frame: {frame} ns",
            "    windows:",
            f"      - {{partition: owner, at: 0 ns, for: {for_ns} ns}}",
            f"      - {{partition: steady, at: {at} ns, for: {victim_us} us}}",
            f"      - {{partition: spinner, at: {at + victim_us * 1000} ns, for: {victim_us} us}}",
            "",
        ]
    )


def prober_text(args: str, devices: str = "[com3, rtc]") -> str:
    """A partition that reads a port."""
    lines = [*HEAD, "  prober:", "    image: tests/devices/prober", f"    args: {args}", f"    devices: {devices}"]
    return "\n".join(
        [*lines, "schedules:", "  normal:", "    major_frame: 1 ms", "    windows:", "      - {partition: prober, at: 0 ms, for: 1 ms}", ""]
    )


def run_text(text: str, root: Path, folder: Path, frames: int) -> Found:
    return run(build_plan(text, root, folder / "image"), folder / "run", frames)
