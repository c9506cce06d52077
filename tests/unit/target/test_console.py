from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hyp.target.console import Demultiplexer, Line, printable

NAMES = ("alpha", "beta")


def lines_of(*chunks: bytes) -> list[Line]:
    demultiplexer = Demultiplexer(NAMES)
    return [line for chunk in chunks for line in demultiplexer.feed(chunk)] + demultiplexer.finish()


def test_lines_know_their_stream() -> None:
    text = b"SeaBIOS\r\n\nhyp: boot plan=x\nalpha| one\nhyp| health\nbeta| \nbeta|two\ngamma| no such\nalpha half"
    assert lines_of(text) == [
        Line(None, "SeaBIOS"),
        Line(None, ""),
        Line("hyp", "boot plan=x", direct=True),
        Line("alpha", "one"),
        Line("hyp", "health"),
        Line("beta", ""),
        Line("beta", "two"),
        Line(None, "gamma| no such"),
        Line(None, "alpha half"),
    ]


@given(st.binary(max_size=300), st.integers(1, 40))
def test_chunks_do_not_matter(data: bytes, size: int) -> None:
    text = b"alpha| a\nhyp: b\n" + data
    assert lines_of(*(text[at : at + size] for at in range(0, len(text), size))) == lines_of(text)


@given(st.integers(1, 9000), st.integers(1, 5000))
def test_what_follows_a_cut_is_still_the_partitions(length: int, size: int) -> None:
    """A line without end is shown in pieces; text that a partition places at the cut must not become the kernel's."""
    text = b"alpha| " + b"x" * length + b"hyp: end\n"
    found = lines_of(*(text[at : at + size] for at in range(0, len(text), size)))
    assert {(line.stream, line.direct) for line in found} == {("alpha", False)}
    assert "".join(line.text for line in found) == "x" * length + "hyp: end"


def test_no_line_forges_the_kernel_after_every_cut() -> None:
    cut = 4096 - len(b"alpha| ")
    found = lines_of(b"alpha| " + b"x" * cut + b"hyp: end\nhyp: end\n")
    assert [line.direct for line in found] == [False, False, True]


@given(st.binary(max_size=200))
def test_printable_text_is_printable(raw: bytes) -> None:
    assert printable(raw).replace("\t", "").isprintable()


def test_control_characters_are_shown() -> None:
    assert printable(b"\x1b[31mred\x00\tok") == r"\x1b[31mred\x00" + "\tok"
    assert printable("grün \u202e".encode()) == r"grün \xe2\x80\xae"
    assert printable(b"\xff\xfe") == r"\xff\xfe"
