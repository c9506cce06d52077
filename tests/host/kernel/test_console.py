"""The console's lines: whose they are can be read from them, whatever partitions write (PLAN, "Text consoles cannot be forged")."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyp.abi.state import HEALTH_RECORDS
from tests.host.kernel.building import HostKernel

LINE_MAX = 240
NAMES = ("alpha", "b", "a-name-that-has-thirty-letters")
BYTE_TICKS = 86806
FIFO = 16
ILLEGAL_HYPERCALL, LOG = 33, 1
SOURCES = (
    "core/console.c",
    "core/health.c",
    "core/input.c",
    "core/lines.c",
    "core/packet.c",
    "core/print.c",
    "core/stream.c",
    "core/trace.c",
    "x86/uart.c",
)


@dataclass(frozen=True)
class Sent:
    """`answers`: the numbers of `took` and `gave`, in the script's order."""

    answers: list[int]
    lost: int
    lines: list[str]


@pytest.fixture(scope="module")
def program(host_kernel: HostKernel) -> Path:
    return host_kernel.program("console", SOURCES)


def play(program: Path, script: Sequence[str], *, ring: int = 2048, names: Sequence[str] = NAMES) -> Sent:
    """AssertionError with the sanitizer's text."""
    text = "\n".join([f"streams {ring} {' '.join(names)}", *script, "flush", ""])
    done = subprocess.run([program], input=text.encode(), capture_output=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[:3000]
    head, _, sent = done.stdout.partition(b"sent\n")
    answers = [line.split() for line in head.decode().splitlines()]
    lines = sent.decode("ascii").split("\r\n")
    assert lines.pop() == "", "the last line is closed"
    assert all(line.isprintable() for line in lines)
    return Sent([int(number) for word, number in answers if word in ("took", "gave")], int(answers[-1][1]), lines)


def write(partition: int, text: bytes) -> str:
    return f"write {partition} {text.hex()}"


def shown(text: bytes) -> str:
    """How a line's bytes are shown."""
    return "".join(chr(byte) if 0x20 <= byte <= 0x7E else f"\\x{byte:02x}" for byte in text)


def lines_of(text: bytes) -> list[bytes]:
    """The lines of a stream that nobody interrupts: cut at LINE_MAX bytes; the last may be without its end."""
    found = []
    for line in text.split(b"\n"):
        pieces = [line[at : at + LINE_MAX] for at in range(0, len(line), LINE_MAX)] or [b""]
        found += pieces + ([b""] if line and len(line) % LINE_MAX == 0 else [])
    if not text or text.endswith(b"\n") or found[-1] == b"":
        found.pop()
    return found


def by_stream(lines: Sequence[str], names: Sequence[str] = NAMES) -> dict[str, str]:
    """All that is shown of each stream, its lines joined; AssertionError when a line is nobody's."""
    joined = dict.fromkeys(["hyp", *names], "")
    for line in lines:
        name, bar, text = line.partition("| ")
        assert name in joined, f"whose line is {line!r}?"
        assert bar
        joined[name] += text
    return joined


@given(st.binary(max_size=700).map(lambda data: data.replace(b"\x00", b"\n")))
def test_one_stream_is_shown_exactly(program: Path, text: bytes) -> None:
    found = play(program, [write(0, text)])
    assert found.lines == [f"alpha| {shown(line)}" for line in lines_of(text)]


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.binary(max_size=60), st.integers(0, 3000)) | st.tuples(st.just(3), st.just(b""), st.just(0)),
        max_size=25,
    ),
    st.sampled_from([7, 64, 100]),
)
def test_any_traffic_is_attributed(program: Path, traffic: list[tuple[int, bytes, int]], ring: int) -> None:
    """Random writes into small rings, drained now and then, with health records between: nothing lost, invented or misplaced."""
    script, texts = [], []
    for stream, text, kiloticks in traffic:
        if stream == 3:
            script.append(f"health 0 {ILLEGAL_HYPERCALL} {LOG}")
            continue
        script += [write(stream, text), f"drain {1000 * kiloticks}"]
        texts.append((stream, text))
    found = play(program, script, ring=ring)
    taken = dict.fromkeys(NAMES, b"")
    for (stream, text), took in zip(texts, found.answers[::2], strict=True):
        taken[NAMES[stream]] += text[:took]
    joined = by_stream(found.lines)
    assert {name: joined[name] for name in NAMES} == {name: shown(text.replace(b"\n", b"")) for name, text in taken.items()}
    health = re.findall(r"health alpha illegal_hypercall action=log at=\d+ rip=0x210000 error=0x6 address=0x0 rsp=0x300000", joined["hyp"])
    assert len(health) + found.lost == sum(stream == 3 for stream, _, _ in traffic)


