"""The loader's C functions that need no machine, called from Python."""

from __future__ import annotations

import ctypes
from functools import cache

from tests.loader.world import TRAPS, compiled, sources

_FRAME_BYTES = 2048


class FrameIn(ctypes.Structure):
    _fields_ = (
        ("length", ctypes.c_uint32),
        ("run", ctypes.c_uint32),
        ("zero", ctypes.c_uint32),
        ("spoilt", ctypes.c_uint32),
        ("broken", ctypes.c_uint32),
        ("content", ctypes.c_uint8 * _FRAME_BYTES),
    )


_OUT = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint8)


@cache
def _library() -> ctypes.CDLL:
    portable = [path for path in sources() if path.name in ("frames.c", "sha256.c")]
    return ctypes.CDLL(str(compiled("codec.so", portable, (*TRAPS, "-fPIC", "-shared"))))


def frames_taken(data: bytes) -> tuple[list[bytes], int]:
    """(contents of the frames in `data` as the loader sees them, how many were broken)"""
    state = FrameIn()
    found = []
    for byte in data:
        length = _library().frame_take(ctypes.byref(state), ctypes.c_uint8(byte))
        if length:
            found.append(bytes(_content(state)[:length]))
    return found, int(state.broken)


def frame_sent(content: bytes) -> bytes:
    """What the loader puts on the line for head and body."""
    out = bytearray()
    _library().frame_send(content, len(content), _OUT(lambda _owner, byte: out.append(byte)), None)
    return bytes(out)


def sha256(data: bytes, pieces: int) -> bytes:
    state = (ctypes.c_uint8 * 256)()
    digest = (ctypes.c_uint8 * 32)()
    _library().sha256_begin(state)
    for at in range(0, len(data), pieces):
        piece = data[at : at + pieces]
        _library().sha256_add(state, piece, len(piece))
    _library().sha256_end(state, digest)
    return bytes(digest)


def crc32(data: bytes) -> int:
    _library().crc32_of.restype = ctypes.c_uint32
    return int(_library().crc32_of(ctypes.c_uint32(0), data, len(data)))


def _content(state: FrameIn) -> bytes:
    """`content` is aligned to eight bytes in C: it begins four bytes after our fields."""
    base = ctypes.addressof(state) + 24
    return ctypes.string_at(base, _FRAME_BYTES - 4)
