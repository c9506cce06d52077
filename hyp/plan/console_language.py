"""The keys `console:` of a plan, and of a partition."""

from __future__ import annotations

from hyp.plan.kinds import Choice, Text
from hyp.plan.numbers import Integer, Quantity, RateOf
from hyp.plan.shapes import Field, Record
from hyp.plan.trace_language import BAUD_MAX
from hyp.plan.units import DURATION, SIZE

INPUT_MIN = 64
"""Bytes: two packets of input."""

UART = Field("uart", Text("the name of a UART of the board", "com1"), "UART that carries the console; the board's `console` by default")
MODE = Field("mode", Choice(("text", "framed")), "How streams share the UART: lines that people can read, or packets", default="text")
BAUD = Field("baud", Integer(50, BAUD_MAX, "115200"), "Bits per second", default=115200)
BUFFER = Field(
    "buffer", Quantity(SIZE, 256, 16 << 20, "4 KiB"), "Ring per stream, drained in idle time", default=4096, default_words="4 KiB"
)
INPUT = Field(
    "input", Quantity(SIZE, INPUT_MIN, 1 << 20, "256 B"), "Ring per partition of what the host sends it", default=256, default_words="256 B"
)
AGE = Field(
    "age",
    Quantity(DURATION, 0, 1_000_000_000, "5 ms"),
    "Framed: so long a short packet waits for more bytes of its stream",
    default=5_000_000,
    default_words="5 ms",
)
CONSOLE = Record("a console", (UART, MODE, BAUD, BUFFER, INPUT, AGE), "{baud: 115200}")

RATE = Field(
    "rate", RateOf("per", 1 << 30, "200 B per 1 s", SIZE), "So much it may write in so long a time; the rest is dropped and counted"
)
OF_PARTITION = Record("a partition's console", (RATE,), "{rate: 200 B per 1 s}")
