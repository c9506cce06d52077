"""What the framed console carries against what `hyp check` computes for the plan, with nothing lost and no window moved."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from hyp.abi.packets import PACKET_TEXT, PACKET_TEXT_LOSS, Packet, packets, take_number
from hyp.plan import load
from hyp.plan.capacity import of_schedule
from hyp.plan.model import Plan
from tests.console.lines import changed, speak
from tests.examples.running import ROOT, run_plan
from tests.line.machine import Event

FLOOD = Path(__file__).with_name("flood.yaml")
PROMISED = 0.9
"""Of the capacity, as text of partitions."""
SETTLED_NS = 50_000_000


def planned(path: Path) -> tuple[Plan, int]:
    """The plan, and the bytes a second that its console's line carries at least."""
    plan = load(path).plan
    assert plan is not None
    return plan, of_schedule(plan, plan.schedules[0], plan.console.uart, plan.console.baud)


def text_of(found: Iterable[Packet]) -> dict[int, bytes]:
    """By partition's id: its text, without what stands around it."""
    text: dict[int, bytes] = {}
    for packet in found:
        if packet.kind in (PACKET_TEXT, PACKET_TEXT_LOSS):
            stream, at = take_number(packet.body, 0)
            if packet.kind == PACKET_TEXT_LOSS:
                _, at = take_number(packet.body, at)
            if stream:
                text[stream - 1] = text.get(stream - 1, b"") + packet.body[at:]
    return text


def whole(text: bytes, name: str) -> bool:
    """Every line of a flood is there, once and in order; the last may be cut."""
    lines = text.decode().split("\n")[:-1]
    return lines == [f"{name} {number:06} abcdefghijklmnopqrstuvwxyz" for number in range(len(lines))]


def test_on_the_line_model(tmp_path: Path) -> None:
    frames = 24
    plan, capacity = planned(FLOOD)
    spoken = speak(FLOOD, tmp_path, frames)
    assert spoken.ran.code == 0, spoken.ran.text
    assert spoken.jitter() == 0
    assert not spoken.of(Event.LOST), "no byte was written into a full FIFO"
    text = text_of(spoken.packets)
    assert whole(text[0], "one")
    assert whole(text[1], "two")
    sent = spoken.of(Event.SENT)
    start = sent[spoken.raw.index(b"hyp: start")].at_ns
    begin, end = start + SETTLED_NS, start + frames * plan.schedules[0].major_frame_ns - SETTLED_NS
    during = sum(begin <= one.at_ns < end for one in sent)
    share = sum(map(len, text.values())) / sum(one.at_ns >= start for one in sent)  # of text in what the line carried
    goodput = share * during * 1_000_000_000 / (end - begin)
    assert PROMISED * capacity <= goodput <= capacity, f"{goodput:.0f} of {capacity} bytes a second"


def test_in_bochs(tmp_path: Path) -> None:
    """What 40 more major frames carry; Bochs' UART has a speed of its own."""
    folder = str(Path(__file__).parent / "flood")
    plan_file = changed(FLOOD, tmp_path, ("board: qemu-q35", "board: bochs"), ("image: flood", f"image: {folder}"))
    plan, capacity = planned(plan_file)
    lengths = []
    for frames in (40, 80):
        record = tmp_path / str(frames)
        ran = run_plan(plan_file, record, "--target", "bochs", "--frames", str(frames))
        assert ran.code == 0, ran.text
        assert max(window["jitter_max"] for window in ran.verdict["windows"]) == 0
        text = text_of(packets((record / "raw" / "com1.log").read_bytes()))
        assert whole(text[0], "one")
        assert whole(text[1], "two")
        lengths.append(sum(map(len, text.values())))
    goodput = (lengths[1] - lengths[0]) * 1_000_000_000 / (40 * plan.schedules[0].major_frame_ns)
    assert PROMISED * capacity <= goodput <= capacity, f"{goodput:.0f} of {capacity} bytes a second"


def test_small_writes_travel_together(tmp_path: Path) -> None:
    """Short lines: no packet leaves before it is full or as old as the plan says."""
    hello = f"image: {ROOT}/partitions/hello"
    plan = changed(FLOOD, tmp_path, ("buffer: 4 KiB", "buffer: 4 KiB, age: 40 ms"), ("image: flood", hello))
    spoken = speak(plan, tmp_path, 30)
    counts = [packet for packet in spoken.packets if packet.kind == PACKET_TEXT and packet.body[0]]
    lines = sum(packet.body.count(b"\n") for packet in counts)
    assert lines == 12
    assert len(counts) <= 6, "two windows' lines or more share one"


def test_the_rate_of_a_partition_is_kept(tmp_path: Path) -> None:
    image = f"image: {FLOOD.parent}/flood"
    pairs = (
        ("one:\n    image: flood", f"one:\n    {image}"),
        ("two:\n    image: flood", f"two:\n    {image}\n    console: {{rate: 1000 B per 100 ms}}"),
    )
    plan = changed(FLOOD, tmp_path, *pairs)
    spoken = speak(plan, tmp_path, 20)
    assert spoken.ran.code == 0, spoken.ran.text
    text = text_of(spoken.packets)
    assert whole(text[1], "two"), "what it could not say at once it has said later"
    assert 3 * 1000 <= len(text[1]) <= 4 * 1000, "each time begins with a write, so a window may pass between two of them"
    assert re.search(rb"one 0000\d\d", text[0])
