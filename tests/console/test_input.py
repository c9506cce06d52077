"""What the host sends reaches its partition, whole or counted, and no window notices."""

from __future__ import annotations

import random
from pathlib import Path

from tests.console.lines import BYTE_NS, FRAMED, as_text, at, changed, input_packet, speak
from tests.line.machine import Event

START = 200_000_000
"""ns: the kernel listens by then."""
FRAME_NS = 10_000_000


def test_packets_reach_their_partitions(tmp_path: Path) -> None:
    sends = at(START, input_packet(1, 0, b"one\n")) + at(START + FRAME_NS, input_packet(2, 1, b"two\0\xff\n"))
    sends += at(START + 2 * FRAME_NS, input_packet(2, 1, b"two\0\xff\n"))  # once more, as if its answer had been lost
    sends += at(START + 3 * FRAME_NS, input_packet(9, 0, b""))  # only asks
    spoken = speak(FRAMED, tmp_path, 60, sends)
    assert spoken.ran.code == 0, spoken.ran.text
    assert spoken.ran.consoles["left"] == ["left listens", "one"]
    assert spoken.ran.consoles["right"] == ["right listens", "two\\x00\\xff"]
    assert spoken.taken == [1, 2, 2, 2]
    assert spoken.jitter() == 0
    assert not spoken.of(Event.OVERRUN)
    assert spoken.ran.verdict["drops"] == {}


def test_text_goes_to_whom_a_person_chooses(tmp_path: Path) -> None:
    sends = at(START, b"first\n") + at(START + 2 * FRAME_NS, b"\x0e1second\n") + at(START + 4 * FRAME_NS, b"\x0e7\x0e0third\n")
    spoken = speak(as_text(FRAMED, tmp_path), tmp_path, 60, sends)
    assert spoken.ran.code == 0, spoken.ran.text
    assert spoken.ran.consoles["left"] == ["left listens", "first", "third"]
    assert spoken.ran.consoles["right"] == ["right listens", "second"]
    announced = [line for line in spoken.ran.consoles["hyp"] if line.startswith("hyp| input")]
    assert announced == ["hyp| input to right", "hyp| input to right", "hyp| input to left"], "there is no partition 7"
    assert spoken.jitter() == 0


def test_what_a_full_ring_refuses_is_sent_again(tmp_path: Path) -> None:
    """Nothing of a packet is taken unless all of it fits, and the answer tells: here the sender does not listen, so packets are missing."""
    plan = changed(FRAMED, tmp_path, ("input: 512 B", "input: 64 B"))
    pieces = [input_packet(n + 1, 1, bytes((97 + n,)) * 31 + b"\n") for n in range(20)]
    sends = [send for n, piece in enumerate(pieces) for send in at(START + n * 3_500_000, piece)]
    spoken = speak(plan, tmp_path, 60, sends)
    assert spoken.ran.code == 0, spoken.ran.text
    assert spoken.taken == sorted(spoken.taken)
    said = [ord(line[0]) - 96 for line in spoken.ran.consoles["right"] if line != "right listens"]
    assert 4 < len(said) < 20
    assert said == sorted(set(said)), "none twice, in order"
    assert [chr(96 + n) * 31 for n in said] == spoken.ran.consoles["right"][1:], "none in part"
    assert set(spoken.taken) <= set(said)
    assert spoken.jitter() == 0
    assert spoken.ran.verdict["drops"] == {}


def test_a_flood_of_noise_moves_no_window(tmp_path: Path) -> None:
    """The line is full of random bytes, zeros among them, from before the boot to the end."""
    chance = random.Random(4)
    sends = at(0, bytes(chance.choice((0, chance.randrange(256))) for _ in range(8000)))
    quiet, loud = speak(FRAMED, tmp_path / "quiet", 60), speak(FRAMED, tmp_path / "loud", 60, sends)
    assert loud.ran.code == 0, loud.ran.text
    assert loud.jitter() == 0
    assert {name: loud.ran.consoles[name] for name in ("left", "right")} == {name: quiet.ran.consoles[name] for name in ("left", "right")}
    assert not [line for line in loud.ran.consoles["hyp"] if "health" in line]
    damaged = loud.ran.verdict["drops"]["hyp.input"]["events"]
    assert damaged > 1000
    taken = len(loud.of(Event.TAKEN)) + len(loud.of(Event.OVERRUN))
    assert taken > 60 * FRAME_NS // BYTE_NS // 2


def test_a_flood_of_text_is_counted(tmp_path: Path) -> None:
    """Both listeners sleep most of the time; what finds the ring full is counted to the byte."""
    sends = at(START, b"y" * 3000)
    spoken = speak(as_text(FRAMED, tmp_path), tmp_path, 60, sends)
    assert spoken.ran.code == 0, spoken.ran.text
    assert spoken.jitter() == 0
    said = sum(line.count("y") for line in spoken.ran.consoles["left"] if line != "left listens")
    lost = spoken.ran.verdict["drops"].get("hyp.input", {"bytes": 0})["bytes"]
    assert lost + said + 200 > 3000 - len(spoken.of(Event.OVERRUN))
