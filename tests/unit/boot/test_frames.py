"""Frames of the serial loader: what goes in comes out, in any pieces, between any noise; and nothing else does."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyp.abi.loader import LOADER_CONTENT_MAX
from hyp.boot.frames import Decoder, Frame, encode, stuff, unstuff

BODY_MAX = LOADER_CONTENT_MAX - 8
frames = st.builds(
    Frame,
    st.integers(0, 255),
    st.integers(0, 255),
    st.integers(0, 65535),
    st.binary(max_size=BODY_MAX) | st.lists(st.sampled_from([b"\0", b"\1" * 253, b"\1" * 254, b"\xff"]), max_size=4).map(b"".join),
)


@given(st.binary(max_size=1200))
def test_stuffed_bytes_have_no_zero_and_come_back(data: bytes) -> None:
    stuffed = stuff(data)
    assert 0 not in stuffed
    assert unstuff(stuffed) == data
    assert len(stuffed) <= len(data) + len(data) // 254 + 1


@pytest.mark.parametrize("size", [0, 1, 253, 254, 255, 507, 508, 509])
@pytest.mark.parametrize("end", [b"", b"\0", b"\0\0"])
def test_runs_at_the_limit_of_a_code_byte(size: int, end: bytes) -> None:
    assert unstuff(stuff(b"\7" * size + end)) == b"\7" * size + end


@pytest.mark.parametrize("wrong", [b"\3\1", b"\2", b"\0", b"\3\1\0"])
def test_what_is_not_stuffed_is_none(wrong: bytes) -> None:
    assert unstuff(wrong) is None


@given(st.lists(frames, max_size=5), st.integers(1, 7))
def test_frames_come_out_of_any_pieces(sent: list[Frame], piece: int) -> None:
    data = b"".join(encode(frame) for frame in sent)
    decoder = Decoder()
    assert [frame for at in range(0, len(data), piece) for frame in decoder.feed(data[at : at + piece])] == sent
    assert not decoder.damaged
    assert decoder.finish() == b""


@given(frames, st.binary(max_size=60), st.binary(max_size=60))
def test_noise_around_a_frame_is_text(frame: Frame, before: bytes, after: bytes) -> None:
    decoder = Decoder()
    assert decoder.feed(before + encode(frame) + after + b"\0")[:1] == [frame]
    assert decoder.finish() == (before + after).replace(b"\0", b"")


@given(frames, st.data())
def test_a_damaged_frame_is_none(frame: Frame, data: st.DataObject) -> None:
    encoded = bytearray(encode(frame))
    at = data.draw(st.integers(1, len(encoded) - 2))
    encoded[at] ^= 1 << data.draw(st.integers(0, 7))
    assert frame not in Decoder().feed(bytes(encoded))


def test_the_end_of_one_frame_may_begin_the_next() -> None:
    sent = [Frame(1, n, 7, bytes([n])) for n in range(4)]
    joined = b"\0" + b"\0".join(encode(frame).strip(b"\0") for frame in sent) + b"\0"
    assert Decoder().feed(joined) == sent


def test_text_without_end_does_not_grow_for_ever() -> None:
    decoder = Decoder()
    for _ in range(100):
        decoder.feed(b"x" * 1000)
        assert len(decoder.finish()) <= 3000


def test_a_body_that_is_too_long_is_a_bug() -> None:
    with pytest.raises(ValueError, match="longest"):
        encode(Frame(1, 1, 1, bytes(BODY_MAX + 1)))


def test_sizes_grow_by_little() -> None:
    """What the figure of the transfer rests on: a block costs at most 2 % more than its bytes."""
    sizes = [len(encode(Frame(4, 0, 1, bytes(range(1, 256)) * 4 + bytes(8)))) for _ in range(2)]
    assert all(one <= 1028 * 1.02 for one in sizes)
    assert all(one == other for one, other in pairwise(sizes))


BOOT = b"\0hyp: boot plan=x board=y abi=1\n\0hyp: start\n\0"


@pytest.mark.parametrize(
    ("came", "is_the_images"),
    [
        (b"hyp: boot plan=x", b"hyp: boot plan=x"),
        (BOOT + b"\x03\x01\x02\0half", BOOT[1:] + b"\x03\x01\x02\0half"),
        (encode(Frame(1, 2, 3, b"cut"))[:-4] + BOOT, BOOT[1:]),
        (b"\0\0\0\0" + BOOT.replace(b"boot", b"bo\xfft"), b"hyp: start\n\0"),
        (b"\0\0more", b"more"),
    ],
)
def test_what_comes_after_the_last_frame_is_the_images(came: bytes, is_the_images: bytes) -> None:
    """Framed consoles have zeros in what they say first, too."""
    decoder = Decoder()
    decoder.feed(encode(Frame(1, 2, 3, b"")) + b"old" + encode(Frame(1, 2, 3, b"")))
    for byte in came:
        decoder.feed(bytes([byte]))
    assert decoder.since_frame() == is_the_images
    assert decoder.since_frame() == b""
