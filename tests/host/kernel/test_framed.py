"""The kernel's packets against the host's decoder, both ways: what is sent comes out, whatever the line does to it."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyp.abi.packets import PACKET_INPUT, PACKET_INPUT_MAX, PACKET_TAKEN, PACKET_TEXT_LOSS, Packet, encode, packets
from hyp.target.console import KERNEL, Line, printable
from hyp.target.frames import FramedDemultiplexer
from tests.host.kernel.building import HostKernel
from tests.host.kernel.test_console import ILLEGAL_HYPERCALL, LOG, SOURCES, write

NAMES = ("alpha", "b")
AGE = 1_000_000
SOON = "drain 1000000000"


@dataclass(frozen=True)
class Sent:
    """`said`: the harness' answers by word, in order."""

    said: dict[str, list[str]]
    raw: bytes

    @property
    def packets(self) -> list[Packet]:
        return list(packets(self.raw))

    def lines(self, raw: bytes | None = None) -> list[Line]:
        reader = FramedDemultiplexer((KERNEL, *NAMES))
        return reader.feed(self.raw if raw is None else raw) + reader.finish()

    @property
    def taken(self) -> list[int]:
        return [packet.body[0] for packet in self.packets if packet.kind == PACKET_TAKEN]


@pytest.fixture(scope="module")
def program(host_kernel: HostKernel) -> Path:
    return host_kernel.program("console", SOURCES)


