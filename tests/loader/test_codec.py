"""The loader's C and the host's Python are two hands that wrote the same: each reads what the other writes."""

from __future__ import annotations

import hashlib
import zlib

from hypothesis import given
from hypothesis import strategies as st

from hyp.abi.loader import HEAD, LOADER_CONTENT_MAX
from hyp.boot.frames import Decoder, Frame, encode
from tests.loader import codec

BODY_MAX = LOADER_CONTENT_MAX - 8
bodies = st.binary(max_size=BODY_MAX) | st.lists(st.sampled_from([b"\0", b"\1" * 253, b"\1" * 254, b"\xff"]), max_size=4).map(b"".join)


def content(frame: Frame) -> bytes:
    return HEAD.pack(type=frame.type, sequence=frame.sequence, session=frame.session) + frame.body


@given(st.lists(bodies, max_size=3), st.binary(max_size=40))
def test_the_loader_takes_what_the_host_sends(sent: list[bytes], noise: bytes) -> None:
    frames = [Frame(4, n, 77, body) for n, body in enumerate(sent)]
    line = noise.replace(b"\0", b"\1") + b"".join(encode(frame) for frame in frames)
    assert codec.frames_taken(line)[0] == [content(frame) for frame in frames]


@given(bodies)
def test_the_host_takes_what_the_loader_sends(body: bytes) -> None:
    frame = Frame(0x82, 3, 900, body)
    assert codec.frame_sent(content(frame)) == encode(frame)
    assert Decoder().feed(codec.frame_sent(content(frame))) == [frame]


@given(bodies, st.data())
def test_the_loader_takes_no_damaged_frame(body: bytes, data: st.DataObject) -> None:
    frame = Frame(4, 1, 2, body)
    line = bytearray(encode(frame))
    line[data.draw(st.integers(1, len(line) - 2))] ^= 1 << data.draw(st.integers(0, 7))
    taken, broken = codec.frames_taken(bytes(line))
    assert content(frame) not in taken
    assert taken or broken


@given(st.binary(max_size=3000))
def test_both_see_the_same_in_noise(noise: bytes) -> None:
    assert codec.frames_taken(noise + b"\0")[0] == [content(frame) for frame in Decoder().feed(noise + b"\0")]


@given(st.binary(max_size=400), st.integers(1, 70))
def test_sha256_is_sha256(data: bytes, pieces: int) -> None:
    assert codec.sha256(data, pieces) == hashlib.sha256(data).digest()


@given(st.binary(max_size=400))
def test_crc32_is_crc32(data: bytes) -> None:
    assert codec.crc32(data) == zlib.crc32(data)
