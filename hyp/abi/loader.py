"""What the serial loader and its host say to each other. Versioned apart from the kernel's ABI; generated into `hyp_loader.h`.

A frame on the line is: head, body, CRC-32 (ISO 3309) of both; encoded with COBS (Cheshire, Baker: Consistent Overhead Byte Stuffing,
1999), so that a zero byte stands only between frames. Numbers are little-endian. What lies between two zeros and is no frame is text or
noise. Whoever asks repeats until the answer comes: every request may arrive twice, or late, and does no harm then.
"""

from __future__ import annotations

from enum import IntEnum

from hyp.abi.record import Field, Record

LOADER_VERSION = 1
LOADER_LOAD = 0x600_0000
"""Where the loader lies: 96 MiB, above what most images need, below the end of the smallest boards."""
LOADER_SIZE = 0x100_0000
"""Its memory, the received file included, unless its command line says otherwise (`memory=BYTES`)."""
LOADER_BLOCK = 1024
LOADER_BLOCKS_MAX = 65536
LOADER_HASH = 8
"""Bytes of a block's SHA-256 that are compared; the SHA-256 of the whole file decides in the end."""
LOADER_HASHES_MAX = 120
"""Hashes in one frame."""
LOADER_ASK_MAX = 2048
"""Blocks that one question covers."""
LOADER_CONTENT_MAX = 1036
"""Bytes of the longest frame before encoding: head, index, block, CRC."""
LOADER_COMMAND_LINE = 200
"""Bytes of an image's command line, its NUL included; the loader adds its own word."""
LOADER_STARTING_TIMES = 3
"""How often the last answer is sent: nobody is there to be asked again."""


class LoaderFrame(IntEnum):
    """Requests; an answer has bit 7. BLOCK alone is not answered: ASK says what has come."""

    HELLO = 1
    OFFER = 2
    HASHES = 3
    BLOCK = 4
    ASK = 5
    SPEED = 6
    CHECK = 7
    START = 8
    STATE = 0x81
    MISSING = 0x82
    RESULT = 0x83


class LoaderResult(IntEnum):
    """Of SPEED, CHECK and START. `from` and `to` of the answer say where: bytes of the file, or physical memory."""

    OK = 0
    NO_OFFER = 1
    TOO_LARGE = 2
    INCOMPLETE = 3
    HASH_DIFFERS = 4
    NOT_ELF = 5
    WRONG_MACHINE = 6
    CUT = 7
    NO_ENTRY = 8
    NO_RAM = 9
    LOADER_MEMORY = 10
    SEGMENTS_OVERLAP = 11
    SPEED_IMPOSSIBLE = 12
    NOT_CHECKED = 13
    MALFORMED = 14


HEAD = Record(
    "loader_head",
    "Begins every frame; an answer repeats `sequence` and `session` of its request.",
    (Field("type", "u8"), Field("sequence", "u8"), Field("session", "u16", "of the file on offer: a late frame of another one is ignored")),
)
STATE = Record(
    "loader_state",
    "Answers HELLO and OFFER.",
    (
        Field("version", "u32"),
        Field("block_size", "u32"),
        Field("start", "u64", "the loader's own memory, physical"),
        Field("end", "u64"),
        Field("room", "u64", "bytes that a file may have"),
        Field("baud_max", "u32", "of the UART's clock: the speed at divisor 1"),
        Field("divisor", "u32", "in use"),
        Field("base_divisor", "u32", "at which it listens first"),
        Field("size", "u32", "of the file on offer; 0: none"),
        Field("missing", "u32", "blocks"),
        Field("overruns", "u32", "times that the UART lost bytes"),
        Field("broken", "u32", "frames that were damaged"),
        Field("fifo", "u32", "bytes"),
    ),
)
OFFER = Record("loader_offer", "A file to be received.", (Field("size", "u32"), Field("sha256", "u8", count=32)))
HASHES = Record(
    "loader_hashes",
    "`count` hashes follow; blocks that already have theirs count as received. Answered by MISSING.",
    (Field("first", "u32"), Field("count", "u32")),
)
BLOCK = Record("loader_block", "The block's bytes follow; all have LOADER_BLOCK but the last.", (Field("index", "u32"),))
ASK = Record("loader_ask", "Which of these blocks are missing?", (Field("first", "u32"), Field("count", "u32")))
MISSING = Record(
    "loader_missing",
    "A bit per block follows, the first one lowest; 1: missing.",
    (Field("first", "u32"), Field("count", "u32"), Field("total", "u32", "missing in the whole file")),
)
SPEED = Record("loader_speed", "The divisor to go on with, once the answer is sent.", (Field("divisor", "u32"),))
RESULT = Record(
    "loader_result",
    "Answers SPEED, CHECK, START, and what is refused.",
    (Field("request", "u32"), Field("result", "u32"), Field("from", "u64"), Field("to", "u64")),
)
LOADER_RECORDS = (HEAD, STATE, OFFER, HASHES, BLOCK, ASK, MISSING, SPEED, RESULT)