def play(program: Path, script: Sequence[str], *, ring: int = 2048, age: int = AGE) -> Sent:
    """AssertionError with the sanitizer's text."""
    text = "\n".join([f"framed {age}", f"streams {ring} {' '.join(NAMES)}", *script, "flush", ""])
    done = subprocess.run([program], input=text.encode(), capture_output=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[:3000]
    head, _, raw = done.stdout.partition(b"sent\n")
    said: dict[str, list[str]] = {}
    for line in head.decode().splitlines():
        word, _, rest = line.partition(" ")
        said.setdefault(word, []).append(rest)
    return Sent(said, raw)


def received(data: bytes) -> str:
    return f"input {data.hex()}"


def input_packet(sequence: int, partition: int, data: bytes) -> bytes:
    return encode(sequence, PACKET_INPUT, bytes((partition + 1,)) + data)


def by_stream(lines: Sequence[Line]) -> dict[str | None, list[str]]:
    found: dict[str | None, list[str]] = {}
    for line in lines:
        found.setdefault(line.stream, []).append(line.text)
    return found


TRAFFIC = st.lists(st.tuples(st.integers(0, 1), st.binary(max_size=700), st.sampled_from([0, 100_000, 3_000_000])), max_size=12)


@given(TRAFFIC, st.sampled_from([0, AGE, 50 * AGE]))
def test_what_is_written_comes_out(program: Path, traffic: list[tuple[int, bytes, int]], age: int) -> None:
    script = [step for stream, text, ticks in traffic for step in (write(stream, text), f"drain {ticks}")]
    sent = play(program, script, ring=16384, age=age)
    assert sent.raw.endswith(b"\0") or not sent.raw
    assert sent.raw.count(b"\0") == len(sent.packets), "nothing but packets"
    for number, name in enumerate(NAMES):
        text = b"".join(text for stream, text, _ in traffic if stream == number)
        lines = text.split(b"\n") if not text.endswith(b"\n") else text.split(b"\n")[:-1]
        wanted = [printable(line.removesuffix(b"\r")) for line in (lines if text else [])]
        assert by_stream(sent.lines()).get(name, []) == wanted


@given(TRAFFIC.filter(bool), st.data())
def test_damage_is_said_and_joins_nothing(program: Path, traffic: list[tuple[int, bytes, int]], data: st.DataObject) -> None:
    """Bytes cut out of the line: every line that comes was written so, in order, but for those beside a gap, which is told."""
    texts = [(stream, b"".join(b"%d:%d\n" % (n, k) for k in range(20))) for n, (stream, _, _) in enumerate(traffic)]
    sent = play(program, [step for stream, text in texts for step in (write(stream, text), "drain 3000000")], ring=16384, age=0)
    start = data.draw(st.integers(0, len(sent.raw)))
    end = data.draw(st.integers(start, min(len(sent.raw), start + 600)))
    reader = FramedDemultiplexer((KERNEL, *NAMES))
    lines = reader.feed(sent.raw[:start] + sent.raw[end:]) + reader.finish()
    whole = by_stream(sent.lines())
    for name in NAMES:
        found = [line.text for line in lines if line.stream == name]
        written = whole.get(name, [])
        odd = [text for text in found if text not in written]
        gaps = [line for line in lines if line.stream is None and line.text.startswith(f"[{name}: ")]
        assert len(odd) <= 2 * len(gaps), "only what touches a gap may be in part"
        if not gaps:
            assert found == written[: len(found)], "nothing missing without a word, but at the very end"


def test_batches(program: Path) -> None:
    """Small writes share a packet when they are young, and one does not wait when it is old or full."""
    young = play(program, [step for n in range(5) for step in (write(0, b"x"), "drain 10000", f"wait {AGE // 10}")])
    assert len(young.packets) == 1
    each = play(program, [step for n in range(5) for step in (write(0, b"x"), "drain 10000", f"wait {AGE}", SOON)])
    assert len(each.packets) == 5
    full = play(program, [write(0, b"y" * 1000), "drain 100000000"])
    assert len(full.packets) <= 6
    assert max(len(packet.body) for packet in full.packets) > 190


def test_what_the_ring_dropped_is_said(program: Path) -> None:
    """The harness' writes count as the hypercall's do."""
    script = [write(0, b"a" * 60), "drop 0 9", SOON, write(0, b"b\n"), SOON]
    sent = play(program, script, ring=64)
    assert sent.packets[0].kind == PACKET_TEXT_LOSS
    assert [line.text for line in sent.lines() if line.stream is None] == ["[alpha: 9 bytes were dropped here, its ring was full]"]


def test_health_and_verdicts_are_lines_of_the_kernel(program: Path) -> None:
    sent = play(program, [f"health 0 {ILLEGAL_HYPERCALL} {LOG}", "verdict 1 1 " + b"well\nhyp: end".hex(), SOON])
    (health, verdict) = [line for line in sent.lines() if line.stream == KERNEL]
    assert health.text.startswith("health alpha illegal_hypercall action=log at=")
    assert verdict == Line(KERNEL, "verdict b pass: well\\x0ahyp: end")


@given(st.lists(st.tuples(st.integers(0, 1), st.binary(min_size=1, max_size=PACKET_INPUT_MAX)), max_size=12))
def test_input_comes_to_its_partition(program: Path, sends: list[tuple[int, bytes]]) -> None:
    raw = b"".join(input_packet(n + 1, partition, data) for n, (partition, data) in enumerate(sends))
    sent = play(program, [*([received(raw)] if raw else []), SOON, "read 0 5000", "read 1 5000"])
    for partition in (0, 1):
        assert bytes.fromhex(sent.said["input"][partition]) == b"".join(data for to, data in sends if to == partition)
    assert sent.said["damaged"] == ["0"]
    assert sent.taken == ([len(sends)] if sends else [])
    assert sent.said["event"][:2] == [str(int(any(to == partition for to, _ in sends))) for partition in (0, 1)]


@given(st.binary(min_size=1, max_size=600), st.binary(min_size=1, max_size=20))
def test_noise_before_input_costs_nothing(program: Path, noise: bytes, data: bytes) -> None:
    sent = play(program, [received(noise + b"\0" + input_packet(1, 0, data)), SOON, "read 0 5000"])
    assert bytes.fromhex(sent.said["input"][0]) == data
    assert sent.taken == [1]


@given(st.binary(min_size=1, max_size=PACKET_INPUT_MAX), st.data())
def test_a_damaged_packet_of_input_is_counted_and_not_taken(program: Path, text: bytes, data: st.DataObject) -> None:
    raw = bytearray(input_packet(1, 0, text))
    raw[data.draw(st.integers(0, len(raw) - 2))] ^= data.draw(st.integers(1, 255))
    sent = play(program, [received(bytes(raw)), SOON, "read 0 5000"])
    assert sent.said["input"] == [""]
    assert int(sent.said["damaged"][0]) >= 1
    assert sent.taken == []


def test_a_packet_is_taken_once_and_wholly(program: Path) -> None:
    first, second = input_packet(1, 0, b"a" * 30), input_packet(2, 0, b"b" * 30)
    again = play(program, [received(first + first), SOON, "read 0 100"], ring=64)
    assert again.said["input"] == [(b"a" * 30).hex()]
    full = play(program, [received(first + second), SOON, received(input_packet(3, 0, b"c" * 30)), SOON, "read 0 100"], ring=64)
    assert full.said["input"] == [(b"a" * 30 + b"b" * 30).hex()]
    assert full.taken == [2, 2], "the third finds no room"


@pytest.mark.parametrize(
    "raw",
    [
        encode(1, PACKET_INPUT, b""),
        encode(1, PACKET_INPUT, b"\0x"),
        encode(1, PACKET_INPUT, b"\x03x"),
        encode(1, 0x50, b"\1x"),
        encode(1, PACKET_INPUT, b"\1" + b"x" * (PACKET_INPUT_MAX + 1)),
        b"\1\0",
        b"\xff" * 500 + b"\0",
    ],
)
def test_what_is_no_input_is_damage(program: Path, raw: bytes) -> None:
    sent = play(program, [received(raw), SOON, "read 0 100", "read 1 100"])
    assert sent.said["input"] == ["", ""]
    assert sent.said["damaged"] == ["1"]
    assert sent.taken == []
