"""`hyp board --log`: a report in, a board file out that `hyp check` judges; what stands against hyp is said."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from hyp.abi.loader import LOADER_LOAD, LOADER_SIZE
from hyp.cli.main import main
from hyp.plan import Loaded, load
from hyp.plan.model import Board
from hyp.probe.facts import Report
from hyp.probe.lines import Collector
from tests.unit.plan.plans import BASE, GOOD
from tests.unit.probe.reports import changed, recorded

SPCR = "spcr type=0 space=memory address=0xfe032000 width=32 irq=19 baud=115200"


def probed(folder: Path, report: bytes, code: int = 0) -> Path:
    """The board file that comes of it."""
    (folder / "line.log").write_bytes(report)
    assert main(["board", "--log", str(folder / "line.log"), "-o", str(folder / "mine.yaml")]) == code
    return folder / "mine.yaml"


def check(board: Path) -> Loaded:
    return load("plan.yaml", text=GOOD.replace("board: qemu-q35", f"board: {board}"), base=BASE)


def board_of(folder: Path, report: bytes) -> Board:
    plan = check(probed(folder, report)).plan
    assert plan is not None
    return plan.board


@pytest.mark.parametrize("name", ["seabios", "ovmf", "bochs"])
def test_a_plan_on_it_is_clean(tmp_path: Path, name: str) -> None:
    loaded = check(probed(tmp_path, recorded(name)))
    assert loaded.diagnostics == ()
    assert loaded.plan is not None
    board = loaded.plan.board
    assert (board.name, board.status, board.cores, board.console) == ("mine", "tried", 1, "com1")
    com1 = board.devices["com1"]
    assert (com1.ports[0].start, com1.irq, com1.fifo) == (0x3F8, 4, 16)
    assert [(one.start, one.size) for one in board.reserved] == [(LOADER_LOAD, LOADER_SIZE)]


@pytest.mark.parametrize(("name", "timer"), [("seabios", "lapic"), ("bochs", "tsc-deadline")])
def test_the_deadline_timer_wants_a_tsc_that_never_stops(tmp_path: Path, name: str, timer: str) -> None:
    assert board_of(tmp_path, recorded(name)).timer == timer


def test_the_frequency_is_of_the_best_clock(tmp_path: Path) -> None:
    """Bochs' CPUID states another machine's, so it is not believed."""
    assert board_of(tmp_path, recorded("bochs")).tsc.frequency_hz == 50_000_000


def test_a_stated_frequency_that_agrees_is_taken(tmp_path: Path) -> None:
    report = changed("bochs", ("crystal_hz=38400000 tsc_hz=1497600000", "crystal_hz=25000000 tsc_hz=50000030"))
    assert board_of(tmp_path, report).tsc.frequency_hz == 50_000_030


def test_a_cpu_that_does_not_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loaded = check(probed(tmp_path, recorded("qemu64"), code=1))
    assert "hyp: does not fit: the CPU lacks smep, smap, umip, fsgsbase, which the kernel cannot do without" in capsys.readouterr().err
    assert [one.code for one in loaded.diagnostics] == ["BRD008"]
    assert loaded.plan is None


def test_memory_by_bios_is_one_piece_and_by_uefi_many(tmp_path: Path) -> None:
    """512 MiB both. What UEFI keeps, be it for its services or for ACPI, is not hyp's."""
    assert [(one.start, one.size) for one in board_of(tmp_path, recorded("seabios")).ram] == [(0x100000, 0x1FEDF000)]
    ram = board_of(tmp_path, recorded("ovmf")).ram
    assert [one.start for one in ram] == [0x100000, 0x900000, 0x1EBA2000, 0x1F7FE000]
    collector = Collector()
    collector.feed(recorded("ovmf"))
    kept = [one for one in Report(collector.entries()).all("region") if one.number("type") != 1]
    assert len(kept) > 8
    for one in kept:
        start, end = one.number("start"), one.number("start") + one.number("size")
        assert not any(start < extent.end and extent.start < end for extent in ram)


def test_the_console_of_the_firmware_is_a_comment(tmp_path: Path) -> None:
    text = probed(tmp_path, changed("seabios", more=(SPCR,))).read_text()
    assert "# Firmware's own console (SPCR): memory 0xfe032000, type 0." in text
    known = SPCR.replace("memory address=0xfe032000", "port address=0x3f8")
    assert "SPCR" not in probed(tmp_path, changed("seabios", more=(known,))).read_text(), "it is com1, which is there"


