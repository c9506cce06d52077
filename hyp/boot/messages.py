"""What the loader's answers say, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from hyp.abi.loader import MISSING, RESULT, STATE, LoaderFrame, LoaderResult
from hyp.abi.record import Record
from hyp.boot.frames import Frame


@dataclass(frozen=True)
class State:
    """Of the loader. [start, end) is its own memory; `room` the bytes that a file may have; speeds in baud."""

    version: int
    block_size: int
    start: int
    end: int
    room: int
    baud_max: int
    divisor: int
    base_divisor: int
    size: int
    missing: int
    overruns: int
    broken: int
    fifo: int


@dataclass(frozen=True)
class Missing:
    """`blocks`: those of [first, first + count) that have not come; `total` in the whole file."""

    first: int
    count: int
    total: int
    blocks: frozenset[int]


@dataclass(frozen=True)
class Result:
    """`result` is a number of LoaderResult, or one that this version does not know."""

    request: int
    result: int
    start: int
    end: int


Answer = State | Missing | Result


def answer_of(frame: Frame) -> Answer | None:
    """None when it is no answer of the loader's, or not a whole one."""
    if frame.type == LoaderFrame.STATE and len(frame.body) == STATE.size:
        return State(**_numbers(STATE, frame.body))
    if frame.type == LoaderFrame.MISSING and len(frame.body) >= MISSING.size:
        return _missing(frame.body)
    if frame.type == LoaderFrame.RESULT and len(frame.body) == RESULT.size:
        numbers = _numbers(RESULT, frame.body)
        return Result(numbers["request"], numbers["result"], numbers["from"], numbers["to"])
    return None


def _missing(body: bytes) -> Missing | None:
    head = _numbers(MISSING, body)
    first, count = head["first"], head["count"]
    bits = body[MISSING.size :]
    if len(bits) != (count + 7) // 8:
        return None
    blocks = frozenset(first + n for n in range(count) if bits[n // 8] >> n % 8 & 1)
    return Missing(first, count, head["total"], blocks)


def _numbers(record: Record, data: bytes) -> dict[str, int]:
    return cast(dict[str, int], record.unpack(data))


def refusal(result: Result, room: int) -> str:
    """Why the loader refuses an image, and what to do, for people."""
    where = f"[{result.start:#x}, {result.end:#x})"
    texts = {
        LoaderResult.TOO_LARGE: f"it does not fit: the loader has room for {room} bytes; start it from a medium: `hyp build --media usb`",
        LoaderResult.HASH_DIFFERS: "what arrived is not what was sent, three times running: bad memory on the board, or a bad adapter",
        LoaderResult.NOT_ELF: "it is not an ELF file; give an image.elf of `hyp build`",
        LoaderResult.WRONG_MACHINE: "it is not a static ELF64 executable for x86-64; give an image.elf of `hyp build`",
        LoaderResult.CUT: f"it is cut: its headers name bytes {where} of the file; build it again",
        LoaderResult.NO_ENTRY: "it has no entry that a loader knows, neither multiboot2's nor PVH's; give an image.elf of `hyp build`",
        LoaderResult.NO_RAM: f"it wants memory {where}, and the board has no RAM there; is the plan's `board:` this board?",
        LoaderResult.LOADER_MEMORY: f"it wants memory {where}, where the loader itself lies",
        LoaderResult.SEGMENTS_OVERLAP: f"its segments overlap at {where}; build it again",
    }
    known = {int(code): text for code, text in texts.items()}
    return known.get(result.result, f"the loader's answer was {result.result}; is it of another version of hyp?")
