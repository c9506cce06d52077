"""A board that shows its windows on time, and a partition that answers some of the monitor's challenges."""

from __future__ import annotations

from collections.abc import Callable

from hyp.monitor.answer import answer
from sim.monitor.standin.bench import Bench, Event, Said
from tests.gateware.streams import HALF_PS

KEY = 0x5A
BIT_PS = 104 * 2 * HALF_PS
"""Clocks per bit at 115200 baud and 12 MHz, as the monitor counts them."""
FRAME_PS, SECOND_PS, FIRST_PS = 100_000_000, 40_000_000, 2_000_001
WITHIN_PS = 4800 * 2 * HALF_PS


def frame_of(byte: int, at_ps: int, name: str) -> list[Event]:
    """8N1."""
    bits = [0, *(byte >> n & 1 for n in range(8)), 1]
    return [Event(at_ps + n * BIT_PS, name, bit) for n, bit in enumerate(bits)]


def played(bench: Bench, replies: list[int], frames: int) -> Said:
    """On the pins of plans/proof.yaml; the n-th challenge, which comes n + 1 times `within` after the first edge, gets the n-th reply,
    but for a negative one.
    """
    edges = [(n, window, FIRST_PS + n * FRAME_PS + window * SECOND_PS) for n in range(frames) for window in (0, 1)]
    events = [Event(at, "pins", window | (0 if count % 2 else 0x80)) for count, (_, window, at) in enumerate(edges)]
    for number, reply in enumerate(replies):
        if reply >= 0:
            events += frame_of(reply, FIRST_PS + (number + 1) * WITHIN_PS + 200_000_001, "prover_in")
    until = FIRST_PS + frames * FRAME_PS
    return bench.run(sorted((one for one in events if one.at_ps < until), key=lambda event: event.at_ps), until, HALF_PS)


def answered(bench: Bench, frames: int, change: Callable[[int, int], int]) -> Said:
    """Each challenge gets `change(number, right answer)`. Which ones come is known from a run in which nobody answers."""
    asked = played(bench, [], frames).challenges
    return played(bench, [change(number, answer(one, KEY)) for number, one in enumerate(asked)], frames)