def test_a_uart_on_pci_is_a_comment(tmp_path: Path) -> None:
    line = "pci at=0x98 vendor=0x8086 device=0x4b96 class=0x70002 revision=17 irq=255 pin=1 bus_master=0 bar0=0xfe032000"
    text = probed(tmp_path, changed("seabios", more=(line,))).read_text()
    assert "# A UART on PCI, 00:13.0, 8086:4b96, at memory 0xfe032000: its clock is not known, so it is not listed." in text


def test_the_usual_line_of_a_uart_whose_line_was_not_seen(tmp_path: Path) -> None:
    path = probed(tmp_path, changed("seabios", ("(uart port=0x3f8 .*) irq=4", r"\1")))
    assert "# the line is a PC's usual one; none was seen" in path.read_text()
    assert yaml.safe_load(path.read_text())["devices"]["com1"]["irq"] == 4


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("apic base=0xfee00000", "apic base=0xfed10000"), "the local APIC is at 0xfed10000; the kernel expects 0xfee00000"),
        (("mode=xapic", "mode=x2apic"), "firmware left the local APIC in x2APIC mode"),
        (
            ("ioapic id=0 address=0xfec00000", "ioapic id=0 address=0xfec10000"),
            "the IOAPIC is at 0xfec10000; the kernel expects 0xfec00000",
        ),
        (("timer kind=lapic works=1", "timer kind=lapic works=0"), "the local APIC's timer did not interrupt"),
        (("umip=1", "umip=0"), "the CPU lacks umip, which the kernel cannot do without"),
        (("uart port=.*", ""), "no 16550 UART at 0x3f8, 0x2f8, 0x3e8 or 0x2e8 answers; the console needs one"),
        (("region start=0x100000 size=0x1fedf000", "region start=0x200000 size=0x1fddf000"), "there is no RAM at 1 MiB"),
    ],
    ids=["lapic", "x2apic", "ioapic", "timer", "cpu", "uart", "ram"],
)
def test_obstacles(tmp_path: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str], said: str) -> None:
    probed(tmp_path, changed("seabios", change), code=1)
    obstacles = [line for line in capsys.readouterr().err.splitlines() if "does not fit" in line]
    assert len(obstacles) == 1
    assert obstacles[0].startswith(f"hyp: does not fit: {said}")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("while_watching=0", "while_watching=3"), "3 SMIs in 1000 ms: firmware takes time from every window"),
        (("over_10_us=[1-9][0-9]*", "over_10_us=2"), "2 gaps over 10 us in 1000 ms, the longest 18124471 ns"),
        (("hypervisor=1", "hypervisor=1"), "this is a virtual machine"),
        (("invariant_tsc=0", "invariant_tsc=0"), "the TSC is not invariant"),
    ],
    ids=["smi", "gaps", "virtual", "tsc"],
)
def test_remarks(tmp_path: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str], said: str) -> None:
    probed(tmp_path, changed("seabios", change))
    assert f"hyp: remark: {said}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (b"GRUB loading.\r\n", "the log holds no whole report: 16 bytes, 0 of ? lines good, 0 damaged"),
        (
            recorded("seabios").replace(b"uart port=0x3f8", b"uart port=0x3f9"),
            "53 of 54 lines good, 1 damaged; let the probe send it once more",
        ),
        (recorded("seabios")[:-40], "53 of 54 lines good"),
        (changed("seabios", ("probe version=1", "probe version=2")), "the probe speaks version 2, this hyp understands 1"),
        (changed("seabios", ("works=1 hz", "works=0 hz")), "no clock of this machine works (PIT, HPET, ACPI timer)"),
        (changed("seabios", ("region start=0x1.*", "")), "the boot loader told of no RAM above 1 MiB"),
    ],
    ids=["other", "damaged", "cut", "version", "clocks", "ram"],
)
def test_reports_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str], report: bytes, said: str) -> None:
    (tmp_path / "line.log").write_bytes(report)
    assert main(["board", "--log", str(tmp_path / "line.log")]) == 1
    streams = capsys.readouterr()
    assert said in streams.err
    assert streams.out == ""


def test_a_name_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "line.log").write_bytes(recorded("seabios"))
    assert main(["board", "--log", str(tmp_path / "line.log"), "--name", "My Board"]) == 2
    assert "'My Board' is no name of a board" in capsys.readouterr().err
