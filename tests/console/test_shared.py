"""One UART for all: consoles both ways and the trace, on the line model."""

from __future__ import annotations

from pathlib import Path

from hyp.abi.packets import PACKET_SYNC
from hyp.cli.trace import deviations
from hyp.timeline.packets import is_trace
from tests.console.lines import FRAMED, at, changed, input_packet, speak
from tests.console.test_goodput import FLOOD, text_of, whole
from tests.examples.running import ROOT
from tests.line.machine import Event
from tests.trace.recording import Traced

START = 150_000_000


def test_the_trace_shares_the_line(tmp_path: Path) -> None:
    """As much of it as without, none missing, beside consoles that want more than there is, and input."""
    image = f"image: {FLOOD.parent}/flood"
    line = "console: {uart: com1, mode: framed, baud: 115200, buffer: 4 KiB}"
    plan = changed(FLOOD, tmp_path, (line, f"{line}\ntrace: {{uart: com1, events: [health, event]}}"), ("image: flood", image))
    frames = 20
    spoken = speak(plan, tmp_path, frames, at(START, input_packet(1, 0, b"unread")))
    assert spoken.ran.code == 0, spoken.ran.text
    assert spoken.jitter() == 0
    assert not spoken.of(Event.LOST)
    assert spoken.taken == [1]
    text = text_of(spoken.packets)
    assert whole(text[0], "one")
    assert whole(text[1], "two")
    traced = [packet for packet in spoken.packets if is_trace(packet)]
    assert traced[0].kind == PACKET_SYNC
    stream = Traced(spoken.ran, tmp_path / "record").stream
    assert deviations(stream) == ()
    (core,) = stream.cores
    assert core.whole
    assert len([one for one in core.events if one.kind == "window_start"]) == 3 * frames


def test_a_restart_forgets_what_was_sent(tmp_path: Path) -> None:
    image = f"image: {FLOOD.parent}/restarter"
    plan = changed(FRAMED, tmp_path, (f"left:\n    image: {ROOT}/partitions/echo", f"left:\n    {image}"))
    sends = at(START, input_packet(1, 0, b"of the life before")) + at(START + 50_000_000, input_packet(2, 0, b"after"))
    spoken = speak(plan, tmp_path, 30, sends)
    assert spoken.ran.code == 0, spoken.ran.text
    assert spoken.taken == [1, 2]
    assert spoken.ran.consoles["left"] == ["at first 0 bytes", "then 5 bytes"]