@pytest.mark.parametrize(
    "text",
    [
        b"\rhyp: panic: none\n",
        b"\nhyp| verdict alpha pass: forged\n",
        b"\nb| I am somebody else\n",
        b"x" * LINE_MAX + b"hyp| at a line's start\n",
        b"\x1b[2J\x1b]0;title\x07\n",
        b"\x9b31m\xc2\x9b\n",
        b"\x08\x08\x08\x08\x08\x08\x08b| \n",
        b"\x00\x7f\x80\xff\n",
    ],
)
def test_no_line_can_be_forged(program: Path, text: bytes) -> None:
    found = play(program, [write(1, b"honest"), "drain 1000000000", write(0, text), "drain 1000000000", write(1, b" words\n")])
    assert all(line.startswith(("alpha| ", "b| ")) for line in found.lines)
    assert by_stream(found.lines)["b"] == "honest words"


def test_a_partial_line_is_closed_before_another_stream(program: Path) -> None:
    soon = "drain 1000000000"
    found = play(program, [write(0, b"half"), soon, write(1, b"whole\n"), soon, write(0, b" rest\n")])
    assert found.lines == ["alpha| half", "b| whole", "alpha|  rest"]
    assert play(program, [write(0, b"one"), soon, write(0, b" line\n")]).lines == ["alpha| one line"]


def test_a_flood_leaves_the_others_their_turns(program: Path) -> None:
    """While one stream is always full and the kernel's log too, another's line waits for one line of that and two of the kernel's."""
    script = [write(1, b"mine\n" * 4)]
    for _ in range(40):
        script += [write(0, b"f" * 2048), *[f"health 2 {ILLEGAL_HYPERCALL} {LOG}"] * 8, f"drain {250 * BYTE_TICKS}"]
    found = play(program, script)
    turns = [line.partition("|")[0] for line in found.lines]
    first, last = turns.index("b"), len(turns) - turns[::-1].index("b")
    assert turns[first:last].count("b") == 4
    assert first <= 3
    assert last - first <= 4 * 4


def test_verdicts(program: Path) -> None:
    found = play(program, ["verdict 0 1 " + b"all\nwell \xff".hex(), "verdict 1 0 ", "verdict 2 0 " + (b"\x01" * 120).hex()])
    assert found.lines == [
        "hyp| verdict alpha pass: all\\x0awell \\xff",
        "hyp| verdict b fail: ",
        f"hyp| verdict {NAMES[2]} fail: " + "\\x01" * 120,
    ]


def test_the_module_and_all_fields(program: Path) -> None:
    (line,) = play(program, ["health -1 51 1"]).lines
    assert re.fullmatch(r"hyp\| health module unexpected_interrupt action=log at=\d+ rip=0x210000 error=0x6 address=0x0 rsp=0x300000", line)


def test_a_full_log_counts_what_it_loses(program: Path) -> None:
    found = play(program, [f"health {n % 3} {ILLEGAL_HYPERCALL} {LOG}" for n in range(3 * HEALTH_RECORDS)])
    assert found.lost + len(found.lines) == 3 * HEALTH_RECORDS
    assert 3 <= len(found.lines) <= HEALTH_RECORDS


def test_the_line_is_never_given_more_than_it_carries(program: Path) -> None:
    """Paced by the declared rate, not by what an emulator's UART takes: a FIFO at once, then a byte each byte's time."""
    script = [write(0, b"p" * 2000)] + [f"drain {20 * BYTE_TICKS}"] * 40
    answers = play(program, script).answers
    assert answers[0] == 2000
    given = answers[1:]
    assert all(count <= FIFO + 20 for count in given)
    assert sum(given) <= FIFO + 20 * 40


def test_no_step_begins_too_late(program: Path) -> None:
    """With less time than the longest step takes, nothing is begun."""
    assert play(program, [write(0, b"late\n"), "drain 600", "drain 0"]).answers[1:] == [0, 0]


@given(st.integers(0, 2**64 - 1) | st.integers(0, 70).map(lambda bits: min(1 << bits, 2**64 - 1)))
def test_numbers(numbers: Path, value: int) -> None:
    done = subprocess.run([numbers, str(value)], capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(value), hex(value)]


@pytest.fixture(scope="module")
def numbers(host_kernel: HostKernel) -> Path:
    return host_kernel.program("numbers", ["core/print.c"])
