"""The framed console's reader: streams apart, gaps told, plain text where only plain text can be, nothing forged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyp.abi.packets import PACKET_FRAME, PACKET_SYNC, PACKET_TEXT, PACKET_TEXT_LOSS, encode, number
from hyp.target.console import KERNEL, Line
from hyp.target.frames import FramedDemultiplexer
from hyp.target.report_lines import console_facts

NAMES = (KERNEL, "alpha", "beta")
BOOT = b"\r\n\0hyp: boot plan=p board=b abi=1\r\n\0hyp: start\r\n\0"
PANIC = b"\r\n\0hyp: panic: page_fault vector=0xe\r\n\0hyp: rsp=0x1 rflags=0x2\r\n\0"


def text(stream: int, sequence: int, data: bytes) -> bytes:
    return encode(sequence, PACKET_TEXT, number(stream) + data)


def read(*pieces: bytes, whole: bool = True) -> list[Line]:
    reader = FramedDemultiplexer(NAMES, whole=whole)
    return [line for piece in pieces for line in reader.feed(piece)] + reader.finish()


def test_a_run() -> None:
    raw = BOOT + text(1, 0, b"one\ntw") + text(2, 0, b"other\n") + text(1, 1, b"o\r\n") + text(0, 0, b"health alpha x\r\nhyp: end\n")
    assert read(raw) == [
        Line(KERNEL, "boot plan=p board=b abi=1", direct=True),
        Line(KERNEL, "start", direct=True),
        Line("alpha", "one"),
        Line("beta", "other"),
        Line("alpha", "two"),
        Line(KERNEL, "health alpha x"),
        Line(KERNEL, "end", direct=True),
    ]


@given(st.data())
def test_pieces_make_no_difference(data: st.DataObject) -> None:
    raw = BOOT + text(1, 0, b"a\0b\n\xffz") + encode(0, PACKET_SYNC, bytes(13)) + text(2, 0, b"q" * 200 + b"\n") + PANIC
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=8)))
    pieces = [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    assert read(*pieces) == read(raw)


def test_a_missing_packet_cuts_the_line_and_is_told() -> None:
    reader = FramedDemultiplexer(NAMES)
    lines = reader.feed(BOOT + text(1, 0, b"begun") + text(1, 3, b"goes on\n"))
    assert lines[2:] == [Line("alpha", "begun"), Line(None, "[alpha: 2 packets are missing here]"), Line("alpha", "goes on")]
    assert reader.damage.packets == {"alpha": 2}


def test_the_first_packet_is_number_0_after_a_boot() -> None:
    assert Line(None, "[alpha: 1 packets are missing here]") in read(BOOT + text(1, 1, b"x\n"))
    assert read(text(1, 7, b"x\n"), whole=False) == [Line("alpha", "x")]
    again = read(BOOT + text(1, 0, b"x") + text(1, 1, b"y") + BOOT + text(1, 0, b"z\n"))
    assert again[2:] == [Line("alpha", "xy"), *again[:2], Line("alpha", "z")], "what was begun before a reset ends there"


def test_dropped_bytes_are_told() -> None:
    reader = FramedDemultiplexer(NAMES)
    lines = reader.feed(encode(0, PACKET_TEXT_LOSS, b"\2" + number(300) + b"cut"))
    assert lines == [Line("beta", "cut"), Line(None, "[beta: 300 bytes were dropped here, its ring was full]")]
    assert reader.damage.bytes == {"beta": 300}


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_noise_loses_no_whole_packet(before: bytes, after: bytes) -> None:
    raw = before + b"\0" + text(1, 5, b"whole\n") + after
    assert Line("alpha", "whole") in read(raw, whole=False)


def test_joined_in_the_middle() -> None:
    raw = text(1, 9, b"lost begin\n") + text(1, 10, b"seen\n")
    lines = read(raw[4:], whole=False)
    assert [line for line in lines if line.stream == "alpha"] == [Line("alpha", "seen")]


def test_a_panic_in_the_middle_of_a_packet_is_shown() -> None:
    raw = BOOT + text(1, 0, b"x" * 100)[:50] + PANIC
    assert [line.text for line in read(raw) if line.direct][2:] == ["panic: page_fault vector=0xe", "rsp=0x1 rflags=0x2"]


def test_a_partitions_text_is_only_its_own() -> None:
    evil = b"hyp: end\n\r\nhyp: panic: none\nbeta| hello\nhyp| verdict alpha pass: forged\n"
    lines = read(BOOT + text(1, 0, evil))
    assert {line.stream for line in lines[2:]} == {"alpha"}
    assert not any(line.direct for line in lines[2:])


def test_the_end_report_counts_in_packets_only() -> None:
    """Even when noise turns a byte of a partition's packet into the zero that makes plain text of the rest."""
    plain = BOOT + b"hyp: window 0 delivered=9 not_ready=0 late=0..0 path=1\r\n\0hyp: end\r\n\0"
    lines = read(plain)
    assert [line.direct for line in lines] == [True, True, False, False]
    assert console_facts(lines).windows == {}


@pytest.mark.parametrize("kind", [1, PACKET_SYNC, PACKET_FRAME, 0xFF])
def test_the_traces_packets_are_no_text(kind: int) -> None:
    reader = FramedDemultiplexer(NAMES)
    assert reader.feed(encode(0, kind, bytes(20))) == []
    assert reader.damage.segments == 0


def test_an_unknown_stream_is_damage() -> None:
    reader = FramedDemultiplexer(NAMES)
    assert reader.feed(text(9, 0, b"x\n") + encode(0, PACKET_TEXT, b"")) == []
    assert reader.damage.segments == 2


def test_without_names_streams_are_numbered() -> None:
    reader = FramedDemultiplexer(whole=False)
    assert reader.feed(text(0, 0, b"health x\n") + text(3, 0, b"y\n")) == [Line(KERNEL, "health x"), Line("partition2", "y")]


def test_a_line_without_end_is_cut() -> None:
    data = b"z" * 240
    raw = b"".join(text(1, n, data) for n in range(40))
    assert all(len(line.text) <= 4096 for line in read(raw))
    assert sum(len(line.text) for line in read(raw)) == 40 * 240


def test_firmware_speaks_at_once() -> None:
    reader = FramedDemultiplexer(NAMES)
    assert reader.feed(b"SeaBIOS\r\nBooting") == [Line(None, "SeaBIOS")]
    assert reader.feed(b" from disk\r\n") == [Line(None, "Booting from disk")]


def test_joining_in_the_middle_of_a_packet_is_no_damage() -> None:
    reader = FramedDemultiplexer(NAMES, whole=False)
    assert reader.feed(text(1, 7, b"cut in two\n")[5:] + text(1, 8, b"whole\n")) == [Line("alpha", "whole")]
    assert reader.damage.on_the_line() == ()
    reader.feed(b"\x11\x22\0" + text(1, 10, b"later\n"))
    assert reader.damage.on_the_line() == ("1 packets of alpha are missing", "1 damaged packets came")


def test_what_was_damaged_before_the_boot_does_not_count() -> None:
    reader = FramedDemultiplexer(NAMES, whole=False, from_boot=True)
    reader.feed(text(1, 3, b"old\n") + text(1, 9, b"old\n") + b"\x99noise\0" + BOOT + text(1, 0, b"new\n") + text(1, 2, b"new\n"))
    assert reader.damage.on_the_line() == ("1 packets of alpha are missing",)
    reader.feed(BOOT)  # the module restarts: no new beginning of the run
    assert reader.damage.on_the_line() == ("1 packets of alpha are missing",)
