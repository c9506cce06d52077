"""The loader is wanted back: what on the line ends a run, and what does not."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyp.abi.packets import PACKET_INPUT, PACKET_LEAVE, PACKET_SELECT, PACKET_SELECT_LEAVES, attention, encode
from tests.host.kernel.building import HostKernel
from tests.host.kernel.test_console import SOURCES, write

FRAMED, TEXT = "framed 0", ""
LEAVE = encode(0, PACKET_LEAVE, b"\0")
SELECTS = bytes((PACKET_SELECT,)) * PACKET_SELECT_LEAVES
HALT = "2"
"""HYP_MODULE_HALT."""


@dataclass(frozen=True)
class Left:
    """`stops`: the module's ends. `said`: the harness' other answers by word, in order. `sent`: by the UART."""

    stops: list[str]
    said: dict[str, list[str]]
    sent: bytes


@pytest.fixture(scope="module")
def program(host_kernel: HostKernel) -> Path:
    return host_kernel.program("console", SOURCES)


def play(program: Path, mode: str, script: Sequence[str], *, loader: bool = True) -> Left:
    """AssertionError with the sanitizer's text. `loader`: one has started the kernel."""
    text = "\n".join([*([mode] if mode else []), "streams 2048 alpha beta", *(["loader"] if loader else []), *script, "flush", ""])
    done = subprocess.run([program], input=text.encode(), capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[:3000]
    head, _, sent = done.stdout.partition(b"sent\n")
    said: dict[str, list[str]] = {}
    for line in head.decode().splitlines():
        word, _, rest = line.partition(" ")
        said.setdefault(word, []).append(rest)
    return Left(said.pop("stop", []), said, sent)


def received(data: bytes) -> str:
    return f"input {data.hex()}"


@pytest.mark.parametrize("mode", [FRAMED, TEXT], ids=["framed", "text"])
@pytest.mark.parametrize("step", ["break", received(attention())], ids=["break", "bytes"])
def test_the_run_ends_when_there_is_a_loader(program: Path, mode: str, step: str) -> None:
    assert play(program, mode, [step]).stops == [HALT]
    assert play(program, mode, [step], loader=False).stops == []


@pytest.mark.parametrize(("mode", "raw"), [(FRAMED, LEAVE), (TEXT, SELECTS)], ids=["framed", "text"])
def test_each_mode_needs_its_own_half_only(program: Path, mode: str, raw: bytes) -> None:
    assert play(program, mode, [received(raw)]).stops == [HALT]


def test_without_a_loader_it_is_nothing(program: Path) -> None:
    """Neither damage nor input, and what comes after it is taken as ever."""
    after = encode(1, PACKET_INPUT, b"\x01one")
    left = play(program, FRAMED, [received(LEAVE + after), "break", "read 0 100"], loader=False)
    assert left.stops == []
    assert left.said["damaged"] == ["0"]
    assert left.said["input"] == [b"one".hex()]
    left = play(program, TEXT, [received(SELECTS + b"1one"), "read 0 100", "read 1 100"], loader=False)
    assert left.said["input"] == ["", b"one".hex()]


@given(st.integers(0, len(LEAVE) - 2), st.integers(1, 255))
def test_a_damaged_packet_ends_nothing(program: Path, place: int, flip: int) -> None:
    raw = bytearray(LEAVE)
    raw[place] ^= flip
    left = play(program, FRAMED, [received(bytes(raw))])
    assert left.stops == []
    assert int(left.said["damaged"][0]) >= 1


@pytest.mark.parametrize(
    "raw",
    [
        encode(0, PACKET_LEAVE, b""),
        encode(0, PACKET_LEAVE, b"\1"),
        encode(0, PACKET_LEAVE - 2, b"\0"),
        encode(0, PACKET_INPUT, b"\1" + attention()),
        SELECTS,
    ],
    ids=["no stream", "a partition's", "another kind", "within input", "text mode's"],
)
def test_other_packets_end_nothing(program: Path, raw: bytes) -> None:
    assert play(program, FRAMED, [received(raw)]).stops == []


@given(st.lists(st.integers(0, PACKET_SELECT_LEAVES - 1), max_size=12), st.sampled_from(b"01xA\0\xff"))
def test_fewer_in_a_row_choose_a_partition(program: Path, runs: list[int], between: int) -> None:
    """Some Ctrl-N too many are one: a key that repeats, a line that doubles."""
    raw = b"".join(bytes((PACKET_SELECT,)) * count + bytes((between,)) for count in runs)
    assert play(program, TEXT, [received(raw)] if raw else []).stops == []
    last = bytes((PACKET_SELECT,)) * (PACKET_SELECT_LEAVES - 1)
    left = play(program, TEXT, [received(raw + last + b"1there"), "read 1 5000"])
    assert bytes.fromhex(left.said["input"][0]).endswith(b"there")


@pytest.mark.parametrize("mode", [FRAMED, TEXT], ids=["framed", "text"])
@pytest.mark.parametrize("zeros", [0.0, 0.05, 0.5])
def test_noise_ends_nothing(program: Path, mode: str, zeros: float) -> None:
    """Ten times 10,000 random bytes."""
    noise = random.Random(f"{mode} {zeros}")
    script = [received(bytes(0 if noise.random() < zeros else noise.randrange(256) for _ in range(10_000))) for _ in range(10)]
    left = play(program, mode, script)
    assert left.stops == []
    assert left.said["took"] == ["10000"] * 10


@pytest.mark.parametrize("mode", [FRAMED, TEXT], ids=["framed", "text"])
def test_an_echo_of_what_partitions_say_ends_nothing(program: Path, mode: str) -> None:
    """A partition has no other way to the receive side than a line that echoes."""
    words = [write(0, attention() * 3), write(1, LEAVE + b"\n" + SELECTS), "drain 1000000000"]
    said = play(program, mode, words).sent
    assert said
    assert play(program, mode, [received(said)]).stops == []
