"""The line model: a real kernel and a real driver meet a UART that takes its time."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from tests.examples.running import ROOT, Ran, run_plan
from tests.line.machine import Event, Happened, LineModel

BYTE_NS = 86_806
"""115200 8N1: ten bits, rounded up."""


def run_with(plan: Path, record: Path, model: LineModel, *options: str, sends: list[tuple[int, int]] | None = None) -> Ran:
    words = [f"--qemu-arg={word}" for word in model.arguments(sends or [])]
    return run_plan(plan, record, *options, *words)


def model_of(folder: Path, uart: str = "com1", port: int = 0x3F8, irq: int = 4) -> LineModel:
    return LineModel(folder, port, irq, raw=folder / "record" / "raw" / f"{uart}.log")


def of(happened: list[Happened], event: Event) -> list[Happened]:
    return [one for one in happened if one.event is event]


def test_the_console_keeps_to_the_line(tmp_path: Path) -> None:
    """No byte is lost, none comes before the last one's stop bit, and windows are as exact as ever."""
    model = model_of(tmp_path)
    ran = run_with(ROOT / "config/hello.yaml", tmp_path / "record", model, "--frames", "100")
    assert ran.code == 0, ran.text
    happened = model.happened()
    sent = of(happened, Event.SENT)
    assert bytes(one.byte for one in sent) == (tmp_path / "record/raw/com1.log").read_bytes()
    assert not of(happened, Event.LOST)
    assert min(later.at_ns - one.at_ns for one, later in pairwise(sent)) == BYTE_NS
    assert any("hello from hello" in line for line in ran.consoles["hello"])


def test_a_run_on_the_line_is_the_same_every_time(tmp_path: Path) -> None:
    runs = []
    for name in ("a", "b"):
        model = model_of(tmp_path / name)
        run_with(ROOT / "config/hello.yaml", tmp_path / name / "record", model, "--frames", "20")
        runs.append(model.happened())
    assert runs[0] == runs[1]
    assert runs[0]


def test_a_driver_with_interrupts_gets_what_the_other_side_sends(tmp_path: Path) -> None:
    """The example driver on com3, awake for a tenth of the time, takes what comes at a pace that it can follow."""
    model = model_of(tmp_path, "com3", 0x3E8, 10)
    said = b"a byte each millisecond\r"
    sends = [(100_000_000 + n * 1_000_000, byte) for n, byte in enumerate(said)]
    ran = run_with(ROOT / "config/devices.yaml", tmp_path / "record", model, "--frames", "60", sends=sends)
    assert ran.code == 0, ran.text
    happened = model.happened()
    taken = of(happened, Event.TAKEN)
    assert [(one.at_ns, one.byte) for one in taken] == [(at + BYTE_NS, byte) for at, byte in sends]
    assert not of(happened, Event.LOST)


def test_what_comes_faster_than_the_driver_is_awake_overruns(tmp_path: Path) -> None:
    """QEMU's own UART waits for the driver; a real one has sixteen bytes of room and then loses them."""
    model = model_of(tmp_path, "com3", 0x3E8, 10)
    sends = [(102_000_000, byte) for byte in bytes(range(40))]
    ran = run_with(ROOT / "config/devices.yaml", tmp_path / "record", model, "--frames", "60", sends=sends)
    assert ran.code == 0, ran.text
    happened = model.happened()
    taken = of(happened, Event.TAKEN)
    assert bytes(one.byte for one in taken) == bytes(range(16))
    assert {later.at_ns - one.at_ns for one, later in pairwise(taken)} == {BYTE_NS}
    assert len(of(happened, Event.OVERRUN)) == 24
